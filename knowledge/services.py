"""From draft to published, and on to the next version: changes to overviews and resources that are more than a save."""

import calendar
import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from knowledge import text
from knowledge.editions import MARKDOWN, OF_FINDING, OF_IMPLICATION, PLAIN, all_texts, content_of
from knowledge.models import (
    Citation,
    Finding,
    Implication,
    Overview,
    OverviewTranslation,
    OverviewVersion,
    Reference,
    ResourceFile,
    Review,
    Significance,
)
from knowledge.models.resource import UPLOADS
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.translated import columns

Status = Overview.Status
UNUSED_KEPT = dt.timedelta(days=1)  # a file is stored before its row is committed
TEXTS = columns(*PLAIN, *MARKDOWN)
CARRIED = [  # the fields that a next version brings with it
    *TEXTS, "overview_type", "license", "published_on", "searched_until", "reviewed_on", "review_due", "is_demo",
]  # fmt: skip
FINDING = ["code", "position", "scale", "certainty", "studies", *columns(*OF_FINDING)]
IMPLICATION = ["code", "position", "action", *columns(*OF_IMPLICATION)]


# --- the list of references


@transaction.atomic
def list_cited_references(overview: Overview) -> None:
    """Put each reference that the texts cite in the overview's list, and number the list by first mention."""
    cited = cited_keys(content_of(overview))
    rows = {row.reference.key: row for row in overview.citations.select_related("reference")}
    for reference in Reference.objects.filter(key__in=set(cited) - rows.keys()):
        rows[reference.key] = Citation(overview=overview, reference=reference, position=0)
    order = [key for key in cited if key in rows] + [key for key in rows if key not in cited]
    for number, key in enumerate(order, 1):
        if rows[key].position != number:
            rows[key].position = number
            rows[key].save()


def cited_keys(content: dict) -> list[str]:
    """The keys that any text of the content cites; those of the source language first."""
    return text.cited_keys(*(texts.get(code, "") for code in LANGUAGES for texts in all_texts(content)))


# --- writing the next version


@transaction.atomic
def start_revision(overview: Overview) -> Overview:
    """The next version of a published overview to write on: the one that exists, else a copy of what is public."""
    published = Overview.objects.select_for_update().get(pk=overview.pk)
    if published.status != Status.PUBLISHED:
        raise ValidationError(_("Only a published overview can have a next version."))
    if known := Overview.objects.filter(revises=published).first():
        return known
    revision = Overview(
        revises=published, slug=published.slug, owner_id=published.owner_id, review_months=published.review_months
    )
    _carry_fields(published, revision)
    revision.save()
    _carry_parts(published, revision)
    return revision


def _carry_fields(source: Overview, target: Overview) -> None:
    for name in CARRIED:
        setattr(target, name, getattr(source, name))


def _carry_parts(source: Overview, target: Overview) -> None:
    """Make the target's topics, groups, findings, implications and references those of the source."""
    target.topics.set(source.topics.all())
    target.target_groups.set(source.target_groups.all())
    target.staff_groups.set(source.staff_groups.all())
    findings = _carry_rows(Finding, FINDING, source, target)
    for old, new in _carry_rows(Implication, IMPLICATION, source, target).items():
        new.finding = findings.get(old.finding)
        new.save()
        new.settings.set(old.settings.all())
        new.staff_groups.set(old.staff_groups.all())
    target.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(overview=target, reference_id=one.reference_id, position=one.position)
        for one in source.citations.all()
    )


def _carry_rows(model, fields: list[str], source: Overview, target: Overview) -> dict:
    """The source's rows and what they are in the target; rows keep their code, and so their address."""
    known = {row.code: row for row in model.objects.filter(overview=target)}
    carried = {}
    for row in model.objects.filter(overview=source):
        copy = known.pop(row.code, None) or model(overview=target)
        for name in fields:
            setattr(copy, name, getattr(row, name))
        copy.save()
        carried[row] = copy
    for gone in known.values():
        gone.delete()
    return carried


# --- review


def hindrances(overview: Overview) -> list[str]:
    """Why the text cannot be published as it is, a sentence each."""
    content = content_of(overview)
    found = []
    if not overview.messages_in(SOURCE_LANGUAGE):
        found.append(_("Write at least one key message."))
    if not overview.license:
        found.append(_("Choose a licence, so that readers know how they may use the text."))
    if not overview.change_note_sv:
        found.append(_("Say in a sentence what is new in this version; readers see it in the list of changes."))
    if overview.revises_id and not overview.significance:
        found.append(_("Say how significant the change is, so that translators and readers are told what they need."))
    listed = {one["key"] for one in content["references"]}
    missing = [key for key in cited_keys(content) if key not in listed]
    found += [_("The text cites @%(key)s, which is not in its list of references.") % {"key": key} for key in missing]
    return found


