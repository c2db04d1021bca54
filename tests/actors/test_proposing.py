"""Proposals of partners: what the public form takes, what it refuses, and what becomes of it."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from actors import proposing
from actors.models import AccessFact, ChangeProposal, Contact, Organization, Service
from actors.partner_forms import ProposalForm
from lmh_portal.core import version
from lmh_portal.letters.models import Letter
from lmh_portal.vocabulary import models as vocabulary
from tests import make
from tests.reading import Elements, read

pytestmark = pytest.mark.django_db
SENDER = {"sender_email": "Anna@Example.org", "sender_function": "Enhetschef", "comment": ""}


def address(record=None) -> str:
    return (
        reverse(f"actors:propose_{record._meta.model_name}", args=[record.slug])
        if record
        else reverse("actors:propose_new")
    )


def filled(record=None, **changes) -> dict:
    """What a browser would send ten seconds after it opened the form."""
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=10), tick=False):
        form = ProposalForm(record)
    values = {name: form[name].value() for name in form.fields} | SENDER
    lines = values.pop("languages", [])
    values |= {
        "languages_code": [line.split()[0] for line in lines],
        "languages_mode": [line.split()[1] for line in lines],
    }
    sent = values | changes
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def send(client, record=None, *, headers=None, **changes):
    return client.post(address(record), filled(record, **changes), headers=headers or {})


def refusals(response) -> list[str]:
    assert response.status_code == 200, "it was taken"
    return [str(sentence) for errors in response.context["form"].errors.values() for sentence in errors]


@pytest.fixture
def service(db):
    service = make.make_service(
        slug="samtal", name_sv="Samtalsgrupp", description_sv="Rad ett.\r\nRad två.", website="https://example.org/",
        email="samtal@example.org", minimum_age=18, access_facts=["free"],
        languages=[make.make_term(vocabulary.Language, code="so", name_sv="Somaliska")],
    )  # fmt: skip
    make.make_contact([service], organization=service.organization, phone="010-123")
    make.make_schedule(service=service, notes_sv="Ring först.")
    return service


# --- the form


def test_form_shows_what_the_page_says(client, service):
    page = client.get(address(service)).content.decode()

    values = {attrs.get("name"): attrs.get("value") for tag, attrs in Elements(page).found if tag == "input"}
    assert values["name"] == "Samtalsgrupp"
    assert values["phone"] == "010-123"
    assert values["minimum_age"] == "18"
    assert "Rad ett.\nRad två.</textarea>" in page.replace("\r", "")
    assert '<option value="so" selected>' in page
    assert "Ring först." in page


def test_form_has_no_cookie_is_kept_by_no_cache_and_found_by_no_search_engine(client, service):
    page = read(client, address(service))
    response = client.get(address(service))

    assert '<meta name="robots" content="noindex">' in page.html
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies


def test_form_of_a_draft_is_not_there(client):
    draft = make.make_organization(status="draft")

    assert client.get(address(draft)).status_code == 404
    assert client.post(address(draft), {}).status_code == 404


@pytest.mark.parametrize("visibility", ["area", "hidden"])
def test_form_shows_nothing_of_a_protected_place(client, service, visibility):
    make.make_location(
        [service], {"address_1": "Hemliga gatan 1", "city": "Hemort"}, name_sv="Hemligt hus", visibility=visibility,
        organization=service.organization,
    )  # fmt: skip

    for record in [service, service.organization]:
        assert not re.search("Hemlig|Hemort", client.get(address(record)).content.decode())


def test_form_edits_the_texts_of_its_language_and_shows_the_others(client, service):
    with override("ar"):
        page = read(client, address(service))

    assert '<span lang="sv" dir="ltr">Samtalsgrupp</span>' in page.html
    assert 'name="name" value=' not in page.html


# --- sent


def test_proposal_waits_and_leaves_the_page_as_it_is(client, service):
    before = version.current()

    response = send(client, service, name="Ny grupp", minimum_age="16", access_facts=["free", "anonymous"])

    assert response.url == reverse("actors:proposal_sent")
    proposal = ChangeProposal.objects.get()
    assert proposal.proposed == {"name": "Ny grupp", "minimum_age": 16, "access_facts": ["free", "anonymous"]}
    assert proposal.base == {"name": "Samtalsgrupp", "minimum_age": 18, "access_facts": ["free"]}
    assert (proposal.service, proposal.organization, proposal.language) == (service, None, "sv")
    assert (proposal.email, proposal.function, proposal.state) == ("anna@example.org", "Enhetschef", "open")
    service.refresh_from_db()
    assert (service.name_sv, service.minimum_age) == ("Samtalsgrupp", 18)
    assert version.current() == before


def test_proposal_holds_every_part(client, service):
    make.make_term(vocabulary.Language, code="ar")
    wanted = {
        "name": "A", "description": "B", "eligibility_description": "C", "minimum_age": 1, "maximum_age": 2,
        "access_facts": ["self-referral"], "application_process": "D", "fees_description": "E",
        "opening_hours": "Måndagar", "website": "https://example.org/ny", "email": "ny@example.org", "phone": "031-1",
        "alert": "Stängt i juli", "alert_until": "2026-07-31", "has_ceased": True,
    }  # fmt: skip

    send(client, service, **wanted, languages_code=["ar", "so"], languages_mode=["phone", "written"])

    assert ChangeProposal.objects.get().proposed == wanted | {"languages": ["ar phone", "so written"]}


def test_texts_of_another_language_are_proposed_in_it(client, service):
    with override("ar"):
        send(client, service, name="مجموعة حوار")

    proposal = ChangeProposal.objects.get()
    assert (proposal.language, proposal.base, proposal.proposed) == ("ar", {"name": ""}, {"name": "مجموعة حوار"})


def test_comment_alone_is_a_proposal(client, service):
    send(client, service, comment="Vi har flyttat.")

    assert ChangeProposal.objects.get().proposed == {}


def test_new_actor_needs_a_name_and_a_type(client):
    kind = make.make_term(vocabulary.OrganizationType, name_sv="Förening")
    place = make.make_area(name_sv="Borås")

    assert len(refusals(send(client))) == 2
    send(client, name="Föreningen Ny", organization_type=kind.code, municipality=place.code)

    proposal = ChangeProposal.objects.get()
    assert proposal.is_new
    assert proposal.proposed == {
        "name": "Föreningen Ny", "organization_type": kind.code, "municipality": place.code
    }  # fmt: skip


def test_what_somebody_else_changes_meanwhile_is_not_taken_for_a_wish(client, service):
    sent = filled(service, name="Ny grupp")
    Service.objects.update(fees_description_sv="Gratis", name_sv="Annan grupp")

    client.post(address(service), sent)

    proposal = ChangeProposal.objects.get()
    assert (proposal.base, proposal.proposed) == ({"name": "Samtalsgrupp"}, {"name": "Ny grupp"})


# --- refused

FROM_THE_MENUS = "Choose each language and how it is used from the menus."
REFUSED = [
    ({}, "Nothing has been changed yet: change what is wrong, or write a comment."),
    ({"name": ""}, None),
    ({"website": "javascript:alert(1)"}, None),
    ({"email": "inte en adress"}, None),
    ({"minimum_age": "121"}, None),
    ({"minimum_age": "-1"}, None),
    ({"minimum_age": "9" * 5000}, None),
    ({"minimum_age": "30", "maximum_age": "20"}, "The lower age must not be above the upper one."),
    (
        {"access_facts": ["referral", "self-referral"]},
        "Choose either that a referral is needed or that people contact it themselves.",
    ),
    ({"access_facts": ["nonsense"]}, None),
    ({"languages_code": ["xx"], "languages_mode": ["spoken"]}, FROM_THE_MENUS),
    ({"languages_code": ["so"], "languages_mode": ["sung"]}, FROM_THE_MENUS),
    (
        {"languages_code": ["so"] * 61, "languages_mode": ["spoken"] * 61},
        "These are too many languages: write to us instead.",
    ),
    ({"alert": "x" * 301}, None),
    ({"alert_until": "31/7"}, None),
    ({"description": "x" * 5001}, None),
    ({"sender_email": "nobody"}, None),
    ({"sender_function": ""}, None),
    ({"comment": "x" * 5001}, None),
    ({"name": "Ny", "nickname": "robot"}, "The message was not sent: a field that only machines see was filled in."),
    (
        {"name": "Ny", "stamp": "forged"},
        "The form had been open for too long. Your text is still here: please send it again.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), REFUSED, ids=lambda value: str(value)[:40])
def test_bad_input_is_refused_in_a_sentence_and_nothing_is_lost(client, service, changes, sentence):
    response = send(client, service, **{"comment": "" if changes == {} else "Behåll mig"} | changes)

    found = refusals(response)
    assert found
    assert sentence is None or gettext(sentence) in found
    html = response.content.decode()
    assert changes == {} or "comment" in changes or "Behåll mig" in html
    for name, value in changes.items():
        if isinstance(value, str) and name not in {"stamp", "nickname"}:
            assert value in html
    assert not ChangeProposal.objects.exists()


def test_refused_form_can_be_sent_again_and_still_knows_what_it_showed(client, service):
    sent = filled(service, name="Ny grupp", sender_email="")
    Service.objects.update(fees_description_sv="Gratis")
    refused = client.post(address(service), sent)
    form = refused.context["form"]

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=10)):
        response = client.post(
            address(service), sent | {"sender_email": "a@example.org", "stamp": form["stamp"].value()}
        )

    assert response.status_code == 302
    assert ChangeProposal.objects.get().proposed == {"name": "Ny grupp"}


def test_stamp_of_another_page_is_refused(client, service):
    other = make.make_service()

    response = client.post(address(service), filled(service, name="Ny") | {"stamp": filled(other)["stamp"]})

    assert len(refusals(response)) == 1


def test_form_that_comes_at_once_or_too_late_is_refused(client, service):
    sent = filled(service, name="Ny")
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=9), tick=False):
        at_once = client.post(address(service), sent)
    with time_machine.travel(timezone.now() + dt.timedelta(days=2), tick=False):
        late = client.post(address(service), sent)

    assert [len(refusals(response)) for response in [at_once, late]] == [1, 1]


def test_other_sites_cannot_send_the_form(client, service):
    response = send(client, service, name="Ny", headers={"origin": "https://evil.example"})

    assert response.status_code == 403
    assert not ChangeProposal.objects.exists()


def test_form_is_taken_once(client, service):
    sent = filled(service, name="Ny")
    client.post(address(service), sent)

    again = client.post(address(service), sent | {"sender_email": "b@example.org"})

    assert refusals(again) == [gettext("Your proposal has reached us already.")]
    assert ChangeProposal.objects.count() == 1


def test_proposer_has_one_open_proposal_for_a_record(client, service):
    send(client, service, name="Ny")
    again = send(client, service, name="Nyare", sender_email="ANNA@example.org")
    send(client, service, name="Nyast", sender_email="b@example.org")
    send(client, service.organization, name="Ny")

    assert len(refusals(again)) == 1
    assert "väntar redan" in refusals(again)[0]
    assert ChangeProposal.objects.count() == 3


def test_decided_proposal_makes_room_for_the_next(client, service):
    send(client, service, name="Ny")
    proposing.reject(ChangeProposal.objects.get(), reason="Nej.", editor=make.make_editor())

    send(client, service, name="Nyare")

    assert ChangeProposal.objects.open().get().proposed == {"name": "Nyare"}


@pytest.mark.parametrize(
    ("limit", "distinct"),
    [("FROM_AN_ADDRESS", {}), ("TO_AN_EMAIL", {"sender_email": "same@example.org"}), ("AN_HOUR", {})],
)
def test_rate_is_limited_without_keeping_an_address(client, monkeypatch, limit, distinct):
    monkeypatch.setattr(proposing, limit, 2)
    organizations = [make.make_organization() for _ in range(3)]

    answers = [
        send(client, row, name="Ny", **{"sender_email": f"{number}@example.org"} | distinct)
        for number, row in enumerate(organizations)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert ChangeProposal.objects.count() == 2
    columns = {field.name for field in ChangeProposal._meta.fields}
    assert not any("ip" in name.split("_") or "address" in name for name in columns)


# --- the letter and the link in it


def link_in(letter: Letter) -> str:
    return re.search(r"http://localhost:8000(/\S+/\d+\.\S+/)\n", letter.body).group(1)


def test_receipt_goes_to_the_proposer_with_a_link_and_nothing_of_what_was_written(client, service):
    send(client, service, name="KÖP NU", comment="spam spam", sender_function="BILLIGT")

    letter = Letter.objects.get()
    assert (letter.recipient, letter.language, letter.kind) == ("anna@example.org", "sv", "actors.proposal_received")
    assert "Samtalsgrupp" in letter.subject
    assert "http://localhost:8000/sv/insatser/samtal/" in letter.body
    assert not re.search("KÖP|spam|BILLIGT", letter.subject + letter.body)
    page = read(client, link_in(letter))
    assert "KÖP NU" in page.words


def test_receipt_is_in_the_language_of_the_form(client, service):
    with override("ar"):
        send(client, service, name="مجموعة")

    letter = Letter.objects.get()
    assert letter.language == "ar"
    assert "/ar/" in link_in(letter)
    assert "شكر" in letter.body


def test_rolled_back_proposal_sends_no_letter(client, service, monkeypatch):
    monkeypatch.setattr(proposing, "AN_HOUR", 0)

    send(client, service, name="Ny")

    assert not Letter.objects.exists()


def test_link_shows_how_it_goes_and_takes_the_proposal_back(client, service):
    send(client, service, name="Ny")
    url = link_in(Letter.objects.get())

    shown = read(client, url)
    head = client.head(url)
    assert ChangeProposal.objects.get().is_open
    client.post(url)

    assert gettext("Take the proposal back") in shown.words
    assert head.status_code == 200
    assert ChangeProposal.objects.get().state == "withdrawn"
    assert gettext("Take the proposal back") not in read(client, url).words


def test_link_is_kept_by_no_cache_and_told_to_nobody(client, service):
    proposal = make.make_proposal(service)
    url = reverse("actors:proposal", args=[proposing.link_token(proposal)])

    response = client.get(url)

    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert 'rel="canonical"' not in response.content.decode()


@pytest.mark.parametrize("token", ["1", "1.x", "x", "1." + "a" * 43, "999999.x", "%00", "..", "1:x"])
def test_forged_link_opens_nothing(client, service, token):
    make.make_proposal(service)

    answers = [client.get(f"/sv/forslag/{token}/"), client.post(f"/sv/forslag/{token}/")]

    assert {answer.status_code for answer in answers} == {404}
    assert ChangeProposal.objects.open().count() == 1


def test_link_of_one_proposal_does_not_open_another(client, service):
    first, second = make.make_proposal(service), make.make_proposal(service)
    number, signature = proposing.link_token(first).split(".")

    assert number == str(first.pk)
    assert client.get(f"/sv/forslag/{second.pk}.{signature}/").status_code == 404


def test_decided_proposal_cannot_be_taken_back(client, service):
    proposal = make.make_proposal(service)
    url = reverse("actors:proposal", args=[proposing.link_token(proposal)])
    proposing.reject(proposal, reason="Vi fick ett annat besked.", editor=make.make_editor())

    page = client.post(url)

    assert page.status_code == 200
    assert ChangeProposal.objects.get().state == "rejected"
    assert "Vi fick ett annat besked." in page.content.decode()


# --- decided


def approve(proposal, *names, reason="", editor=None, seen=None):
    proposal = ChangeProposal.objects.get(pk=proposal.pk)  # with the record as it is now
    found = proposing.differences(proposal)
    names = names or [one.part.name for one in found]
    seen = seen or proposing.seen(found)
    editor = editor or make.make_editor()
    return proposing.approve(proposal, names=names, seen_before=seen, reason=reason, editor=editor)


def test_approval_takes_over_every_part(service):
    make.make_term(vocabulary.Language, code="ar")
    wanted = {
        "name": "A", "description": "B", "eligibility_description": "C", "minimum_age": 1, "maximum_age": 2,
        "access_facts": ["self-referral"], "application_process": "D", "fees_description": "E",
        "languages": ["ar phone", "so written"], "website": "https://example.org/ny", "email": "ny@example.org",
        "phone": "031-1", "alert": "Stängt i juli", "alert_until": "2026-07-31", "has_ceased": True,
    }  # fmt: skip
    proposal = make.make_proposal(service, wanted)

    approve(proposal)

    service = Service.objects.get()
    assert (service.name_sv, service.description_sv, service.minimum_age, service.maximum_age) == ("A", "B", 1, 2)
    assert service.access_facts == [AccessFact.SELF_REFERRAL]
    assert (service.website, service.email) == ("https://example.org/ny", "ny@example.org")
    assert (service.operation, service.alert_until) == ("defunct", dt.date(2026, 7, 31))
    assert Contact.objects.get().phone == "031-1"
    spoken = service.service_languages.order_by("language__code").values_list("language__code", "mode")
    assert list(spoken) == [("ar", "phone"), ("so", "written")]
    assert {one.is_done for one in proposing.differences(ChangeProposal.objects.get())} == {True}


def test_approval_takes_over_only_what_was_chosen(service):
    proposal = make.make_proposal(service, {"name": "Ny", "email": "ny@example.org"})

    approve(proposal, "email")

    service.refresh_from_db()
    assert (service.name_sv, service.email) == ("Samtalsgrupp", "ny@example.org")


def test_approval_raises_the_content_version_and_is_noted_in_both_histories(client, service):
    from django.contrib.admin.models import LogEntry

    editor, proposal = make.make_editor(), make.make_proposal(service, {"name": "Ny"})
    before = version.current()

    approve(proposal, editor=editor)

    assert version.current() > before
    entries = LogEntry.objects.filter(user=editor).order_by("content_type__model")
    assert [(entry.content_type.model, entry.object_id) for entry in entries] == [
        ("changeproposal", str(proposal.pk)),
        ("service", str(service.pk)),
    ]
    assert "Namn" in entries[1].get_change_message()


def test_letter_says_what_was_taken_over_and_why_not_the_rest(service):
    proposal = make.make_proposal(service, {"name": "Ny", "email": "ny@example.org"})

    approve(proposal, "email", reason="Namnet stämmer enligt er webbplats.")

    letter = Letter.objects.get(kind="actors.proposal_decided")
    assert letter.recipient == proposal.email
    assert "Namnet stämmer enligt er webbplats." in letter.body
    assert re.search(r"Har tagits över: E-post\nHar inte tagits över: Namn", letter.body)


def test_rejection_needs_a_reason_and_sends_it(service):
    proposal = make.make_proposal(service, {"name": "Ny"})

    with pytest.raises(proposing.ValidationError):
        proposing.reject(proposal, reason="  ", editor=make.make_editor())
    proposing.reject(proposal, reason="Det stämmer inte.", editor=make.make_editor())

    service.refresh_from_db()
    assert service.name_sv == "Samtalsgrupp"
    letters = Letter.objects.filter(kind="actors.proposal_decided")
    assert ["Det stämmer inte." in letter.body for letter in letters] == [True]


def test_second_editor_is_told(service):
    proposal = make.make_proposal(service, {"name": "Ny"})
    stale = ChangeProposal.objects.get()
    approve(proposal)

    with pytest.raises(proposing.ValidationError, match="redan avgjort"):
        proposing.reject(stale, reason="Nej.", editor=make.make_editor())

    assert ChangeProposal.objects.get().state == "approved"


def test_later_edit_is_a_conflict_and_is_overwritten_only_on_purpose(service):
    proposal = make.make_proposal(
        service, {"name": "Ny", "email": "ny@example.org", "website": "https://example.org/b"}
    )
    Service.objects.update(name_sv="Redaktörens", email="ny@example.org")

    compared = proposing.differences(ChangeProposal.objects.get())
    found = {one.part.name: (one.is_conflict, one.is_done) for one in compared}
    assert found == {"name": (True, False), "website": (False, False), "email": (False, True)}
    approve(proposal, "website")

    service.refresh_from_db()
    assert (service.name_sv, service.website) == ("Redaktörens", "https://example.org/b")


def test_edit_after_the_editor_looked_is_never_overwritten(service):
    proposal = make.make_proposal(service, {"name": "Ny"})
    looked = proposing.seen(proposing.differences(proposal))
    Service.objects.update(name_sv="Redaktörens")

    with pytest.raises(proposing.ValidationError):
        approve(proposal, "name", seen=looked)

    service.refresh_from_db()
    assert (service.name_sv, ChangeProposal.objects.get().state) == ("Redaktörens", "open")


def test_what_would_be_untrue_is_refused_whole(service):
    proposal = make.make_proposal(service, {"maximum_age": 20, "name": "Ny"})
    Service.objects.update(minimum_age=30)

    with pytest.raises(proposing.ValidationError):
        approve(proposal)

    service.refresh_from_db()
    assert (service.name_sv, service.maximum_age, ChangeProposal.objects.get().state) == ("Samtalsgrupp", None, "open")


def test_opening_hours_are_an_editors_to_carry_over(service):
    proposal = make.make_proposal(service, {"opening_hours": "Tisdagar 10–12"})

    approve(proposal)

    assert [row.byday for row in service.schedules.all()] == [["MO"]]
    assert ChangeProposal.objects.get().state == "approved"


def test_phone_makes_a_contact_where_there_is_none():
    organization = make.make_organization(name_sv="Föreningen")
    approve(make.make_proposal(organization, {"phone": "031-2"}))

    contact = organization.contacts.get()
    assert (contact.phone, contact.is_function, contact.name_sv) == ("031-2", True, "Föreningen")


def test_new_actor_becomes_a_draft():
    kind, place = make.make_term(vocabulary.OrganizationType), make.make_area()
    make.make_organization(slug="foreningen-ny")
    wanted = {
        "name": "Föreningen Ny", "organization_type": kind.code, "municipality": place.code, "phone": "1",
        "organization_number": "232100-0131",
    }  # fmt: skip
    proposal = make.make_proposal(None, wanted)

    made = approve(proposal)

    assert (made.status, made.name_sv, made.organization_type, made.municipality) == (
        "draft", "Föreningen Ny", kind, place
    )  # fmt: skip
    assert made.slug == f"foreningen-ny-{proposal.pk}"
    assert ChangeProposal.objects.get().organization == made
    assert made.contacts.get().phone == "1"


def test_new_actor_with_an_arabic_name_alone_has_an_address():
    kind = make.make_term(vocabulary.OrganizationType)
    proposal = make.make_proposal(None, {"name": "جمعية", "organization_type": kind.code}, language="ar")

    made = approve(proposal)

    assert (made.slug, made.name_sv, made.name_ar) == ("organisation", "جمعية", "جمعية")


def test_organization_that_has_ceased_leaves_the_lists_with_its_services(service):
    organization = service.organization
    organization.confirm(by="Receptionen")
    organization.save()

    approve(make.make_proposal(organization, {"has_ceased": True}))

    assert not Organization.objects.listed().filter(pk=organization.pk).exists()
    assert not Service.objects.listed().exists()
    assert Organization.objects.published().filter(pk=organization.pk).exists()


# --- forgotten


def test_proposers_are_forgotten_some_time_after_the_decision(client, service, settings):
    old, young, waiting = (make.make_proposal(service) for _ in range(3))
    for proposal in [old, young]:
        proposing.reject(proposal, reason="Nej.", editor=make.make_editor())
    long_ago = timezone.now() - dt.timedelta(days=settings.PROPOSERS_KEPT_DAYS, seconds=1)
    ChangeProposal.objects.filter(pk=old.pk).update(decided_at=long_ago)
    url = reverse("actors:proposal", args=[proposing.link_token(old)])
    assert client.get(url).status_code == 200

    assert [proposing.forget_proposers(), proposing.forget_proposers()] == [1, 0]

    kept = ChangeProposal.objects.exclude(email="")
    assert set(kept) == {young, waiting}
    old.refresh_from_db()
    assert (old.email, old.function, old.comment, old.state) == ("", "", "", "rejected")
    assert client.get(url).status_code == 404
