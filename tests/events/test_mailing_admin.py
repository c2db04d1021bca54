"""Letters to participants on the desk: written, looked at in each language, sent once, put away."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from events import mailings
from events.models import Mailing, MailText
from events.models.mailing import Kind
from lmh_portal.letters.models import Letter
from tests import make
from tests.events.participants import registered

pytestmark = pytest.mark.django_db
ADD = "/admin/events/mailing/add/"
ADD_TEXT = "/admin/events/mailtext/add/"
LANGUAGES = ["sv", "en", "ar"]


def texts(subject="", body="", **others) -> dict[str, str]:
    """What the form sends of its translated fields."""
    empty = {f"{field}_{code}": "" for field in ["subject", "body"] for code in LANGUAGES}
    return empty | {"subject_sv": subject, "body_sv": body} | others


def sign_in(client, *codenames):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(editor)


@pytest.fixture
def editor(client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def page(mailing, name="change") -> str:
    return reverse(f"admin:events_mailing_{name}", args=[mailing.pk])


def make_mailing(event, **fields) -> Mailing:
    return Mailing.objects.create(**{"event": event, "kind": Kind.MESSAGE, "body_sv": "Vi ses i sal 7."} | fields)


def test_message_is_written_looked_at_and_sent(client, editor, event):
    for number, language in enumerate(["sv", "sv", "ar"]):
        registered(event, language=language, email=f"{number}@example.org")
    values = {"event": event.pk, "audience": "seated"} | texts("Sal 7", "Vi ses i **sal 7**, {name}.")

    shown = client.post(ADD, values, follow=True)
    mailing = Mailing.objects.get()
    letters_before = Letter.objects.count()
    sent = client.post(page(mailing, "send"), follow=True)

    previews = {preview["heading"]: preview for preview in shown.context["previews"]}
    assert {name: preview["readers"] for name, preview in previews.items()} == {
        "Svenska": 2,
        "Engelska": 0,
        "Arabiska": 1,
    }
    assert (previews["Arabiska"]["other"], shown.context["readers"]) == ("Svenska", 3)
    assert "Vi ses i <strong>sal 7</strong>, Kim Exempel." in shown.content.decode()
    assert (letters_before, Letter.objects.count()) == (0, 3)
    assert "3 brev är på väg." in sent.content.decode()
    mailing.refresh_from_db()
    assert (mailing.kind, mailing.state, mailing.created_by) == (Kind.MESSAGE, "sent", editor)
    assert LogEntry.objects.filter(object_id=mailing.pk, change_message__contains="3 brev").exists()


def test_page_is_called_by_the_letter_and_the_event(client, editor, event):
    html = client.get(page(make_mailing(event))).content.decode()

    breadcrumbs = html.partition('class="breadcrumbs"')[2].partition("</div>")[0]
    assert f"Meddelande till deltagarna: {event}" in breadcrumbs
    assert str(event.pk) + ":message" not in breadcrumbs


def test_second_click_sends_nothing_and_says_so(client, editor, event):
    registered(event)
    mailing = make_mailing(event)

    client.post(page(mailing, "send"))
    again = client.post(page(mailing, "send"), follow=True)

    assert Letter.objects.count() == 1
    assert "Någon hann före" in again.content.decode()


def test_sent_letter_stays_as_it_is_and_is_followed(client, editor, event):
    registered(event)
    mailing = make_mailing(event)
    mailings.send(mailing)
    Letter.objects.update(state="failed", attempts=1, last_error="SMTPRecipientsRefused")

    client.post(page(mailing), {"audience": "active"} | texts("Ny", "Ny text"))
    shown = client.get(page(mailing))

    mailing.refresh_from_db()
    assert (mailing.body_sv, mailing.audience) == ("Vi ses i sal 7.", "seated")
    content = shown.content.decode()
    assert "SMTPRecipientsRefused" in content
    assert reverse("admin:letters_letter_change", args=[Letter.objects.get().pk]) in content
    assert shown.context["states"] == [("Givit upp", 1)] or len(shown.context["states"]) == 1
    assert page(mailing, "send") not in content
    assert "anna@example.org" not in content


def test_discarded_letter_goes_to_nobody(client, editor, event):
    registered(event)
    mailing = make_mailing(event)

    client.post(page(mailing, "discard"))
    client.post(page(mailing, "send"))

    mailing.refresh_from_db()
    assert (mailing.state, Letter.objects.count()) == ("discarded", 0)


@pytest.mark.parametrize(
    ("codenames", "status"),
    [(["view_mailing"], 403), (["change_letter", "view_event"], 403), (["change_mailing"], 302)],
)
@pytest.mark.parametrize("name", ["send", "discard"])
def test_letters_are_sent_and_put_away_by_those_who_may(client, event, codenames, status, name):
    registered(event)
    mailing = make_mailing(event)
    sign_in(client, *codenames)

    answers = [client.post(page(mailing, name)).status_code, client.get(page(mailing, name)).status_code]

    mailing.refresh_from_db()
    assert (answers[0], mailing.state == "draft") == (status, status == 403)
    assert answers[1] == 405


def test_message_without_text_and_unknown_placeholders_are_refused(client, editor, event):
    values = {"event": event.pk, "audience": "seated"}

    empty = client.post(ADD, values | texts("Hej"))
    unknown = client.post(ADD, values | texts("Hej", "Hej", body_ar="مرحباً {event.coordinator.password}"))

    assert "body_sv" in empty.context["adminform"].form.errors
    assert list(unknown.context["adminform"].form.errors) == ["body_ar"]
    assert "{event.coordinator.password}" in unknown.content.decode()
    assert not Mailing.objects.exists()


def test_draft_starts_from_the_portals_text_and_follows_it_where_it_is_left(client, editor, event):
    registered(event)
    mailing = mailings.draft_change(event)

    form = client.get(page(mailing)).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    client.post(page(mailing), values | {"body_en": "New room: 7."})

    mailing.refresh_from_db()
    assert values["subject_sv"] == "Ändrat: {event}"
    assert values["body_ar"].startswith("طرأ تغيير على {event}")
    assert (mailing.subject_sv, mailing.body_sv, mailing.body_en) == ("", "", "New room: 7.")


def test_drafts_wait_on_the_first_page(client, editor, event):
    registered(event)
    mailings.draft_change(event)

    todo = client.get(reverse("admin:index")).context["todo"]

    [item] = [item for item in todo if item.url.startswith("/admin/events/mailing/")]
    assert (item.count, client.get(item.url).context["cl"].result_count) == (1, 1)


def test_letter_nobody_would_get_cannot_be_sent(client, editor, event):
    mailing = make_mailing(event)

    assert page(mailing, "send") not in client.get(page(mailing)).content.decode()


# --- texts of letters


def test_text_of_a_letter_starts_from_the_portals(client, editor, event):
    form = client.get(f"{ADD_TEXT}?event={event.pk}&kind=offer").context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}

    client.post(ADD_TEXT, {**values, "event": event.pk, "subject_sv": "Din tur!"})

    text = MailText.objects.get()
    assert "{deadline}" in values["body_sv"]
    assert (text.kind, text.subject_sv, text.body_sv) == (Kind.OFFER, "Din tur!", "")


@pytest.mark.parametrize("body", ["Hej {namn}", "Skynda dig!"])
def test_text_that_cannot_be_filled_in_is_refused(client, editor, event, body):
    response = client.post(ADD_TEXT, {"event": event.pk, "kind": "offer"} | texts("Hej", body))

    assert list(response.context["adminform"].form.errors) == ["body_sv"]
    assert not MailText.objects.exists()


@pytest.mark.parametrize(
    "query", ["event=x&kind=y", "event=%00&kind=offer", "event=99999999999999999999", "kind=offer"]
)
@pytest.mark.parametrize("address", [ADD, ADD_TEXT])
def test_garbage_in_the_address_opens_an_empty_form(client, editor, query, address):
    assert client.get(f"{address}?{query}").status_code == 200
