"""Contacts: functions before persons, and no person without consent."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import override

from actors.models import Contact
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 2)


def test_visitors_read_functions_before_persons_who_agreed():
    person = make.make_contact(is_function=False, consent_on=DAY)
    function = make.make_contact()
    make.make_contact(visibility="internal")
    make.make_contact(is_function=False, visibility="internal")

    assert list(Contact.objects.shown()) == [function, person]


def test_person_without_consent_is_shown_to_nobody_whatever_the_door():
    with pytest.raises(IntegrityError, match="contact_person_has_consented"):
        make.make_contact(is_function=False)


def test_whoever_confirms_has_an_address():
    with pytest.raises(IntegrityError, match="contact_who_confirms_has_email"):
        make.make_contact(confirms=True, email="")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"is_function": False}, "consent_on", "A person may be shown only with consent: say when it was given."),
        ({"confirms": True, "email": ""}, "email", "Whoever is asked to confirm needs an e-mail address."),
        ({"consent_on": timezone.localdate() + dt.timedelta(days=2)}, "consent_on", "This day is still to come."),
    ],
)
def test_form_says_at_the_field_what_is_missing(values, field, sentence):
    contact = make.make_contact()
    for name, value in values.items():
        setattr(contact, name, value)

    with override("en"), pytest.raises(ValidationError) as refusal:
        contact.full_clean()

    with override("en"):
        assert refusal.value.message_dict[field] == [sentence]


def test_internal_person_needs_no_consent():
    make.make_contact(is_function=False, visibility="internal").full_clean()
