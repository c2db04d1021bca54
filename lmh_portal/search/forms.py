"""What the address of the search page may ask, and the answer as the page shows it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.translated import Text, page_language
from lmh_portal.index.finding import Answer, Filters, Hit, answer, find
from lmh_portal.search.kinds import KINDS
from lmh_portal.vocabulary.facets import (
    ActiveFilter,
    Choice,
    CountedChoice,
    Facet,
    Group,
    Loosened,
    TermFacet,
    search_text,
)
from lmh_portal.vocabulary.terms import TermInMemory, counted_as, terms

YEAR = dt.timedelta(days=365)


class WhenFacet(Facet):
    """By the day of an event or of publication."""

    def choices(self):
        for code, label in [("coming", _("Coming")), ("year", _("The last year")), ("older", _("Older"))]:
            yield Choice(code, code, Text(str(label), page_language()))


FACETS = [
    TermFacet("topic", _("Topic"), "topics", kind="topic", is_long=True),
    TermFacet("group", _("Target group"), "target_groups", kind="target_group", is_long=True),
    TermFacet("municipality", _("Municipality"), "municipalities", kind="area", area_kind="municipality", is_long=True),
    TermFacet("language", _("Language"), "languages", kind="language", is_long=True),
    WhenFacet("when", _("Date"), "day", is_long=True),
]


class Search:
    """A question with its filters. It has what components/facets.html and active_filters.html read of a list."""

    def __init__(self, data: QueryDict):
        self.q = search_text(data)
        self.chosen: dict[str, list[Choice]] = {}
        self.has_unknown = False
        for facet in FACETS:
            asked = set(data.getlist(facet.name)) - {""}
            self.chosen[facet.name] = [choice for choice in facet.choices() if choice.code in asked] if asked else []
            self.has_unknown |= len(self.chosen[facet.name]) < len(asked)
        kind = data.get("kind", "")
        self.kind = kind if kind in KINDS else ""
        self.has_unknown |= bool(kind) and not self.kind

    # --- the answer

    @cached_property
    def answer(self) -> Answer | None:
        """What the question alone finds; nothing is asked of the database without one."""
        return find(self.q) if self.q else None

    @cached_property
    def hits(self) -> list[Hit]:
        """What meets the filters too, of all kinds."""
        if not self.answer:
            return []
        if not self.answer.is_capped or not any(self.chosen.values()):
            return self._meeting(FACETS, self.answer.hits)
        keys = {name: [int(choice.key) for choice in chosen] for name, chosen in self.chosen.items() if name != "when"}
        filters = Filters(
            topics=[pk for key in keys["topic"] for pk in counted_as("topic", key)],
            target_groups=keys["group"],
            municipalities=keys["municipality"],
            languages=keys["language"],
        )
        return self._meeting(FACETS, answer(self.answer.question, filters).hits)

    @cached_property
    def shown(self) -> list[Hit]:
        """What the chosen tab lists."""
        return [hit for hit in self.hits if not self.kind or hit.kind == self.kind]

    @property
    def total(self) -> int:
        return len(self.shown)

    @property
    def is_capped(self) -> bool:
        return bool(self.answer and self.answer.is_capped)

    @cached_property
    def kinds(self) -> Counter:
        return Counter(hit.kind for hit in self.hits)

    def _meeting(self, facets: list[Facet], hits: list[Hit]) -> list[Hit]:
        """Those that these facets leave."""
        asked = [(facet.name, {choice.key for choice in self.chosen[facet.name]}) for facet in facets]
        asked = [(name, keys) for name, keys in asked if keys]
        return [hit for hit in hits if all(keys & self._keys(name, hit) for name, keys in asked)] if asked else hits

    def _keys(self, facet: str, hit: Hit) -> set[str]:
        """The choices of a facet that a hit counts for."""
        if facet == "topic":
            return {above for topic in hit.topics for above in self._with_broader.get(topic, ())}
        if facet == "when":
            return {_when(hit)} if hit.day else set()
        ids = {"group": hit.target_groups, "municipality": hit.municipalities, "language": hit.languages}[facet]
        return set(map(str, ids))

    @cached_property
    def _with_broader(self) -> dict[int, set[str]]:
        """For each topic the keys of it and of those above."""
        known = terms("topic")
        return {topic: {str(pk) for pk in _and_above(topic, known)} for topic in known}

    # --- as lists have it

    @property
    def is_empty(self) -> bool:
        return not any(self.chosen.values())

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        chosen = [(name, choice.code) for name, choices in self.chosen.items() for choice in choices]
        return [*([("q", self.q)] if self.q else []), *([("kind", self.kind)] if self.kind else []), *chosen]

    def query(self) -> str:
        return urlencode(self.parameters)

    @property
    def clear(self) -> str:
        """The address of the question without filters."""
        return "?" + urlencode({"q": self.q})

    @property
    def beside(self) -> list[tuple[str, str]]:
        """What the form of the filters sends along, unseen."""
        return [one for one in self.parameters if one[0] in {"q", "kind"}]

    @property
    def loosened(self) -> list[Loosened]:
        """What would be found if one filter were not asked for."""
        used = [facet for facet in FACETS if self.chosen[facet.name]]
        found = []
        for facet in used:
            others = [other for other in used if other is not facet]
            hits = [hit for hit in self._meeting(others, self.answer.hits) if self.kind in {"", hit.kind}]
            texts = [choice.text for choice in self.chosen[facet.name]]
            rest = [one for one in self.parameters if one[0] != facet.name]
            found.append(Loosened(str(facet.label), texts, len(hits), "?" + urlencode(rest)))
        if self.kind and self.hits:
            label, rest = str(_("Kinds of answer")), [one for one in self.parameters if one[0] != "kind"]
            text = Text(str(KINDS[self.kind].label), page_language())
            found.append(Loosened(label, [text], len(self.hits), "?" + urlencode(rest)))
        return [one for one in found if one.count]

    @property
    def groups(self) -> list[Group]:
        """The facets with the choices that lead somewhere beside the other filters."""
        found = []
        for facet in FACETS:
            others = [other for other in FACETS if other is not facet]
            hits = self._meeting(others, self.answer.hits if self.answer else [])
            counts = Counter(key for hit in hits for key in self._keys(facet.name, hit))
            chosen = {choice.code for choice in self.chosen[facet.name]}
            counted = (CountedChoice(one, counts[one.key], one.code in chosen) for one in facet.choices())
            choices = [one for one in counted if one.count or one.is_chosen]
            if choices:
                found.append(Group(facet, choices, bool(chosen)))
        return found

    @property
    def active(self) -> list[ActiveFilter]:
        found = []
        for facet in FACETS:
            for choice in self.chosen[facet.name]:
                others = [one for one in self.parameters if one != (facet.name, choice.code)]
                found.append(ActiveFilter(str(facet.label), choice.text, "?" + urlencode(others)))
        return found

    @property
    def tabs(self) -> Iterator[tuple[str, str, int, bool]]:
        """Label, address, number and whether it is the chosen one."""
        rest = [one for one in self.parameters if one[0] != "kind"]
        yield _("Everything"), "?" + urlencode(rest), len(self.hits), not self.kind
        for name, kind in KINDS.items():
            if self.kinds[name] or name == self.kind:
                yield kind.label, "?" + urlencode([*rest, ("kind", name)]), self.kinds[name], name == self.kind


def _and_above(topic: int, known: dict[int, TermInMemory]) -> Iterator[int]:
    above, met = topic, set()
    while above in known and above not in met:
        met.add(above)
        yield above
        above = known[above].parent


def _when(hit: Hit) -> str:
    today = timezone.localdate()
    if hit.kind == "event" and hit.day >= today:
        return "coming"
    return "year" if hit.day > today - YEAR else "older"
