"""The register kept true in a browser: a partner proposes, an editor decides, contacts confirm or do not."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect

from actors import confirming, proposing
from actors.models import Organization, Service
from lmh_portal.letters.models import Letter
from lmh_portal.visitors import forms
from lmh_portal.vocabulary.models import Language
from tests import make
from tests.browser.conftest import picture
from tests.browser.test_accessibility import examine

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def link_to(address: str, kind: str) -> str:
    letter = Letter.objects.filter(recipient=address, kind=kind).latest("pk")
    return re.search(r"http://localhost:8000(/\S+/\d+\.\S+/)", letter.body).group(1)


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setattr(forms, "OPEN_AT_LEAST", 0)  # nobody waits for the spam guard
    house = make.make_organization(slug="huset", name_sv="Huset", name_ar="البيت")
    somali = make.make_term(Language, code="so", name_sv="Somaliska", name_ar="الصومالية")
    return make.make_service(
        slug="samtal", organization=house, name_sv="Samtalsgrupp", name_ar="مجموعة حوار",
        description_sv="För dig som är ny i Sverige.", description_ar="لمن هو جديد في السويد.",
        access_facts=["free", "no-papers"], languages=[somali], website="https://example.org/samtal",
    )  # fmt: skip


def test_partner_proposes_in_arabic_on_a_phone_and_an_editor_approves(desk, new_visit, service):
    partner = new_visit(390, locale="ar", color_scheme="dark")
    page = partner.page

    # the partner proposes, is told what is missing, and loses nothing
    partner.open("/ar/services/samtal/")
    page.get_by_role("link", name="اقتراح تغيير").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    picture(page, "1-form")
    page.fill("#name", "مجموعة حوار للجميع")
    page.fill("#minimum_age", "16")
    page.locator("[name=access_facts][value=anonymous]").check()
    page.locator("[name=languages_code]").last.select_option("so")
    page.locator("[name=languages_mode]").last.select_option("phone")
    page.fill("#sender_function", "مديرة الوحدة")
    page.get_by_role("button", name="إرسال الاقتراح").click()
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, "2-refused")
    assert page.input_value("#name") == "مجموعة حوار للجميع"
    page.fill("#sender_email", "partner@example.org")
    page.get_by_role("button", name="إرسال الاقتراح").click()
    expect(page.locator("h1")).to_have_text("شكراً لك")
    partner.open("/ar/services/samtal/")
    assert page.locator("h1").inner_text() == "مجموعة حوار"

    # meanwhile an editor changes one of the same facts
    Service.objects.update(minimum_age=18)

    # another finds the proposal on the desk's first page, and the conflict in it
    editor = desk("editor", "view_changeproposal", "decide_changeproposal", "view_service")
    editor.page.get_by_role("link", name="Förslag från partner").click()
    editor.page.locator("#result_list tbody th a").click()
    picture(editor.page, "3-difference")
    expect(editor.page.locator(".differences__conflict")).to_contain_text("Ändrat under tiden")
    expect(editor.page.locator("#take-minimum_age")).not_to_be_checked()
    editor.page.fill("#id_reason", "شكرًا!")
    editor.page.get_by_role("button", name="Godkänn det som är förkryssat").click()
    expect(editor.page.locator("body")).to_contain_text("Förslaget godkändes")

    # readers see it, and the partner how it went
    partner.open("/ar/services/samtal/")
    assert page.locator("h1").inner_text() == "مجموعة حوار للجميع"
    partner.open(link_to("partner@example.org", "actors.proposal_decided"))
    expect(page.locator(".badge").first).to_have_text("تمت الموافقة")
    picture(page, "4-answer")
    service.refresh_from_db()
    assert (service.minimum_age, service.access_facts) == (18, ["free", "no-papers", "anonymous"])
    assert set(service.service_languages.values_list("mode", flat=True)) == {"spoken", "phone"}
    assert (partner.faults, editor.faults) == ([], [])


def test_round_with_three_answers_and_a_reminder(desk, new_visit, service):
    addresses = ["ja@example.org", "andrat@example.org", "slut@example.org", "tyst@example.org"]
    for number, address in enumerate(addresses):
        organization = service.organization if number == 0 else make.make_organization(slug=f"org-{number}")
        make.make_contact(organization=organization, name_sv="Receptionen", email=address, confirms=True)
    make.make_organization(name_sv="Ingen att fråga")

    # a coordinator looks who would be asked, then starts
    rights = ["view_verificationround", "add_verificationround", "change_verificationround", "view_organization"]
    coordinator = desk("coordinator", *rights)
    page = coordinator.page
    coordinator.open("/admin/actors/verificationround/add/")
    page.get_by_role("button", name="Se vilka som skulle tillfrågas").click()
    expect(page.locator("body")).to_contain_text("4 brev skulle skickas")
    expect(page.locator("body")).to_contain_text("Ingen att fråga")
    picture(page, "5-preview")
    page.get_by_role("button", name="Starta omgången").click()
    expect(page.locator("body")).to_contain_text("Omgången har startat.")
    started = page.url.partition("/admin/")[2]
    while confirming.post_requests(int(re.search(r"\d+", started).group())):
        pass

    # three answers; opening a link is none
    reader = new_visit(390)
    links = [link_to(address, "actors.verification_request") for address in addresses]
    for link in links:
        reader.open(link)
    assert not Organization.objects.exclude(assured_on=None).exists()
    reader.open(links[0])
    picture(reader.page, "6-question")
    reader.page.get_by_role("button", name="Allt stämmer").click()
    expect(reader.page.locator("h1")).to_have_text("Tack för ditt svar")
    picture(reader.page, "7-thanks")
    reader.open(links[1])
    reader.page.get_by_role("button", name="Något här har ändrats").first.click()
    picture(reader.page, "7-change")
    expect(reader.page.locator("#sender_email")).to_have_value("andrat@example.org")
    reader.page.fill("#website", "https://example.org/ny")
    reader.page.get_by_role("button", name="Skicka förslaget").click()
    expect(reader.page.locator("h1")).to_have_text("Tack")
    reader.open(links[2])
    reader.page.get_by_text("Organisationen har upphört").click()
    reader.page.fill("#sentence", "Vi slutade i maj.")
    reader.page.get_by_role("button", name="Den har upphört").click()
    expect(reader.page.locator("h1")).to_have_text("Tack för ditt svar")

    # whoever is silent is reminded
    with time_machine.travel(timezone.now() + dt.timedelta(days=14), tick=False):
        assert [confirming.remind(), confirming.remind()] == [1, 0]
    assert link_to("tyst@example.org", "actors.verification_reminder") not in links

    # the coordinator sees how it goes, and revokes the last link
    coordinator.open(f"/admin/{started}")
    expect(page.locator("body")).to_contain_text("75 %")
    picture(page, "8-round")
    page.get_by_role("button", name="Återkalla länken för").click()
    expect(page.locator("body")).to_contain_text("1 länk återkallades.")
    reader.awaited.add(links[3])
    assert reader.open(links[3]).status == 410
    picture(reader.page, "9-revoked")
    confirmed = Organization.objects.exclude(assured_on=None).get()
    assert (confirmed.slug, confirmed.assured_by) == ("huset", "Receptionen")
    assert (reader.faults, coordinator.faults) == ([], [])


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_axe_finds_nothing_on_partners_pages(visit, service, language):
    asked = make.make_request(contact=make.make_contact(organization=service.organization, confirms=True))
    done = make.make_request(contact=asked.contact, answer="changed", answered_at=timezone.now())
    proposal = make.make_proposal(service, {"name": "Ny", "has_ceased": True})
    with override(language):
        pages = {
            "form": reverse("actors:propose_service", args=["samtal"]),
            "question": reverse("actors:confirm", args=[make.make_token(asked)]),
            "answered": reverse("actors:confirm", args=[make.make_token(done)]),
            "proposal": reverse("actors:proposal", args=[proposing.link_token(proposal)]),
        }
    found = []
    for name, url in pages.items():
        visit.open(url)
        found += examine(visit, name)
        if name == "form":
            visit.page.fill("#website", "x x")
            visit.page.locator("main form button").click()
            found += examine(visit, "refused form")
            visit.page.set_viewport_size({"width": 1280, "height": 900})
            picture(visit.page, f"10-refused-{language}")

    assert not found, "\n".join(found)
