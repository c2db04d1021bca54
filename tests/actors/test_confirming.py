"""Confirmation rounds: letters, links, answers, reminders, and what silence leads to."""

import datetime as dt
import logging
import re

import pytest
import time_machine
from django.core import signing
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from actors import confirming, proposing
from actors.models import ChangeProposal, Organization, Service, Verification, VerificationRequest
from actors.models.entry import CONFIRMED_FOR
from lmh_portal.core import version
from lmh_portal.letters.models import Letter
from tests import make
from tests.jobs import waiting_jobs
from tests.reading import Page, read

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def in_days(days: float):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False)


def address(token: str) -> str:
    return reverse("actors:confirm", args=[token])


def link_in(letter: Letter) -> str:
    return re.search(r"http://localhost:8000(/\S+/\d+\.\S+/)\n", letter.body).group(1)


def state_of(request: VerificationRequest) -> tuple:
    """Everything that an answer would change."""
    request = VerificationRequest.objects.get(pk=request.pk)
    entries = [*Organization.objects.order_by("pk"), *Service.objects.order_by("pk")]
    return (
        (request.answer, request.answered_at),
        [(entry.assured_on, entry.assured_by, entry.verification) for entry in entries],
        ChangeProposal.objects.count(),
    )


@pytest.fixture
def organization(db):
    organization = make.make_organization(slug="huset", name_sv="Huset", website="https://example.org/")
    make.make_service(organization=organization, slug="samtal", name_sv="Samtal", eligibility_description_sv="Alla")
    make.make_service(organization=organization, slug="utkast", name_sv="Hemligt utkast", status="draft")
    return organization


@pytest.fixture
def asked(organization):
    contact = make.make_contact(
        organization=organization, confirms=True, name_sv="Receptionen", email="Reception@example.org",
        visibility="internal",
    )  # fmt: skip
    return make.make_request(contact=contact)


@pytest.fixture
def url(asked):
    return address(make.make_token(asked))


# --- opening the link


def test_page_shows_what_is_public_and_asks(client, url):
    page = read(client, url)

    for words in ["Huset", "example.org", "Samtal", "Alla", gettext("All is correct"), gettext("It has ceased")]:
        assert words in page.words
    assert "Hemligt utkast" not in page.html
    assert "eception@example.org" not in page.html  # an internal contact


@pytest.mark.parametrize("visibility", ["area", "hidden"])
def test_page_shows_no_protected_address(client, url, organization, visibility):
    make.make_location(
        [], {"address_1": "Skyddsgatan 1"}, organization=organization, name_sv="Skyddshuset", visibility=visibility
    )
    make.make_location([], {"address_1": "Torget 1"}, organization=organization, name_sv="Öppna huset")

    html = client.get(url).content.decode()

    assert "Torget 1" in html
    assert "Skyddsgatan" not in html
    assert ("Skyddshuset" in html) == (visibility == "area")


OPENED = {
    "a reader": {"method": "get"},
    "HEAD": {"method": "head"},
    "OPTIONS": {"method": "options"},
    "prefetch": {"method": "get", "headers": {"sec-purpose": "prefetch"}},
    "prerender": {"method": "get", "headers": {"sec-purpose": "prefetch;prerender"}},
    "old prefetch": {"method": "get", "headers": {"purpose": "prefetch", "x-moz": "prefetch"}},
    "scanner": {"method": "get", "headers": {"user-agent": "Mozilla/5.0 (compatible; LinkScanner)"}},
    "answer in the address": {"method": "get", "data": {"answer": "ok"}},
}


