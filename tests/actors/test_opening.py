"""Opening hours in words and by the calendar; in Sweden, with its holidays."""

import datetime as dt

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.models import Schedule
from actors.opening import is_holiday, opening_hours

MONDAY = dt.date(2026, 11, 23)


def schedule(**fields) -> Schedule:
    return Schedule(**{"byday": ["MO"], "opens_at": dt.time(9), "closes_at": dt.time(12)} | fields)


def words(today=MONDAY, **fields) -> str:
    (line,) = opening_hours([schedule(**fields)], today).lines
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
    assert opening_hours([schedule(valid_to=MONDAY - dt.timedelta(days=1))], MONDAY).lines == []


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
    occasion = opening_hours([schedule(**fields)], today).next

    assert (occasion and occasion.day) == expected


def test_hours_of_the_same_day_are_told_together():
    hours = opening_hours([schedule(opens_at=dt.time(13), closes_at=dt.time(15)), schedule()], MONDAY)

    assert hours.next.hours == "09.00–12.00, 13.00–15.00"


days = st.lists(st.sampled_from(Schedule.Day.values), min_size=1, max_size=4, unique=True)
dates = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(today=dates, byday=days, is_open=st.booleans(), until=st.none() | st.integers(0, 40))
def test_next_day_of_a_weekly_rule_equals_a_walk_through_the_calendar(today, byday, is_open, until):
    last = today + dt.timedelta(days=until) if until is not None else None
    rule = schedule(byday=byday, is_open_on_holidays=is_open, valid_to=last)

    occasion = opening_hours([rule], today).next

    walk = (today + dt.timedelta(days=number) for number in range(until + 1 if until is not None else 60))
    names = Schedule.Day.values
    expected = next((one for one in walk if names[one.weekday()] in byday and (is_open or not is_holiday(one))), None)
    assert (occasion and occasion.day) == expected