@transaction.atomic
def send_for_review(overview: Overview) -> None:
    """Hand a draft to the reviewers; it is not changed while they read it."""
    overview = _locked(overview, Status.DRAFT, _("Only a draft can be sent for review."))
    if found := hindrances(overview):
        raise ValidationError(found)
    _set_status(overview, Status.IN_REVIEW)


@transaction.atomic
def take_back(overview: Overview) -> None:
    """Let the authors write on."""
    _set_status(_locked(overview, Status.IN_REVIEW, _not_in_review()), Status.DRAFT)


@transaction.atomic
def send_back(*, overview: Overview, reviewer, comment: str) -> Review:
    """Ask the authors for something else."""
    overview = _locked(overview, Status.IN_REVIEW, _not_in_review())
    if not comment.strip():
        raise ValidationError(_("Write to the authors what should change."))
    review = Review(overview=overview, decision=Review.Decision.SENT_BACK, comment=comment, reviewer=reviewer)
    review.full_clean()
    review.save()
    _set_status(overview, Status.DRAFT)
    return review


@transaction.atomic
def approve(*, overview: Overview, reviewer, comment: str = "") -> OverviewVersion:
    """Publish a text that somebody else than its authors has read: at once and whole."""
    overview = _locked(overview, Status.IN_REVIEW, _not_in_review())
    if overview.revises_id and overview.revises.status != Status.PUBLISHED:
        raise ValidationError(_("Only a published overview can have a next version."))
    if not may_approve(overview, reviewer):
        raise ValidationError(_("You have written on this text yourself. Somebody else must approve it."))
    if found := hindrances(overview):
        raise ValidationError(found)
    review = Review(overview=overview, decision=Review.Decision.APPROVED, comment=comment, reviewer=reviewer)
    review.full_clean()
    review.save()
    today = timezone.localdate()
    overview.published_on = overview.reviewed_on = today
    overview.review_due = months_after(today, overview.review_months)
    return _publish(overview, user=reviewer, review=review)


def may_approve(overview: Overview, reviewer) -> bool:
    return not overview.written_by.filter(pk=reviewer.pk).exists()


@transaction.atomic
def confirm(*, overview: Overview, reviewer) -> Review:
    """Note that a public text was reviewed and still holds: a new date for its next review, and no new version."""
    overview = _locked(overview, Status.PUBLISHED, _("Only a published overview can be confirmed."))
    if not may_confirm(overview, reviewer):
        raise ValidationError(_("This text is your own. Somebody else must say that it still holds."))
    review = Review(overview=overview, decision=Review.Decision.STILL_HOLDS, reviewer=reviewer)
    review.full_clean()
    review.save()
    overview.reviewed_on = timezone.localdate()
    overview.review_due = months_after(overview.reviewed_on, overview.review_months)
    overview.edition += 1
    overview.save(update_fields=["reviewed_on", "review_due", "edition"])  # the text was not updated
    return review


def may_confirm(overview: Overview, reviewer) -> bool:
    """Whoever may approve texts, but for the one who answers for this one: as with a new version, two look at it."""
    return reviewer.has_perm("knowledge.review_overview") and overview.owner_id != reviewer.pk


def _not_in_review() -> str:
    return _("This text is not in review any more: look at it again.")


def _locked(overview: Overview, status: str, refusal: str) -> Overview:
    """The overview as it is now, which nobody else can change until the transaction ends."""
    Overview.objects.select_for_update().filter(pk=overview.revises_id).first()  # always the published one first
    row = Overview.objects.select_for_update().filter(pk=overview.pk).first()
    if row is None or row.status != status:
        raise ValidationError(refusal)
    return row


def _set_status(overview: Overview, status: str) -> None:
    overview.status = status
    overview.edition += 1
    overview.save()


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last of its month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


# --- publishing


def _publish(overview: Overview, *, user, review: Review | None) -> OverviewVersion:
    """Make the text public as the next version; a revision takes the place of what it revises."""
    published = overview
    significance = overview.significance if overview.revises_id else Significance.MAJOR
    notes = {name: getattr(overview, name) for name in columns("change_note")}
    followed = overview.followed_in
    if overview.revises_id:
        published = overview.revises
        _carry_fields(overview, published)
        _carry_parts(overview, published)
        overview.reviews.update(overview=published)
        overview.delete()
    published.status = Status.PUBLISHED
    published.significance, published.followed_in = "", []
    for name in notes:
        setattr(published, name, "")
    version = new_version(published, significance=significance, user=user, review=review, **notes)
    published.written_by.clear()
    followed = followed if version.number > 1 else [code for code in LANGUAGES if getattr(published, f"title_{code}")]
    _open_translations(published, followed, user)
    return version