@pytest.mark.parametrize("how", OPENED, ids=lambda how: how)
def test_opening_the_link_changes_nothing(client, asked, url, how):
    sent = dict(OPENED[how])
    before, number = state_of(asked), version.current()

    answers = [
        getattr(client, sent["method"])(url, **{key: sent[key] for key in sent if key != "method"}) for _ in "12345"
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert state_of(asked) == before
    assert version.current() == number
    assert client.post(url, {"answer": "ok"}).status_code == 302  # it is open still


def test_page_is_kept_by_no_cache_and_its_address_told_to_nobody(client, url):
    response = client.get(url)

    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.cookies
    html = response.content.decode()
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert 'rel="canonical"' not in html
    outside = [link for link in Page(response).links if "bekrafta" in link or "confirm" in link]
    assert len(outside) == 3  # the page in each language


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_page_is_sound_in_every_language_and_state(client, asked, language):
    with override(language):
        url = address(make.make_token(asked))

        read(client, url)
        confirming.answer(asked, said="changed")
        read(client, url)
        VerificationRequest.objects.update(answer="", answered_at=None, revoked_at=timezone.now())
        read(client, url, status=410)
        read(client, f"{url[:-2]}x/", status=404)


# --- answering


def test_all_is_correct_confirms_the_organization_and_what_it_offers_in_public(client, asked, url, organization):
    before = version.current()

    response = client.post(url, {"answer": "ok"})

    assert response.url == url
    today = timezone.localdate()
    for entry in [Organization.objects.get(), Service.objects.get(slug="samtal")]:
        assert (entry.assured_on, entry.assured_by, entry.verification) == (today, "Receptionen", "confirmed")
    assert Service.objects.get(slug="utkast").assured_on is None
    assert version.current() > before
    assert gettext("All is correct") in read(client, url).words


def test_persons_name_is_never_noted(client, organization):
    person = make.make_contact(
        organization=organization, confirms=True, is_function=False, visibility="internal", name_sv="Anna Berg",
        title_sv="Enhetschef",
    )  # fmt: skip
    nameless = make.make_contact(
        organization=organization, confirms=True, is_function=False, visibility="internal", name_sv="Bo Ek"
    )

    noted = [make.make_request(contact=contact).confirmed_by for contact in [person, nameless]]

    assert noted == ["Enhetschef", "Organisationen"]


def test_something_has_changed_leads_to_the_form_with_the_address_filled_in(client, asked, url):
    response = client.post(url, {"answer": "changed", "about": "samtal"})

    assert response.url.startswith("/sv/insatser/samtal/andra/?by=")
    html = client.get(response.url).content.decode()
    assert 'name="sender_email" value="Reception@example.org"' in html
    assert 'name="sender_function" value="Receptionen"' in html
    assert state_of(asked)[0][0] == "changed"
    assert Organization.objects.get().assured_on is None
    shown = read(client, url)
    assert any("/insatser/samtal/andra/?by=" in link for link in shown.links)


@pytest.mark.parametrize("about", ["", "utkast", "nonsense", "\x00", "x" * 200])
def test_change_of_anything_else_is_one_of_the_organization(client, url, about):
    response = client.post(url, {"answer": "changed", "about": about})

    assert response.url.startswith("/sv/aktorer/huset/andra/?by=")


def test_approved_change_from_a_round_confirms_the_record(client, asked, url):
    service = Service.objects.get(slug="samtal")
    confirming.answer(asked, said="changed")
    proposal = make.make_proposal(service, {"name": "Ny"}, email=asked.contact.email, request=asked)
    found = proposing.differences(proposal)

    proposing.approve(proposal, names=["name"], seen_before=proposing.seen(found), reason="", editor=make.make_editor())

    service.refresh_from_db()
    assert (service.assured_on, service.assured_by) == (timezone.localdate(), "Receptionen")


def test_has_ceased_waits_for_an_editor(client, asked, url):
    client.post(url, {"answer": "ceased", "sentence": "Vi slutade i maj."})

    proposal = ChangeProposal.objects.get()
    assert (proposal.organization.slug, proposal.proposed) == ("huset", {"has_ceased": True})
    assert (proposal.email, proposal.comment) == ("reception@example.org", "Vi slutade i maj.")
    assert proposal.verification_request == asked
    assert Organization.objects.listed().count() == 1
    assert "Har upphört" in read(client, url).words


def test_what_an_editor_agrees_has_ceased_is_confirmed_by_nobody(client, asked, url, organization):
    service = make.make_service(organization=organization)
    client.post(url, {"answer": "ceased", "sentence": "Vi slutade i maj."})
    proposal = ChangeProposal.objects.get()

    proposing.approve(
        proposal, names=["has_ceased"], seen_before=proposing.seen(proposing.differences(proposal)), reason="",
        editor=make.make_editor(),
    )  # fmt: skip

    organization.refresh_from_db()
    service.refresh_from_db()
    assert (organization.verification, organization.assured_on) == ("unlisted", None)
    assert service.operation == "defunct"


def test_has_ceased_joins_what_waits_already(client, asked, url, organization):
    make.make_proposal(organization, {"name": "Nya huset"}, email=asked.contact.email, comment="Flytt.")

    client.post(url, {"answer": "ceased", "sentence": "Vi slutade i maj."})

    proposal = ChangeProposal.objects.get()
    assert proposal.proposed == {"name": "Nya huset", "has_ceased": True}
    assert proposal.comment == "Flytt.\n\nVi slutade i maj."


@pytest.mark.parametrize(
    "sent", [{}, {"answer": ""}, {"answer": "maybe"}, {"answer": "\x00"}, {"answer": "ceased", "sentence": "x" * 2001}]
)
def test_answer_that_is_none_is_refused_in_a_sentence(client, asked, url, sent):
    before = state_of(asked)

    response = client.post(url, sent)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert 'role="alert"' in response.content.decode()
    assert state_of(asked) == before


# --- links that take no answer


def forged(asked, token):
    return [
        token[:-1] + ("A" if token[-1] != "A" else "B"),  # the signature
        token.replace(".", ".x", 1),  # the secret
        f"{asked.pk}.{'a' * 32}.{'b' * 43}",
        confirming._link.sign(f"{asked.pk}.{'a' * 32}"),  # signed, but never in a letter
        confirming._link.sign(f"{asked.pk}."),
        confirming._link.sign("x.y"),
        confirming._link.sign(""),
        signing.Signer(salt="actors.proposal", sep=".").sign(token.rpartition(".")[0]),  # for another purpose
        proposing._link.sign(str(asked.pk)),
        confirming.proposer_token(asked),
        token.rpartition(".")[0],
        "x", "%00", "..", "a" * 5000, f"{'9' * 400}.a.b",
    ]  # fmt: skip


def of_another(asked, token):
    other = make.make_request(contact=make.make_contact(confirms=True, organization=make.make_organization()))
    secret = make.make_token(other).split(".")[1]
    return [f"{asked.pk}.{secret}.{token.rpartition('.')[2]}", confirming._link.sign(f"{asked.pk}.{secret}")]


def expired(asked, token):
    VerificationRequest.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    return [token]


def revoked(asked, token):
    assert confirming.revoke(VerificationRequest.objects.all()) == 1
    return [token]


def replayed(asked, token):
    confirming.answer(asked, said="ok")
    return [token]


def contact_gone(asked, token):
    asked.contact.delete()
    return [token]


LINKS = {  # what the link is, what it answers to GET, to POST
    forged: (404, 404),
    of_another: (404, 404),
    expired: (410, 410),
    revoked: (410, 410),
    replayed: (200, 200),
    contact_gone: (410, 410),
}


@pytest.mark.parametrize("kind", LINKS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("said", ["ok", "changed", "ceased"])
def test_link_that_is_not_open_changes_nothing(kind, said, asked):
    tokens = kind(asked, make.make_token(asked))
    before = state_of(asked)
    client = Client(enforce_csrf_checks=True)

    figures = [
        tuple(
            getattr(client, method)(f"/sv/bekrafta/{token}/", {"answer": said}).status_code
            for method in ["get", "post"]
        )
        for token in tokens
    ]

    assert set(figures) == {LINKS[kind]}
    assert state_of(asked) == before
    print(f"\n{kind.__name__}, {said}: {2 * len(tokens)} requests, nothing changed")  # noqa: T201


def test_link_is_used_once(client, asked, url):
    client.post(url, {"answer": "ok"})
    Organization.objects.update(assured_on=None)

    for said in ["ok", "changed", "ceased"]:
        response = client.post(url, {"answer": said})
        assert response.status_code == 200

    assert VerificationRequest.objects.get().answer == "ok"
    assert Organization.objects.get().assured_on is None
    assert not ChangeProposal.objects.exists()


def test_every_letter_of_one_request_holds_its_own_link_and_one_answer_closes_all(client, asked):
    tokens = [make.make_token(asked) for _ in range(3)]

    assert len(set(tokens)) == 3
    client.post(address(tokens[0]), {"answer": "ok"})

    assert [client.get(address(token)).context["asked"].answer for token in tokens] == ["ok"] * 3


def test_database_holds_no_secret(asked):
    token = make.make_token(asked)
    secret = token.split(".")[1]

    row = VerificationRequest.objects.values().get()

    assert secret not in str(row)
    assert len(row["token_hashes"][0]) == 64


def test_proposers_link_fills_in_nothing_after_two_days_or_for_a_forger(client, asked, organization):
    form = reverse("actors:propose_organization", args=[organization.slug])
    token = confirming.proposer_token(asked)

    with in_days(2.1):
        late = client.get(form, {"by": token}).content.decode()
    wrong = client.get(form, {"by": f"{token}x"}).content.decode()

    assert "eception@example.org" not in late + wrong


def test_link_in_nobodys_log(caplog, asked, settings):
    token = make.make_token(asked)
    secret = token.split(".")[1]
    client = Client(raise_request_exception=False)
    caplog.set_level(logging.DEBUG)

    for kind in [lambda *_: [f"{token}x"], expired]:
        for odd in kind(asked, token):
            client.get(f"/sv/bekrafta/{odd}/")
            client.post(f"/sv/bekrafta/{odd}/", {"answer": "ok"})
    client.get(f"/sv/bekrafta/{token}/more/")
    client.get(f"/sv/forslag/{token}/")

    said = [record.getMessage() for record in caplog.records]
    assert sum("Not Found" in line or "Gone" in line for line in said) >= 4
    assert not any(secret in line or token[-20:] in line for line in said)


def test_server_writes_no_access_log():
    import runpy
    from pathlib import Path

    from django.conf import settings

    configured = runpy.run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))

    assert "accesslog" not in configured
    assert settings.LOGGING["loggers"]["django.request"]["filters"] == ["without_tokens"]


