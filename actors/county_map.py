"""The county as a map: each municipality with what there is for it."""

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, Q, Subquery, Value
from django.urls import reverse

from actors.models import Service
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.facets import Filters
from lmh_portal.vocabulary.models import Area
from lmh_portal.vocabulary.outline import MAP_VIEW_BOX
from lmh_portal.vocabulary.terms import terms

STEPS = (1, 2, 4, 8)  # from this many services on, a municipality has level 1, 2, 3, 4


@dataclass(frozen=True)
class MunicipalityOnMap:
    name: str
    url: str
    outline: str
    count: int
    level: int
    is_chosen: bool = False


@dataclass(frozen=True)
class LegendStep:
    level: int
    text: str


@dataclass(frozen=True)
class CountyMap:
    municipalities: list[MunicipalityOnMap]
    wide: int | None = None  # services of wider areas, which are for every municipality, where they are not counted
    steps: tuple[int, ...] = STEPS
    view_box: str = MAP_VIEW_BOX

    @property
    def legend(self) -> list[LegendStep]:
        ranges = [str(start) if end == start + 1 else f"{start}–{end - 1}" for start, end in pairwise(self.steps)]
        return [LegendStep(level, text) for level, text in enumerate(["0", *ranges, f"{self.steps[-1]}+"])]


def level(count: int, steps: tuple[int, ...] = STEPS) -> int:
    return sum(count >= step for step in steps)


def county_map() -> CountyMap:
    """The services that are for a municipality in particular; read in one query and kept drawn until they change."""
    published = Service.objects.published().listed().rewrite(False)
    wide = published.filter(areas__isnull=False).exclude(areas__kind=Area.Kind.MUNICIPALITY)
    rows = (
        Area.objects.municipalities()
        .order_by()  # memory knows the order; the database would compose each name's key for every joined row
        .annotate(
            own=Count("services", filter=Q(services__in=published), distinct=True),
            wide=Subquery(wide.order_by().values(one=Value(1)).annotate(n=Count("pk", distinct=True)).values("n")),
        )
    )
    address, places = reverse("actors:service_list"), terms("area")
    municipalities = [
        MunicipalityOnMap(row.name_sv, f"{address}?municipality={row.code}", row.outline, row.own, level(row.own))
        for row in sorted(rows, key=lambda row: places[row.pk].place)
    ]
    return CountyMap(municipalities, wide=(rows[0].wide or 0) if rows else 0)


def result_map(filters: Filters) -> CountyMap:
    """What a list finds for each municipality beside the other filters: the numbers that choosing it would give."""
    others = [one for one in filters.parameters if one[0] != "municipality"]
    chosen = {choice.code for choice in filters.chosen["municipality"]}
    places = remembered("municipalities of the map", _places)
    counts = [filters.count("municipality", str(pk)) for pk, *_place in places]
    steps = steps_between(counts)
    municipalities = [
        MunicipalityOnMap(
            name,
            filters.address([*others, ("municipality", code)]),
            outline,
            count,
            level(count, steps),
            code in chosen,
        )
        for (_pk, code, name, outline), count in zip(places, counts, strict=True)
    ]
    return CountyMap(municipalities, steps=steps)


def steps_between(counts: list[int]) -> tuple[int, ...]:
    """Four steps, or fewer, from the smallest number to the largest: whole numbers, the first of them 1."""
    found = [count for count in counts if count] or [1]
    low, high = min(found), max(found)
    return tuple(sorted({1, *(low + (high - low) * quarter // 4 for quarter in (1, 2, 3))} - {0}))


def _places() -> list[tuple[int, str, str, str]]:
    rows = Area.objects.municipalities().order_by().values_list("pk", "code", "name_sv", "outline")
    known = terms("area")
    return sorted(rows.rewrite(False), key=lambda row: known[row[0]].place)
