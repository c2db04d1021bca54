"""Lists with facets: what may stand in the address, which rows that leaves, how many rows each choice has.

A subclass of `Filters` names its facets. Choices of one facet widen the result (those of a `SetFacet` narrow it),
facets narrow it. A choice's count is the number of rows that it would have beside what is chosen in the other
facets; all counts and the total are one query, remembered until the content changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import ClassVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import CharField, Count, Func, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
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
    is_retired: bool = False  # offered only where an address from before names it
    shares_row: bool = False  # whether one related row must fit this and the neighbouring facets of its relation

    def choices(self) -> Iterator[Choice]:
        raise LookupError("Use a facet that has choices.")

    def condition(self, model: type[Model], wanted: "Wanted") -> Q:
        """Rows that one of the keys leads to; `wanted` has the paths of all facets that share the related row."""
        return _joined_to(model, wanted)

    @property
    def together(self) -> str:
        """The same for facets that share a row."""
        return self.path.partition("__")[0] if self.shares_row else f"facet {self.name}"

    @property
    def key(self) -> Combinable:
        """What a row counts for, in SQL."""
        return Cast(self.path, CharField())

    @property
    def narrows(self) -> bool:
        """Whether a row must have all that is chosen, not one of it."""
        return False

    @property
    def meets_rows_twice(self) -> bool:
        """On a path of several steps; only then must the database sort all rows to count each once."""
        return "__" in self.path

    def matching(self, keys: list[str]) -> Iterable[str | int]:
        """What a row must be joined to for one of these keys."""
        return keys


Wanted = dict[str, Iterable[str | int]]  # keys by path


def _joined_to(model: type[Model], wanted: Wanted) -> Q:
    """Rows that the paths, which start with the same step, join to one of the keys each; none of them twice."""
    relation = next(iter(wanted)).partition("__")[0]
    further = {path.partition("__")[2]: keys for path, keys in wanted.items()}
    field = model._meta.get_field(relation)
    if field.one_to_many or field.many_to_many:
        ends = {path: joins(field, path) for path in further}
        through, source, _target = next(iter(ends.values()))
        conditions = {f"{ends[path][2]}__in": keys for path, keys in further.items()}
        return Q(pk__in=through._base_manager.filter(**conditions).values(source))
    if "" not in further:
        related = field.related_model
        return Q(**{f"{relation}__in": related._base_manager.filter(_joined_to(related, further)).values("pk")})
    return Q(**{f"{path}__in": keys for path, keys in wanted.items()})


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
class YesNoFacet(Facet):
    """Filters by a field that is true or false; a row without it is neither."""

    yes: str = ""
    no: str = ""
    meets_rows_twice = False  # one row at the path's end

    def choices(self):
        for code, key, label in [("yes", "true", self.yes), ("no", "false", self.no)]:
            yield Choice(code, key, Text(str(label), page_language()))

    def matching(self, keys):
        return [key == "true" for key in keys]


@dataclass(frozen=True)
class SetFacet(ValueFacet):
    """Filters by an array of fixed choices: a row must have all that are chosen."""

    narrows = True
    meets_rows_twice = True

    def condition(self, model, wanted):
        return Q(**{f"{self.path}__contains": list(wanted[self.path])})

    @property
    def key(self):
        return Func(self.path, function="unnest", output_field=CharField(), set_returning=True)


@dataclass(frozen=True)
class Sort:
    """One order of a list; `code` stands in the address."""

    code: str
    label: str
    order: tuple


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

    @property
    def options(self) -> SafeString:
        """Of a menu; not in the template, where a hundred of them take a third of the page's time."""
        return format_html_join(
            "",
            '<option value="{}"{}>{} ({})</option>',
            (
                (one.choice.code, mark_safe(" selected") if one.is_chosen else "", one.choice.text.value, one.count)
                for one in self.choices
            ),
        )


@dataclass(frozen=True)
class ActiveFilter:
    label: str
    text: Text
    without: str  # address of the list without it


