"""Visitors are told apart for a day, and nobody is known."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from lmh_portal.visitors import services
from lmh_portal.visitors.models import Tally


def test_digest_is_of_the_key_the_day_and_each_part(db, settings):
    assert services.times_today("a", "bc") == 1
    assert services.times_today("ab", "c") == 1
    assert services.times_today("a", "bc") == 2
    settings.VISITOR_KEY = "another"
    assert services.times_today("a", "bc") == 1


def test_tallies_of_other_days_are_forgotten_and_not_logged(db):
    with time_machine.travel(timezone.now() - dt.timedelta(days=1), tick=False):
        services.times_today("yesterday")
    services.times_today("today")

    assert services.forget_visitors() == 1

    assert Tally.objects.get().day == timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'visitors_tally'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1/32"),
        ("2001:db8:1:1:2:3:4:5", "2001:db8:1:1::/64"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_visitor_has_a_network_and_what_the_browser_says(address, network):
    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_USER_AGENT="Firefox", HTTP_ACCEPT_LANGUAGE="sv")

    assert services.visitor(request) == (network, "Firefox\nsv")
