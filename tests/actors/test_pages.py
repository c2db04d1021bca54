"""What an organisation's and a service's page tell, on the day they are read."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import gettext, override

from actors.models import ServiceLanguage
from lmh_portal.vocabulary.models import InterventionLevel, Language
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db


def words(client, entry) -> str:
    return read(client, entry.get_absolute_url()).words


def test_service_says_who_may_come_how_and_what_it_costs(client):
    service = make.make_service(
        eligibility_description_sv="Alla som behöver.", application_process_sv="Ring oss.",
        fees_description_sv="Gratis.", minimum_age=13, maximum_age=25, access_facts=["anonymous", "free"], kind="group",
        level=make.make_term(InterventionLevel, name_sv="Tidiga insatser"),
    )  # fmt: skip

    page = words(client, service)

    for expected in ["Alla som behöver.", "Ring oss.", "Gratis.", "Från 13 till 25 års ålder", "Tidiga insatser"]:
        assert expected in page
    assert page.index("Kostnadsfritt") < page.index("Du kan vara anonym")  # in the order of the register


def test_languages_stand_with_how_they_are_used(client):
    service, tigrinya = make.make_service(), make.make_term(Language, name_sv="Tigrinska")
    for mode in ["phone", "spoken"]:
        ServiceLanguage.objects.create(service=service, language=tigrinya, mode=mode)

    assert "Tigrinska – Talas av personalen, Tolk på telefon eller video" in words(client, service)


@time_machine.travel("2026-11-24T12:00:00+01:00")
def test_notice_is_shown_through_its_last_day(client):
    today = dt.date(2026, 11, 24)
    shown = make.make_service(alert_sv="Stängt i dag.", alert_until=today)
    over = make.make_service(alert_sv="Stängt i går.", alert_until=today - dt.timedelta(days=1))
    always = make.make_service(alert_en="Moved.")

    assert "Stängt i dag. (till och med 24 november 2026)" in words(client, shown)
    assert "Stängt i går." not in words(client, over)
    assert "Moved." in words(client, always)


@time_machine.travel("2026-11-24T08:00:00+01:00")
def test_notice_and_hours_follow_the_day_without_a_change_of_content(client):
    service = make.make_service(alert_sv="Stängt i dag.", alert_until=dt.date(2026, 11, 24))
    make.make_schedule(service=service, byday=["TU", "TH"])
    today = words(client, service)

    with time_machine.travel("2026-11-25T12:00:00+01:00"):
        tomorrow = words(client, service)

    assert ("Stängt i dag." in today, "Stängt i dag." in tomorrow) == (True, False)
    assert "Öppet nästa gång: tisdag 24 november 09.00–12.00" in today
    assert "Öppet nästa gång: torsdag 26 november 09.00–12.00" in tomorrow


@time_machine.travel("2026-11-24T10:00:00+01:00")
@pytest.mark.parametrize("page", ["service", "handout"])
def test_hours_follow_the_clock_without_a_change_of_content(client, page):
    service = make.make_service()
    make.make_schedule(service=service, byday=["TU", "TH"])

    def told() -> str:
        sheet = f"/sv/informationsblad/?s={service.slug}&second=ar"
        return read(client, service.get_absolute_url() if page == "service" else sheet).words

    now = told()
    with time_machine.travel("2026-11-24T12:00:00+01:00"):
        later = told()

    assert "Öppet nu: tisdag 24 november 09.00–12.00" in now
    assert "Öppet nästa gång: torsdag 26 november 09.00–12.00" in later
    assert "Öppet nu" not in later


@pytest.mark.parametrize(
    ("fields", "expected", "has_hours"),
    [
        ({}, "", True),
        ({"operation": "paused"}, "Stängt tills vidare", False),
        ({"operation": "defunct"}, "Insatsen har upphört.", False),
        ({"ends_on": "2020-01-31"}, "Det här avslutades 31 januari 2020.", False),
    ],
)
def test_state_is_told_and_what_is_closed_has_no_next_time(client, fields, expected, has_hours):
    service = make.make_service(**fields)
    service.refresh_from_db()
    make.make_schedule(service=service)
    if fields.get("operation") == "paused":
        expected = str(service.get_operation_display())

    page = words(client, service)

    assert expected in page
    assert ("Öppet nästa gång" in page or "Öppet nu" in page) is has_hours


@pytest.mark.parametrize(
    ("verification", "assured_on", "expected"),
    [
        ("confirmed", "2026-10-02", "Bekräftat 2 oktober 2026"), ("due", "2026-06-02", "Bekräftat 2 juni 2026"),
        ("unconfirmed", "2025-01-02", "Inte bekräftat"), ("unconfirmed", None, "Inte bekräftat"),
        ("unlisted", None, "Ingen har bekräftat de här uppgifterna på länge."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make_entry", [make.make_service, make.make_organization])
def test_confirmation_is_told_with_its_day(client, make_entry, verification, assured_on, expected):
    entry = make_entry(verification=verification, assured_on=assured_on, assured_by="enhetschefen")

    page = words(client, entry)

    assert expected in page
    assert ("av enhetschefen" in page) is bool(assured_on)


def test_contacts_are_links_that_dial_and_write(client):
    service = make.make_service(email="insats@example.org")
    make.make_contact([service], name_sv="Mottagningen", phone="+46 (0)31-12 34 56", email="mottagning@example.org")

    links = read(client, service.get_absolute_url()).links

    assert {"tel:+46031123456", "mailto:mottagning@example.org", "mailto:insats@example.org"} <= set(links)


def test_organisation_shows_its_names_contacts_places_and_what_is_above(client):
    top = make.make_organization(name_sv="Regionen")
    organization = make.make_organization(
        parent_organization=make.make_organization(parent_organization=top, name_sv="Förvaltningen"),
        alternate_name="Enheten, E", email="enhet@example.org", organization_number="232100-0131",
    )  # fmt: skip
    make.make_contact(organization=organization, name_sv="Växeln", title_sv="Svarar vardagar")
    make.make_location(organization=organization, address={"address_1": "Gatan 1", "city": "Borås"}, name_sv="Huset")

    page = words(client, organization)

    assert page.index("Regionen") < page.index("Förvaltningen")
    for expected in [
        "Enheten, E",
        "enhet@example.org",
        "Växeln , Svarar vardagar",
        "Huset Gatan 1 Borås",
        "232100-0131",
    ]:
        assert expected in page


def test_services_that_have_ended_stand_apart_and_unlisted_ones_nowhere(client):
    organization = make.make_organization()
    make.make_service(organization=organization, name_sv="Pågår")
    make.make_service(organization=organization, name_sv="Slut", ends_on=timezone.localdate() - dt.timedelta(days=1))
    make.make_service(organization=organization, name_sv="Bortglömd", verification="unlisted")

    page = words(client, organization)

    assert page.index("Pågår") < page.index(gettext("Services that have ended")) < page.index("Slut")
    assert "Bortglömd" not in page


def test_related_pages_name_nothing_that_lists_leave_out(client):
    topic = make.make_topic()
    overview = make.make_overview(topics=[topic])
    for number, fields in enumerate(
        [{}, {"operation": "defunct"}, {"ends_on": "2020-01-01"}, {"verification": "unlisted"}]
    ):
        make.make_service(topics=[topic], name_sv=f"Insats nr {number}", **fields)

    page = words(client, overview)

    assert [f"Insats nr {number}" in page for number in range(4)] == [True, False, False, False]


def test_card_tells_access_languages_and_confirmation_briefly(client):
    languages = [make.make_term(Language, name_sv=f"Språk {number}", position=number) for number in range(6)]
    service = make.make_service(
        languages=languages, access_facts=["free"], verification="confirmed", assured_on="2026-10-02"
    )

    with override("sv"):
        page = words(client, service.organization)

    assert "Bekräftat 2 oktober 2026" in page
    assert "Kostnadsfritt Språk: Språk 0, Språk 1, Språk 2, Språk 3 +2" in page
