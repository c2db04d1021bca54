"""Calendars, read by a library that has nothing to do with the one that writes them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from dateutil.rrule import rrulestr
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.calendars import event_calendar
from events.models import Event
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.vocabulary import models as vocabulary
from tests import make

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
JOIN = "https://video.example.org/secret-room"  # no public calendar may hold it
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def local(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=STOCKHOLM)


def parse(content: bytes):
    """The calendar; folded as RFC 5545 wants it, with nothing between the lines."""
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    calendar = vobject.readOne(content.decode())
    assert calendar.vtimezone.tzid.value == "Europe/Stockholm"
    return calendar


def entries(content: bytes) -> list:
    return parse(content).contents.get("vevent", [])


def entry(event):
    (found,) = entries(event_calendar(event))
    return found


def subscribed(client, query="", language="sv"):
    with override(language):
        response = client.get(reverse("events:calendar") + query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert not response.cookies
    return response


def summaries(response) -> list[str]:
    return [one.summary.value for one in entries(response.content)]


# --- one event


def test_entry_says_what_the_event_is(settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    topic = make.make_topic(name_sv="Psykisk hälsa, trauma; och mer")
    organizer = make.make_organization(name_sv='Aktör "ett"; två', email="kurser@example.org")
    event = make.make_event(
        [topic], organizer=organizer, name_sv="Tolk; i, vården\\", description_sv="Rad ett\r\nRad två, med; tecken",
        venue_sv="Aulan", municipality=make.make_area(name_sv="Borås"), attendance_mode="mixed",
        event_type=make.make_term(vocabulary.EventType, name_sv="Kurs"), starts_at=local(2027, 1, 20, 9),
    )  # fmt: skip

    found = entry(event)

    address = f"https://portal.example.org{event.get_absolute_url()}"
    assert found.summary.value == "Tolk; i, vården\\"
    assert found.description.value == f"Rad ett\nRad två, med; tecken\n\n{address}"
    assert found.location.value == "Aulan, Borås, På plats och digitalt"
    assert found.categories.value == ["Kurs", "Psykisk hälsa, trauma; och mer"]
    assert found.url.value == address
    assert found.organizer.value == "mailto:kurser@example.org"
    assert found.uid.value == str(event.uid)
    assert (found.status.value, found.sequence.value) == ("CONFIRMED", "0")
    assert found.dtstart.value == event.starts_at
    assert found.dtend.value == event.ends_at
    assert found.summary.params["LANGUAGE"] == ["sv"]


@pytest.mark.parametrize("state", [{"status": "draft", "email": "a@example.org"}, {"email": ""}])
def test_organizer_is_never_a_person_and_a_portal_where_there_is_no_public_address(settings, state):
    settings.DEFAULT_FROM_EMAIL = "Portalen <portal@example.org>"
    event = make.make_event(organizer=make.make_organization(**state), coordinator=make.make_editor(email="e@b.se"))

    content = event_calendar(event).decode()

    assert "ORGANIZER" in content
    assert entry(event).organizer.value == "mailto:portal@example.org"
    assert "e@b.se" not in content
    assert "ATTENDEE" not in content


def test_every_meeting_has_its_own_time_place_and_lasting_uid():
    event = make.make_event(name_sv="Kurs", venue_sv="Aulan")
    make.make_occasion(event, days=7)
    make.make_occasion(event, days=14, venue_sv="Biblioteket")

    found = entries(event_calendar(event))

    assert [one.uid.value for one in found] == [str(event.uid), f"{event.uid}-2", f"{event.uid}-3"]
    assert [one.dtstart.value for one in found] == [event.starts_at + days * DAY for days in [0, 7, 14]]
    assert [one.location.value for one in found] == ["Aulan", "Aulan", "Biblioteket"]
    assert [one.summary.value for one in found] == [f"Kurs (träff {number} av 3)" for number in [1, 2, 3]]


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        (local(2027, 3, 27, 22), local(2027, 3, 28, 6), 7),  # the night in which an hour is missing
        (local(2027, 10, 30, 22), local(2027, 10, 31, 6), 9),  # the night in which one comes twice
        (local(2027, 10, 31, 2), local(2027, 10, 31, 2).replace(fold=1), 1),  # from the first to the second of them
        (local(2027, 3, 26, 9), local(2027, 3, 29, 9), 71),  # four days over the change
        (local(2040, 7, 2, 9), local(2040, 7, 2, 12), 3),  # after 2038
    ],
)
def test_times_are_right_over_both_changes_of_clocks(starts, ends, hours):
    event = make.make_event(starts_at=starts, ends_at=ends)

    found = entry(event)

    first, last = (one.value.astimezone(dt.UTC) for one in [found.dtstart, found.dtend])
    assert (first, last) == (starts.astimezone(dt.UTC), ends.astimezone(dt.UTC))
    assert last - first == hours * HOUR


@pytest.mark.parametrize(
    ("ends", "last"),
    [(local(2027, 3, 28, 23, 59), dt.date(2027, 3, 28)), (local(2027, 3, 30), dt.date(2027, 3, 29))],
    ids=["one day", "two days to midnight"],
)
def test_day_is_a_day_and_ends_before_the_next(ends, last):
    found = entry(make.make_event(starts_at=local(2027, 3, 28), ends_at=ends, date_precision="day"))

    assert (found.dtstart.value, found.dtend.value) == (dt.date(2027, 3, 28), last + DAY)
    assert found.transp.value == "TRANSPARENT"


def test_event_that_repeats_does_so_at_the_same_local_time():
    event = make.make_event(starts_at=local(2027, 3, 1, 9), recurrence="FREQ=WEEKLY;INTERVAL=3", meetings=3)

    found = entry(event)

    times = list(rrulestr(found.rrule.value, dtstart=found.dtstart.value.replace(tzinfo=None)))
    assert times == [dt.datetime(2027, 3, 1, 9), dt.datetime(2027, 3, 22, 9), dt.datetime(2027, 4, 12, 9)]
    zone = found.dtstart.value.tzinfo
    assert [one.replace(tzinfo=zone).utcoffset() / HOUR for one in times] == [1, 1, 2]


def test_event_whose_dates_have_pages_of_their_own_does_not_repeat():
    first = make.make_event(recurrence="FREQ=MONTHLY")
    later = make.make_event(recurrence="FREQ=MONTHLY", super_event=first)

    assert "rrule" not in entry(first).contents
    assert "rrule" not in entry(later).contents


@pytest.mark.parametrize(
    ("status", "expected", "name"),
    [
        ("scheduled", "CONFIRMED", "Kurs"),
        ("rescheduled", "CONFIRMED", "Kurs"),
        ("postponed", "TENTATIVE", "Uppskjuten: Kurs"),
        ("cancelled", "CANCELLED", "Inställd: Kurs"),
    ],
)
def test_status_is_said_to_calendars_and_to_people(status, expected, name):
    found = entry(make.make_event(name_sv="Kurs", event_status=status))

    assert (found.status.value, found.summary.value) == (expected, name)


def test_link_to_join_is_in_the_calendar_of_those_with_a_seat_alone(client):
    event = make.make_event(attendance_mode="online")
    make.make_sign_up_form(event, join_url=JOIN)

    (own,) = entries(event_calendar(event, with_join_url=JOIN))

    assert JOIN in own.description.value
    assert own.conference.value == JOIN
    for url in [reverse("events:event_file", args=[event.slug]), reverse("events:calendar"), reverse("events:feed")]:
        assert JOIN not in client.get(url).content.decode()
    assert JOIN not in client.get(event.get_absolute_url()).content.decode()


def test_arabic_is_arabic_and_a_fallback_says_its_language():
    event = make.make_event(name_sv="Tolk", name_ar="الترجمة الشفوية في الرعاية الصحية " * 4, description_sv="Hej")

    with override("ar"):
        found = entry(event)

    assert found.summary.value == ("الترجمة الشفوية في الرعاية الصحية " * 4).strip()
    assert (found.summary.params["LANGUAGE"], found.description.params["LANGUAGE"]) == (["ar"], ["sv"])
    assert "/ar/" in found.url.value


def test_page_gives_its_event_as_a_file_and_only_what_has_a_day(client):
    event = make.make_event()
    year = make.make_event(date_precision="year")
    draft = make.make_event(status="draft")
    client.force_login(make.make_editor())

    response = client.get(reverse("events:event_file", args=[event.slug]))

    assert [one.uid.value for one in entries(response.content)] == [str(event.uid)]
    assert response.headers["Content-Disposition"] == f'attachment; filename="{event.slug}.ics"'
    assert reverse("events:event_file", args=[event.slug]) in client.get(event.get_absolute_url()).content.decode()
    for hidden in [year, draft]:
        assert client.get(reverse("events:event_file", args=[hidden.slug])).status_code == 404
        assert "event.ics" not in client.get(hidden.get_absolute_url()).content.decode()


# --- lists to subscribe to


@pytest.mark.searches
def test_subscription_has_the_filters_of_the_list(client):
    topic = make.make_topic(name_sv="Trauma")
    make.make_event([topic], name_sv="Om trauma")
    make.make_event(name_sv="Om tolk")

    filtered = subscribed(client, f"?topic={topic.slug}&page=9&nonsense=1")

    assert summaries(filtered) == ["Om trauma"]
    assert summaries(subscribed(client, "?q=tolk")) == ["Om tolk"]
    assert summaries(subscribed(client)) == ["Om trauma", "Om tolk"]
    calendar = parse(filtered.content)
    assert calendar.x_wr_calname.value == "Utbildningar och möten: Trauma"
    assert calendar.source.value.endswith(f"/sv/kalender/kalender.ics?topic={topic.slug}")
    assert calendar.method.value == "PUBLISH"


def test_subscription_keeps_what_is_cancelled_and_what_was_lately(client):
    make.make_event(name_sv="Inte av", event_status="cancelled")
    make.make_event(name_sv="Förra månaden", starts_at=timezone.now() - 30 * DAY)
    make.make_event(name_sv="Förra året", starts_at=timezone.now() - 300 * DAY)
    make.make_event(name_sv="Något år", date_precision="year")
    make.make_event(name_sv="Utkast", status="draft")
    make.make_event(name_sv="Mall", status="draft", is_template=True)
    client.force_login(make.make_editor())

    response = subscribed(client)

    assert summaries(response) == ["Inställd: Inte av", "Förra månaden"]
    assert [one.status.value for one in entries(response.content)] == ["CANCELLED", "CONFIRMED"]


def test_subscription_without_events_is_a_calendar(client):
    assert entries(subscribed(client).content) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_subscription_speaks_the_language_of_its_address(client, language):
    make.make_event(name_sv="Svenska", name_en="English", name_ar="العربية")

    response = subscribed(client, language=language)

    assert summaries(response) == [{"sv": "Svenska", "en": "English", "ar": "العربية"}[language]]


def test_calendar_that_has_not_changed_is_not_sent_again(client):
    event = make.make_event()
    for hours, url in enumerate([reverse("events:calendar"), reverse("events:event_file", args=[event.slug])], 1):
        first = client.get(url)
        known = {"if-none-match": first.headers["ETag"]}
        since = {"if-modified-since": first.headers["Last-Modified"]}

        assert [client.get(url, headers=one).status_code for one in [known, since]] == [304, 304]

        time = first.headers["Last-Modified"]
        with time_machine.travel(timezone.now() + hours * HOUR):
            event.name_sv += "!"
            event.save()
        again = client.get(url, headers=known | since)
        assert (again.status_code, client.get(url, headers=since).status_code) == (200, 200)
        assert again.headers["Last-Modified"] != time


def test_calendar_learns_of_a_change_that_was_no_edit(client):
    event = make.make_event()
    first = subscribed(client)
    with time_machine.travel(timezone.now() - HOUR):
        Event.objects.filter(pk=event.pk).update(event_status="cancelled")

    again = client.get(reverse("events:calendar"), headers={"if-none-match": first.headers["ETag"]})

    (found,) = entries(again.content)
    assert (found.status.value, found.sequence.value) == ("CANCELLED", "1")


def test_event_that_is_unpublished_leaves_the_calendar_at_once(client):
    event = make.make_event()
    first = subscribed(client)
    with time_machine.travel(timezone.now() + HOUR):
        event.status = "draft"
        event.save()
    since = {"if-modified-since": first.headers["Last-Modified"]}

    again = client.get(reverse("events:calendar"), headers=since)

    assert entries(again.content) == []


def test_list_leads_to_its_calendar_and_feed_with_its_filters(client):
    topic = make.make_topic()
    make.make_event([topic])

    html = client.get(reverse("events:event_list") + f"?topic={topic.slug}").content.decode()

    for address in ["/sv/kalender/kalender.ics", "/sv/kalender/flode/"]:
        assert html.count(f'{address}?topic={topic.slug}"') >= 2
    assert f'href="webcal://testserver/sv/kalender/kalender.ics?topic={topic.slug}"' in html


# --- whatever editors write

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=150)
times = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2060, 1, 1), timezones=st.just(dt.UTC))
lengths = st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=9))


def words(text: str) -> list[str]:
    """What is left of a text when all kinds of spaces count alike."""
    return text.split()


def test_whatever_editors_write_survives_the_way_through_a_calendar():
    event = make.make_event()

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(name=texts, description=texts, venue=texts, organizer=texts, starts_at=times, length=lengths,
           precision=st.sampled_from(["minute", "day"]), code=st.sampled_from(list(LANGUAGES)))  # fmt: skip
    def try_one(name, description, venue, organizer, starts_at, length, precision, code):
        starts_at, length = starts_at.replace(microsecond=0), dt.timedelta(seconds=int(length.total_seconds()))
        values = {f"{field}_{one}": "" for field in ["name", "description", "venue"] for one in LANGUAGES}
        values |= {f"name_{code}": f"x {name}", f"description_{code}": description, f"venue_{code}": venue}
        Event.objects.rewrite(False).filter(pk=event.pk).update(
            starts_at=starts_at, ends_at=starts_at + length, date_precision=precision, **values
        )  # fmt: skip
        event.organizer.name_sv = f"x {organizer}"
        event.organizer.save()

        with override(code):
            (found,) = entries(event_calendar(event))
            again = vobject.readOne(vobject.readOne(event_calendar(event).decode()).serialize()).vevent

        kept = words(clean(f"x {name}"))
        assert words(found.summary.value) == kept
        assert words(again.summary.value) == kept
        assert words(found.description.value)[:-1] == words(clean(description))
        if precision == "minute":
            assert found.dtstart.value.astimezone(dt.UTC) == starts_at
            assert found.dtend.value.astimezone(dt.UTC) == starts_at + length
        else:
            first = starts_at.astimezone(STOCKHOLM).date()
            assert found.dtstart.value == first
            assert found.dtend.value > first
        assert (again.dtstart.value, again.dtend.value) == (found.dtstart.value, found.dtend.value)
        assert len(found.contents["summary"]) == 1

    try_one()


def clean(text: str) -> str:
    """Without what neither XML nor a calendar can hold."""
    return "".join(one if one in "\t\n\r" or (one >= "\x20" and one not in "\ufffe\uffff") else " " for one in text)
