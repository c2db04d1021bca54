"""What belongs to an event on its page: read along with it, in the same query."""

from itertools import groupby

from django.db.models import F, OuterRef, Q, QuerySet

from actors.models import Organization
from events import evaluating
from events.models import (
    EvaluationComment,
    EvaluationTally,
    Event,
    Occasion,
    ProgrammeItem,
    TopicOfEvent,
    WorkshopInput,
)
from knowledge.models import Resource, ResourceFile
from lmh_portal.core.alongside import alongside, instances
from lmh_portal.core.translated import columns, sort_column
from lmh_portal.vocabulary.models import Language

OTHER_DATES = 12  # of a series; more are in the calendar
NEXT = 3
SPEAKERS = ["slug", "status", *columns("name")]
CARD = ["id", "slug", "event_status", "starts_at", "ends_at", "date_precision", "meetings", *columns("name")]
FILE = [
    "public_id", "language_id", "file", "url", "format", "name", "size", "has_captions", "is_accessible",
    *columns("note"),
]  # fmt: skip


def events_with_parts() -> QuerySet:
    event = OuterRef("pk")
    speakers = {f"of_{name}": F(f"organization__{name}") for name in SPEAKERS}
    return Event.objects.annotate(
        occasion_rows=alongside(Occasion.objects.filter(event=event), "position", "starts_at", "ends_at",
                                *columns("venue")),
        programme_rows=alongside(ProgrammeItem.objects.filter(event=event), "starts", "ends", "performer_name",
                                 "consented_on", *columns("name", "performer"), **speakers),
        co_organizer_rows=alongside(
            Organization.objects.published().filter(co_organized_events=event).order_by(sort_column("name")),
            "id", "slug", *columns("name"),
        ),
        material_rows=_material(event),
        input_rows=alongside(
            WorkshopInput.objects.filter(event=event, is_public=True).order_by("topic__position", "topic", "pk"),
            "topic_id", "text", "language", *columns("reply"),
        ),
        series_rows=_other_dates(event),
        tally_rows=alongside(EvaluationTally.objects.filter(event=event), "moment", "question", "value", "count"),
        comment_rows=alongside(evaluating.shown_comments().filter(event=event), "moment", "text"),
    )  # fmt: skip


def _material(event: OuterRef):
    files = ResourceFile.objects.filter(resource=OuterRef("pk"))
    in_order = files.order_by(F("language__position").asc(nulls_first=True), "position", "pk")
    code = {"language_code": F("language__code")}
    rows = Resource.objects.published().filter(events=event).order_by(sort_column("title"), "pk")
    return alongside(
        rows, "id", "slug", "resource_type_id", *columns("title"), files=alongside(in_order, *FILE, **code)
    )


def _other_dates(event: OuterRef):
    """The coming events of the same series."""
    first = OuterRef("super_event")
    same = Q(super_event=event) | Q(super_event=first) | Q(pk=first)
    coming = Event.objects.published().upcoming().filter(same).exclude(pk=event)
    return alongside(coming[:OTHER_DATES], *CARD)


def parts_of_event(event: Event) -> dict:
    return {
        "occasions": occasions_of(event),
        "programme": [_programme_item(row) for row in event.programme_rows],
        "co_organizers": instances(Organization, event.co_organizer_rows),
        "materials": [_resource(row) for row in event.material_rows],
        "inputs": _by_topic(instances(WorkshopInput, event.input_rows)),
        "series": instances(Event, event.series_rows),
        "results": _results(event),
        "next_events": _next(event) if event.is_past else [],
    }


def occasions_of(event: Event) -> list[Occasion]:
    """The meetings in the order of time."""
    return sorted(instances(Occasion, event.occasion_rows), key=lambda one: (one.starts_at, one.position))


def _programme_item(row: dict) -> ProgrammeItem:
    """With the speaker's organisation, if it is public."""
    (item,) = instances(ProgrammeItem, [row])
    if row["of_status"] == Organization.Status.PUBLISHED:
        item.organization = Organization(**{name: row[f"of_{name}"] for name in SPEAKERS})
    return item


def _resource(row: dict) -> Resource:
    """With its files, in the order of the vocabulary's languages."""
    (resource,) = instances(Resource, [row])
    resource.all_files = instances(ResourceFile, row["files"])
    for file, its in zip(resource.all_files, row["files"], strict=True):
        if file.language_id:
            file.language = Language(pk=file.language_id, code=its["language_code"])
    return resource


def _results(event: Event) -> list[evaluating.Result]:
    """What participants thought, where enough have said it."""
    tallies, comments = instances(EvaluationTally, event.tally_rows), instances(EvaluationComment, event.comment_rows)
    return [result for result in evaluating.results_of(tallies, comments) if result.is_enough]


def _by_topic(inputs: list[WorkshopInput]) -> list[tuple[int | None, list[WorkshopInput]]]:
    return [(topic, list(some)) for topic, some in groupby(inputs, key=lambda one: one.topic_id)]


def _next(event: Event) -> list[Event]:
    """The next events that share a topic with this one."""
    about = TopicOfEvent.objects.filter(tag__in=event.topic_ids).values("content_object")
    coming = Event.objects.published().upcoming().filter(pk__in=about)
    return list(coming.for_cards()[:NEXT])
