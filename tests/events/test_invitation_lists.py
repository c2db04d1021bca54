"""Many are invited at once; nobody twice, and silence is met with one reminder a day."""

import datetime as dt

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from events import emails
from events.invitation_lists import AT_ONCE, invite, plan, remind, unanswered
from events.models import Invitation
from events.registering import sign_up
from tests import make

DAY = dt.timedelta(days=1)


@pytest.fixture
def letters(monkeypatch) -> list[tuple[str, str]]:
    """What was written, and to whom."""
    found = []
    monkeypatch.setattr(emails, "invite", lambda one: found.append(("invite", one.email)), raising=False)
    monkeypatch.setattr(emails, "remind", lambda one: found.append(("remind", one.email)), raising=False)
    return found


@pytest.fixture
def event(db):
    event = make.make_event()
    make.make_sign_up_form(event, is_by_invitation=True)
    return event


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def address(event, name="") -> str:
    return reverse(f"admin:events_event_invitations{name}", args=[event.pk])


def test_addresses_are_found_in_what_is_pasted(event):
    text = """Anna Andersson <anna@example.org>; berit@example.org, Anna <ANNA@example.org>
        mailto:cecilia@example.org
    david(at)example.org
    "Eva E" <eva@example.org>.
    fredrik@@example.org gun@example.org

    Hälsningar"""

    found = plan(event, text)

    assert found.new == [
        "anna@example.org",
        "berit@example.org",
        "cecilia@example.org",
        "eva@example.org",
        "gun@example.org",
    ]
    assert [line.split()[0] for line in found.wrong] == ["david(at)example.org", "fredrik@@example.org", "Hälsningar"]


def test_plan_tells_who_is_there_already(event, letters):
    invite(event, "anna@example.org", language="sv")
    sign_up(
        event, name="B", email="berit@example.org", attendance_mode="offline", language="sv", is_by_coordinator=True
    )

    found = plan(event, "Anna@example.org berit@example.org cecilia@example.org")

    assert (found.new, found.invited, found.signed_up) == (
        ["cecilia@example.org"], ["Anna@example.org"], ["berit@example.org"],
    )  # fmt: skip


def test_each_is_invited_once(event, letters):
    assert invite(event, "a@example.org b@example.org", language="ar", organization_name="Skolan") == 2
    assert invite(event, "B@example.org c@example.org", language="sv") == 1

    assert letters == [("invite", f"{name}@example.org") for name in "abc"]
    first = event.invitations.order_by("pk").first()
    assert (first.language, first.organization_name, first.sent_at is not None) == ("ar", "Skolan", True)


def test_reminder_reaches_those_who_are_silent_and_never_twice_a_day(event, letters):
    invite(event, "silent@example.org no@example.org yes@example.org other@example.org", language="sv")
    event.invitations.filter(email="no@example.org").update(declined_at=timezone.now())
    invitation = event.invitations.get(email="yes@example.org")
    given = {"attendance_mode": "offline", "language": "sv"}
    sign_up(event, name="Y", email="else@example.org", invitation=invitation, **given)
    sign_up(event, name="O", email="OTHER@example.org", is_by_coordinator=True, **given)
    letters.clear()

    assert remind(event) == 0
    with time_machine.travel(timezone.now() + 1.1 * DAY):
        assert remind(event) == 1
        assert remind(event) == 0
        assert not unanswered(event).exists()
    assert letters == [("remind", "silent@example.org")]


def test_desk_looks_before_it_sends(editor, client, event, letters):
    typed = {"addresses": "a@example.org\nfel\nb@example.org", "language": "sv"}

    page = client.post(address(event), typed | {"look": ""})
    nothing = Invitation.objects.count()
    response = client.post(address(event), typed | {"create": ""}, follow=True)

    assert (page.context["plan"].new, page.context["plan"].wrong) == (["a@example.org", "b@example.org"], ["fel"])
    assert nothing == 0
    assert [(state, count) for state, _label, count in response.context["figures"]] == [
        ("sent", 2), ("reminded", 0), ("answered", 0), ("declined", 0),
    ]  # fmt: skip
    assert "example.org" not in "".join(entry.change_message for entry in LogEntry.objects.all())


def test_too_many_at_once_are_not_sent(editor, client, event, letters):
    many = "\n".join(f"p{number}@example.org" for number in range(AT_ONCE + 1))

    page = client.post(address(event), {"addresses": many, "language": "sv", "create": ""})

    assert page.context["plan"].is_too_long
    assert letters == []


def test_invitations_are_shown_by_state(editor, client, event, letters):
    invite(event, "silent@example.org no@example.org", language="sv")
    event.invitations.filter(email="no@example.org").update(declined_at=timezone.now())

    def shown(state):
        return [one.email for one in client.get(address(event), {"state": state}).context["page"]]

    assert shown("sent") == ["silent@example.org"]
    assert shown("declined") == ["no@example.org"]
    assert len(shown("x")) == 2


def test_event_that_takes_no_sign_ups_invites_nobody(editor, client, letters):
    event = make.make_event(status="draft")
    make.make_sign_up_form(event)

    page = client.post(address(event), {"addresses": "a@example.org", "language": "sv", "create": ""})

    assert page.context["form"] is None
    assert client.post(address(event, "_remind")).status_code == 403
    assert letters == []


@pytest.mark.parametrize(
    ("name", "permission"), [("", "view_invitation"), ("", "add_invitation"), ("_remind", "change_invitation")]
)
def test_invitations_are_for_those_who_may(db, client, event, letters, name, permission):
    person = make.make_editor(is_superuser=False)
    rights = {"view_event", "view_invitation", "add_invitation", "change_invitation"} - {permission}
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(person)

    response = client.post(address(event, name), {"addresses": "a@example.org", "language": "sv", "create": ""})

    assert response.status_code == 403
    assert letters == []
