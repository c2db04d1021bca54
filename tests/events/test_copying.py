"""Copies keep what an event says, not when it was nor who was there: every field is decided here."""

import datetime as dt

import pytest
from django.utils import timezone
from modeltranslation.fields import TranslationField

from events.copying import (
    CLEARED,
    CLEARED_OF_PART,
    CLEARED_ROWS,
    GIVEN,
    KEPT,
    KEPT_ROWS,
    Rhythm,
    copy,
    repeat,
    starts_of_series,
)  # fmt: skip
from events.models import (
    Event,
    Invitation,
    Mailing,
    MailText,
    Occasion,
    ProgrammeItem,
    Question,
    Quota,
    RegistrationForm,
    WorkshopInput,
)  # fmt: skip
from events.registering import sign_up
from events.services import at_local_time
from tests import make

START = at_local_time(dt.date(2027, 3, 10), dt.time(9))  # before the clocks change
LATER = at_local_time(dt.date(2027, 4, 14), dt.time(13))


@pytest.fixture
def source(db) -> Event:
    """An event in which every field and every kind of row is filled in."""
    group = {"staff_groups": [make.make_term(Event.staff_groups.field.related_model)]}
    event = make.make_event(
        [make.make_topic()],
        target_groups=[make.make_term(Event.target_groups.field.related_model)],
        languages=[make.make_term(Event.languages.field.related_model)],
        starts_at=START, name_sv="Workshop", name_ar="ورشة", description_sv="Om tolk.", prerequisites_sv="Inga",
        level="basic", event_status="rescheduled", date_precision="day", date_note_sv="Tre tisdagar",
        recurrence="FREQ=MONTHLY", attendance_mode="mixed", venue_sv="Regionens hus", municipality=make.make_area(),
        accessibility_features=["step_free"], maximum_attendee_capacity=40, participants_reported=12, notes_sv="Sagt",
        fee_sek=100, registration="application", is_demo=True, demo_offset_days=3, sequence=4,
        coordinator=make.make_editor(), **group,
    )  # fmt: skip
    event.co_organizers.set([make.make_organization()])
    event.materials.set([make.make_resource()])
    ProgrammeItem.objects.create(
        event=event, position=1, name_sv="Samtal", performer_sv="dietist", performer_name="Berit Berg",
        consented_on=dt.date(2026, 1, 1), organization=make.make_organization(), starts=dt.time(10), ends=dt.time(11),
    )  # fmt: skip
    RegistrationForm.objects.create(
        event=event, opens_at=START - dt.timedelta(days=30), closes_at=START - dt.timedelta(days=1),
        maximum_physical_attendee_capacity=30, maximum_virtual_attendee_capacity=10, waiting_list_maximum=5,
        needs_approval=True, is_by_invitation=True, confirm_within_hours=12, offer_within_days=3, offer_hours=6,
        asks_diet=True, asks_access_needs=False, protected_kept_days=3, persons_kept_days=100,
        join_url="https://example.org/m", certificate_percent=80, certificate_hours=6, asks_evaluation=False,
        has_free_places=False,
    )  # fmt: skip
    Question.objects.create(
        event=event, position=2, kind="choice", text_sv="Varför?", text_en="Why?", choices_sv="A\nB", is_required=True,
        purpose_sv="För planeringen", kept_days=9,
    )  # fmt: skip
    Quota.objects.create(event=event, organization=make.make_organization(), places=10)
    Quota.objects.create(event=event, places=5)
    MailText.objects.create(event=event, kind="thanks", subject_sv="Tack", body_sv="Tack!")
    Occasion.objects.create(event=event, starts_at=at_local_time(dt.date(2027, 4, 7), dt.time(9)),
                            ends_at=at_local_time(dt.date(2027, 4, 7), dt.time(12)), venue_sv="Sal 2")  # fmt: skip
    event.refresh_from_db()
    return event


def originals(model) -> set[str]:
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return {field.name for field in fields if not isinstance(field, TranslationField)} | (
        {"topics"} if model is Event else set()
    )


def values(row, names) -> dict:
    """The columns of fields, with those of every language; rows related as a list."""
    found = {}
    for name in names:
        if name in {"co_organizers", "languages", "target_groups", "staff_groups", "topics", "materials"}:
            found[name] = list(getattr(row, name).all())
        else:
            given = [f"{name}_{code}" for code in ["sv", "en", "ar"] if hasattr(row, f"{name}_{code}")] or [name]
            found |= {column: getattr(row, column) for column in given}
    return found


def test_every_field_of_an_event_is_decided():
    groups = [KEPT, GIVEN, CLEARED]

    assert set().union(*groups) == originals(Event)
    assert sum(map(len, groups)) == len(set().union(*groups))


