"""Copies, series and templates on the desk."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from events.models import Event
from tests import make


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def address(name: str, event=None) -> str:
    return reverse(f"admin:events_event_{name}", args=[event.pk] if event else [])


def local_times(events) -> list[str]:
    return [f"{timezone.localtime(event.starts_at):%Y-%m-%d %H:%M}" for event in events.order_by("starts_at")]


def test_copy_asks_for_a_date_alone(editor, client):
    event = make.make_event(name_sv="Workshop")

    form = client.get(address("copy", event)).context["form"]
    response = client.post(address("copy", event), {"day": "2027-05-12", "time": "09:00"})

    made = Event.objects.exclude(pk=event.pk).get()
    assert [field.name for field in form if field.initial in (None, "")] == ["day"]
    assert response.url == address("change", made)
    assert (made.coordinator, made.is_draft, made.name_sv) == (editor, True, "Workshop")
    assert local_times(Event.objects.filter(pk=made.pk)) == ["2027-05-12 09:00"]


def test_series_shows_its_dates_before_it_is_made(editor, client):
    event = make.make_event(starts_at=timezone.make_aware(timezone.datetime(2027, 5, 27, 9)))
    asked = {"rhythm": "week", "number": "2"}

    page = client.post(address("series", event), asked | {"look": ""})
    nothing = Event.objects.count()
    response = client.post(address("series", event), asked | {"create": ""}, follow=True)

    assert [remark for _moment, remark in page.context["days"]] == ["", ""]
    assert nothing == 1
    assert local_times(event.sub_events) == ["2027-06-03 09:00", "2027-06-10 09:00"]
    assert set(response.context["cl"].result_list) == set(Event.objects.all())


def test_series_on_given_dates_marks_those_that_are_unusual(editor, client):
    event = make.make_event()
    asked = {"rhythm": "", "days": "2027-06-25\n2027-06-26\n2027-06-21\n2020-01-07"}

    page = client.post(address("series", event), asked)

    marked = [bool(remark) for _moment, remark in page.context["days"]]
    assert marked == [True, False, True, True]  # past, Monday, Midsummer Eve, Midsummer Day


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"rhythm": "week"},
        {"rhythm": "week", "number": "1000"},
        {"rhythm": "never", "number": "1"},
        {"days": "imorgon"},
        {"days": "2027-02-30"},
        {"days": "\n".join(f"2027-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 13))},
    ],
    ids=str,
)
def test_series_that_makes_no_sense_is_explained(editor, client, asked):
    event = make.make_event()

    page = client.post(address("series", event), asked | {"create": ""})

    assert page.context["form"].errors
    assert Event.objects.count() == 1


def test_template_is_kept_used_and_seen_nowhere_else(editor, client):
    event = make.make_event(name_sv="Grundkurs")

    client.post(address("keep_as_template", event))
    template = Event.objects.get(is_template=True)
    page = client.get(address("templates"))
    client.post(address("copy", template), {"day": "2027-05-12", "time": "13:00"})

    assert list(page.context["templates"]) == [template]
    made = Event.objects.get(starts_at__year=2027, is_template=False, pk__gt=template.pk)
    assert (made.name_sv, made.super_event) == ("Grundkurs", None)
    listed = client.get("/admin/events/event/").context["cl"].result_list
    assert set(listed) == {event, made}
    assert client.get(template.get_absolute_url()).status_code == 404
    assert template not in client.get(reverse("events:event_list")).context["page"]


def test_template_is_never_published(editor, client):
    template = make.make_event(is_template=True, status="draft", description_sv="Om tolk.", venue_sv="Sal 1")

    client.post("/admin/events/event/", {"action": "publish", "_selected_action": [template.pk]})

    assert Event.objects.get().is_draft


@pytest.mark.parametrize("name", ["copy", "series", "keep_as_template", "templates"])
def test_pages_are_for_those_who_may_add_events(db, client, name):
    event = make.make_event()
    reader = make.make_editor(is_superuser=False)
    reader.user_permissions.set(Permission.objects.filter(codename="view_event"))
    client.force_login(reader)

    response = client.post(address(name, None if name == "templates" else event))

    assert response.status_code == 403


@pytest.mark.parametrize("garbage", ["0", "x", "99999999999999999999", "²"])
def test_garbage_for_a_series_gives_a_page(editor, client, garbage):
    assert client.get("/admin/events/event/", {"series": garbage}).status_code in {200, 302}
