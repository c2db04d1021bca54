"""Letters on the desk: whom they went to is for few, what they say for none."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from lmh_portal.letters.models import Letter
from tests import make
from tests.jobs import waiting_jobs

LIST = "/admin/letters/letter/"
MARKED = {
    "recipient": "marked@example.org",
    "subject": "marked subject",
    "body": "https://portal.example.org/marked-link",
}


def sign_in(client, *permissions: str):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(content_type__app_label="letters", codename__in=permissions))
    client.force_login(editor)


def pages_of(letter) -> list[str]:
    own = [reverse(f"admin:letters_letter_{page}", args=[letter.pk]) for page in ["change", "history"]]
    return [LIST, f"{LIST}?q=marked", *own]


@pytest.mark.django_db
def test_recipient_and_subject_are_hidden_from_most(client):
    letter = make.make_letter(**MARKED)
    sign_in(client, "view_letter", "send_letter")
    client.post(LIST, {"action": "send_again", "_selected_action": [letter.pk]})

    pages = [client.get(page, headers={"accept-language": "sv"}).content.decode() for page in pages_of(letter)]

    assert [page.replace("q=marked", "").replace('value="marked"', "").count("marked") for page in pages] == [0] * 4
    assert "dold" in pages[0]
    assert pages[2].count("dold") >= 2


@pytest.mark.django_db
def test_who_may_sees_recipient_and_subject_and_nobody_the_text(client):
    letter = make.make_letter(**MARKED)
    sign_in(client, "view_letter", "view_recipient")

    listed, shown = [client.get(page).content.decode() for page in [pages_of(letter)[0], pages_of(letter)[2]]]

    assert "marked@example.org" in listed
    assert "marked@example.org" in shown
    assert "marked subject" in shown
    assert "marked-link" not in listed + shown


@pytest.mark.django_db
def test_list_cannot_be_sorted_or_filtered_by_what_is_hidden(client):
    for name in ["a", "b"]:
        make.make_letter(recipient=f"{name}@example.org")
    sign_in(client, "view_letter")

    orders = [list(client.get(LIST + query).context["cl"].result_list) for query in ["", "?o=7", "?o=-7"]]

    assert orders[0] == orders[1] == orders[2]
    for query in ["recipient__startswith=a", "subject=Hej", "body__contains=a", "attachments__contains=a"]:
        assert client.get(f"{LIST}?{query}").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "state", "jobs"), [("send_again", "queued", 1), ("withdraw", "withdrawn", 0)])
def test_action_is_for_those_who_may_and_is_noted(client, action, state, jobs):
    before = "failed" if action == "send_again" else "queued"
    letter, other = make.make_letter(state=before), make.make_letter(state=before)
    values = {"action": action, "_selected_action": [letter.pk]}

    sign_in(client, "view_letter", "view_recipient")
    client.post(LIST, values)
    letter.refresh_from_db()
    assert (letter.state, waiting_jobs()) == (before, [])

    sign_in(client, "view_letter", "send_letter")
    client.post(LIST, values)

    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.state, other.state, len(waiting_jobs())) == (state, before, jobs)
    assert LogEntry.objects.get().object_repr == f"{letter.kind} ({letter.pk})"


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["add", "delete"])
def test_letters_are_not_written_or_deleted_at_the_desk(client, page):
    letter = make.make_letter()
    client.force_login(make.make_editor())

    assert (
        client.get(reverse(f"admin:letters_letter_{page}", args=[] if page == "add" else [letter.pk])).status_code
        == 403
    )
    client.post(reverse("admin:letters_letter_change", args=[letter.pk]), {"recipient": "x@example.org"})
    assert Letter.objects.get().recipient == letter.recipient


@pytest.mark.django_db
def test_letters_are_found_by_cause_kind_and_state(client):
    letter = make.make_letter(about="actors.verification:12", kind="actors.verify", state="failed")
    make.make_letter()
    client.force_login(make.make_editor())

    for query in ["?q=verification:12", "?kind=actors.verify", "?state__exact=failed"]:
        assert list(client.get(LIST + query).context["cl"].result_list) == [letter]
