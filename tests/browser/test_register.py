"""Partners' pages can be read and used by everybody; what happens on them, test_register_story.py tells."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actors import proposing
from lmh_portal.visitors import forms
from lmh_portal.vocabulary.models import Language
from tests import make
from tests.browser.conftest import picture
from tests.browser.test_accessibility import examine

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
