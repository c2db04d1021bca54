"""The register on the editors' desk: confirming, opening hours, filters, where things are used."""

import datetime as dt
from collections import Counter

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from actors.models import Contact, Location, Organization, Schedule, Service
from tests import make

pytestmark = pytest.mark.django_db
SERVICES = reverse("admin:actors_service_changelist")


def address(row, page="change") -> str:
    return reverse(f"admin:actors_{row._meta.model_name}_{page}", args=[row.pk])


def shown(client, url: str, **question) -> set:
    return set(client.get(url, question).context["cl"].queryset)


# --- confirming


@pytest.mark.parametrize("kind", ["organization", "service"])
def test_editor_confirms_today_with_one_button(admin_client, kind):
    row = getattr(make, f"make_{kind}")()
    assert address(row, "confirm") in admin_client.get(address(row)).content.decode()

    response = admin_client.post(address(row, "confirm"))

    row.refresh_from_db()
    assert response.url == address(row)
    assert (row.assured_on, row.assured_by, row.verification) == (timezone.localdate(), "LMH", "confirmed")
    assert "LMH" in LogEntry.objects.get().get_change_message()


def test_editor_confirms_several(admin_client):
    rows = [make.make_service(), make.make_service()]

    admin_client.post(SERVICES, {"action": "confirm_selected", "_selected_action": [row.pk for row in rows]})

    assert Counter(Service.objects.values_list("verification", flat=True)) == {"confirmed": 2}


def test_confirming_is_for_those_who_may_change(client):
    editor, row = make.make_editor(is_superuser=False), make.make_service()
    editor.user_permissions.add(Permission.objects.get(codename="view_service"))
    client.force_login(editor)

    assert address(row, "confirm") not in client.get(address(row)).content.decode()
    assert client.post(address(row, "confirm")).status_code == 403
    assert client.get(address(row, "confirm")).status_code == 405


def service_data(service, **changes) -> dict:
    names = ["name", "description", "eligibility_description", "application_process", "fees_description", "alert"]
    texts = {f"{field}_{code}": "" for field in names for code in ["sv", "en", "ar"]}
    values = {
        "name_sv": service.name_sv, "organization": service.organization_id, "kind": "service",
        "audience": "residents", "access": "open", "operation": "active", "certainty": "generic",
        "status": "published", "slug": service.slug,
    }  # fmt: skip
    inlines = make.no_rows("service_languages", "schedules", "service_at_locations")
    return texts | values | inlines | make.NO_RELATED_CHOICES | changes


@pytest.mark.parametrize(("days", "state"), [(0, "confirmed"), (170, "due"), (300, "unconfirmed")])
def test_day_that_is_written_by_hand_counts_too(admin_client, days, state):
    service = make.make_service()
    day = timezone.localdate() - dt.timedelta(days=days)

    admin_client.post(address(service), service_data(service, assured_on=day.isoformat(), assured_by="Enhetschefen"))

    service.refresh_from_db()
    assert (service.assured_on, service.verification) == (day, state)


def test_day_to_come_is_refused(admin_client):
    service = make.make_service()
    day = timezone.localdate() + dt.timedelta(days=1)

    response = admin_client.post(address(service), service_data(service, assured_on=day.isoformat()))

    assert response.context["adminform"].form.errors == {"assured_on": ["Den dagen har inte kommit än."]}


# --- services


def test_opening_hours_have_a_box_for_each_day(admin_client):
    service = make.make_service()
    page = admin_client.get(address(service)).content.decode()
    assert page.count('name="schedules-__prefix__-byday"') == 7

    rows = {
        "schedules-TOTAL_FORMS": 1, "schedules-0-byday": ["MO", "TH"], "schedules-0-opens_at": "09:00",
        "schedules-0-closes_at": "12:00", "schedules-0-freq": "WEEKLY", "schedules-0-interval": 1,
        **{f"schedules-0-notes_{code}": "" for code in ["sv", "en", "ar"]},
    }  # fmt: skip
    response = admin_client.post(address(service), service_data(service, **rows))

    assert response.status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.byday, schedule.opens_at, schedule.closes_at) == (["MO", "TH"], dt.time(9), dt.time(12))
    assert admin_client.get(address(service)).content.decode().count("checked") >= 2


def test_facts_of_access_are_boxes_and_do_not_contradict(admin_client):
    service = make.make_service()

    refused = admin_client.post(address(service), service_data(service, access_facts=["referral", "self-referral"]))
    admin_client.post(address(service), service_data(service, access_facts=["free", "no-papers"]))

    service.refresh_from_db()
    assert "access_facts" in refused.context["adminform"].form.errors
    assert service.access_facts == ["free", "no-papers"]


def test_service_is_given_its_places(admin_client):
    service, place = make.make_service(), make.make_location()
    rows = {"service_at_locations-TOTAL_FORMS": 1, "service_at_locations-0-location": place.pk}

    admin_client.post(address(service), service_data(service, **rows))

    assert list(service.locations.all()) == [place]


