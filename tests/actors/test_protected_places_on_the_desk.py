"""Every way out of the desk, tried by an editor who may not see protected places."""

import io

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from actors.models import Address, Location, ServiceAtLocation
from tests import make

pytestmark = pytest.mark.django_db
SECRETS = ["Dolda huset", "Dold gata 9", "987 65", "Doldstad", "Halvdold gata 5", "57.123456", "Dold hållplats"]
HIDDEN = {"name_sv": "Dolda huset", "transportation_sv": "Dold hållplats", "visibility": "hidden"}
TEXTS = {
    f"{field}_{code}": "" for field in ["name", "transportation", "accessibility"] for code in ["sv", "en", "ar"]
}  # fmt: skip


@pytest.fixture
def service():
    service = make.make_service(areas=[make.make_area(name_sv="Borås")])
    street = {"postal_code": "987 65", "city": "Doldstad", "latitude": "57.123456", "longitude": "12.5"}
    make.make_location([service], {"address_1": "Dold gata 9"} | street, **HIDDEN)
    make.make_location([service], {"address_1": "Halvdold gata 5"}, name_sv="Halva huset", visibility="area")
    make.make_location([service], {"address_1": "Torget 1"}, name_sv="Öppna huset")
    return service


def make_editor_without_right():
    """Somebody who may do everything else on the desk."""
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.exclude(codename="view_protected_place"))
    return editor


@pytest.fixture
def editor(client):
    client.force_login(make_editor_without_right())
    return client


@pytest.fixture
def insider(client):
    editor = make_editor_without_right()
    editor.user_permissions.add(Permission.objects.get(codename="view_protected_place"))
    client.force_login(editor)
    return client


def hidden() -> Location:
    return Location.protected.get(visibility="hidden")


def partly() -> Location:
    return Location.protected.get(visibility="area")


def address(row, page: str, *args) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=args)


def all_pages(*rows) -> list[str]:
    """Every page of the desk that can be reached without knowing anything, and those of the rows."""
    pages = [reverse("admin:index"), reverse("admin:actors_tables")]
    for model, model_admin in admin.site._registry.items():
        pages += [address(model, "changelist")]
        pages += [address(model, "changelist") + "?q=dold"] if model_admin.search_fields else []
        pages += [address(model, "add")] if model._meta.app_label == "actors" else []
    for row in rows:
        pages += [address(row, page, row.pk) for page in ["change", "history", "delete"]]
    return pages


def autocompletes() -> list[str]:
    """The search for places, from every field that has one."""
    found = []
    for model, fields in {ServiceAtLocation: ["location"], Location: ["services", "organization"]}.items():
        for field in fields:
            for term in ["", "dol", "huset"]:
                question = f"app_label=actors&model_name={model._meta.model_name}&field_name={field}&term={term}"
                found.append(f"{reverse('admin:autocomplete')}?{question}")
    return found


def told(response) -> list[str]:
    text = response.content.decode(errors="replace")
    return [secret for secret in SECRETS if secret in text or escape(secret) in text]


def test_no_page_tells(editor, service):
    LogEntry.objects.all().delete()
    rows = [service, service.organization, hidden(), partly(), service.areas.get(), make.make_contact()]

    for page in [*all_pages(*rows), *autocompletes()]:
        response = editor.get(page, follow=True)

        assert told(response) == [], page


def test_all_that_is_secret_is_shown_to_whoever_has_the_right(insider, service):
    """The secrets of the tests above are there, and on the pages looked at."""
    rows = [service, service.organization, hidden(), partly()]
    pages = [*all_pages(*rows), *autocompletes()]

    shown = {secret for page in pages for secret in told(insider.get(page, follow=True))}

    assert shown == set(SECRETS)


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_hidden_place_is_as_one_that_does_not_exist(editor, service, page):
    answers = []
    for pk in [hidden().pk, 999_999]:
        response = editor.get(address(Location, page, pk))
        answers.append((response.status_code, response.headers.get("Location")))

    assert answers[0] == answers[1]
    assert answers[0][0] in {302, 404}


def test_deleting_what_has_places_takes_the_right(editor, service):
    for row in [service, service.organization]:
        assert editor.get(address(row, "delete", row.pk)).status_code == 403
        response = editor.get(address(row, "changelist"))
        assert "delete_selected" not in dict(response.context["cl"].model_admin.get_actions(response.wsgi_request))


def test_deleting_a_municipality_names_no_hidden_place(editor, service):
    area = service.areas.get()

    response = editor.post(address(area, "delete", area.pk), {"post": "yes"}, follow=True)

    assert told(response) == []


@pytest.mark.parametrize("lookup", ["locations", "locations__id__exact", "service_at_locations__location"])
def test_lists_cannot_be_asked_what_a_hidden_place_belongs_to(editor, service, lookup):
    for model in [type(service), type(service.organization), type(service.areas.get())]:
        response = editor.get(address(model, "changelist"), {lookup: hidden().pk})

        assert response.status_code in {302, 400}, model


@pytest.mark.parametrize("kind", ["organization", "service"])
def test_merging_page_counts_shown_places_only(editor, service, kind):
    row = service if kind == "service" else service.organization
    other = getattr(make, f"make_{kind}")()

    response = editor.get(address(row, "merge") + f"?ids={row.pk},{other.pk}")

    assert told(response) == []
    if kind == "organization":
        assert dict(response.context["rows"][0][2])["platser"] == 2


