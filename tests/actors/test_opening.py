"""Opening hours in words and by the calendar; in Sweden, with its holidays."""

import datetime as dt

import pytest
import time_machine
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.models import Schedule
from actors.opening import is_holiday, opening_hours
from actors.parts import parts_of_service, services_with_parts
from tests import make

MONDAY = dt.date(2026, 11, 23)


def at(day: dt.date, hour=0, minute=0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute))


def schedule(**fields) -> Schedule:
    return Schedule(**{"byday": ["MO"], "opens_at": dt.time(9), "closes_at": dt.time(12)} | fields)


def words(today=MONDAY, **fields) -> str:
    (line,) = opening_hours([schedule(**fields)], at(today)).lines
    return " ".join(part for part in [line.days, line.hours, line.period, line.note.value] if part)


@pytest.mark.parametrize(
    ("fields", "sv", "en", "ar"),
    [
        ({}, "Måndag 09.00–12.00", "Monday 09:00–12:00", "الاثنين 09:00–12:00"),
        ({"byday": ["FR", "MO", "TU", "WE", "TH"]}, "Måndag–fredag 09.00–12.00", "Monday–Friday 09:00–12:00",
         "الاثنين–الجمعة 09:00–12:00"),
        ({"byday": ["TH", "MO"]}, "Måndag, torsdag 09.00–12.00", "Monday, Thursday 09:00–12:00",
         "الاثنين، الخميس 09:00–12:00"),
        ({"interval": 2, "valid_from": MONDAY}, "Måndag, varannan vecka 09.00–12.00",
         "Monday, every other week 09:00–12:00", "الاثنين، كل أسبوعين 09:00–12:00"),
        ({"freq": "MONTHLY", "bysetpos": -1}, "Sista måndag i månaden 09.00–12.00",
         "Last Monday of the month 09:00–12:00", "الاثنين الأخير من الشهر 09:00–12:00"),
        ({"opens_at": None, "closes_at": None, "notes_sv": "Efter överenskommelse"}, "Måndag Efter överenskommelse",
         "Monday Efter överenskommelse", "الاثنين Efter överenskommelse"),
    ],
)  # fmt: skip
def test_rule_is_told_in_words(fields, sv, en, ar):
    told = {}
    for language in ["sv", "en", "ar"]:
        with override(language):
            told[language] = words(**fields)

    assert told == {"sv": sv, "en": en, "ar": ar}


def test_period_is_told_as_far_as_it_is_to_come():
    december = dt.date(2026, 12, 1)

    assert words(valid_from=december, valid_to=dt.date(2027, 1, 31)) == (
        "Måndag 09.00–12.00 från och med 1 december 2026, till och med 31 januari 2027"
    )
    assert words(valid_from=dt.date(2026, 1, 1)) == "Måndag 09.00–12.00"
    assert opening_hours([schedule(valid_to=MONDAY - dt.timedelta(days=1))], at(MONDAY)).lines == []


@pytest.mark.parametrize(
    ("today", "fields", "expected"),
    [
        (MONDAY, {}, MONDAY),
        (MONDAY, {"byday": ["WE"]}, dt.date(2026, 11, 25)),
        (dt.date(2026, 4, 6), {}, dt.date(2026, 4, 13)),  # Easter Monday
        (dt.date(2026, 4, 6), {"is_open_on_holidays": True}, dt.date(2026, 4, 6)),
        (dt.date(2026, 12, 24), {"byday": ["TH", "FR"]}, dt.date(2027, 1, 7)),  # Christmas, New Year on the same days
        (dt.date(2026, 6, 19), {"byday": ["FR"]}, dt.date(2026, 6, 26)),  # Midsummer Eve
        (dt.date(2026, 11, 24), {"freq": "MONTHLY", "bysetpos": 1}, dt.date(2026, 12, 7)),
        (dt.date(2026, 11, 24), {"freq": "MONTHLY", "bysetpos": -1}, dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 24), {"interval": 2, "valid_from": MONDAY}, dt.date(2026, 12, 7)),
        (MONDAY, {"valid_from": dt.date(2027, 2, 2)}, dt.date(2027, 2, 8)),
        (MONDAY, {"valid_to": MONDAY, "byday": ["TU"]}, None),
    ],
)
def test_next_day_is_the_first_that_is_no_holiday(today, fields, expected):
    occasion = opening_hours([schedule(**fields)], at(today)).next

    assert (occasion and occasion.day) == expected