# --- starting a round


def test_round_asks_each_contact_who_confirms_once(organization):
    first = make.make_contact(organization=organization, confirms=True)
    second = make.make_contact(organization=organization, confirms=True)
    make.make_contact(organization=organization)
    make.make_contact(organization=make.make_organization(status="draft"), confirms=True)
    nobody = make.make_organization()

    plan = confirming.plan(Organization.objects.published())
    started = confirming.start_round(
        organizations=Organization.objects.published(), scope="Alla", started_by=make.make_editor()
    )
    confirming.post_requests(started.pk)

    assert list(plan.silent) == [nobody]
    assert [request.contact for request in started.requests.order_by("pk")] == [first, second]
    letters = Letter.objects.filter(kind="actors.verification_request")
    assert sorted(letter.recipient for letter in letters) == sorted([first.email, second.email])


def test_letters_go_out_in_parts_and_none_twice(organization, monkeypatch):
    monkeypatch.setattr(confirming, "LETTERS_AT_A_TIME", 2)
    for _ in range(5):
        make.make_contact(organization=organization, confirms=True)
    started = confirming.start_round(organizations=Organization.objects.all(), scope="Alla", started_by=None)

    posted = [confirming.post_requests(started.pk) for _ in range(5)]

    assert posted == [2, 2, 1, 0, 0]
    assert Letter.objects.count() == 5
    assert [job for job, _ in waiting_jobs() if "post_requests" in job] == ["actors.jobs.post_requests"] * 3


