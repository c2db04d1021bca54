"""Proposals on the desk: the difference, the decision, and who may make it."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.translation import gettext

from actors import proposing
from actors.models import ChangeProposal, Organization, Service
from lmh_portal.vocabulary.models import OrganizationType
from tests import make
from tests.test_security import SCRIPT, Danger

pytestmark = pytest.mark.django_db
LIST = "/admin/actors/changeproposal/"


def address(proposal) -> str:
    return reverse("admin:actors_changeproposal_change", args=[proposal.pk])


def decide(client, proposal, deed="approve", **sent):
    values = {"seen": proposing.seen(proposing.differences(ChangeProposal.objects.get(pk=proposal.pk)))}
    return client.post(address(proposal), values | {deed: "1"} | sent)


def ticked(response) -> set[str]:
    return set(re.findall(r'name="take" value="(\w+)" id="\S+" checked', response.content.decode()))


@pytest.fixture
def editor(client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


@pytest.fixture
def service():
    return make.make_service(name_sv="Samtal", website="https://example.org/")


def test_list_shows_what_waits_first(client, editor, service):
    decided = make.make_proposal(service)
    proposing.reject(decided, reason="Nej.", editor=editor)
    first, second = make.make_proposal(service), make.make_proposal(None)

    rows = client.get(LIST).context["cl"].result_list

    assert list(rows) == [first, second, decided]
    assert [list(client.get(f"{LIST}?about={kind}").context["cl"].result_list) for kind in ["service", "new"]] == [
        [first, decided],
        [second],
    ]


def test_page_shows_each_part_as_it_was_is_wished_and_is(client, editor, service):
    proposal = make.make_proposal(service, {"name": "Ny", "website": "https://example.org/ny"})
    Service.objects.update(name_sv="Redaktörens")

    response = client.get(address(proposal))

    html = response.content.decode()
    for words in ["Samtal", "Ny", "Redaktörens", "https://example.org/ny", "Hej!", "Enhetschef", proposal.email]:
        assert words in html
    assert html.count(gettext("Changed meanwhile")) == 1
    assert ticked(response) == {"website"}


def test_approval_takes_what_is_ticked(client, editor, service):
    proposal = make.make_proposal(service, {"name": "Ny", "website": "https://example.org/ny"})

    response = decide(client, proposal, take=["website"])

    assert response.url == LIST
    service.refresh_from_db()
    assert (service.name_sv, service.website) == ("Samtal", "https://example.org/ny")
    assert ChangeProposal.objects.get().decided_by == editor


def test_approval_of_a_new_actor_leads_to_its_draft(client, editor):
    kind = make.make_term(OrganizationType)
    proposal = make.make_proposal(None, {"name": "Nya huset", "organization_type": kind.code})

    response = decide(client, proposal, take=["name", "organization_type"])

    made = Organization.objects.get()
    assert (made.is_draft, str(made)) == (True, "Nya huset")
    assert response.url == reverse("admin:actors_organization_change", args=[made.pk])
    assert client.get(address(proposal)).status_code == 200


def test_new_actor_without_what_it_needs_is_refused_in_a_sentence(client, editor):
    proposal = make.make_proposal(None, {"name": "Nya huset", "organization_type": "gone"})

    response = decide(client, proposal, take=["name", "organization_type"])

    assert response.status_code == 200
    assert "Typ:" in response.content.decode()
    assert not Organization.objects.exists()


def test_rejection_without_a_reason_is_refused_and_nothing_ticked_is_lost(client, editor, service):
    proposal = make.make_proposal(service, {"name": "Ny", "website": "https://example.org/ny"})

    response = decide(client, proposal, "reject", take=["website"])

    assert gettext("Say why: the proposer gets your words in a letter.") in response.content.decode()
    assert ticked(response) == {"website"}
    assert ChangeProposal.objects.get().is_open


def test_page_that_changed_since_is_shown_again_with_the_conflict_unticked(client, editor, service):
    proposal = make.make_proposal(service, {"name": "Ny", "website": "https://example.org/ny"})
    seen = proposing.seen(proposing.differences(proposal))
    Service.objects.update(name_sv="Redaktörens")

    refused = client.post(address(proposal), {"seen": seen, "approve": "1", "take": ["name", "website"], "reason": "x"})
    assert ticked(refused) == {"website"}
    assert "Redaktörens" in refused.content.decode()
    seen_again = re.search(r'name="seen" value="(\w+)"', refused.content.decode()).group(1)
    client.post(address(proposal), {"seen": seen_again, "approve": "1", "take": ["name", "website"]})

    service.refresh_from_db()
    assert service.name_sv == "Ny"


def test_second_editor_reads_what_the_first_decided(client, editor, service):
    proposal = make.make_proposal(service, {"name": "Ny"})
    decide(client, proposal, "reject", reason="Nej.")

    response = decide(client, proposal, take=["name"])

    assert "redan avgjort" in response.content.decode()
    service.refresh_from_db()
    assert service.name_sv == "Samtal"


@pytest.mark.parametrize("permissions", [[], ["view_changeproposal"], ["decide_changeproposal"]])
@pytest.mark.parametrize("deed", ["approve", "reject"])
def test_deciding_needs_its_permission_and_seeing(client, service, permissions, deed):
    somebody = make.make_editor(is_superuser=False)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(somebody)
    proposal = make.make_proposal(service, {"name": "Ny"})

    shown, answer = client.get(address(proposal)), decide(client, proposal, deed, take=["name"], reason="x")

    assert answer.status_code == 403
    assert shown.status_code == (200 if permissions == ["view_changeproposal"] else 403)
    assert b'name="approve"' not in shown.content
    assert ChangeProposal.objects.get().is_open


def test_both_permissions_are_enough(client, service):
    somebody = make.make_editor(is_superuser=False)
    permissions = ["view_changeproposal", "decide_changeproposal"]
    somebody.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(somebody)
    proposal = make.make_proposal(service, {"name": "Ny"})

    decide(client, proposal, take=["name"])

    service.refresh_from_db()
    assert service.name_sv == "Ny"


def test_desk_takes_no_form_of_another_site(service):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make.make_editor())
    proposal = make.make_proposal(service, {"name": "Ny"})

    assert decide(client, proposal, take=["name"]).status_code == 403


def test_scripts_in_a_proposal_stay_text(client, editor, service):
    texts = {"name": SCRIPT, "description": SCRIPT, "opening_hours": SCRIPT, "phone": SCRIPT, "alert": SCRIPT}
    proposal = make.make_proposal(service, texts, comment=SCRIPT, function=SCRIPT)
    public = reverse("actors:proposal", args=[proposing.link_token(proposal)])

    def scripts(url: str) -> tuple[list, int]:
        html = client.get(url).content.decode()
        found = Danger(html.partition("<main")[2] or html.partition('id="content"')[2]).found
        return found, html.count("&lt;script&gt;alert(1)")

    assert scripts(public) == ([], 6)
    found, shown = scripts(address(proposal))
    assert (found, shown >= 7) == ([], True)
    assert SCRIPT not in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"take": ["nonsense"]}, {"take": ["\x00"]}, {"seen": "x"}, {"reason": "x" * 2001}]
)
def test_garbage_decides_nothing(client, editor, service, sent):
    proposal = make.make_proposal(service, {"name": "Ny"})

    response = client.post(address(proposal), {"approve": "1", "take": ["name"]} | sent)

    assert response.status_code == 200
    assert ChangeProposal.objects.get().is_open


@pytest.mark.parametrize("number", ["x", "0", "9" * 18, "9" * 400, "%00"])
def test_proposal_that_is_none_is_not_found(client, editor, number):
    assert client.get(f"{LIST}{number}/change/").status_code in {302, 404}
