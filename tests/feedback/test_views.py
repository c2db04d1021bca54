"""The contact form: no cookie, no lost text, no machines."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from lmh_portal.feedback import services
from lmh_portal.feedback.forms import ContactForm
from lmh_portal.feedback.models import Message


def filled_in(after: dt.timedelta = dt.timedelta(seconds=10), **fields) -> dict:
    with time_machine.travel(timezone.now() - after, tick=False):
        stamp = ContactForm.new_stamp()
    return {
        "kind": "work",
        "text": "Vi arbetar med hälsoguider.",
        "email": "",
        "page": "",
        "stamp": stamp,
    } | fields


@pytest.mark.django_db
def test_message_is_kept_and_thanked_for_without_a_cookie(client):
    url = reverse("feedback:contact")

    response = client.post(url, filled_in(email="namn@example.org", page="/sv/kunskap/"))

    assert response.headers["Location"] == reverse("feedback:contact_sent")
    assert not response.cookies
    message = Message.objects.get()
    assert (message.kind, message.text, message.email, message.page, message.language, message.state) == (
        "work", "Vi arbetar med hälsoguider.", "namn@example.org", "/sv/kunskap/", "sv", "new",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "x" * 5001},
        {"kind": "nonsense"},
        {"email": "inte en adress"},
        {"nickname": "robot"},
        {"stamp": "forged"},
        {"after": dt.timedelta(seconds=1)},
        {"after": dt.timedelta(hours=25)},
    ],
    ids=str,
)
def test_refused_message_says_why_and_keeps_the_text(client, wrong):
    response = client.post(reverse("feedback:contact"), filled_in(**{"email": "namn@example.org"} | wrong))

    form = response.context["form"]
    assert form.errors
    assert form["text"].value() == wrong.get("text", "Vi arbetar med hälsoguider.")
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_refused_message_can_be_sent_again(client):
    refused = client.post(reverse("feedback:contact"), filled_in(after=dt.timedelta(hours=25)))
    again = {name: refused.context["form"][name].value() for name in ["kind", "text", "page", "email", "stamp"]}

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=5), tick=False):
        client.post(reverse("feedback:contact"), again)

    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_flood_of_messages_is_stopped_with_a_sentence(client, monkeypatch):
    monkeypatch.setattr(services, "AT_MOST_AN_HOUR", 1)
    client.post(reverse("feedback:contact"), filled_in())

    response = client.post(reverse("feedback:contact"), filled_in(text="Ett till."))

    assert response.context["form"].non_field_errors()
    assert Message.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_form_on_another_site_is_refused(client, origin):
    response = client.post(reverse("feedback:contact"), filled_in(), headers={"origin": origin})

    assert response.status_code == 403
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_form_knows_what_and_which_page_it_is_about(client):
    form = client.get(reverse("feedback:contact") + "?kind=accessibility&page=/sv/om/").context["form"]

    assert (form["kind"].value(), form["page"].value()) == ("accessibility", "/sv/om/")
