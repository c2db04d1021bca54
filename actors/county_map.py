"""The county as a map: each municipality with the number of services that are for it in particular."""

from dataclasses import dataclass

from django.db.models import Count, Q, Subquery, Value
from django.urls import reverse

from actors.models import Service
from lmh_portal.vocabulary.models import Area
from lmh_portal.vocabulary.outline import MAP_VIEW_BOX
from lmh_portal.vocabulary.terms import terms

STEPS = [1, 2, 4, 8]  # from this many services on, a municipality has level 1, 2, 3, 4


@dataclass(frozen=True)
class MunicipalityOnMap:
    name: str
    url: str
    outline: str
    count: int

    @property
    def level(self) -> int:
        return sum(self.count >= step for step in STEPS)


@dataclass(frozen=True)
class LegendStep:
    level: int
    text: str


@dataclass(frozen=True)
class CountyMap:
    municipalities: list[MunicipalityOnMap]
    wide: int  # services of wider areas, which are for every municipality
    view_box: str = MAP_VIEW_BOX

    @property
    def legend(self) -> list[LegendStep]:
        texts = ["0", "1", "2–3", "4–7", "8+"]
        return [LegendStep(level, text) for level, text in enumerate(texts)]


def county_map() -> CountyMap:
    """Read the map in one query; pages keep it drawn until the content changes."""
    published = Service.objects.published().rewrite(False)
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
        MunicipalityOnMap(row.name_sv, f"{address}?municipality={row.code}", row.outline, row.own)
        for row in sorted(rows, key=lambda row: places[row.pk].place)
    ]
    return CountyMap(municipalities, wide=(rows[0].wide or 0) if rows else 0)
