"""A translator's work: which texts there are, what has changed in their source, and publishing them."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from knowledge import text
from knowledge.differences import Piece, difference, is_same
from knowledge.editions import FIRST, LAST, MARKDOWN, OF_FINDING, OF_IMPLICATION, named_texts
from knowledge.models import Overview, OverviewTranslation, OverviewVersion
from knowledge.services import new_version, say_what
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

LONG = {*MARKDOWN, "summary", "key_messages", *OF_FINDING, *OF_IMPLICATION}


class Part(NamedTuple):
    """One text to translate. `name` stays the same through all versions of the overview."""

    name: str
    label: str
    row: models.Model
    field: str
    source: str
    target: str
    changes: list[Piece]  # in the source, since the version that the translation says; empty if none

    @property
    def is_long(self) -> bool:
        return self.field in LONG


def may_translate(user, language: str) -> bool:
    """Whether somebody may write this language; a translator is allowed one or several by name."""
    if language not in LANGUAGES or language == SOURCE_LANGUAGE or not user.is_staff:
        return False
    allowed = user.is_superuser or language in user.translates
    return allowed and user.has_perm("knowledge.translate_overview")


def parts_of(translation: OverviewTranslation) -> list[Part]:
    """What there is to translate in a published overview, in the order of its page."""
    overview, language = translation.overview, translation.language
    before = _source_of(overview, translation.based_on)
    found = []
    for name, label, row, field in _fields(overview):
        source = getattr(row, f"{field}_{SOURCE_LANGUAGE}") or ""
        if not source:
            continue
        pieces = difference(before[name].text, source) if name in before else []
        target = (translation.draft or {}).get(name, getattr(row, f"{field}_{language}") or "")
        found.append(Part(name, label, row, field, source, target, [] if is_same(pieces) else pieces))
    return found


def _source_of(overview: Overview, number: int):
    version = OverviewVersion.objects.filter(overview=overview, number=number).first()
    return named_texts(version.content, SOURCE_LANGUAGE) if version else {}


def _fields(overview: Overview):
    """Name, label, row and field of every translated text."""
    yield from ((field, _label(overview, field), overview, field) for field in FIRST)
    for kind, rows, fields in [
        ("findings", overview.findings.all(), OF_FINDING),
        ("implications", overview.implications.all(), OF_IMPLICATION),
    ]:
        for number, row in enumerate(rows, 1):
            for field in fields:
                label = f"{capfirst(str(row._meta.verbose_name))} {number}: {row._meta.get_field(field).verbose_name}"
                yield f"{kind}.{row.code}.{field}", label, row, field
    yield from ((field, _label(overview, field), overview, field) for field in LAST)


def _label(row: models.Model, field: str) -> str:
    return capfirst(str(row._meta.get_field(field).verbose_name))


# --- saving


def _locked(translation: OverviewTranslation, edition: int) -> OverviewTranslation:
    """The overview first, as everywhere; refuse where somebody else has saved meanwhile."""
    overview = Overview.objects.select_for_update().get(pk=translation.overview_id)
    translation = OverviewTranslation.objects.select_for_update().get(pk=translation.pk)
    translation.overview = overview
    if translation.edition != edition:
        raise ValidationError(
            _(
                "Somebody else has saved this translation since you opened it."
                " Your text is still here: compare it with theirs, then save again to replace theirs."
            ),
            code="conflict",
        )
    return translation


@transaction.atomic
def save_draft(translation: OverviewTranslation, *, texts: dict[str, str], edition: int, user) -> None:
    """Keep unpublished work, which readers do not see."""
    translation = _locked(translation, edition)
    translation.draft = texts
    translation.translated_by = user
    translation.edition += 1
    translation.save()


@transaction.atomic
def publish(
    translation: OverviewTranslation, *, texts: dict[str, str], read: int, edition: int, user
) -> OverviewVersion:
    """Make a translation public at once and whole; `read` is the version that the translator had before them."""
    translation = _locked(translation, edition)
    overview, language = translation.overview, translation.language
    if overview.status != Overview.Status.PUBLISHED:
        raise ValidationError(_("The overview is not published any more."))
    if found := hindrances(overview, texts):
        raise ValidationError(found)
    _write(overview, language, texts)
    if revision := Overview.objects.select_for_update().filter(revises=overview).first():
        _write(revision, language, texts)
    version = new_version(overview, user=user, language=language)
    say_what(overview, language, read, user)
    OverviewTranslation.objects.filter(pk=translation.pk).update(draft=None, edition=edition + 1)
    return version


def hindrances(overview: Overview, texts: dict[str, str]) -> list[str]:
    """Why a translation cannot be published as it is, a sentence each."""
    found = [] if texts.get("title", "").strip() else [_("Translate at least the title.")]
    listed = {citation.reference.key for citation in overview.citations.select_related("reference")}
    for key in text.cited_keys(*texts.values()):
        if key not in listed:
            found.append(_("The text cites @%(key)s, which is not in the list of references.") % {"key": key})
    for name, label, row, field in _fields(overview):
        longest = row._meta.get_field(field).max_length
        if longest and len(texts.get(name, "")) > longest:
            found.append(_("%(label)s: at most %(count)d characters.") % {"label": label, "count": longest})
    return found


def _write(overview: Overview, language: str, texts: dict[str, str]) -> None:
    """Set the texts of a language in an overview and its parts, those that it has."""
    changed = {overview}
    for name, _of, row, field in _fields(overview):
        if name in texts:
            setattr(row, f"{field}_{language}", texts[name].replace("\r\n", "\n").strip())
            changed.add(row)
    for row in changed:
        row.save()
