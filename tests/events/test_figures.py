"""Figures without names, and without small groups."""

import datetime as dt
import io
import random
from itertools import pairwise

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from actors.models import Organization
from events import evaluating, figures
from events.models import Moment
from events.suppression import Mark, determined_cells, protect
from lmh_portal.vocabulary.models import EventType, StaffGroup
from tests import make

pytestmark = pytest.mark.django_db
YEAR = 2025


def make_past_event(month=3, **fields):
    starts_at = timezone.make_aware(dt.datetime(YEAR, month, 10, 9))
    return make.make_event_of_today(starts_at=starts_at, **fields)


def make_many(event, number, there=0, **fields):
    """Participants, of whom some were there and have answered nothing."""
    for place in range(number):
        make.make_participant(event=event, present=event.occasions.all() if place < there else (), **fields)


def rows(by, year=YEAR) -> dict:
    found = figures.table(year, by)
    return {row.label: [row.places, *row.cells, row.share] for row in [*found.rows, found.total]}


def test_event_has_places_sign_ups_waiting_attendance_and_no_shows():
    event = make_past_event(name_sv="Tolk", form={"maximum_physical_attendee_capacity": 20})
    make_many(event, 15, there=9)
    make_many(event, 6, state="waiting")
    make_many(event, 5, state="cancelled")
    make_many(event, 5, state="unconfirmed")

    assert rows("event")["Tolk"] == ["20", 26, 6, 15, 9, 6, "60 %"]


def test_only_events_of_the_year_count():
    make_many(make_past_event(name_sv="Tolk"), 6)
    make_many(make.make_event_of_today(name_sv="Nu"), 7)

    assert list(rows("event")) == ["Tolk", "Alla tillsammans"]
    assert figures.years() == [timezone.localdate().year, YEAR]


def test_nobody_is_a_no_show_before_attendance_is_noted():
    make_many(make_past_event(name_sv="Tolk"), 10)

    assert rows("event")["Tolk"][3:] == [10, 0, 0, "–"]


def test_tables_are_by_quarter_type_staff_group_municipality_and_organisation():
    kind, nurses = make.make_term(EventType, name_sv="Kurs"), make.make_term(StaffGroup, name_sv="Sjuksköterskor")
    place, north = make.make_area(name_sv="Borås"), make.make_organization(name_sv="Norr")
    event = make_past_event(month=5, event_type=kind)
    make_many(event, 8, staff_group=nurses, municipality=place, organization=north)
    make_many(event, 7)

    assert rows("quarter")["Kvartal 2"][1] == 15
    assert rows("type")["Kurs"][1] == 15
    for by, label in [("staff", "Sjuksköterskor"), ("municipality", "Borås"), ("organization", "Norr")]:
        assert {name: cells[1] for name, cells in rows(by).items()} == {
            label: 8, "Inte angivet": 7, "Alla tillsammans": 15,
        }  # fmt: skip


def test_small_groups_are_hidden_and_cannot_be_computed():
    event = make_past_event()
    for name, number in [("Läkare", 3), ("Sjuksköterskor", 20), ("Lärare", 7)]:
        make_many(event, number, staff_group=make.make_term(StaffGroup, name_sv=name))

    assert {name: cells[1] for name, cells in rows("staff").items()} == {
        "Läkare": "<5", "Lärare": "–", "Sjuksköterskor": 20, "Alla tillsammans": 30,
    }  # fmt: skip


def test_few_no_shows_hide_how_many_came():
    event = make_past_event(name_sv="Tolk")
    make_many(event, 20, there=18)

    assert rows("event")["Tolk"][3:] == [20, "–", "<5", "–"]


def test_one_table_does_not_tell_what_another_hides():
    """Of two events of a type one is small: the type's own row must not give it away."""
    one, two = make.make_term(EventType, name_sv="Kurs"), make.make_term(EventType, name_sv="Seminarium")
    make_many(make_past_event(name_sv="Liten", event_type=one), 2)
    make_many(make_past_event(name_sv="Stor", event_type=one), 30)
    make_many(make_past_event(name_sv="Annan", event_type=two), 9)

    events, types = rows("event"), rows("type")

    assert events["Liten"][1] == "<5"
    known = [events["Stor"][1], types["Kurs"][1]]
    assert "–" in known