@pytest.mark.parametrize(
    "question",
    [
        {"fact": "free"}, {"operation__exact": "paused"}, {"kind__exact": "group"}, {"access__exact": "booking"},
        {"verification__exact": "confirmed"}, {"q": "Ovanlig"}, {"q": "232100-0131"}, {"q": "alias"},
    ],
)  # fmt: skip
def test_services_are_found_by_filters_and_words(admin_client, question):
    organization = make.make_organization(alternate_name="Ett alias", organization_number="232100-0131")
    found = make.make_service(
        access_facts=["free"], operation="paused", kind="group", access="booking", verification="confirmed",
        name_sv="Ovanlig insats", organization=organization,
    )  # fmt: skip
    make.make_service(organization=make.make_organization())

    assert shown(admin_client, SERVICES, **question) == {found}


@pytest.mark.parametrize("written", ["232100-0131", "2321000131", "232100 0131"])
def test_organization_is_found_by_its_number_however_it_is_written(admin_client, written):
    organization = make.make_organization(organization_number="232100-0131")
    make.make_organization()

    assert shown(admin_client, reverse("admin:actors_organization_changelist"), q=written) == {organization}


def test_wrong_number_is_refused_with_a_sentence(admin_client):
    organization = make.make_organization()
    texts = {f"{field}_{code}": "" for field in ["name", "description"] for code in ["sv", "en", "ar"]}
    data = texts | make.no_rows("contacts") | make.NO_RELATED_CHOICES | {"organization_number": "232100-0132"}

    response = admin_client.post(address(organization), data)

    [sentence] = response.context["adminform"].form.errors["organization_number"]
    assert "siffra" in sentence


# --- where things are used


def test_contact_says_where_it_is_used(admin_client):
    service = make.make_service(name_sv="Samtalsstöd")
    contact = make.make_contact([service], organization=service.organization)

    page = admin_client.get(address(contact)).content.decode()

    assert address(service) in page
    assert address(service.organization) in page


def test_place_says_where_it_is_used(admin_client):
    service = make.make_service()
    place = make.make_location([service])

    assert address(service) in admin_client.get(address(place)).content.decode()


def test_organization_lists_what_belongs_to_it(admin_client):
    organization = make.make_organization()
    rows = [
        make.make_organization(parent_organization=organization),
        make.make_service(organization=organization),
        make.make_location(organization=organization),
    ]
    contact = make.make_contact(organization=organization)

    response = admin_client.get(address(organization))

    assert [row for row in rows if address(row) not in response.content.decode()] == []
    [contacts] = [one for one in response.context["inline_admin_formsets"] if one.opts.model is Contact]
    assert [form.instance for form in contacts.formset.initial_forms] == [contact]


def test_contacts_are_for_those_who_may_see_them(client):
    editor, contact = make.make_editor(is_superuser=False), make.make_contact(visibility="internal")
    codes = ["view_organization", "change_organization"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(editor)

    assert contact.email not in client.get(address(contact.organization)).content.decode()


def contact_data(contact, **changes) -> dict:
    texts = {f"{name}_{code}": "" for name in ["name", "title", "department"] for code in ["sv", "en", "ar"]}
    values = {"name_sv": "Anna", "organization": contact.organization_id, "visibility": "public"}
    return texts | values | changes


def test_person_needs_consent_and_the_form_says_so(admin_client):
    contact = make.make_contact()

    refused = admin_client.post(address(contact), contact_data(contact))
    admin_client.post(address(contact), contact_data(contact, consent_on="2026-10-02"))

    contact.refresh_from_db()
    assert refused.context["adminform"].form.errors == {
        "consent_on": ["En person får visas bara med samtycke: ange när det gavs."]
    }
    assert (contact.is_function, contact.consent_on) == (False, dt.date(2026, 10, 2))


def test_place_and_its_address_are_made_on_one_page(admin_client):
    organization, town = make.make_organization(), make.make_area()
    texts = {f"{n}_{c}": "" for n in ["name", "transportation", "accessibility"] for c in ["sv", "en", "ar"]}
    add = reverse("admin:actors_location_add")
    prefixes = [one.formset.prefix for one in admin_client.get(add).context["inline_admin_formsets"]]
    data = texts | make.no_rows(*prefixes) | {
        "name_sv": "Huset", "organization": organization.pk, "location_type": "physical", "visibility": "hidden",
        "municipality": town.pk, f"{prefixes[0]}-TOTAL_FORMS": 1, f"{prefixes[0]}-0-address_1": "Gatan 7",
    }  # fmt: skip

    admin_client.post(add, data)

    place = Location.protected.get()
    assert (place.name_sv, place.visibility) == ("Huset", "hidden")
    assert str(place) == "Skyddad plats"


# --- what waits


def test_desk_says_what_is_unconfirmed_and_what_may_be_there_twice(admin_client):
    organization = make.make_organization(verification="confirmed")
    for verification in ["unconfirmed", "confirmed"]:
        make.make_service(name_sv="Samtalsstöd", verification=verification, organization=organization)
    make.make_service(status="draft", name_sv="Annat", organization=organization)

    response = admin_client.get(reverse("admin:index"))

    waiting = {item.url.partition("/admin/actors/")[2]: item.count for item in response.context["todo"]}
    assert waiting == {
        "service/?status__exact=draft": 1,
        "service/?status__exact=published&verification__exact=unconfirmed": 1,
        "service/?double=yes": 2,
    }
    for item in response.context["todo"]:
        assert admin_client.get(item.url).context["cl"].result_count == item.count


def test_status_stays_where_only_the_confirmation_changes(admin_client):
    organization = make.make_organization(status="draft")

    admin_client.post(address(organization, "confirm"))

    assert Organization.objects.get().status == "draft"
