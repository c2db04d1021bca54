"""The register from end to end in a browser: a partner finds, hands out and corrects; editors decide; contacts confirm.

One story, in the order in which it happens: what the portal kept of one act is what the next begins with.
"""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from actors import confirming
from actors.models import Organization, Service
from lmh_portal.letters.models import Letter
from lmh_portal.visitors import forms
from lmh_portal.vocabulary.models import Area
from tests import make
from tests.browser.conftest import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "إضافة إلى ورقة المعلومات"
GUIDE, TALKS = "demo-vardlots", "demo-halsosamtal"
COLUMNS = """[...document.querySelectorAll('.handout__services .handout__columns')].map(row =>
  [...row.children].map(one => Math.round(one.getBoundingClientRect().y)))"""
CHANGED, CEASED, SILENT, LEFT = "andrat@example.org", "slut@example.org", "tyst@example.org", "borta@example.org"
GUIDES = "vardlots@example.org"  # of the starter content, as is its colleague at samordnare@example.org
ROUNDS = ["view_verificationround", "add_verificationround", "change_verificationround", "view_organization"]


def link_to(address: str, kind: str) -> str:
    letter = Letter.objects.filter(recipient=address, kind=kind).latest("pk")
    return re.search(r"http://localhost:8000(/\S+/\d+\.\S+/)", letter.body).group(1)


def at_day(number: int):
    return time_machine.travel(timezone.now() + dt.timedelta(days=number), tick=False)


@pytest.fixture
def asked(starter):
    """Organisations in Borås besides those of the starter content, each with a contact who is asked."""
    boras = Area.objects.get(code="1490")
    confirmed_on = timezone.localdate() - dt.timedelta(days=170)
    for address in [CHANGED, CEASED, SILENT, LEFT]:
        name = address.partition("@")[0]
        organization = make.make_organization(
            slug=name, name_sv=name.capitalize(), municipality=boras, assured_on=confirmed_on, verification="due"
        )
        make.make_contact(organization=organization, name_sv="Receptionen", email=address, confirms=True)


def test_story_of_the_register(desk, new_visit, asked, monkeypatch):
    monkeypatch.setattr(forms, "OPEN_AT_LEAST", 0)  # nobody waits for the spam guard
    partner, contact = new_visit(locale="ar"), new_visit(390)
    editor = desk("editor", "view_changeproposal", "decide_changeproposal", "view_service")

    partner_finds_services_for_people_without_papers(partner)
    partner_takes_a_sheet_in_two_languages_along(partner)
    partner_proposes_a_change(partner)
    Service.objects.filter(slug=GUIDE).update(minimum_age=18)  # meanwhile an editor changes one of the same facts
    editor_sees_the_difference_and_approves(editor)
    partner_sees_what_became_of_it(partner)

    coordinator = desk("coordinator", *ROUNDS)
    page_of_round = coordinator_starts_a_round(coordinator)
    contacts_answer_in_three_ways(contact)
    coordinator_sees_who_answered_and_revokes_a_link(coordinator, page_of_round, contact)
    editor_finds_what_contacts_said(editor)
    whoever_is_silent_is_reminded_twice(contact)
    facts_that_nobody_confirms_are_marked_and_then_leave_the_lists(contact)

    assert (partner.faults, editor.faults, coordinator.faults, contact.faults) == ([], [], [], [])
    assert partner.context.cookies() == contact.context.cookies() == []


# --- a partner, in Arabic


