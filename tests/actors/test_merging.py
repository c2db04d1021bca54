"""Merging entries: what refers to the one refers to the other, and old addresses lead on."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from actors.merging import comparable_fields, merge
from actors.models import FormerAddress, Location, Organization, Service, ServiceAtLocation, ServiceLanguage
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.home.models import RelatedChoice
from lmh_portal.vocabulary.models import Language
from tests import make

pytestmark = pytest.mark.django_db


def merged(kept, *others, **values):
    merge(kept=kept, others=list(others), values=values)
    kept.refresh_from_db()
    return kept


def test_everything_of_an_organization_moves():
    kept, gone = make.make_organization(), make.make_organization()
    topics = [make.make_topic(), make.make_topic()]
    kept.topics.set(topics[:1])
    gone.topics.set(topics)
    languages = [make.make_term(Language)]
    gone.languages.set(languages)
    unit = make.make_organization(parent_organization=gone)
    service = make.make_service(organization=gone)
    contact = make.make_contact([service], organization=gone)
    hidden = make.make_location(organization=gone, visibility="hidden")
    event = make.make_event(organizer=gone)
    joint = make.make_event(organizer=make.make_organization())
    joint.co_organizers.add(gone, kept)

    merged(kept, gone)

    assert not Organization.objects.filter(pk=gone.pk).exists()
    assert set(kept.topics.all()) == set(topics)
    assert list(kept.languages.all()) == languages
    assert list(kept.units.all()) == [unit]
    assert list(kept.services.all()) == [service]
    assert list(kept.contacts.all()) == [contact]
    assert Location.protected.get(pk=hidden.pk).organization == kept
    event.refresh_from_db()
    assert event.organizer == kept
    assert list(joint.co_organizers.all()) == [kept]


def test_everything_of_a_service_moves():
    kept, gone = make.make_service(), make.make_service()
    language, both = make.make_term(Language), make.make_location(visibility="hidden")
    for service in [kept, gone]:
        ServiceLanguage.objects.create(service=service, language=language, mode="spoken")
        ServiceAtLocation.protected.create(service=service, location=both)
    ServiceLanguage.objects.create(service=gone, language=language, mode="written")
    schedule = make.make_schedule(service=gone)
    contact = make.make_contact([gone])

    merged(kept, gone)

    assert {one.mode for one in kept.service_languages.all()} == {"spoken", "written"}
    assert ServiceAtLocation.protected.get().service == kept
    assert list(kept.schedules.all()) == [schedule]
    assert list(contact.services.all()) == [kept]


def test_choices_of_related_pages_move_and_none_is_there_twice():
    kept, gone, page = make.make_organization(), make.make_organization(), make.make_overview()
    RelatedChoice.objects.create(page=page, target=gone)
    RelatedChoice.objects.create(page=gone, target=page)
    RelatedChoice.objects.create(page=kept, target=page)
    RelatedChoice.objects.create(page=kept, target=gone)

    merged(kept, gone)

    assert {(one.page, one.target) for one in RelatedChoice.objects.all()} == {(page, kept), (kept, page)}


def test_values_that_the_editor_picked_are_kept():
    kept = make.make_organization(name_sv="Ett", organization_number="")
    gone = make.make_organization(name_sv="Två", organization_number="232100-0131")

    merged(kept, gone, name_sv="Två", organization_number="232100-0131")

    assert (kept.name_sv, kept.organization_number) == ("Två", "232100-0131")


def test_unit_can_take_the_place_of_its_organization():
    top = make.make_organization()
    gone = make.make_organization(parent_organization=top)
    between = make.make_organization(parent_organization=gone)
    kept = make.make_organization(parent_organization=between)

    merged(kept, gone)

    between.refresh_from_db()
    assert kept.parent_organization == top
    assert between.parent_organization == kept


def test_nothing_happens_if_one_is_gone_meanwhile():
    kept, gone = make.make_organization(), make.make_organization()
    Organization.objects.filter(pk=gone.pk).delete()

    with pytest.raises(ValidationError):
        merge(kept=kept, others=[gone], values={})


def test_every_kind_of_reference_is_of_a_field_that_exists():
    for model in [Organization, Service]:
        assert {field.name for field in comparable_fields(model)} & {"id", "slug", "name", "created_at"} == set()


# --- addresses


@pytest.mark.parametrize("language", LANGUAGES)
def test_chain_of_merges_keeps_every_old_address_in_every_language(client, language):
    first, second, third = (make.make_organization(slug=slug) for slug in ["ett", "tva", "tre"])
    merged(second, first)
    merged(third, second)

    with override(language):
        for slug in ["ett", "tva"]:
            response = client.get(reverse("actors:organization_detail", args=[slug]))

            assert (response.status_code, response.url) == (301, third.get_absolute_url())


def test_address_of_a_service_leads_on_too(client):
    kept, gone = make.make_service(slug="ny"), make.make_service(slug="gammal")
    merged(kept, gone)

    response = client.get(reverse("actors:service_detail", args=["gammal"]))

    assert (response.status_code, response.url) == (301, kept.get_absolute_url())


def test_address_of_a_draft_leads_nobody_on(client):
    kept, gone = make.make_organization(status="draft"), make.make_organization(slug="gammal")
    merged(kept, gone)

    assert client.get(reverse("actors:organization_detail", args=["gammal"])).status_code == 404


def test_address_of_one_kind_does_not_lead_to_the_other(client):
    merged(make.make_service(), make.make_service(slug="gammal"))

    assert client.get(reverse("actors:organization_detail", args=["gammal"])).status_code == 404


def test_page_that_exists_costs_nothing_more(client):
    organization = make.make_organization()
    address = organization.get_absolute_url()
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert not [one for one in queries if "formeraddress" in one["sql"]]


def change(client, organization, **changes):
    texts = {f"{field}_{code}": "" for field in ["name", "description"] for code in ["sv", "en", "ar"]}
    values = {
        "name_sv": organization.name_sv, "organization_type": organization.organization_type_id, "scope": "local",
        "certainty": "generic", "status": "published", "slug": organization.slug,
    }  # fmt: skip
    data = texts | values | make.no_rows("contacts") | make.NO_RELATED_CHOICES | changes
    response = client.post(reverse("admin:actors_organization_change", args=[organization.pk]), data)
    assert response.status_code == 302
    organization.refresh_from_db()


def test_changed_address_leads_on_and_may_come_home(admin_client, client):
    organization = make.make_organization(slug="ett")
    change(admin_client, organization, slug="tva")
    assert client.get(reverse("actors:organization_detail", args=["ett"])).url == organization.get_absolute_url()

    change(admin_client, organization, slug="ett")

    assert list(FormerAddress.objects.values_list("slug", flat=True)) == ["tva"]
    assert client.get(reverse("actors:organization_detail", args=["ett"])).status_code == 200
    assert client.get(reverse("actors:organization_detail", args=["tva"])).status_code == 301


def test_new_page_at_an_old_address_wins(admin_client, client):
    organization = make.make_organization(slug="ett")
    change(admin_client, organization, slug="tva")
    make.make_organization(slug="ett", name_sv="Den nya")

    assert client.get(reverse("actors:organization_detail", args=["ett"])).status_code == 200


# --- on the desk


def merge_address(*rows) -> str:
    kind = rows[0]._meta.model_name
    return f"{reverse(f'admin:actors_{kind}_merge')}?ids={','.join(str(row.pk) for row in rows)}"


def test_action_leads_to_the_page_that_shows_both(admin_client):
    rows = [make.make_organization(name_sv="Ett"), make.make_organization(name_sv="Två", website="https://e.org/")]
    data = {"action": "merge_selected", "_selected_action": [row.pk for row in rows]}

    response = admin_client.post(reverse("admin:actors_organization_changelist"), data, follow=True)

    page = response.content.decode()
    assert response.redirect_chain[-1][0] == merge_address(*rows).replace(",", ",")
    assert {"Ett", "Två", "https://e.org/"} <= {
        choice.text for one in response.context["differences"] for choice in one.choices
    }
    assert page.count('name="keep"') == 2


def test_action_wants_two(admin_client):
    row = make.make_organization()
    data = {"action": "merge_selected", "_selected_action": [row.pk]}

    response = admin_client.post(reverse("admin:actors_organization_changelist"), data, follow=True)

    assert response.redirect_chain == [(reverse("admin:actors_organization_changelist"), 302)]


def test_editor_merges_and_the_history_says_so(client):
    editor = make.make_editor()
    client.force_login(editor)
    kept, gone = make.make_organization(name_sv="Ett"), make.make_organization(name_sv="Två", slug="tva")

    response = client.post(merge_address(kept, gone), {"keep": kept.pk, "name_sv": gone.pk})

    kept.refresh_from_db()
    assert response.url == reverse("admin:actors_organization_change", args=[kept.pk])
    assert kept.name_sv == "Två"
    entries = [(one.user, one.object_id, one.action_flag) for one in LogEntry.objects.all()]
    assert set(entries) == {(editor, str(gone.pk), 3), (editor, str(kept.pk), 2)}
    assert "Två (tva)" in LogEntry.objects.get(action_flag=2).get_change_message()


def test_merging_takes_the_right_to_delete(client):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(codename__in=["view_organization", "change_organization"]))
    client.force_login(editor)
    rows = [make.make_organization(), make.make_organization()]

    assert client.post(merge_address(*rows), {"keep": rows[0].pk}).status_code == 403
    assert Organization.objects.count() == 2


@pytest.mark.parametrize("ids", ["", "1", "x,y", "1,2,3,4,5,6,7", "9" * 40 + ",1", "-1,2", "²,³", "999998,999999"])
def test_any_ids_get_an_answer(admin_client, ids):
    response = admin_client.get(reverse("admin:actors_organization_merge"), {"ids": ids})

    assert response.status_code == 302


def test_any_answers_are_borne(admin_client):
    rows = [make.make_organization(name_sv="Ett"), make.make_organization(name_sv="Två")]

    response = admin_client.post(merge_address(*rows), {"keep": "zzz", "name_sv": "\x00", "status": "nonsense"})

    assert response.status_code in {302, 400}
