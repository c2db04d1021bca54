"""Figures of events without names: of one year, by event, quarter, type, staff group, municipality or organisation.

All tables of a year are protected together (events.suppression): what one hides cannot be taken from another. There
is no table of several years, for their differences would tell what each of them hides.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from actors.models import Organization
from actors.tables.cells import guarded, storable
from events.evaluating import QUESTIONS, Bar
from events.models import Attendance, EvaluationTally, Event, Moment, Registration
from events.suppression import Mark, Shown, Sum, protect
from lmh_portal.core.translated import columns, translated
from lmh_portal.vocabulary.terms import terms

State = Registration.State
TOTAL = ("total", None)
BY = {
    "event": gettext_lazy("Event"),
    "quarter": gettext_lazy("Quarter"),
    "type": gettext_lazy("Type of event"),
    "staff": gettext_lazy("Staff group"),
    "municipality": gettext_lazy("Municipality"),
    "organization": gettext_lazy("Organisation"),
}
MEASURES = ["signed_up", "waiting", "seated", "present", "absent", "pending", "answers"]  # numbers of persons
SHOWN_MEASURES = [
    ("signed_up", pgettext_lazy("figures", "Sign-ups")),
    ("waiting", pgettext_lazy("figures", "Waiting")),
    ("seated", pgettext_lazy("figures", "With a seat")),
    ("present", pgettext_lazy("figures", "Were there")),
    ("absent", pgettext_lazy("figures", "No-shows")),
]
MARKS = {Mark.SMALL: "<5", Mark.WITHHELD: "–"}
BARS = 20
OF_EVENTS = {"total", "event", "quarter", "type"}  # groups of whole events, which have places
Group = tuple[str, Hashable]


@dataclass
class Row:
    """A group's figures as they are shown."""

    label: str
    events: int
    places: str
    cells: list[int | str]
    share: str
    mean: str
    event: int | None = None

    @property
    def texts(self) -> list[int | str]:
        return [self.label, self.events, self.places, *self.cells, self.share, self.mean]


@dataclass
class Table:
    by: str
    year: int
    heads: list[str]
    rows: list[Row] = field(default_factory=list)
    total: Row | None = None

    @property
    def bars(self) -> list[Bar]:
        """How many had a seat, of the largest groups that are shown."""
        whole = self.total.cells[2] if self.total else 0
        shown = [(row.label, row.cells[2]) for row in self.rows if isinstance(row.cells[2], int) and row.cells[2]]
        of = whole if isinstance(whole, int) and whole else sum(number for _label, number in shown)
        largest = sorted(shown, key=lambda pair: -pair[1])[:BARS]
        return [Bar(label, number, round(100 * number / of)) for label, number in largest]


class Facts(NamedTuple):
    """What a year's tables are made of: of each group how many persons, which events, and the sums of answers."""

    values: dict[tuple[str, Group], int]
    sums: list[Sum]
    events: dict[Group, set[int]]
    scores: Counter


def years() -> list[int]:
    """Those with events that people can sign up to, the latest first."""
    events = Event.objects.filter(registration_form__isnull=False, is_template=False).order_by()
    found = events.annotate(year=ExtractYear("starts_at")).values_list("year", flat=True).distinct()
    return sorted(found, reverse=True)


def table(year: int, by: str) -> Table:
    """In a number of queries that does not depend on how much there is."""
    events = {event.pk: event for event in _events(year)}
    facts = _facts(events)
    shown = protect(facts.values, facts.sums)
    heads = [BY[by], _("Events"), _("Places"), *(label for _name, label in SHOWN_MEASURES)]
    heads = [str(head) for head in [*heads, _("Attendance"), _("Evaluation")]]
    groups = [group for group in facts.events if group[0] == by]
    label_of = _labels(by, [key for _kind, key in groups], events)
    rows = [_row(group, label_of(group[1]), facts, shown, events) for group in groups]
    rows.sort(key=lambda row: row.label.casefold())
    if by == "event":
        rows.sort(key=lambda row: events[row.event].starts_at)
    total = _row(TOTAL, _("All together"), facts, shown, events) if events else None
    return Table(by, year, heads, rows, total)


def _events(year: int):
    found = Event.objects.filter(registration_form__isnull=False, is_template=False, starts_at__year=year)
    fields = ["starts_at", "ends_at", "finishes_at", "event_type", *columns("name")]
    capacity = [f"registration_form__maximum_{kind}_attendee_capacity" for kind in ["physical", "virtual"]]
    return found.select_related("registration_form").only(*fields, "attendance_mode", *capacity)


# --- counted


def _facts(events: dict[int, Event]) -> Facts:
    values: Counter = Counter()
    of_events: dict[Group, set[int]] = defaultdict(set)
    event_groups = {pk: [("event", pk), ("quarter", _quarter(event)), ("type", event.event_type_id)]
                    for pk, event in events.items()}  # fmt: skip
    counted = list(_counted(events))
    noted = {event for event, _state, was_there, *_rest in counted if was_there}
    for event, state, was_there, staff, municipality, organization, number in counted:
        groups = [
            TOTAL, *event_groups[event], ("staff", staff), ("municipality", municipality),
            ("organization", organization),
        ]  # fmt: skip
        for group in groups:
            of_events[group].add(event)
            for measure in _measures(state, was_there, is_noted=event in noted):
                values[measure, group] += number
    for pk, groups in event_groups.items():
        for group in [TOTAL, *groups]:
            of_events[group].add(pk)
    scores = _add_answers(values, of_events, event_groups)
    complete = {(measure, group): values[measure, group] for group in of_events for measure in MEASURES}
    return Facts(complete, _sums(of_events, events), of_events, scores)


