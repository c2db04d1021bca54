"""vCards: what an address book reads, and what it must never read."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from actors.vcards import LONGEST_LINE
from tests import make

pytestmark = pytest.mark.django_db


def cards(client, entry, view: str) -> list[dict[str, list[str]]]:
    """Each card's properties, unfolded and unescaped as RFC 6350 says."""
    response = client.get(reverse(view, args=[entry.slug]))
    assert response.headers["Content-Type"] == "text/vcard; charset=utf-8"
    text = response.content.decode()
    assert text.endswith("\r\n")
    assert all(len(line) <= LONGEST_LINE for line in response.content.split(b"\r\n"))
    found: list[dict[str, list[str]]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VCARD":
            found.append({})
        elif line and line != "END:VCARD":
            found[-1].setdefault(name.partition(";")[0], []).append(value)
    return found


def test_organisation_is_a_card_and_each_function_another(client):
    organization = make.make_organization(name_sv="Vård, råd; stöd", email="info@example.org", website="https://x.org")
    make.make_contact(name_sv="Reception", phone="031-12 34 56", email="", title_sv="Rad ett\nrad två")
    make.make_location(address={"address_1": "Gatan 1", "postal_code": "411 01", "city": "Göteborg"})

    entry, function = cards(client, organization, "actors:organization_card")

    assert (entry["FN"], entry["VERSION"], entry["KIND"]) == (["Vård\\, råd\\; stöd"], ["4.0"], ["org"])
    assert (entry["EMAIL"], entry["URL"]) == (["info@example.org"], ["https://x.org"])
    assert entry["ADR"] == [";;Gatan 1;Göteborg;;411 01;"]
    assert (function["FN"], function["TEL"]) == (["Reception"], ["031-12 34 56"])
    assert function["TITLE"] == ["Rad ett\\nrad två"]
    assert "EMAIL" not in function


def test_persons_who_have_not_agreed_and_internal_contacts_are_in_no_card(client):
    service = make.make_service()
    make.make_contact([service], name_sv="Intern funktion", visibility="internal")
    make.make_contact([service], name_sv="Person", is_function=False, consent_on="2026-01-01")
    make.make_contact([service], name_sv="Tyst person", is_function=False, visibility="internal")

    names = [card["FN"][0] for card in cards(client, service, "actors:service_card")]

    assert names == [service.name_sv, "Person"]


@pytest.mark.parametrize("visibility", ["area", "hidden"])
def test_protected_address_is_in_no_card(client, visibility):
    service = make.make_service()
    make.make_location([service], {"address_1": "Hemliga gatan 7"}, visibility=visibility)

    for entry, view in [(service, "actors:service_card"), (service.organization, "actors:organization_card")]:
        assert "ADR" not in cards(client, entry, view)[0]


def test_long_lines_are_folded_between_characters(client):
    organization = make.make_organization(name_sv="å" * 150, name_ar="ع" * 150)

    with override("ar"):
        (card,) = cards(client, organization, "actors:organization_card")

    assert card["FN"] == ["ع" * 150]
    assert card["LANG"] == ["ar"]


def test_draft_has_a_card_for_editors_alone(client, admin_client):
    url = reverse("actors:service_card", args=[make.make_service(status="draft").slug])

    assert client.get(url).status_code == 404
    assert "no-store" in admin_client.get(url).headers["Cache-Control"]


def test_draft_organisation_is_not_told_of(client):
    service = make.make_service(organization=make.make_organization(status="draft", name_sv="Hemlig"))

    assert "ORG" not in cards(client, service, "actors:service_card")[0]