@dataclass(frozen=True)
class Loosened:
    """What would be found if one thing were not asked for."""

    label: str
    texts: list[Text]  # what is no longer asked for
    count: int
    address: str


class Filters:
    """What an address asks of a list; `section` names the part of the rows, where a page has several.

    `carried` are parameters of another matter that the list's links take along.
    """

    facets: ClassVar[list[Facet]]

    def __init__(self, data: QueryDict, rows: QuerySet, user, *, section: str = "", carried=()):
        self.rows = rows.visible_to(user)
        self.carried: list[tuple[str, str]] = list(carried)
        self.shows_drafts = rows.shows_drafts_to(user)
        self._remembered_as = (type(self).__name__, section, self.shows_drafts)
        self.q = search_text(data)
        self.has_unknown = False
        self.chosen: dict[str, list[Choice]] = {}
        self._page = data.get("page")
        for facet in self.facets:
            self._read(facet, set(data.getlist(facet.name)) - {""})
        self.orders = self.sorts()
        usual = self.orders[0] if self.orders else None
        self.sort = next((sort for sort in self.orders if sort.code == data.get("sort")), usual)

    def sorts(self) -> list[Sort]:
        """The orders that visitors may choose from, the usual one first; none where there is but one."""
        return []

    def _read(self, facet: Facet, asked: set[str]) -> None:
        known = [choice for choice in facet.choices() if choice.code in asked] if asked else []
        self.has_unknown |= len(known) < len(asked)
        self.chosen[facet.name] = known

    @property
    def offered(self) -> list[Facet]:
        return [facet for facet in self.facets if not facet.is_retired or self.chosen[facet.name]]

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
        return self._fitting(self._with_words(), leaving_out)

    def _with_words(self) -> QuerySet:
        rows = self.rows.rewrite(False)  # columns are named here; modeltranslation would shuffle them
        return rows.matching(self.q, with_drafts=self.shows_drafts) if self.q else rows

    def _fitting(self, rows: QuerySet, leaving_out: Facet | None = None) -> QuerySet:
        """Those of the rows that have what is chosen."""
        for _relation, facets in groupby(self.facets, attrgetter("together")):
            used = [facet for facet in facets if facet is not leaving_out and self.chosen[facet.name]]
            if used:
                rows = rows.filter(used[0].condition(rows.model, {one.path: self._wanted(one) for one in used}))
        return rows

    def _wanted(self, facet: Facet) -> Iterable[str | int]:
        return facet.matching([choice.key for choice in self.chosen[facet.name]])

    @cached_property
    def key(self) -> tuple:
        """What the counts depend on beside the content and the day."""
        return (*self._remembered_as, tuple(self.parameters))

    @property
    def drawn_as(self) -> tuple:
        """What the list's parts that hold links depend on."""
        return (*self.key, *self.beside)

    @cached_property
    def _counts(self) -> Counter:
        """Rows by (facet, key); those of the whole result by ("", "")."""
        return remembered(self.key, self._count)

    def _count(self) -> Counter:
        """All counts in one query, which looks for the words once."""
        rows, found = self.rows.rewrite(False), ""
        if self.q:
            found, words = self._with_words().order_by().values("pk").query.sql_with_params()
            rows = rows.model._base_manager.rewrite(False).filter(pk__in=RawSQL("SELECT * FROM found", ()))
        whole = self._counted(self._fitting(rows), "", Value("", CharField()))
        parts = [self._counted(self._beside(facet, rows), facet.name, facet.key, facet) for facet in self.offered]
        sql, parameters = whole.union(*parts, all=True).query.sql_with_params()
        if found:
            sql, parameters = f"WITH found AS MATERIALIZED ({found}) {sql}", (*words, *parameters)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return Counter({(name, key): count for name, key, count in cursor.fetchall()})

    def _beside(self, facet: Facet, rows: QuerySet) -> QuerySet:
        """The rows among which a facet's choices count; what shares its row must fit that very row."""
        rows = self._fitting(rows, leaving_out=None if facet.narrows else facet)
        others = [one for one in self.facets if one.together == facet.together and one is not facet]
        shared = {f"{one.path}__in": self._wanted(one) for one in others if self.chosen[one.name]}
        return rows.filter(**shared) if shared else rows

    @staticmethod
    def _counted(rows: QuerySet, name: str, key: Combinable, facet: Facet | None = None) -> QuerySet:
        number = Count("pk", distinct=bool(facet and facet.meets_rows_twice))
        named = rows.order_by().annotate(facet=Value(name, CharField()), key=key)
        return named.values("facet", "key").annotate(rows=number).values_list("facet", "key", "rows")

    @cached_property
    def loosened(self) -> list[Loosened]:
        """What leads somewhere if one facet, or the words, were not asked for; all counts are one query."""
        asked = [facet for facet in self.facets if self.chosen[facet.name]]
        names = [*(["q"] if self.q else []), *(facet.name for facet in asked)]
        if not names or self.total:
            return []
        counts = remembered((*self.key, "loosened"), lambda: self._count_loosened(asked))
        return [self._without(name, counts[name]) for name in names if counts[name]]

    def _count_loosened(self, asked: list[Facet]) -> Counter:
        found = {facet.name: self.narrowed(leaving_out=facet) for facet in asked}
        if self.q:
            found["q"] = self._fitting(self.rows.rewrite(False))
        first, *others = [self._counted(rows, name, Value("", CharField())) for name, rows in found.items()]
        return Counter({name: count for name, _key, count in first.union(*others, all=True)})

    def _without(self, name: str, count: int) -> Loosened:
        taken = [one for one in self.parameters if one[0] == name]
        others = [one for one in self.parameters if one[0] != name]
        described = [self._described(*one) for one in taken]
        return Loosened(described[0][0], [text for _label, text in described], count, self.address(others))

    def count(self, name: str, key: str) -> int:
        """The rows that a choice of a facet would have beside what is chosen in the others."""
        return self._counts[name, key]

    @property
    def total(self) -> int:
        return self._counts["", ""]

    @cached_property
    def groups(self) -> list[Group]:
        """The facets with the choices that lead somewhere."""
        return [group for facet in self.offered if (group := self._group(facet)).choices]

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
            found.append(ActiveFilter(*self._described(*parameter), without=self.address(others)))
        return found

    def address(self, parameters: list[tuple[str, str]], *, sort: Sort | None = None) -> str:
        """The list as it is now, but for these parameters or this order."""
        return "?" + urlencode([*parameters, *self._order(sort or self.sort), *self.carried])

    def _order(self, sort: Sort | None) -> list[tuple[str, str]]:
        """An order's part of the address; the usual one needs none."""
        return [("sort", sort.code)] if sort and sort.code != self.orders[0].code else []

    @property
    def clear(self) -> str:
        """The address of the list without filters."""
        return self.address([])

    @property
    def beside(self) -> list[tuple[str, str]]:
        """What the form of the filters sends along, unseen."""
        return [*self._order(self.sort), *self.carried]

    @cached_property
    def sort_links(self) -> list[tuple[Sort, str]]:
        return [(sort, self.address(self.parameters, sort=sort)) for sort in self.orders]

    def _described(self, name: str, value: str) -> tuple[str, Text]:
        if name == "q":
            return "", Text(gettext("“%(words)s”") % {"words": value}, page_language())
        facet = next(facet for facet in self.facets if facet.name == name)
        choice = next(choice for choice in self.chosen[name] if choice.code == value)
        return str(facet.label), choice.text

    def page(self, *order):
        """The page of the result that the address asks for; the nearest one where it does not exist."""
        order = order or self.sort.order
        return Paginator(_Result(self, order), PAGE_SIZE).get_page(self._page)

    def first(self, number: int, *order) -> QuerySet:
        """The first rows of the result, however many a page shows."""
        return _Result(self, order)[:number]

    def query(self) -> str:
        """The parameters as text, for other views of the same rows."""
        return urlencode(self.parameters)

    def kept_query(self) -> str:
        """The same with order and what is carried, for the list's other pages."""
        return urlencode([*self.parameters, *self.beside])


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
