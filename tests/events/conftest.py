"""A workshop that letters are about."""

import datetime as dt
import sys
from types import ModuleType

import pytest
from django.urls import reverse
from django.utils import timezone

from events import emails
from tests import make
from tests.events.participants import JOIN, NAMES


@pytest.fixture
def evaluation(monkeypatch):
    """The page of the evaluation, as letters know it: by its name and the key to it."""
    module = ModuleType("events.evaluating")
    module.token_of = lambda registration, moment: f"{registration.pk}.{moment}"
    monkeypatch.setitem(sys.modules, "events.evaluating", module)

    def address(view, args=()):
        return f"/evaluate/{args[0]}/" if view == "events:evaluate" else reverse(view, args=args)

    monkeypatch.setattr(emails, "reverse", address)


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