@pytest.mark.parametrize("action", ["export_xlsx", "export_csv"])
def test_no_export_tells(editor, service, action):
    for row in [service, service.organization, make.make_contact(), partly()]:
        data = {"action": action, "_selected_action": [row.pk], "select_across": "1"}
        response = editor.post(address(row, "changelist"), data)
        assert words_in(response) & set(SECRETS) == set()

    everything = editor.get(reverse("admin:actors_tables_export"))

    assert words_in(everything) & set(SECRETS) == set()
    assert "places" not in load_workbook(io.BytesIO(everything.content)).sheetnames


def words_in(response) -> set[str]:
    if "spreadsheetml" not in response.headers.get("Content-Type", ""):
        return set(told(response))
    book = load_workbook(io.BytesIO(response.content))
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}


def test_whoever_has_the_right_exports_places(insider, service):
    words = words_in(insider.get(reverse("admin:actors_tables_export")))

    assert {"Dolda huset", "Dold gata 9", "57.123456"} <= words


# --- saving


def service_form(service, *places) -> dict:
    names = ["name", "description", "eligibility_description", "application_process", "fees_description", "alert"]
    texts = {f"{field}_{code}": "" for field in names for code in ["sv", "en", "ar"]}
    values = {
        "name_sv": "Nytt namn", "organization": service.organization_id, "kind": "service", "audience": "residents",
        "access": "open", "operation": "active", "certainty": "generic", "status": "published", "slug": service.slug,
    }  # fmt: skip
    rows = {"service_at_locations-TOTAL_FORMS": len(places), "service_at_locations-INITIAL_FORMS": 0}
    rows |= {f"service_at_locations-{number}-location": place.pk for number, place in enumerate(places)}
    return texts | values | make.no_rows("service_languages", "schedules") | make.NO_RELATED_CHOICES | rows


def test_saving_a_service_keeps_its_hidden_places(editor, service):
    response = editor.post(address(service, "change", service.pk), service_form(service))

    assert response.status_code == 302
    assert ServiceAtLocation.protected.filter(service=service).count() == 3


def test_hidden_place_cannot_be_chosen_and_the_refusal_tells_nothing(editor, service):
    other = make.make_service(organization=service.organization)
    refusals = []
    for place in [hidden(), Location(pk=999_999)]:
        response = editor.post(address(other, "change", other.pk), service_form(other, place))
        [inline] = [one for one in response.context["inline_admin_formsets"] if one.opts.model is ServiceAtLocation]
        refusals.append(inline.formset.errors)
        assert told(response) == []

    assert refusals[0] == refusals[1] != [{}]


def test_form_shows_the_rows_that_one_may_see(editor, service):
    response = editor.get(address(service, "change", service.pk))

    [inline] = [one for one in response.context["inline_admin_formsets"] if one.opts.model is ServiceAtLocation]
    assert {row.instance.location.visibility for row in inline.formset.initial_forms} == {"public", "area"}


def place_form(place, **changes) -> dict:
    values = {
        "name_sv": "Namnet", "organization": place.organization_id, "location_type": "physical",
        "visibility": place.visibility, "municipality": place.municipality_id,
    }  # fmt: skip
    return TEXTS | values | make.no_rows("address", "service_at_locations") | changes


def inline_prefix(client, place, model) -> str:
    response = client.get(address(place, "change", place.pk))
    return next(one.formset.prefix for one in response.context["inline_admin_formsets"] if one.opts.model is model)


def test_place_of_an_area_keeps_its_address_and_never_becomes_public(editor, service):
    place = partly()
    page = address(place, "change", place.pk)

    refused = editor.post(page, place_form(place, visibility="public"))
    saved = editor.post(page, place_form(place, name_en="The house"))

    assert "visibility" in refused.context["adminform"].form.errors
    assert saved.status_code == 302
    place.refresh_from_db()
    assert (place.visibility, place.name_en) == ("area", "The house")
    assert Address.protected.get(location=place).address_1 == "Halvdold gata 5"


def test_place_can_be_hidden_by_anybody_and_is_gone_from_sight(editor, service):
    place = Location.objects.get(visibility="public")
    page = address(place, "change", place.pk)
    prefix = inline_prefix(editor, place, Address)

    response = editor.post(page, place_form(place, visibility="hidden") | make.no_rows(prefix), follow=True)

    place.refresh_from_db()
    assert place.visibility == "hidden"
    assert "Öppna huset" not in response.content.decode()
    assert editor.get(page).status_code == 302


def test_history_names_no_place(insider, service):
    place = Location.objects.get(visibility="public")
    prefix = inline_prefix(insider, place, Address)
    address_row = {
        f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-INITIAL_FORMS": 1, f"{prefix}-0-location": place.pk,
        f"{prefix}-0-address_1": "Dold gata 9",
    }  # fmt: skip
    insider.post(address(place, "change", place.pk), place_form(place, name_sv="Dolda huset") | address_row)
    insider.post(address(place, "delete", place.pk), {"post": "yes"})

    entries = LogEntry.objects.all()
    written = " ".join(f"{one.object_repr} {one.change_message} {one}" for one in entries)
    assert {one.action_flag for one in entries} == {2, 3}
    assert [secret for secret in [*SECRETS, "Öppna huset", "Namnet", "Torget"] if secret in written] == []


def test_text_of_what_is_protected_tells_nothing(service):
    texts = [str(place) for place in Location.protected.all()] + [str(one) for one in Address.protected.all()]

    assert [secret for secret in SECRETS if secret in " ".join(texts)] == []
    assert "Öppna huset" in texts
    assert "Torget 1" in texts