def test_whoever_has_an_open_link_is_not_asked_again(asked):
    everybody = Organization.objects.all()

    assert confirming.plan(everybody).contacts.count() == 0
    with pytest.raises(confirming.ValidationError):
        confirming.start_round(organizations=everybody, scope="Alla", started_by=None)
    confirming.answer(asked, said="ok")

    assert confirming.plan(everybody).contacts.count() == 1


def test_letter_says_what_to_do_and_until_when(client, asked):
    VerificationRequest.objects.update(sent_at=None)
    confirming.post_requests(asked.round_id)

    letter = Letter.objects.get()
    assert (letter.recipient, letter.language) == ("Reception@example.org", "sv")
    assert letter.subject == "Stämmer uppgifterna om Huset fortfarande?"
    until = timezone.localtime(asked.expires_at)
    assert f"{until.day} " in letter.body.split("till och med")[1]
    assert read(client, link_in(letter)).status == 200
    assert asked.contact.name_sv not in letter.body


# --- reminders and silence


def reminders() -> list[str]:
    return list(Letter.objects.filter(kind="actors.verification_reminder").values_list("recipient", flat=True))


def test_reminders_come_after_14_and_30_days_and_no_more(asked):
    counts = []
    for day in [1, 13.9, 14, 14, 20, 29.9, 30, 30, 45, 59]:
        with in_days(day):
            confirming.remind()
        counts.append(len(reminders()))

    assert counts == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2]