def new_version(published: Overview, *, user, significance: str = "", language: str = "", review=None, **notes):
    """Save the overview under a new number, and what it says as a version for ever."""
    published.version += 1
    if significance in {Significance.MEDIUM, Significance.MAJOR}:
        published.medium_version = published.version
    if significance == Significance.MAJOR:
        published.major_version = published.version
    published.edition += 1
    published.save()
    return OverviewVersion.objects.create(
        overview=published, number=published.version, language=language, significance=significance,
        content=content_of(published), published_at=timezone.now(), published_by=user, review=review, **notes,
    )  # fmt: skip


def _open_translations(published: Overview, followed: list[str], user) -> None:
    """Have a row for every language, also those that are missing: translators find their work there."""
    for code in [code for code in LANGUAGES if code != SOURCE_LANGUAGE]:
        if code in followed:
            say_what(published, code, published.version, user)
        else:
            OverviewTranslation.objects.get_or_create(overview=published, language=code)


def say_what(published: Overview, language: str, based_on: int, user) -> None:
    """Note that the text in a language says what a version says; a translator's unpublished work stays."""
    values = {"based_on": based_on, "translated_by": user}
    OverviewTranslation.objects.update_or_create(overview=published, language=language, defaults=values)


@transaction.atomic
def set_parts(overview: Overview, findings: list[dict], implications: list[dict]) -> None:
    """Give the overview these findings and implications, of an edition's content, and no others."""
    rows = _set_rows(Finding, overview, findings)
    _set_rows(Implication, overview, [one | {"finding": rows.get(one["finding"])} for one in implications])


def _set_rows(model, overview: Overview, parts: list[dict]) -> dict[str, Finding | Implication]:
    """The rows by their codes, which they keep."""
    model.objects.filter(overview=overview).exclude(code__in=[one["code"] for one in parts]).delete()
    rows = {row.code: row for row in model.objects.filter(overview=overview)}
    for position, part in enumerate(parts, 1):
        values = {name: part[name] for name in ["scale", "certainty", "studies", "finding", "action"] if name in part}
        values |= {f"{name}_{code}": text for name, texts in part["texts"].items() for code, text in texts.items()}
        values["position"] = position
        row = rows.get(part["code"]) or model(overview=overview, code=part["code"])
        if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        for name in {"settings", "staff_groups"} & part.keys():
            field = getattr(row, name)
            field.set(field.model.objects.filter(code__in=part[name]))
        rows[row.code] = row
    return rows


@transaction.atomic
def publish_from_files(overview: Overview) -> None:
    """Publish what was loaded from files, if it says anything new; such texts have been reviewed elsewhere."""
    last = overview.versions.first()
    if last and last.content == content_of(overview):
        return
    notes = {}
    for code in LANGUAGES:
        with override(code):
            notes[f"change_note_{code}"] = _("Loaded from files.")
    significance = Significance.MEDIUM if last else Significance.MAJOR
    new_version(overview, significance=significance, user=None, **notes)
    _open_translations(overview, [code for code in LANGUAGES if getattr(overview, f"title_{code}")], None)


# --- archive


@transaction.atomic
def archive(overview: Overview) -> None:
    """Take an overview out of all lists; its page stays and says so."""
    overview = _locked(overview, Status.PUBLISHED, _("Only a published overview can be archived."))
    _set_status(overview, Status.ARCHIVED)


@transaction.atomic
def restore(overview: Overview) -> None:
    overview = _locked(overview, Status.ARCHIVED, _("This overview is not archived."))
    _set_status(overview, Status.PUBLISHED)


# --- uploads


def forget_unused_files() -> int:
    """Delete uploads that no row names any more: replaced, removed or never committed; how many."""
    storage = ResourceFile._meta.get_field("file").storage
    if not storage.exists(UPLOADS):
        return 0
    _folders, names = storage.listdir(UPLOADS)
    used = set(ResourceFile.objects.exclude(file="").values_list("file", flat=True))
    last_time = timezone.now() - UNUSED_KEPT
    unused = [name for name in (f"{UPLOADS}/{name}" for name in names) if name not in used]
    old = [name for name in unused if storage.get_modified_time(name) < last_time]
    for name in old:
        storage.delete(name)
    return len(old)