def _quarter(event: Event) -> int:
    return (timezone.localdate(event.starts_at).month + 2) // 3


def _counted(events: Iterable[int]):
    was_there = Exists(Attendance.objects.filter(registration=OuterRef("pk")))
    rows = Registration.objects.filter(event__in=events).exclude(state=State.UNCONFIRMED).order_by()
    groups = ["event", "state", "was_there", "staff_group", "municipality", "organization"]
    return rows.annotate(was_there=was_there).values_list(*groups).annotate(number=Count("pk"))


def _measures(state: str, was_there: bool, is_noted: bool) -> list[str]:
    """What somebody counts as. Whether those with a seat came is pending until attendance is noted at their event."""
    found = ["signed_up"]
    if state == State.WAITING:
        found.append("waiting")
    if state == State.CONFIRMED:
        found += ["seated", ("present" if was_there else "absent") if is_noted else "pending"]
    return found


def _add_answers(values: Counter, of_events: dict, event_groups: dict) -> Counter:
    """How many have answered right after the event, and what their marks add up to."""
    questions = [question.name for question in QUESTIONS[Moment.AFTER]]
    scores: Counter = Counter()
    tallies = EvaluationTally.objects.filter(event__in=event_groups, moment=Moment.AFTER, question__in=questions)
    for event, staff, question, value, number in tallies.values_list(
        "event", "staff_group", "question", "value", "count"
    ):
        for group in [TOTAL, *event_groups[event], ("staff", staff)]:
            of_events[group].add(event)
            scores[group, "sum"] += value * number
            scores[group, "number"] += number
            if question == questions[0]:
                values["answers", group] += number
    return scores


def _sums(of_events: dict[Group, set[int]], events: dict[int, Event]) -> list[Sum]:
    """Everything in the tables that adds up."""
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in of_events:
        groups[group[0]].append(group)
    parts = {TOTAL: [groups[by] for by in BY]}
    for quarter in groups["quarter"]:
        parts[quarter] = [[("event", pk) for pk, event in events.items() if _quarter(event) == quarter[1]]]
    for kind in groups["type"]:
        parts[kind] = [[("event", pk) for pk, event in events.items() if event.event_type_id == kind[1]]]
    sums = [
        Sum((measure, whole), [(measure, part) for part in family])
        for whole, families in parts.items()
        for family in families
        for measure in MEASURES
        if measure != "answers" or {kind for kind, _key in family} <= {"event", "quarter", "type", "staff"}
    ]
    seated = [
        Sum(("seated", group), [(measure, group) for measure in ["present", "absent", "pending"]])
        for group in of_events
    ]
    return sums + seated


# --- shown


def _labels(by: str, keys: list[Hashable], events: dict[int, Event]):
    """Gives each group of the table its name."""
    kinds = {"type": "event_type", "staff": "staff_group", "municipality": "area"}
    if by in kinds:
        known = {pk: str(term) for pk, term in terms(kinds[by]).items()}
    elif by == "organization":
        rows = Organization.objects.filter(pk__in=[key for key in keys if key]).only(*columns("name"))
        known = {row.pk: translated(row, "name").value for row in rows}
    elif by == "event":
        known = {pk: translated(event, "name").value for pk, event in events.items()}
    else:
        known = {number: _("Quarter %(number)d") % {"number": number} for number in range(1, 5)}
    return lambda key: capfirst(known.get(key, _("Not stated")))


def _row(group: Group, label: str, facts: Facts, shown: dict, events: dict[int, Event]) -> Row:
    def cell(measure: str) -> Shown:
        return shown[measure, group]

    return Row(
        label=label,
        events=len(facts.events[group]),
        places=_places([events[pk] for pk in facts.events[group]]) if group[0] in OF_EVENTS else "",
        cells=[MARKS.get(cell(measure), cell(measure)) for measure, _label in SHOWN_MEASURES],
        share=_share(cell("present"), cell("absent")),
        mean=_mean(cell("answers"), facts.scores, group),
        event=group[1] if group[0] == "event" else None,
    )


def _places(events: list[Event]) -> str:
    """All that were offered; where one event had no limit, there is no number."""
    Mode = Event.AttendanceMode
    limits = []
    for event in events:
        form = event.registration_form
        if event.attendance_mode != Mode.ONLINE:
            limits.append(form.maximum_physical_attendee_capacity)
        if event.attendance_mode != Mode.OFFLINE:
            limits.append(form.maximum_virtual_attendee_capacity)
    return _("no limit") if None in limits else str(sum(limits))


def _share(present: Shown, absent: Shown) -> str:
    if not isinstance(present, int) or not isinstance(absent, int) or not present + absent:
        return "–"
    return f"{round(100 * present / (present + absent))} %"


def _mean(answers: Shown, scores: Counter, group: Group) -> str:
    if not isinstance(answers, int) or not answers:
        return "–"
    return number_format(scores[group, "sum"] / scores[group, "number"], 1)


# --- as a workbook


def workbook(found: Table) -> bytes:
    """The table as it is shown, with texts that no spreadsheet takes for formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(found.year))
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 44
    heads = [WriteOnlyCell(sheet, head) for head in found.heads]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in [*found.rows, *([found.total] if found.total else [])]:
        sheet.append([guarded(storable(text)) if isinstance(text, str) else text for text in row.texts])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
