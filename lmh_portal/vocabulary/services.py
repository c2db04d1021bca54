"""Keeping the hierarchies of topics and areas flat for queries."""

from django.db import transaction

from lmh_portal.vocabulary.models import Area, Topic


@transaction.atomic
def flatten_hierarchies() -> None:
    """Rewrite `Topic.ancestors` and `Area.municipalities` where `broader` and `within` say otherwise."""
    broader = dict(Topic.objects.values_list("pk", "broader_id"))
    _rewrite(Topic.ancestors.through, "from_topic_id", "to_topic_id", _with_wider(broader))

    within = dict(Area.objects.values_list("pk", "within_id"))
    municipalities = set(Area.objects.municipalities().values_list("pk", flat=True))
    pairs = {(wider, area) for area, wider in _with_wider(within) if area in municipalities}
    _rewrite(Area.municipalities.through, "from_area_id", "to_area_id", pairs)


def _with_wider(parents: dict[int, int | None]) -> set[tuple[int, int]]:
    """Each id with itself and everything above it."""
    pairs = set()
    for start in parents:
        above: int | None = start
        while above is not None and (start, above) not in pairs:
            pairs.add((start, above))
            above = parents[above]
    return pairs


def _rewrite(through, source: str, target: str, wanted: set[tuple[int, int]]) -> None:
    rows = {(getattr(row, source), getattr(row, target)): row.pk for row in through.objects.all()}
    through.objects.filter(pk__in=[pk for pair, pk in rows.items() if pair not in wanted]).delete()
    through.objects.bulk_create(through(**{source: one, target: other}) for one, other in sorted(wanted - rows.keys()))
