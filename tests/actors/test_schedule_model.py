"""Opening hours: rules of RFC 5545, and what cannot be."""

import datetime as dt

import pytest
from dateutil.rrule import rrulestr
from django.db import IntegrityError

from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 5)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({}, "FREQ=WEEKLY;BYDAY=MO"),
        ({"byday": ["MO", "TH"]}, "FREQ=WEEKLY;BYDAY=MO,TH"),
        ({"interval": 2, "valid_from": DAY}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        ({"freq": "MONTHLY", "bysetpos": 1}, "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"),
        ({"freq": "MONTHLY", "bysetpos": -1, "byday": ["FR"]}, "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1"),
    ],
)
def test_rule_can_be_read_by_others(values, rule):
    schedule = make.make_schedule(**values)

    assert schedule.rrule == rule
    assert rrulestr(schedule.rrule, dtstart=dt.datetime(2026, 10, 5))[0].date() >= DAY


@pytest.mark.parametrize(("closes_at", "expected"), [(dt.time(8), True), (dt.time(23), False)])
def test_night_ends_on_the_next_day(closes_at, expected):
    assert make.make_schedule(opens_at=dt.time(20), closes_at=closes_at).is_overnight is expected


def test_last_friday_of_the_month_is_found():
    rule = make.make_schedule(freq="MONTHLY", bysetpos=-1, byday=["FR"]).rrule

    assert rrulestr(rule, dtstart=dt.datetime(2026, 10, 1))[0].date() == dt.date(2026, 10, 30)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"byday": []}, "schedule_has_days"),
        ({"interval": 0, "valid_from": DAY}, "schedule_interval_is_sensible"),
        ({"interval": 13, "valid_from": DAY}, "schedule_interval_is_sensible"),
        ({"opens_at": dt.time(9), "closes_at": dt.time(9)}, "schedule_opens_and_closes"),
        ({"opens_at": dt.time(9), "closes_at": None}, "schedule_opens_and_closes"),
        ({"opens_at": None, "closes_at": dt.time(9)}, "schedule_opens_and_closes"),
        ({"valid_from": DAY, "valid_to": DAY - dt.timedelta(days=1)}, "schedule_days_in_order"),
        ({"freq": "MONTHLY"}, "schedule_says_which_in_the_month"),
        ({"bysetpos": 1}, "schedule_says_which_in_the_month"),
        ({"interval": 2}, "schedule_counts_from_a_day"),
    ],
)
def test_hours_that_cannot_be_are_refused(values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make.make_schedule(**values)
