"""A workshop that letters are about."""

import datetime as dt

import pytest
from django.utils import timezone

from tests import make
from tests.events.participants import JOIN, NAMES


@pytest.fixture
def event(db):
    """On site and online, Thursday 10 December 2037, 9 to 12."""
    starts_at = timezone.make_aware(dt.datetime(2037, 12, 10, 9))
    event = make.make_event(
        starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=3), attendance_mode="mixed", slug="trauma",
        venue_sv="Regionens hus, Göteborg", venue_en="Region House, Gothenburg", **NAMES,
    )  # fmt: skip
    make.make_sign_up_form(event, join_url=JOIN)
    event.refresh_from_db()  # what triggers keep
    return event