def test_reminder_holds_a_link_that_works_beside_the_first(client, asked, url):
    with in_days(14):
        confirming.remind()

        letter = Letter.objects.get()
        assert letter.subject.startswith("Påminnelse:")
        assert read(client, link_in(letter)).status == 200
        assert client.get(url).status_code == 200


def test_worker_that_stood_still_sends_the_second_reminder_alone(asked):
    with in_days(31):
        confirming.remind()
        confirming.remind()

    assert len(reminders()) == 1
    asked.refresh_from_db()
    assert asked.reminded_first_at == asked.reminded_second_at


@pytest.mark.parametrize("silenced_by", ["answer", "revoke", "other contact", "no longer confirms", "unpublished"])
def test_nobody_is_reminded_who_need_not_be(asked, organization, silenced_by):
    if silenced_by == "answer":
        confirming.answer(asked, said="ceased")
    elif silenced_by == "revoke":
        confirming.revoke(asked.round.requests.all())
    elif silenced_by == "other contact":
        organization.confirm(by="Någon annan")
        organization.save()
    elif silenced_by == "no longer confirms":
        type(asked.contact).objects.update(confirms=False)
    else:
        Organization.objects.update(status="draft")

    with in_days(40):
        assert confirming.remind() == 0


def test_silence_leads_from_confirmed_to_unlisted_and_an_answer_back(client, asked, url, organization, settings):
    """A whole life: confirmed, due, unconfirmed, asked, reminded, unlisted, confirmed."""
    confirming.revoke(asked.round.requests.all())
    organization.confirm(by="Receptionen")
    organization.save()
    Service.objects.update(assured_on=timezone.localdate(), verification="confirmed")
    seen, asked_again = [], None
    created = timezone.now() - dt.timedelta(days=400)
    Organization.objects.update(created_at=created)
    Service.objects.update(created_at=created)
    unlisted_on = 200 + settings.SECOND_REMINDER_DAYS + settings.UNLISTED_AFTER_DAYS
    for day in [0, 153, 154, 183, 184, 200, 214, 230, unlisted_on - 1, unlisted_on]:
        with in_days(day):
            if day == 200:
                asked_again = make.make_request(contact=asked.contact)
            confirming.remind()
            confirming.keep_verification()
            assert confirming.keep_verification() == 0
        states = {*Organization.objects.values_list("verification"), *Service.objects.values_list("verification")}
        seen.append((day, *(state for (state,) in states)))

    assert seen == [
        (0, "confirmed"), (153, "confirmed"), (154, "due"), (183, "due"), (184, "unconfirmed"), (200, "unconfirmed"),
        (214, "unconfirmed"), (230, "unconfirmed"), (unlisted_on - 1, "unconfirmed"), (unlisted_on, "unlisted"),
    ]  # fmt: skip
    assert Organization.objects.listed().count() == 0
    VerificationRequest.objects.filter(pk=asked_again.pk).update(expires_at=timezone.now() + 500 * DAY)
    with in_days(unlisted_on + 1):
        confirming.answer(asked_again, said="ok")
        confirming.keep_verification()
    assert Organization.objects.listed().count() == 1
    assert Organization.objects.get().verification == Verification.CONFIRMED


