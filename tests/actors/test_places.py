"""Protected places: what the managers of actors.models.place let out, and on which ways."""

import pytest
from django.db import IntegrityError

from actors.models import Address, Location, Service, ServiceAtLocation
from tests import make

pytestmark = pytest.mark.django_db
STREET = {"address_1": "Hemliga gatan 7", "postal_code": "411 01", "city": "Göteborg"}


@pytest.fixture
def service():
    service = make.make_service()
    for visibility in ["public", "area", "hidden"]:
        make.make_location([service], STREET, visibility=visibility, name_sv=f"Plats {visibility}")
    return service


def test_hidden_place_is_in_no_query_of_everybody(service):
    shown = {"public", "area"}

    assert set(Location.objects.values_list("visibility", flat=True)) == shown
    assert set(service.locations.values_list("visibility", flat=True)) == shown
    assert {at.location.visibility for at in service.service_at_locations.all()} == shown
    assert {at.location.visibility for at in ServiceAtLocation.objects.all()} == shown
    prefetched = Service.objects.prefetch_related("locations", "service_at_locations__location").get()
    assert {location.visibility for location in prefetched.locations.all()} == shown
    assert {at.location.visibility for at in prefetched.service_at_locations.all()} == shown
    assert {location.visibility for location in service.organization.locations.all()} == shown


def test_address_is_read_of_public_places_alone(service):
    assert [address.location.visibility for address in Address.objects.all()] == ["public"]
    assert not hasattr(Location.objects.filter(visibility="area").get(), "address")


def test_who_has_the_right_reads_everything(service):
    assert Location.protected.count() == Address.protected.count() == ServiceAtLocation.protected.count() == 3


def test_protected_place_can_be_saved(service):
    place = Location.protected.get(visibility="hidden")
    place.name_sv = "Annat namn"
    place.save()

    assert Location.protected.get(visibility="hidden").name_sv == "Annat namn"


def test_one_coordinate_alone_is_refused(service):
    place = make.make_location([service])

    with pytest.raises(IntegrityError, match="address_has_both_coordinates"):
        Address.protected.create(location=place, latitude="57.7")
