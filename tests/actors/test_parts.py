"""What is read along with an organisation or a service."""

import datetime as dt

import pytest

from actors.models import Location, ServiceLanguage
from actors.parts import (
    organizations_with_parts,
    parts_of_organization,
    parts_of_service,
    services_with_parts,
)
from lmh_portal.vocabulary.models import Language
from tests import make

pytestmark = pytest.mark.django_db
STREET = {"address_1": "Storgatan 1", "postal_code": "503 30", "city": "Borås"}


def test_everything_about_a_service_is_read_in_one_query(django_assert_num_queries):
    language = make.make_term(Language)
    service = make.make_service()
    for mode in ["written", "spoken"]:
        ServiceLanguage.objects.create(service=service, language=language, mode=mode)
    make.make_location([service], STREET)
    make.make_contact([service], name_sv="Mottagningen")
    make.make_contact(name_sv="Växeln")
    make.make_schedule(service=service)

    with django_assert_num_queries(1):
        parts = parts_of_service(services_with_parts().for_detail().get())

    assert [contact.name_sv for contact in parts["contacts"]] == ["Mottagningen"]
    assert [str(place.address) for place in parts["places"]] == ["Storgatan 1, 503 30 Borås"]
    assert [(one.language_id, one.modes) for one in parts["languages"]] == [(language.pk, ["spoken", "written"])]
    assert [(line.days, line.hours) for line in parts["hours"].lines] == [("Måndag", "09.00–12.00")]


def test_service_without_contact_shows_that_of_its_organisation():
    service = make.make_service()
    make.make_contact([make.make_service()], name_sv="En annans")
    make.make_contact(name_sv="Växeln")

    parts = parts_of_service(services_with_parts().for_detail().get(pk=service.pk))

    assert [contact.name_sv for contact in parts["contacts"]] == ["Växeln"]


def test_functions_come_before_persons_and_who_has_not_agreed_does_not_come():
    make.make_contact(name_sv="Person", is_function=False, consent_on=dt.date(2026, 1, 1))
    make.make_contact(name_sv="Reception")
    make.make_contact(name_sv="Intern", visibility="internal")
    make.make_contact(name_sv="Tyst", is_function=False, visibility="internal")

    parts = parts_of_organization(organizations_with_parts().for_detail().get())

    assert [contact.name_sv for contact in parts["contacts"]] == ["Reception", "Person"]


def test_organisations_above_are_known_from_the_top_and_drafts_are_left_out():
    top = make.make_organization(name_sv="Överst")
    middle = make.make_organization(name_sv="Utkast", status="draft", parent_organization=top)
    unit = make.make_organization(parent_organization=middle)
    below = make.make_organization(parent_organization=unit)

    parts = parts_of_organization(organizations_with_parts().for_detail().get(pk=below.pk))

    assert [one.pk for one in parts["above"]] == [top.pk, unit.pk]


@pytest.mark.parametrize(("visibility", "shown"), [("public", [True]), ("area", [False]), ("hidden", [])])
def test_place_brings_as_much_of_its_address_as_everybody_may_know(visibility, shown):
    service = make.make_service()
    make.make_location([service], STREET, visibility=visibility)

    of_service = parts_of_service(services_with_parts().for_detail().get())["places"]
    of_organization = parts_of_organization(organizations_with_parts().for_detail().get())["places"]

    assert [place.address is not None for place in of_service] == shown
    assert [place.address is not None for place in of_organization] == shown
    assert Location.protected.count() == 1
