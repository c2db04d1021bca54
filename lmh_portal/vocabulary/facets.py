"""Lists with facets: what may stand in the address, which rows that leaves, how many rows each choice has.

A subclass of `Filters` names its facets. Choices of one facet widen the result, facets narrow it. A choice's
count is the number of rows that it would have beside what is chosen in the other facets; all counts and the
total are one query, remembered until the content changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import CharField, Count, Model, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext

from lmh_portal.core.translated import Text, page_language
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.querysets import joins
from lmh_portal.vocabulary.terms import counted_as, terms

TEXT_AT_MOST = 200  # characters of a search text; more than anybody means
PAGE_SIZE = 20


def search_text(data: QueryDict) -> str:
    """The words that an address asks for, tidied and not too many."""
    return " ".join(data.get("q", "").split())[:TEXT_AT_MOST]


@dataclass(frozen=True)
class Choice:
    """One value of a facet."""

    code: str  # in the address
    key: str  # in the database
    text: Text
    is_narrower: bool = False


@dataclass(frozen=True)
class Facet:
    """One thing to filter by. `path` leads from a row to the ids or values that it counts for."""

    name: str
    label: str
    path: str
    is_long: bool = False  # so many choices that pages show a menu instead of boxes

    def choices(self) -> Iterator[Choice]:
        raise LookupError("Use a facet that has choices.")

    def condition(self, rows: QuerySet, keys: list[str]) -> Q:
        return _joined_to(rows.model, self.path, self.matching(keys))

    @property
    def meets_rows_twice(self) -> bool:
        """On a path of several steps; only then must the database sort all rows to count each once."""
        return "__" in self.path

    def matching(self, keys: list[str]) -> Iterable[str | int]:
        """What a row must be joined to for one of these keys."""
        return keys


def _joined_to(model: type[Model], path: str, keys: Iterable[str | int]) -> Q:
    """Rows that the path joins to one of the keys, none of them twice."""
    relation, _, further = path.partition("__")
    field = model._meta.get_field(relation)
    if field.one_to_many or field.many_to_many:
        through, source, target = joins(field, further)
        return Q(pk__in=through._base_manager.filter(**{f"{target}__in": keys}).values(source))
    if further:
        related = field.related_model
        return Q(**{f"{relation}__in": related._base_manager.filter(_joined_to(related, further, keys)).values("pk")})
    return Q(**{f"{path}__in": keys})


@dataclass(frozen=True)
class TermFacet(Facet):
    """Filters by a vocabulary; `area_kind` keeps it to areas of one kind."""

    kind: str = ""
    area_kind: str = ""

    def choices(self):
        for term in terms(self.kind).values():
            if not self.area_kind or term.detail == self.area_kind:
                yield Choice(term.code, str(term.pk), term.text, is_narrower=self.kind == "topic" and bool(term.parent))

    def matching(self, keys):
        """The terms that count as these, known without asking the database to join its hierarchies."""
        return {pk for key in keys for pk in counted_as(self.kind, int(key))}


@dataclass(frozen=True)
class ValueFacet(Facet):
    """Filters by a field with fixed choices."""

    options: type = None  # a TextChoices class

    def choices(self):
        for value, label in self.options.choices:
            yield Choice(value, value, Text(str(label), page_language()))


@dataclass(frozen=True)
class CountedChoice:
    choice: Choice
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """A facet as a page shows it."""

    facet: Facet
    choices: list[CountedChoice]
    is_used: bool


@dataclass(frozen=True)
class ActiveFilter:
    label: str
    text: Text
    without: str  # address of the list without it


class Filters:
    """What an address asks of a list; `section` names the part of the rows, where a page has several."""

    facets: ClassVar[list[Facet]]

    def __init__(self, data: QueryDict, rows: QuerySet, user, *, section: str = ""):
        self.rows = rows.visible_to(user)
        self._remembered_as = (type(self).__name__, section, rows.shows_drafts_to(user))
        self.q = search_text(data)
        self.has_unknown = False
        self.chosen: dict[str, list[Choice]] = {}
        self._page = data.get("page")
        for facet in self.facets:
            self._read(facet, set(data.getlist(facet.name)) - {""})

    def _read(self, facet: Facet, asked: set[str]) -> None:
        known = [choice for choice in facet.choices() if choice.code in asked] if asked else []
        self.has_unknown |= len(known) < len(asked)
        self.chosen[facet.name] = known

    @property
    def is_empty(self) -> bool:
        return not self.parameters

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """The known part of the address, in one order."""
        chosen = [(name, choice.code) for name, choices in self.chosen.items() for choice in choices]
        return [("q", self.q), *chosen] if self.q else chosen

    def narrowed(self, leaving_out: Facet | None = None) -> QuerySet:
        """Every row of the result, whatever the page."""
        rows = self.rows.rewrite(False)  # columns are named here; modeltranslation would shuffle them
        if self.q:
            rows = rows.matching(self.q)
        for facet in self.facets:
            if facet is not leaving_out and (choices := self.chosen[facet.name]):
                rows = rows.filter(facet.condition(self.rows, [choice.key for choice in choices]))
        return rows

    @cached_property
    def key(self) -> tuple:
        """What the counts depend on beside the content and the day."""
        return (*self._remembered_as, tuple(self.parameters))

    @cached_property
    def _counts(self) -> Counter:
        """Rows by (facet, key); those of the whole result by ("", "")."""
        return remembered(self.key, self._count)

    def _count(self) -> Counter:
        queries = [
            self.narrowed(leaving_out=facet)
            .order_by()
            .annotate(facet=Value(facet.name, CharField()), key=Cast(facet.path, CharField()))
            .values("facet", "key")
            .annotate(rows=Count("pk", distinct=facet.meets_rows_twice))
            for facet in self.facets
        ]
        whole = (
            self.narrowed()
            .order_by()
            .annotate(facet=Value("", CharField()), key=Value("", CharField()))
            .values("facet", "key")
            .annotate(rows=Count("pk"))
        )
        return Counter({(row["facet"], row["key"]): row["rows"] for row in whole.union(*queries, all=True)})

    @property
    def total(self) -> int:
        return self._counts["", ""]

    @cached_property
    def groups(self) -> list[Group]:
        """The facets with the choices that lead somewhere."""
        return [group for facet in self.facets if (group := self._group(facet)).choices]

    def _group(self, facet: Facet) -> Group:
        chosen = {choice.code for choice in self.chosen[facet.name]}
        counted = (
            CountedChoice(choice, self._counts[facet.name, choice.key], choice.code in chosen)
            for choice in facet.choices()
        )
        return Group(facet, [one for one in counted if one.count or one.is_chosen], bool(chosen))

    @cached_property
    def active(self) -> list[ActiveFilter]:
        """What narrows the list now, each with the address that takes it away."""
        found = []
        for parameter in self.parameters:
            others = [other for other in self.parameters if other != parameter]
            found.append(ActiveFilter(*self._described(*parameter), without="?" + urlencode(others)))
        return found

    def _described(self, name: str, value: str) -> tuple[str, Text]:
        if name == "q":
            return "", Text(gettext("“%(words)s”") % {"words": value}, page_language())
        facet = next(facet for facet in self.facets if facet.name == name)
        choice = next(choice for choice in self.chosen[name] if choice.code == value)
        return str(facet.label), choice.text

    def page(self, *order):
        """The page of the result that the address asks for; the nearest one where it does not exist."""
        return Paginator(_Result(self, order), PAGE_SIZE).get_page(self._page)

    def first(self, number: int, *order) -> QuerySet:
        """The first rows of the result, however many a page shows."""
        return _Result(self, order)[:number]

    def query(self) -> str:
        """The parameters as text, for links to other pages of the same result."""
        return urlencode(self.parameters)


class _Result:
    """The rows of a result, whose number is known already, for a paginator to take a part of."""

    def __init__(self, filters: Filters, order: tuple[str, ...]):
        self.filters, self.order = filters, order

    def count(self) -> int:
        return self.filters.total

    def __len__(self):
        return self.filters.total

    @property
    def rows(self) -> QuerySet:
        return self.filters.narrowed().order_by(*self.order)

    def __getitem__(self, part: slice) -> QuerySet:
        """Choose the rows first and read their cards then: a deep page must not read what it skips."""
        cards = self.filters.rows.model._default_manager.rewrite(False).for_cards()
        return cards.filter(pk__in=self.rows.values("pk")[part]).order_by(*self.order)
