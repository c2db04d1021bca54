"""An event on the desk: one page, few required fields, a programme that sorts itself."""

import datetime as dt

import pytest
from django.urls import reverse

from events.models import Event, ProgrammeItem
from tests import make

ADD = "/admin/events/event/add/"
FIELDS = ["name", "description", "venue", "date_note"]
TEXTS = {f"{field}_{code}": "" for field in FIELDS for code in ["sv", "en", "ar"]}


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def programme(*items: dict, old: int = 0) -> dict:
    data = {"programme-TOTAL_FORMS": len(items), "programme-INITIAL_FORMS": old} | make.NO_RELATED_CHOICES
    for number, item in enumerate(items):
        data |= {f"programme-{number}-{name}": value for name, value in item.items()}
    return data


def as_filled_in(client, **changes) -> dict:
    """What a coordinator sends: the form's own suggestions and what she typed."""
    form = client.get(ADD).context["adminform"].form
    suggested = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sample = make.make_event()
    typed = {
        "name_sv": "Workshop", "slug": "workshop",
        "event_type": sample.event_type_id, "organizer": sample.organizer_id,
        "starts_at_0": "2026-12-01", "starts_at_1": "09:00", "ends_at_0": "2026-12-01", "ends_at_1": "12:00",
    }  # fmt: skip
    known = {name: value for name, value in suggested.items() if value not in (None, [])}
    return TEXTS | known | programme() | typed | changes


def test_event_takes_at_most_eight_fields_to_fill_in(editor, client):
    form = client.get(ADD).context["adminform"].form

    to_fill_in = [
        name
        for name, field in form.fields.items()
        if field.required and form.get_initial_for_field(field, name) in (None, "")
    ]

    assert to_fill_in == ["name_sv", "starts_at", "ends_at", "event_type", "organizer", "slug"]


def test_event_with_its_programme_is_registered_on_one_page(editor, client):
    items = [
        {"name_sv": "Samtal", "starts": "10:30", "ends": "12:00", "performer_sv": "dietist"},
        {"name_sv": "Välkommen", "starts": "09:00"},
        {"name_sv": "Fika", "starts": "10:00"},
    ]

    response = client.post(ADD, as_filled_in(client, **programme(*items)))

    assert response.status_code == 302
    event = Event.objects.get(slug="workshop")
    assert event.starts_at == dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)  # nine o'clock in Sweden
    assert list(event.programme.values_list("position", "name_sv")) == [
        (1, "Välkommen"), (2, "Fika"), (3, "Samtal"),
    ]  # fmt: skip


def test_programme_without_times_keeps_the_order_it_was_written_in(editor, client):
    items = [{"name_sv": name} for name in ["Välkommen", "Fika", "Samtal"]]

    client.post(ADD, as_filled_in(client, **programme(*items)))

    assert list(Event.objects.get(slug="workshop").programme.values_list("position", "name_sv")) == [
        (1, "Välkommen"), (2, "Fika"), (3, "Samtal"),
    ]  # fmt: skip


def test_new_item_finds_its_place_among_the_old(editor, client):
    event = make.make_event(slug="workshop")
    for position, (name, hour) in enumerate([("Först", 9), ("Sist", 11)], 1):
        ProgrammeItem.objects.create(event=event, position=position, name_sv=name, starts=dt.time(hour))
    old = [
        {"id": item.pk, "event": event.pk, "name_sv": item.name_sv, "starts": item.starts}
        for item in event.programme.all()
    ]

    client.post(
        reverse("admin:events_event_change", args=[event.pk]),
        as_filled_in(client, **programme(*old, {"event": event.pk, "name_sv": "Mitt", "starts": "10:00"}, old=2)),
    )

    assert list(event.programme.values_list("position", "name_sv")) == [
        (1, "Först"),
        (2, "Mitt"),
        (3, "Sist"),
    ]


def test_event_that_ends_before_it_starts_is_refused(editor, client):
    response = client.post(ADD, as_filled_in(client, ends_at_1="08:00"))

    assert response.context["adminform"].form.non_field_errors()
    assert not Event.objects.filter(slug="workshop").exists()


def test_times_are_shown_in_swedish_time(editor, client):
    event = make.make_event(starts_at=dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC))

    page = client.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()

    assert 'name="starts_at_1" value="09:00"' in page


def test_list_can_show_what_comes_and_what_was(editor, client):
    past = make.make_event(starts_at=dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC))
    coming = make.make_event(event_status="cancelled")

    def shown(when):
        return list(client.get("/admin/events/event/", {"when": when}).context["cl"].result_list)

    assert shown("past") == [past]
    assert shown("coming") == [coming]
    assert "badge--broken" in client.get("/admin/events/event/").content.decode()
