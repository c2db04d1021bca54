"""Forms without a cookie: signed time, trap, Origin header."""

import datetime as dt

import pytest
import time_machine
from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from lmh_portal.visitors.forms import StampedForm
from lmh_portal.visitors.views import takes_visitors_forms

NOW = timezone.now()
SOON = dt.timedelta(seconds=10)


class GreetingForm(StampedForm):
    signer = signing.TimestampSigner(salt="tests.greeting")
    text = forms.CharField()


class LetterForm(StampedForm):
    signer = signing.TimestampSigner(salt="tests.letter")

    def is_for_this(self, stamped):
        return stamped == "letter 12"


def stamp_of(form: type[StampedForm], *about: str) -> str:
    with time_machine.travel(NOW, tick=False):
        return form.new_stamp(*about)


def sent(after: dt.timedelta = SOON, **fields) -> GreetingForm:
    form = GreetingForm({"text": "Hej", "stamp": stamp_of(GreetingForm)} | fields)
    with time_machine.travel(NOW + after, tick=False):
        form.full_clean()
    return form


def test_form_of_a_person_is_valid():
    assert sent().cleaned_data["text"] == "Hej"


@pytest.mark.parametrize(
    "wrong",
    [
        {"stamp": ""},
        {"stamp": "form"},
        {"stamp": stamp_of(LetterForm)},
        {"stamp": "\ud800"},
        {"nickname": "robot"},
        {"after": dt.timedelta(seconds=2)},
        {"after": dt.timedelta(hours=25)},
    ],
    ids=["no stamp", "unsigned", "another form's", "half a letter", "trap", "too fast", "too old"],
)
def test_form_of_a_machine_is_refused_with_a_sentence(wrong):
    assert sent(**wrong).non_field_errors()


def test_refused_form_can_be_sent_again():
    form = sent(after=dt.timedelta(hours=25))
    with time_machine.travel(NOW + dt.timedelta(hours=25), tick=False):
        form.renew(GreetingForm.new_stamp())

    again = GreetingForm(form.data)

    with time_machine.travel(NOW + dt.timedelta(hours=25) + SOON, tick=False):
        assert again.is_valid()


@pytest.mark.parametrize(("about", "is_valid"), [("letter 12", True), ("letter 13", False)])
def test_stamp_says_what_the_form_is_about(about, is_valid):
    form = LetterForm({"stamp": stamp_of(LetterForm, about)})

    with time_machine.travel(NOW + SOON, tick=False):
        assert form.is_valid() == is_valid


@takes_visitors_forms
def greet(request, name):
    return HttpResponse(f"Hej {name}")


@pytest.mark.parametrize("origin", [None, "http://testserver", "https://testserver"])
def test_form_of_our_own_page_or_of_an_old_browser_is_taken(origin):
    headers = {"origin": origin} if origin else {}

    assert greet(RequestFactory().post("/", headers=headers), name="Anna").content == b"Hej Anna"


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "https://testserver.evil.example", "http://[", "testserver"]
)
def test_form_on_another_site_is_refused(origin):
    with pytest.raises(PermissionDenied):
        greet(RequestFactory().post("/", headers={"origin": origin}), name="Anna")


def test_page_is_read_from_anywhere():
    assert greet(RequestFactory().get("/", headers={"origin": "https://evil.example"}), name="A").status_code == 200


def test_no_cookie_is_asked_for():
    assert greet.csrf_exempt
