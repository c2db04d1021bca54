"""The inbox: what visitors wrote stays, what we do is noted."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lmh_portal.feedback.models import Message
from tests import make

LIST = "/admin/feedback/message/"


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def make_message(**fields) -> Message:
    values = {"kind": "question", "text": "Hej!", "page": "/sv/", "language": "sv"}
    return Message.objects.create(**values | fields)


@pytest.mark.parametrize(
    ("action", "state", "is_done"),
    [("assign", "assigned", False), ("finish", "done", True), ("reopen", "new", False)],
)
def test_action_sets_the_state_and_the_day(editor, client, action, state, is_done):
    message = make_message(state="assigned" if state == "new" else "new", done_on="2020-01-01")
    other = make_message()

    client.post(LIST, {"action": action, "_selected_action": [message.pk]})

    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, message.done_on) == (state, timezone.localdate() if is_done else None)
    assert (other.state, other.done_on) == ("new", None)


def test_form_sets_the_state_and_nothing_else(editor, client):
    message = make_message()
    page = reverse("admin:feedback_message_change", args=[message.pk])

    client.post(
        page,
        {"state": "done", "text": "Annat", "email": "x@example.org", "page": "/", "done_on": "2020-01-01"},
    )

    message.refresh_from_db()
    assert (message.state, message.done_on) == ("done", timezone.localdate())
    assert (message.text, message.email, message.page) == ("Hej!", "", "/sv/")

    client.post(page, {"state": "new"})

    message.refresh_from_db()
    assert (message.state, message.done_on) == ("new", None)


def test_messages_are_not_written_at_the_desk(editor, client):
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize("page", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_only_pages_of_ours_become_links(editor, client, page):
    message = make_message(page=page)

    html = client.get(reverse("admin:feedback_message_change", args=[message.pk])).content.decode()

    assert "evil.example" in html or "javascript:alert(1)" in html
    assert f'href="{page}"' not in html


def test_page_of_ours_is_a_link(editor, client):
    make_message(page="/sv/aktorer/")

    assert '<a href="/sv/aktorer/">' in client.get(LIST).content.decode()


def test_what_visitors_write_is_shown_as_text(editor, client):
    message = make_message(text="<script>alert(1)</script>")

    for page in [LIST, reverse("admin:feedback_message_change", args=[message.pk])]:
        assert "&lt;script&gt;alert(1)" in client.get(page).content.decode()


def test_message_can_be_given_to_somebody_and_found_by_them(editor, client):
    message, others = make_message(), make_message(assigned_to=make.make_editor(), state="assigned")
    page = reverse("admin:feedback_message_change", args=[message.pk])

    client.post(page, {"state": "new", "assigned_to": editor.pk})

    message.refresh_from_db()
    assert (message.state, message.assigned_to) == ("assigned", editor)
    found = {value: list(client.get(f"{LIST}?assigned={value}").context["cl"].result_list) for value in ["me", "x"]}
    assert found == {"me": [message], "x": [others, message]}
    assert list(client.get(f"{LIST}?assigned=nobody").context["cl"].result_list) == []


def test_message_is_given_to_staff_only(editor, client):
    message, outsider = make_message(), make.make_editor(is_staff=False)

    client.post(
        reverse("admin:feedback_message_change", args=[message.pk]), {"state": "new", "assigned_to": outsider.pk}
    )

    message.refresh_from_db()
    assert (message.state, message.assigned_to) == ("new", None)


def test_actions_take_a_message_on_and_let_it_go(editor, client):
    message = make_message(assigned_to=make.make_editor(), state="assigned")

    client.post(LIST, {"action": "assign", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert (message.state, message.assigned_to) == ("assigned", editor)

    client.post(LIST, {"action": "reopen", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert (message.state, message.assigned_to) == ("new", None)


def test_message_outlives_the_person_it_was_given_to(editor, client):
    colleague = make.make_editor()
    message = make_message(assigned_to=colleague, state="assigned")

    colleague.delete()

    message.refresh_from_db()
    assert (message.state, message.assigned_to) == ("assigned", None)


def test_comment_on_a_page_shows_version_and_answer(editor, client):
    message = make_message(kind="helpful", version=7, answer="no")

    html = client.get(reverse("admin:feedback_message_change", args=[message.pk])).content.decode()

    assert '<div class="readonly">7</div>' in html
    assert '<div class="readonly">Nej</div>' in html