def test_hours_of_the_same_day_are_told_together():
    hours = opening_hours([schedule(opens_at=dt.time(13), closes_at=dt.time(15)), schedule()], at(MONDAY))

    assert hours.next.hours == "09.00–12.00, 13.00–15.00"


NIGHT = {"opens_at": dt.time(20), "closes_at": dt.time(8)}
TWICE = [{}, {"opens_at": dt.time(13), "closes_at": dt.time(15)}]
SUNDAY, TUESDAY, NEXT = (MONDAY + dt.timedelta(days=days) for days in (-1, 1, 7))


@pytest.mark.parametrize(
    ("now", "rules", "expected"),
    [
        (at(MONDAY, 8, 59), [{}], (MONDAY, "09.00–12.00", False)),
        (at(MONDAY, 9), [{}], (MONDAY, "09.00–12.00", True)),
        (at(MONDAY, 11, 59), [{}], (MONDAY, "09.00–12.00", True)),
        (at(MONDAY, 12), [{}], (NEXT, "09.00–12.00", False)),  # closed for today
        (at(MONDAY, 11), TWICE, (MONDAY, "09.00–12.00, 13.00–15.00", True)),
        (at(MONDAY, 12, 30), TWICE, (MONDAY, "13.00–15.00", False)),  # of two times today one is over
        (at(MONDAY, 15), TWICE, (NEXT, "09.00–12.00, 13.00–15.00", False)),
        (at(MONDAY, 12), [{"valid_to": MONDAY}], None),  # the last time is over
        (at(MONDAY, 12), [{}, {"byday": ["TU"], "valid_from": NEXT}], (NEXT, "09.00–12.00", False)),
        (at(MONDAY, 23), [{"opens_at": None, "closes_at": None}], (MONDAY, "", False)),  # hours unknown
        (at(MONDAY, 19), [NIGHT], (MONDAY, "20.00–08.00", False)),
        (at(TUESDAY, 2), [NIGHT], (MONDAY, "20.00–08.00", True)),  # since yesterday
        (at(TUESDAY, 8), [NIGHT], (NEXT, "20.00–08.00", False)),
        (at(TUESDAY, 2), [NIGHT | {"valid_from": TUESDAY}], (NEXT, "20.00–08.00", False)),  # did not open last night
        (at(dt.date(2026, 12, 1), 2), [NIGHT], (dt.date(2026, 11, 30), "20.00–08.00", True)),  # of last month
        (at(dt.date(2026, 12, 24), 20), [NIGHT | {"byday": ["WE"]}], (dt.date(2026, 12, 30), "20.00–08.00", False)),
        (at(dt.date(2026, 12, 24), 7), [NIGHT | {"byday": ["WE"]}], (dt.date(2026, 12, 23), "20.00–08.00", True)),
        (at(dt.date(2026, 4, 6), 10), [{}], (dt.date(2026, 4, 13), "09.00–12.00", False)),  # Easter Monday
        (at(MONDAY, 12), [{"interval": 2, "valid_from": MONDAY}], (dt.date(2026, 12, 7), "09.00–12.00", False)),
        (at(MONDAY, 12), [{"freq": "MONTHLY", "bysetpos": 4}], (dt.date(2026, 12, 28), "09.00–12.00", False)),
    ],
)
def test_what_is_over_today_is_no_next_time(now, rules, expected):
    occasion = opening_hours([schedule(**rule) for rule in rules], now).next

    assert (occasion and (occasion.day, occasion.hours, occasion.is_now)) == expected


