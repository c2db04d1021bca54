"""Many at the same time on one record, with real threads and connections: nothing lost, nothing doubled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse

from actors import confirming, proposing
from actors.models import ChangeProposal, Organization, VerificationRequest
from actors.proposable import values_of
from lmh_portal.letters.models import Letter
from tests import make
from tests.actors.test_proposing import filled
from tests.jobs import forget_jobs, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def all_at_once(deeds: list) -> Counter:
    """Do everything in a few threads, each with a connection of its own; how often each came to what."""

    def run(deed):
        try:
            return deed()
        except ValidationError as refusal:
            return getattr(refusal, "code", None) or "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, deeds))


@pytest.fixture(autouse=True)
def _no_jobs():
    forget_jobs()
    yield
    forget_jobs()


@pytest.fixture
def organization():
    return make.make_organization(slug="huset", name_sv="Huset")


def propose(organization, number: int, email: str):
    def deed():
        proposing.propose(
            record=organization, language="sv", base=values_of(organization, "sv"),
            proposed={"alternate_name": f"Namn {number}"}, email=email, function="", comment="",
        )  # fmt: skip
        return "taken"

    return deed


def test_200_proposals_of_25_proposers_leave_one_open_of_each(organization):
    deeds = [propose(organization, number, f"p{number % 25}@example.org") for number in range(200)]

    came_to = all_at_once(deeds)
    run_jobs()

    assert came_to == {"taken": 25, "refused": 175}
    assert Counter(ChangeProposal.objects.open().values_list("email", flat=True)) == {
        f"p{number}@example.org": 1 for number in range(25)
    }
    assert len(mail.outbox) == 25
    assert Organization.objects.get().alternate_name == ""


def test_200_proposals_of_as_many_proposers_through_the_form_are_all_kept(organization, monkeypatch):
    url = reverse("actors:propose_organization", args=["huset"])
    sent = [
        filled(organization, alternate_name=f"Namn {number}", sender_email=f"p{number}@example.org")
        for number in range(200)
    ]

    def post(number):
        return lambda: Client().post(url, sent[number], REMOTE_ADDR=f"10.0.0.{number}").status_code

    came_to = all_at_once([post(number) for number in range(200)])

    assert came_to == {302: 200}
    kept = set(ChangeProposal.objects.open().values_list("email", "proposed__alternate_name"))
    assert kept == {(f"p{number}@example.org", f"Namn {number}") for number in range(200)}
    assert Letter.objects.count() == 200


def test_200_answers_to_one_link_are_one(organization):
    make.make_service(organization=organization)
    asked = make.make_request(contact=make.make_contact(organization=organization, confirms=True))
    tokens = [make.make_token(asked) for _ in range(5)]
    answers = ["ok", "changed", "ceased"]

    def post(number):
        def deed():
            said = answers[number % 3]
            request = confirming.request_of(tokens[number % 5])
            confirming.answer(request, said=said, sentence="Slut.")
            return said

        return deed

    came_to = all_at_once([post(number) for number in range(200)])

    assert came_to.pop("closed") == 199
    asked.refresh_from_db()
    assert came_to == {asked.answer: 1}
    is_confirmed = Organization.objects.get().assured_on is not None
    assert is_confirmed == (asked.answer == "ok")
    assert ChangeProposal.objects.count() == (asked.answer == "ceased")


def test_answers_of_many_contacts_proposals_and_the_daily_job_go_together(organization):
    """Every lock in another order would be found here as a deadlock."""
    for _ in range(5):
        make.make_service(organization=organization)
    asked = [make.make_request(contact=make.make_contact(organization=organization, confirms=True)) for _ in range(20)]
    proposals = [
        make.make_proposal(organization, {"alternate_name": f"Namn {number}", "has_ceased": number % 2 == 0})
        for number in range(20)
    ]
    editor = make.make_editor()

    def answer(request, said):
        return lambda: confirming.answer(request, said=said).answer

    def approve(proposal):
        def deed():
            found = proposing.differences(ChangeProposal.objects.get(pk=proposal.pk))
            seen = proposing.seen(found)
            proposing.approve(
                proposal, names=["alternate_name", "has_ceased"], seen_before=seen, reason="", editor=editor
            )
            return "approved"

        return deed

    deeds = [deed for number in range(20) for deed in (
        answer(asked[number], ["ok", "ceased"][number % 2]),
        approve(proposals[number]),
        lambda: confirming.keep_verification() and "kept" or "kept",
        propose(organization, number, f"p{number}@example.org"),
    )]  # fmt: skip
    came_to = all_at_once(deeds)

    assert came_to["ok"] == came_to["ceased"] == 10
    assert came_to["kept"] == came_to["taken"] == 20
    assert came_to["approved"] + came_to["changed"] == 20
    assert came_to["approved"] == ChangeProposal.objects.filter(state="approved").count() >= 1
    assert VerificationRequest.objects.exclude(answer="").count() == 20


def test_two_editors_decide_once_and_the_proposer_gets_one_letter(organization):
    proposal = make.make_proposal(organization, {"alternate_name": "Nytt"})
    seen = proposing.seen(proposing.differences(proposal))
    editors = [make.make_editor() for _ in range(16)]

    def decide(number):
        def deed():
            if number % 2:
                proposing.reject(proposal, reason="Nej.", editor=editors[number])
                return "rejected"
            names = ["alternate_name"]
            proposing.approve(proposal, names=names, seen_before=seen, reason="", editor=editors[number])
            return "approved"

        return deed

    came_to = all_at_once([decide(number) for number in range(16)])

    proposal.refresh_from_db()
    assert came_to == {"decided": 15, proposal.state: 1}
    assert Letter.objects.filter(kind="actors.proposal_decided").count() == 1
    assert Organization.objects.get().alternate_name == ("Nytt" if proposal.state == "approved" else "")


def test_letters_of_a_round_that_many_workers_post_are_sent_once(organization, monkeypatch):
    monkeypatch.setattr(confirming, "LETTERS_AT_A_TIME", 7)
    for _ in range(40):
        make.make_contact(organization=organization, confirms=True)

    def start():
        confirming.start_round(organizations=Organization.objects.all(), scope="Alla", started_by=None)
        return "started"

    came_to = all_at_once([start] * 8)
    started = VerificationRequest.objects.first().round
    all_at_once([lambda: confirming.post_requests(started.pk)] * 40)
    run_jobs()

    assert came_to == {"started": 1, "refused": 7}
    assert len(mail.outbox) == 40
    assert len({message.to[0] for message in mail.outbox}) == 40
    assert set(VerificationRequest.objects.values_list("token_hashes__len", flat=True)) == {1}
