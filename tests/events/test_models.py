import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from events.models import Event, ProgrammeItem
from tests.make import make_event


@pytest.mark.django_db
def test_event_must_end_after_it_starts():
    event = make_event()
    event.ends_at = event.starts_at

    with pytest.raises(ValidationError, match="__all__"):
        event.full_clean()
    with pytest.raises(IntegrityError, match="event_ends_after_it_starts"):
        Event.objects.filter(pk=event.pk).update(ends_at=event.starts_at)


@pytest.mark.django_db
def test_programme_item_may_lack_times_but_not_end_before_it_starts():
    event = make_event()
    ProgrammeItem.objects.create(event=event, position=1, name_sv="Utan tid")

    with pytest.raises(IntegrityError, match="programme_item_ends_after_it_starts"):
        ProgrammeItem.objects.create(event=event, position=2, name_sv="x", starts=dt.time(10), ends=dt.time(9))