@pytest.mark.parametrize("reason", ["never asked", "answered", "revoked", "not reminded", "confirmed"])
def test_nothing_is_unlisted_for_another_reason(asked, organization, reason, settings):
    long_ago = timezone.now() - dt.timedelta(days=1000)
    Organization.objects.update(created_at=long_ago)
    VerificationRequest.objects.update(sent_at=long_ago, reminded_second_at=long_ago, expires_at=long_ago)
    if reason == "never asked":
        VerificationRequest.objects.all().delete()
    elif reason == "answered":
        VerificationRequest.objects.update(answer="changed", answered_at=long_ago)
    elif reason == "revoked":
        VerificationRequest.objects.update(revoked_at=long_ago)
    elif reason == "not reminded":
        VerificationRequest.objects.update(reminded_second_at=None)
    else:
        patient = CONFIRMED_FOR + dt.timedelta(days=settings.UNLISTED_AFTER_DAYS)
        Organization.objects.update(assured_on=timezone.localdate() - patient)

    confirming.keep_verification()

    assert Organization.objects.get().verification == Verification.UNCONFIRMED


def test_silence_of_one_contact_does_not_count_where_another_answers(asked, organization):
    long_ago = timezone.now() - dt.timedelta(days=300)
    Organization.objects.update(created_at=long_ago)
    VerificationRequest.objects.update(sent_at=long_ago, reminded_second_at=long_ago)
    other = make.make_request(contact=make.make_contact(organization=organization, confirms=True))
    confirming.answer(other, said="changed")

    confirming.keep_verification()

    assert Organization.objects.get().verification == Verification.UNCONFIRMED


def test_state_is_what_the_model_says_for_any_day(organization):
    for age in range(0, 200):
        Organization.objects.update(assured_on=timezone.localdate() - age * DAY, verification="confirmed")
        confirming.keep_verification()

        row = Organization.objects.get()
        assert row.verification == row.verification_on(timezone.localdate()), age


def test_keeping_step_takes_as_many_statements_for_many_entries(django_assert_max_num_queries):
    for _ in range(30):
        make.make_organization(assured_on=timezone.localdate() - 200 * DAY, verification="confirmed")

    with django_assert_max_num_queries(20):
        assert confirming.keep_verification() == 30


def test_day_on_which_nothing_changes_leaves_the_content_version(asked, organization):
    make.make_organization(assured_on=timezone.localdate(), verification="confirmed")
    confirming.keep_verification()
    before = version.current()

    confirming.keep_verification()
    make.make_token(asked)
    VerificationRequest.objects.update(sent_at=F("sent_at"))

    assert version.current() == before