def partner_finds_services_for_people_without_papers(partner):
    page = partner.page
    partner.open("/ar/services/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    page.locator("#facet-municipality").select_option("1490")
    for facet, code in [("group", "without-permit"), ("facts", "free"), ("language", "ar")]:
        page.locator(f"#legend-{facet}").click()
        page.locator(f"[name={facet}][value={code}]").check()
    page.get_by_role("button", name="عرض النتائج").click()

    expect(page.locator(".item__title").first).to_contain_text("مرشد الرعاية لمن لا أوراق لهم")
    assert "municipality=1490" in page.url
    picture(page, "story-1-found")


def partner_takes_a_sheet_in_two_languages_along(partner):
    page = partner.page
    page.get_by_role("link", name=ADD).first.click()
    page.get_by_role("link", name="إضافة المزيد من الخدمات").click()
    page.locator("#q").fill("محادثات صحية")
    page.locator("#q").press("Enter")
    page.locator("a", has_text="محادثات صحية في المنزل").click()
    page.get_by_role("link", name=ADD).click()
    page.emulate_media(media="print")

    assert page.url.endswith(f"/ar/handout/?s={GUIDE}&s={TALKS}")
    assert [len(set(tops)) for tops in page.evaluate(COLUMNS)] == [1, 1]  # side by side
    assert not any(one.is_visible() for one in page.locator(".no-print").all())
    assert page.locator(".qr").is_visible()
    assert "مرشد الرعاية لمن لا أوراق لهم" in page.inner_text("main")
    assert "Vårdlots för papperslösa" in page.inner_text("main")
    picture(page, "story-2-sheet")
    page.emulate_media(media="screen")


def partner_proposes_a_change(partner):
    page = partner.page
    page.set_viewport_size({"width": 390, "height": 900})
    partner.open(f"/ar/services/{GUIDE}/")
    page.get_by_role("link", name="اقتراح تغيير").click()
    page.fill("#name", "مرشد الرعاية للجميع")
    page.fill("#minimum_age", "16")
    page.locator("[name=access_facts][value=anonymous]").uncheck()
    page.locator("[name=languages_code]").last.select_option("so")
    page.locator("[name=languages_mode]").last.select_option("phone")
    page.fill("#sender_function", "مديرة الوحدة")
    page.get_by_role("button", name="إرسال الاقتراح").click()
    expect(page.get_by_role("alert")).to_be_visible()  # an address is missing
    assert page.input_value("#name") == "مرشد الرعاية للجميع"
    picture(page, "story-3-refused")

    page.fill("#sender_email", "partner@example.org")
    page.get_by_role("button", name="إرسال الاقتراح").click()
    expect(page.locator("h1")).to_have_text("شكراً لك")
    partner.open(f"/ar/services/{GUIDE}/")
    expect(page.locator("h1")).to_have_text("مرشد الرعاية لمن لا أوراق لهم (مثال)")


def partner_sees_what_became_of_it(partner):
    partner.open(f"/ar/services/{GUIDE}/")
    expect(partner.page.locator("h1")).to_have_text("مرشد الرعاية للجميع")
    partner.open(link_to("partner@example.org", "actors.proposal_decided"))
    expect(partner.page.locator(".badge").first).to_have_text("تمت الموافقة")
    expect(partner.page.locator("main")).to_contain_text("شكرًا!")
    picture(partner.page, "story-5-answer")


# --- an editor, in Swedish


def editor_sees_the_difference_and_approves(editor):
    page = editor.page
    editor.open("/admin/")
    page.get_by_role("link", name="Förslag från partner").click()
    page.locator("#result_list tbody th a").click()
    expect(page.locator(".differences__conflict")).to_contain_text("Ändrat under tiden")
    expect(page.locator("#take-minimum_age")).not_to_be_checked()
    picture(page, "story-4-difference")
    page.fill("#id_reason", "شكرًا!")
    page.get_by_role("button", name="Godkänn det som är förkryssat").click()
    expect(page.locator("body")).to_contain_text("Förslaget godkändes")

    service = Service.objects.get(slug=GUIDE)
    assert (service.minimum_age, service.name_ar) == (18, "مرشد الرعاية للجميع")
    assert "anonymous" not in service.access_facts
    assert service.service_languages.filter(language__code="so", mode="phone").exists()


def editor_finds_what_contacts_said(editor):
    page = editor.page
    editor.open("/admin/actors/changeproposal/?state__exact=open")
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    page.locator("#result_list tbody th a", has_text="Slut").click()
    expect(page.locator("main")).to_contain_text("Vi slutade i maj.")
    page.get_by_role("button", name="Godkänn det som är förkryssat").click()

    assert Organization.objects.get(slug="slut").verification == "unlisted"


# --- a coordinator and the contacts


def coordinator_starts_a_round(coordinator) -> str:
    page = coordinator.page
    coordinator.open("/admin/actors/verificationround/add/")
    page.locator("#id_municipality").select_option(label="Borås")
    page.get_by_role("button", name="Se vilka som skulle tillfrågas").click()
    expect(page.locator("body")).to_contain_text("6 brev skulle skickas")
    expect(page.locator("body")).to_contain_text("Borås Stad")  # nobody to ask there
    picture(page, "story-6-preview")
    page.get_by_role("button", name="Starta omgången").click()
    expect(page.locator("body")).to_contain_text("Omgången har startat.")
    started = page.url.partition("/admin/")[2]
    while confirming.post_requests(int(re.search(r"\d+", started).group())):
        pass
    return f"/admin/{started}"


def contacts_answer_in_three_ways(contact):
    page = contact.page
    before = set(Organization.objects.values_list("slug", "assured_on"))
    for address in [GUIDES, CHANGED, CEASED, SILENT, LEFT]:
        contact.open(link_to(address, "actors.verification_request"))
    assert set(Organization.objects.values_list("slug", "assured_on")) == before  # opening a link is no answer

    contact.open(link_to(GUIDES, "actors.verification_request"))
    picture(page, "story-7-question")
    page.get_by_role("button", name="Allt stämmer").click()
    expect(page.locator("h1")).to_have_text("Tack för ditt svar")

    contact.open(link_to(CHANGED, "actors.verification_request"))
    page.get_by_role("button", name="Något här har ändrats").first.click()
    expect(page.locator("#sender_email")).to_have_value(CHANGED)
    page.fill("#website", "https://example.org/ny")
    page.get_by_role("button", name="Skicka förslaget").click()
    expect(page.locator("h1")).to_have_text("Tack")

    contact.open(link_to(CEASED, "actors.verification_request"))
    page.get_by_text("Organisationen har upphört").click()
    page.fill("#sentence", "Vi slutade i maj.")
    page.get_by_role("button", name="Den har upphört").click()
    expect(page.locator("h1")).to_have_text("Tack för ditt svar")

    confirmed = Organization.objects.get(assured_on=timezone.localdate())
    assert (confirmed.slug, confirmed.assured_by) == ("demo-motesplats-boras", "Vårdlotsarna")
    contact.open(f"/sv/insatser/{GUIDE}/")
    expect(page.locator(".badge--good").first).to_contain_text("Bekräftat")
    expect(page.locator("main")).to_contain_text("av Vårdlotsarna")


def coordinator_sees_who_answered_and_revokes_a_link(coordinator, page_of_round: str, contact):
    page = coordinator.page
    coordinator.open(page_of_round)
    expect(page.locator("body")).to_contain_text("50 %")
    picture(page, "story-8-round")
    page.get_by_role("row", name="Borta").get_by_role("button", name="Återkalla länken för").click()
    expect(page.locator("body")).to_contain_text("1 länk återkallades.")

    revoked = link_to(LEFT, "actors.verification_request")
    contact.awaited.add(revoked)
    assert contact.open(revoked).status == 410


def whoever_is_silent_is_reminded_twice(contact):
    first = link_to(SILENT, "actors.verification_request")
    for day in [14, 30]:
        with at_day(day):
            assert [confirming.remind(), confirming.remind()] == [1, 0]
            assert contact.open(link_to(SILENT, "actors.verification_reminder")).status == 200
    reminders = Letter.objects.filter(kind="actors.verification_reminder")
    assert set(reminders.values_list("recipient", flat=True)) == {SILENT}
    assert link_to(SILENT, "actors.verification_reminder") != first


def facts_that_nobody_confirms_are_marked_and_then_leave_the_lists(contact):
    page = contact.page
    listed, reading = "/sv/aktorer/?q=tyst", "/sv/aktorer/tyst/"
    contact.open(reading)
    expect(page.locator(".badge--good").first).to_contain_text("Bekräftat")
    with at_day(31):
        confirming.keep_verification()
        contact.open(reading)
        expect(page.locator(".badge--mark").first).to_have_text("Inte bekräftat")
        contact.open(listed)
        expect(page.get_by_role("link", name="Tyst", exact=True)).to_be_visible()
        picture(page, "story-9-marked")
    with at_day(30 + 180 + 1):
        confirming.keep_verification()
        contact.open(listed)
        expect(page.get_by_role("link", name="Tyst", exact=True)).to_have_count(0)
        contact.open(reading)
        expect(page.locator(".note--warn")).to_contain_text("Ingen har bekräftat de här uppgifterna på länge.")
        contact.awaited.add(link_to(SILENT, "actors.verification_reminder"))
        assert contact.open(link_to(SILENT, "actors.verification_reminder")).status == 410
        picture(page, "story-10-unlisted")