@pytest.mark.parametrize(
    ("now", "limits", "expected"),
    [
        (at(SUNDAY, 10), {"starts": NEXT}, NEXT),
        (at(TUESDAY, 2), {"starts": TUESDAY}, NEXT),
        (at(MONDAY, 12), {"until": MONDAY}, None),
        (at(MONDAY, 11), {"until": MONDAY}, MONDAY),
        (at(TUESDAY, 2), {"until": dt.date.min}, None),
    ],
)
def test_service_that_begins_or_ends_opens_only_meanwhile(now, limits, expected):
    rules = [schedule(), schedule(**NIGHT)] if now.day == TUESDAY.day else [schedule()]

    occasion = opening_hours(rules, now, **limits).next

    assert (occasion and occasion.day) == expected


SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2026, 10, 25)  # clocks go forward at 2, back at 3


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ((2026, 3, 28, 23, 30), (SPRING - dt.timedelta(days=1), True)),  # 00.30
        ((2026, 3, 29, 5, 59), (SPRING - dt.timedelta(days=1), True)),  # 07.59, eleven hours after eight in the evening
        ((2026, 3, 29, 6, 0), (SPRING, False)),  # 08.00
        ((2026, 10, 25, 0, 30), (AUTUMN - dt.timedelta(days=1), True)),  # 02.30
        ((2026, 10, 25, 1, 30), (AUTUMN - dt.timedelta(days=1), True)),  # 02.30 once more
        ((2026, 10, 25, 6, 59), (AUTUMN - dt.timedelta(days=1), True)),  # 07.59
        ((2026, 10, 25, 7, 0), (AUTUMN, False)),  # 08.00
    ],
)
def test_clock_on_the_wall_counts_when_it_is_changed(db, utc, expected):
    make.make_schedule(byday=["SA", "SU"], **NIGHT)

    with time_machine.travel(dt.datetime(*utc, tzinfo=dt.UTC), tick=False):
        occasion = parts_of_service(services_with_parts().for_detail().get())["hours"].next

    assert (occasion.day, occasion.is_now) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(MONDAY, 8), at(MONDAY, 9)), (at(MONDAY, 9), at(MONDAY, 12)), (at(MONDAY, 12), at(MONDAY, 13)),
        (at(MONDAY, 14), at(MONDAY, 15)), (at(MONDAY, 15), at(NEXT, 9)),
    ],
)  # fmt: skip
def test_hours_say_until_when_they_hold(now, expected):
    assert opening_hours([schedule(**rule) for rule in TWICE], now).changes_at == expected


days = st.lists(st.sampled_from(Schedule.Day.values), min_size=1, max_size=4, unique=True)
dates = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(today=dates, byday=days, is_open=st.booleans(), until=st.none() | st.integers(0, 40))
def test_next_day_of_a_weekly_rule_equals_a_walk_through_the_calendar(today, byday, is_open, until):
    last = today + dt.timedelta(days=until) if until is not None else None
    rule = schedule(byday=byday, is_open_on_holidays=is_open, valid_to=last)

    occasion = opening_hours([rule], at(today)).next

    walk = (today + dt.timedelta(days=number) for number in range(until + 1 if until is not None else 60))
    names = Schedule.Day.values
    expected = next((one for one in walk if names[one.weekday()] in byday and (is_open or not is_holiday(one))), None)
    assert (occasion and occasion.day) == expected


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    now=st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 12, 31)),
    rules=st.lists(st.tuples(days, st.integers(0, 23), st.integers(0, 23), st.booleans()), min_size=1, max_size=3),
)
def test_next_time_equals_a_walk_through_the_hours(now, rules):
    made = [
        schedule(byday=byday, opens_at=dt.time(opens), closes_at=dt.time(closes), is_open_on_holidays=is_open)
        for byday, opens, closes, is_open in rules
        if opens != closes
    ]

    occasion = opening_hours(made, now).next

    walk = [
        (begins, begins + dt.timedelta(hours=(one.closes_at.hour - one.opens_at.hour) % 24))
        for number in range(-1, 60)
        for one in made
        for day in [now.date() + dt.timedelta(days=number)]
        for begins in [at(day, one.opens_at.hour)]
        if Schedule.Day.values[day.weekday()] in one.byday and (one.is_open_on_holidays or not is_holiday(day))
    ]
    coming = sorted(span for span in walk if span[1] > now)
    assert (occasion and (occasion.day, occasion.is_now)) == (
        (coming[0][0].date(), coming[0][0] <= now) if coming else None
    )
