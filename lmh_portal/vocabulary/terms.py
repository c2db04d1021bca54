"""Every vocabulary in memory, in one query a content version: pages name hundreds of terms."""

from dataclasses import dataclass, field

from django.db.models import CharField, IntegerField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.safestring import SafeString

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE, text_order
from lmh_portal.core.templatetags.portal import marked
from lmh_portal.core.translated import Text, columns, page_language, sort_key
from lmh_portal.core.version import remembered_of_vocabulary
from lmh_portal.vocabulary import models

KINDS = {
    "topic": models.Topic,
    "target_group": models.TargetGroup,
    "staff_group": models.StaffGroup,
    "setting": models.CareSetting,
    "organization_type": models.OrganizationType,
    "event_type": models.EventType,
    "resource_type": models.ResourceType,
    "intervention_level": models.InterventionLevel,
    "language": models.Language,
    "area": models.Area,
    "glossary": models.GlossaryTerm,
}


@dataclass(slots=True)
class TermInMemory:
    """A vocabulary's row as pages use it."""

    pk: int
    code: str
    names: dict[str, str]
    place: int  # in the vocabulary's order
    parent: "int | None" = None
    detail: str = ""  # an area's kind; a glossary term's texts, as JSON
    drawn: dict[str, SafeString] = field(default_factory=dict)  # by page language

    @property
    def text(self) -> Text:
        language = page_language()
        code = next((code for code in text_order(language) if self.names[code]), language)
        return Text(self.names[code] or "", code)

    def html(self, language: str) -> SafeString:
        """The name on a page in the language, marked where it is in another."""
        if language not in self.drawn:
            self.drawn[language] = marked(self.text)
        return self.drawn[language]

    def __str__(self):
        return self.text.value


def terms(kind: str) -> dict[int, TermInMemory]:
    """The terms of a kind by primary key, in the vocabulary's own order."""
    return remembered_of_vocabulary("terms", _load)[kind]


def by_code(kind: str) -> dict[str, TermInMemory]:
    return remembered_of_vocabulary(("terms by code", kind), lambda: {term.code: term for term in terms(kind).values()})


def counted_as(kind: str, pk: int) -> set[int]:
    """The terms whose rows count for this one: of a topic those below it too, of a place the wider areas around it."""
    if kind == "area":
        return _with_wider(kind, pk)
    return {one for one in terms(kind) if pk in _with_wider(kind, one)}


def _with_wider(kind: str, pk: int) -> set[int]:
    known, found, above = terms(kind), set(), pk
    while above is not None and above not in found:
        found.add(above)
        above = known[above].parent
    return found


def _load() -> dict[str, dict[int, TermInMemory]]:
    def rows(kind, model):
        code, parent, detail, position = "code", Value(None), Value(""), "position"
        if model is models.Topic:
            code, parent = "slug", "broader_id"
        if model is models.Area:
            parent, detail, position = "within_id", "kind", Value(0)
        if model is models.GlossaryTerm:
            texts = columns("definition", "synonyms")
            parent, detail, position = "use_instead_id", JSONObject(**dict(zip(texts, texts, strict=True))), Value(0)
        return (
            model.objects.rewrite(False)  # columns are named here; modeltranslation would shuffle them
            .order_by()
            .annotate(
                of=Value(kind, CharField()),
                known_as=Cast(code, CharField()),
                above=Cast(parent, IntegerField()),
                detail=Cast(detail, CharField()),
                place=Cast(position, IntegerField()),
                sorted=sort_key("name", SOURCE_LANGUAGE),
            )
            .values_list("of", "pk", "known_as", "above", "detail", "place", "sorted", *columns("name"))
        )

    first, *others = [rows(kind, model) for kind, model in KINDS.items()]
    found: dict[str, dict[int, TermInMemory]] = {kind: {} for kind in KINDS}
    ordered = first.union(*others, all=True).order_by("place", "sorted")
    for place, (kind, pk, code, parent, detail, _position, _key, *names) in enumerate(ordered):
        names_by_language = dict(zip(LANGUAGES, names, strict=True))
        found[kind][pk] = TermInMemory(pk, code, names_by_language, place, parent, detail)
    return found