def random_year(seed):
    """Events, groups and answers of all sizes."""
    dice = random.Random(seed)
    kinds = [make.make_term(EventType) for _ in range(3)]
    groups = [make.make_term(StaffGroup) for _ in range(4)]
    places = [make.make_area() for _ in range(3)]
    Organization.objects.first() or make.make_organization()
    for _number in range(6):
        event = make_past_event(month=dice.randint(1, 12), event_type=dice.choice(kinds))
        for _one in range(dice.choice([1, 3, 8, 15])):
            state = dice.choice(["confirmed", "confirmed", "confirmed", "waiting", "cancelled"])
            there = event.occasions.all() if state == "confirmed" and dice.random() < 0.8 else ()
            about = {"staff_group": dice.choice([*groups, None]), "municipality": dice.choice([*places, None])}
            registration = make.make_participant(event=event, state=state, present=there, **about)
            if there and dice.random() < 0.7:
                answers = {question.name: [dice.randint(1, 5)] for question in evaluating.QUESTIONS[Moment.AFTER]}
                evaluating.receive(evaluating.Asked(registration, Moment.AFTER), answers)


@pytest.mark.parametrize("seed", range(6))
def test_no_small_number_of_a_year_is_computed_from_all_its_tables(seed):
    random_year(seed)
    facts = figures._facts({event.pk: event for event in figures._events(YEAR)})

    for one in facts.sums:  # the sums are true: else the proof is of nothing
        assert facts.values[one.total] == sum(facts.values[part] for part in one.parts), one
    shown = protect(facts.values, facts.sums)
    given_away = {cell for cell in determined_cells(shown, facts.sums) if 0 < facts.values[cell] < 5}

    assert any(value is Mark.SMALL for value in shown.values())
    assert given_away == set()
    for by in figures.BY:
        table = figures.table(YEAR, by)
        for row in [*table.rows, table.total]:
            assert not [cell for cell in row.cells if isinstance(cell, int) and 0 < cell < 5]


@pytest.mark.parametrize("by", figures.BY)
@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_table_costs_the_same_however_much_there_is(by, how_many):
    for _number in range(how_many):
        make_many(make_past_event(), 2, organization=make.make_organization(), staff_group=make.make_term(StaffGroup))
    figures.table(YEAR, by)

    with CaptureQueriesContext(connection) as queries:
        figures.table(YEAR, by)

    extra = {"organization": 1, "staff": 1, "municipality": 1, "type": 1}.get(by, 0)
    assert len(queries) == 3 + extra  # events, participants, answers; the names of the groups


# --- on the desk


@pytest.fixture
def analyst(client):
    analyst = make.make_editor(is_superuser=False)
    analyst.user_permissions.set(Permission.objects.filter(codename="view_figures"))
    client.force_login(analyst)
    return analyst


PAGE = "/admin/events/figures/"


def test_page_names_nobody(client, analyst):
    make_many(make_past_event(), 6, name="Anna Berg", email="", organization_name="Liten praktik")

    for by in figures.BY:
        html = client.get(PAGE, {"by": by, "year": YEAR}).content.decode()
        assert "Anna" not in html
        assert "praktik" not in html


def test_workbook_holds_what_the_page_shows_and_no_formula(client, analyst):
    make_many(make_past_event(name_sv="=1+1"), 20, there=18)

    content = client.get(PAGE, {"year": YEAR, "as": "xlsx"}).content
    sheet = load_workbook(io.BytesIO(content)).active

    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert lines[0][0] == "'=1+1"
    assert lines[0][3:] == [20, 0, 20, "–", "<5", "–", "–"]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


@pytest.mark.parametrize("query", ["year=x", "year=-1", "by=zz", "by=%00", "year=9999", "as=zip", "year=2025&by="])
def test_garbage_gives_the_page(client, analyst, query):
    make_many(make_past_event(), 6)

    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_page_is_empty_before_there_is_anything(client, analyst):
    assert client.get(PAGE).context["table"] is None


def test_figures_are_for_those_who_may(client):
    client.force_login(make.make_editor(is_superuser=False))

    assert client.get(PAGE).status_code == 403


def test_bars_are_of_the_largest_groups():
    for number in [6, 12, 3]:
        make_many(make_past_event(), number)

    bars = figures.table(YEAR, "event").bars

    assert all(one.number >= other.number for one, other in pairwise(bars))
    assert 3 not in [bar.number for bar in bars]