def test_every_kind_of_row_that_belongs_to_an_event_is_decided():
    related = {relation.get_accessor_name() for relation in Event._meta.related_objects if not relation.hidden}

    assert related == KEPT_ROWS | CLEARED_ROWS
    assert not KEPT_ROWS & CLEARED_ROWS


def test_copy_keeps_what_the_event_says(source):
    event = copy(source, starts_at=LATER, coordinator=None)

    assert values(event, KEPT) == values(source, KEPT)


def test_copy_clears_what_was(source):
    colleague = make.make_editor()

    event = copy(source, starts_at=LATER, coordinator=colleague)

    plain = Event()
    told = CLEARED - {"id", "uid", "created_at", "updated_at", "finishes_at", "meetings", "materials"}
    told -= {"sequence", "sequence_raised_at"}  # counted anew, by the trigger
    assert {name: value or "" for name, value in values(event, told).items()} == {
        name: value or "" for name, value in values(plain, told).items()
    }
    assert not event.materials.exists()
    assert event.uid != source.uid
    assert (event.coordinator, event.super_event, event.is_template) == (colleague, None, False)
    assert event.slug == "workshop"


@pytest.mark.parametrize("name", ["programme", "registration_form", "questions", "quotas", "mail_texts"])
def test_copy_keeps_the_parts_but_for_days_and_persons(source, name):
    event = copy(source, starts_at=LATER, coordinator=None)

    def parts(event):
        related = getattr(event, name)
        return list(related.order_by("pk")) if hasattr(related, "all") else [related]

    cleared = CLEARED_OF_PART.get(name, {})
    kept = originals(type(parts(source)[0])) - {"id", "event", *cleared}
    assert [values(row, kept) for row in parts(event)] == [values(row, kept) for row in parts(source)]
    for row in parts(event):
        assert {field: getattr(row, field) for field in cleared} == cleared
        assert row.event_id == event.pk


def test_meetings_of_a_copy_are_as_far_apart_by_the_clock_on_the_wall(source):
    event = copy(source, starts_at=LATER, coordinator=None)

    first, second = event.occasions.order_by("position")
    assert (first.starts_at, first.ends_at) == (LATER, LATER + dt.timedelta(hours=3))
    assert timezone.localtime(second.starts_at).replace(tzinfo=None) == dt.datetime(2027, 5, 12, 13)
    assert second.venue_sv == "Sal 2"
    assert second.check_in_code not in source.occasions.values_list("check_in_code", flat=True)
    assert (event.meetings, event.finishes_at) == (2, second.ends_at)


def test_copy_takes_nobody_along(source):
    RegistrationForm.objects.filter(event=source).update(
        needs_approval=False, is_by_invitation=False, opens_at=None, closes_at=None
    )
    sign_up(source, name="Cecilia", email="c@example.org", attendance_mode="online", language="sv")
    Invitation.objects.create(event=source, email="d@example.org", language="sv")
    Mailing.objects.create(event=source, kind="message")
    WorkshopInput.objects.create(event=source, text="Mer tolk", language="sv")

    event = copy(source, starts_at=LATER, coordinator=None)

    kept = {name: getattr(event, name).count() for name in CLEARED_ROWS}
    assert set(kept.values()) == {0}


def test_series_is_linked_to_its_first_even_from_one_of_the_others(source):
    second, third = repeat(source, [LATER, LATER + dt.timedelta(days=7)], None)
    [fourth] = repeat(third, [LATER + dt.timedelta(days=14)], None)

    assert {second.super_event, third.super_event, fourth.super_event} == {source}
    assert len({event.slug for event in [source, second, third, fourth]}) == 4
    assert all(event.is_draft for event in [second, third, fourth])


@pytest.mark.parametrize(
    ("first", "rhythm", "days"),
    [
        ((2027, 3, 10), Rhythm.WEEK, [(2027, 3, 17), (2027, 3, 24), (2027, 3, 31)]),
        ((2027, 3, 10), Rhythm.THREE_WEEKS, [(2027, 3, 31), (2027, 4, 21), (2027, 5, 12)]),
        ((2027, 3, 10), Rhythm.MONTH, [(2027, 4, 14), (2027, 5, 12), (2027, 6, 9)]),
        ((2027, 3, 31), Rhythm.MONTH, [(2027, 4, 28), (2027, 5, 26), (2027, 6, 30)]),  # the last Wednesday
        ((2027, 3, 10), Rhythm.QUARTER, [(2027, 6, 9), (2027, 9, 8), (2027, 12, 8)]),
    ],
)
def test_series_keeps_its_weekday_and_its_time_of_day(first, rhythm, days):
    starts = starts_of_series(at_local_time(dt.date(*first), dt.time(9)), rhythm, 3)

    assert [timezone.localtime(start).replace(tzinfo=None) for start in starts] == [
        dt.datetime(*day, 9) for day in days
    ]
