"""The project's own starter content."""

import datetime as dt
import re
from itertools import accumulate

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import QueryDict
from django.utils import timezone

from actors.forms import ServiceFilters
from actors.models import Contact, Location, Organization, Service, ServiceLanguage
from actors.parts import parts_of_service, services_with_parts
from events.models import Event, ProgrammeItem, Registration
from knowledge.editions import all_texts, content_of
from knowledge.models import Overview, Reference, Resource
from knowledge.services import hindrances
from knowledge.text import cited_keys, render
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.starter.services import DATA, load_starter
from lmh_portal.vocabulary import models as vocabulary
from lmh_portal.vocabulary.glossary import explain
from lmh_portal.vocabulary.models import Area, GlossaryTerm, Topic
from lmh_portal.vocabulary.outline import MAP_VIEW_BOX

SATURDAY = 5


@pytest.fixture(scope="module", autouse=True)
def loaders(django_db_setup, django_db_blocker):
    """Load everything once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = load_starter()
        connection.check_constraints()  # and make the search index: once, not anew for each test
        yield loaded
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_file_loads_without_a_problem(loaders):
    assert [str(problem) for loader in loaders for problem in loader.problems] == []
    assert {loader.title: loader.counts["added"] for loader in loaders} == {
        "vocabularies/target_groups.csv": 22,
        "vocabularies/staff_groups.csv": 33,
        "vocabularies/settings.csv": 16,
        "vocabularies/organisation_types.csv": 15,
        "vocabularies/event_types.csv": 11,
        "vocabularies/resource_types.csv": 17,
        "vocabularies/intervention_levels.csv": 4,
        "vocabularies/languages.csv": 29,
        "vocabularies/topics.csv": 42,
        "glossary.csv": 41,
        "concepts.csv": 150,
        "countries.csv": 1,
        "counties.csv": 21,
        "subregions.csv": 4,
        "municipalities.csv": 49,
        "municipalities.csv as organisations": 49,
        "organisations.csv": 97,
        "services.csv": 75,
        "services.csv as languages": 20,
        "locations.csv": 4,
        "locations.csv as addresses": 3,
        "contacts.csv": 3,
        "schedules.csv": 3,
        "references.csv": 83,
        "overviews": 12,
        "resources.csv": 17,
        "resources.csv as addresses": 5,
        "events.csv": 24,
        "event_programme.csv": 69,
        "event_occasions.csv": 3,
        "event_forms.csv": 4,
        "event_questions.csv": 4,
    }


@pytest.mark.django_db  # only to run along with the others, which share what is loaded
def test_readme_names_every_file():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    files = {str(path.relative_to(DATA)) for path in DATA.rglob("*.*") if path.suffix in {".csv", ".geojson"}}

    assert {file for file in files if f"`{file}`" not in readme} == set()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "model",
    [
        vocabulary.Topic,
        vocabulary.TargetGroup,
        vocabulary.StaffGroup,
        vocabulary.OrganizationType,
        vocabulary.EventType,
        vocabulary.ResourceType,
        vocabulary.InterventionLevel,
        vocabulary.Language,
        vocabulary.GlossaryTerm,
    ],
)
def test_terms_have_a_name_in_every_language(model, language):
    assert not model.objects.filter(**{f"name_{language}": None}).exists()


@pytest.mark.django_db
def test_glossary_is_defined_in_every_language_and_used_by_the_overviews():
    definitions = [f"definition_{code}" for code in LANGUAGES]
    overview = Overview.objects.get(slug="halsoundersokning-tuberkulos")

    _html, words = explain(render(overview.body_sv), "sv")

    assert [term for term in GlossaryTerm.objects.all() if not all(getattr(term, name) for name in definitions)] == []
    assert GlossaryTerm.objects.get(code="ptsd").synonyms_en == "PTSD\nposttraumatic stress disorder"
    assert GlossaryTerm.objects.get(code="illegal-migrant").use_instead.code == "undocumented"
    assert {"latent-tuberculosis", "tuberculosis", "asylum-seeker", "interpreter"} <= {word.code for word in words}


@pytest.mark.django_db
def test_topics_have_two_levels():
    assert Topic.objects.filter(broader__isnull=False).exists()
    assert not Topic.objects.filter(broader__broader__isnull=False).exists()


@pytest.mark.django_db
def test_what_is_about_trauma_counts_for_mental_health():
    about = Service.objects.filter(topic_items__tag__ancestors__slug="mental-health")

    trauma = Service.objects.filter(topic_items__tag__slug="trauma")
    assert trauma.exists()
    assert set(trauma) <= set(about)


@pytest.mark.django_db
def test_a_service_of_the_county_reaches_boras():
    service = Service.objects.filter(areas__code="14").first()

    reached = Area.objects.get(code="1490")

    assert reached.wider.filter(services=service).exists()
    assert {area.code for area in reached.wider.all()} == {"1490", "boras-sjuharad", "14", "SE"}


@pytest.mark.django_db
def test_a_county_covers_its_municipalities_alone():
    assert Area.objects.get(code="14").municipalities.count() == 49
    assert Area.objects.get(code="12").municipalities.count() == 0


@pytest.mark.django_db
def test_outlines_lie_within_the_map():
    left, top, width, height = map(int, MAP_VIEW_BOX.split())

    outlines = Area.objects.municipalities().values_list("outline", flat=True)

    assert len(outlines) == 49
    assert sum(map(len, outlines)) < 20_000
    for outline in outlines:
        assert re.fullmatch(r"(M\d+,\d+l-?\d+,-?\d+( -?\d+,-?\d+)+Z)+", outline)
        for ring in outline.split("Z")[:-1]:
            steps = [[int(number) for number in step.split(",")] for step in re.findall(r"-?\d+,-?\d+", ring)]
            corners = zip(*(accumulate(numbers) for numbers in zip(*steps, strict=True)), strict=True)
            assert all(left <= x <= left + width and top <= y <= top + height for x, y in corners)


@pytest.mark.django_db
def test_municipalities_are_organisations_too():
    boras = Organization.objects.get(slug="kommun-1490")

    assert boras.name_sv == "Borås Stad"
    assert boras.name_en == "Borås Municipality"
    assert boras.municipality.code == "1490"
    assert boras.description_sv == (
        "Kommun i Västra Götalands län och medlem i Boråsregionen Sjuhärads kommunalförbund."
    )


@pytest.mark.django_db
def test_overviews_are_published_examples_that_cite_what_they_list():
    for overview in Overview.objects.all():
        listed = [citation.reference.key for citation in overview.citations.order_by("position")]
        assert (overview.status, overview.is_demo) == ("published", True)
        for code in ["sv", "en"]:
            cited = cited_keys(*(texts[code] for texts in all_texts(content_of(overview))))
            assert set(cited) == set(listed)
        assert overview.title_ar
        assert overview.summary_ar
        assert overview.version == 1
        assert hindrances(overview) == [
            "Skriv i en mening vad som är nytt i den här versionen. Läsarna ser det i listan över ändringar."
        ]  # all else is there
        assert not re.search(r"\[\d|^# |^## Refer", overview.body_sv + overview.body_en, re.MULTILINE)


@pytest.mark.django_db
def test_resources_are_published_in_three_languages_with_a_licence():
    for resource in Resource.objects.all():
        resource.full_clean()
        assert resource.status == "published"
        assert all(getattr(resource, f"{field}_{code}") for field in ["title", "description"] for code in LANGUAGES)
        assert bool(resource.license_note_sv) == bool(resource.license_note_en) == bool(resource.license_note_ar)
    assert set(Resource.objects.filter(is_demo=True).values_list("slug", flat=True)) == {
        "demo-checklista-tolk",
        "demo-utbildarpaket",
    }


@pytest.mark.django_db
def test_resources_with_a_language_and_an_address_are_found_by_language():
    found = Resource.objects.filter(files__language__code="sv", files__url__startswith="https://")

    assert found.count() == 5


@pytest.mark.django_db
def test_every_reference_is_cited():
    assert Reference.objects.filter(citations__isnull=False).distinct().count() == 83


@pytest.mark.django_db
def test_demo_events_take_place_on_coming_weekdays():
    demo = Event.objects.filter(is_demo=True)

    assert demo.count() == 20
    for event in demo:
        assert event.starts_at > timezone.now()
        assert timezone.localtime(event.starts_at).weekday() < SATURDAY
        assert event.programme.exists()
        assert "demo" not in event.description_sv.lower()


@pytest.mark.django_db
def test_programmes_keep_to_the_hours_of_their_event():
    for item in ProgrammeItem.objects.filter(starts__isnull=False).select_related("event"):
        assert timezone.localtime(item.event.starts_at).time() <= item.starts
        assert item.ends <= timezone.localtime(item.event.ends_at).time()


@pytest.mark.django_db
def test_real_events_keep_their_dates():
    event = Event.objects.get(slug="skr-halsa-i-sverige")

    starts_at, ends_at = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    assert (starts_at.isoformat(), ends_at.isoformat()) == (
        "2016-09-01T00:00:00+02:00",
        "2017-12-31T23:59:00+01:00",
    )
    assert (event.date_precision, event.is_demo) == ("year", False)
    assert event.date_note_sv == "Flera kurser från hösten 2016 till och med 2017. Exakta datum anges inte i källan."


@pytest.mark.django_db
@time_machine.travel("2026-03-25T12:00:00+01:00")
def test_demo_events_keep_local_time_across_the_change_of_clocks():
    Registration.objects.all().delete()
    Event.objects.all().delete()

    load_starter(app="events")

    event = Event.objects.get(slug="demo-natverk-samordnare")
    assert timezone.localtime(event.starts_at).isoformat() == "2026-04-06T09:30:00+02:00"


@pytest.mark.django_db
def test_facts_of_real_services_are_no_more_than_what_is_described():
    real = Service.objects.filter(is_demo=False)

    assert not real.filter(access_facts__contains=["no-papers"]).exists()
    assert {service.verification for service in real} == {"unconfirmed"}
    assert not any(service.assured_on or service.alert_sv or service.email for service in real)
    for service in real.filter(access_facts__contains=["referral"]):
        assert service.access == "referral"
    for service in real.filter(access_facts__contains=["free"]):
        assert re.search("avgiftsfri|kostnadsfri", service.description_sv, re.IGNORECASE), service.slug
    for service in real.filter(access_facts__contains=["anonymous"]):
        assert "anonym" in service.description_sv.lower()


@pytest.mark.django_db
def test_demonstration_shows_every_feature_of_the_directory_in_three_languages():
    today = timezone.localdate()
    demo = Service.objects.filter(is_demo=True)

    assert {place.visibility for place in Location.protected.all()} == {"public", "area", "hidden"}
    assert {service.verification for service in demo} == {"confirmed", "due", "unconfirmed"}
    assert [service.slug for service in demo if service.has_ended] == ["demo-sommarkurs"]
    assert [service.slug for service in demo if service.alert_sv] == ["demo-vardlots"]
    assert set(ServiceLanguage.objects.filter(service__in=demo).values_list("mode", flat=True)) == set(
        ServiceLanguage.Mode.values
    )
    assert {contact.email.partition("@")[2] for contact in Contact.objects.all()} == {"example.org"}
    for service in demo:
        service.full_clean()
        assert all(getattr(service, f"{field}_{code}") for field in ["name", "description"] for code in LANGUAGES)
        assert ("(exempel)" in service.name_sv, "(مثال)" in service.name_ar) == (True, True)
    occasion = parts_of_service(services_with_parts().for_detail().get(slug="demo-samtalsgrupp"))["hours"].next
    assert today <= occasion.day <= today + dt.timedelta(days=14 * 4)


@pytest.mark.django_db
def test_undocumented_person_in_boras_finds_a_service_in_arabic():
    asked = QueryDict("municipality=1490&group=without-permit&language=ar&how=spoken&facts=anonymous&facts=free")

    found = ServiceFilters(asked, Service.objects.listed(), AnonymousUser()).page().object_list

    assert [service.slug for service in found] == ["demo-vardlots"]
