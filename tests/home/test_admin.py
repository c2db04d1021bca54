"""Related pages on the desk: found by title, pinned and hidden on the page's own form."""

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from actors.models import Organization
from knowledge import services
from lmh_portal.home.admin import key_of
from lmh_portal.home.models import RelatedChoice
from tests import make

SEARCH = "/admin/related-pages/"
PREFIX = "home-relatedchoice-page_type-page_id"


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def address(page) -> str:
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_change", args=[page.pk])


def save(client, page, *rows: dict, old: int = 0):
    """Send the page's form as it is, with these rows of related pages."""
    response = client.get(address(page))
    shown = response.context["adminform"]
    names = [name for name in flatten_fieldsets(shown.fieldsets) if name in shown.form.fields]
    data = {name: shown.form.get_initial_for_field(shown.form.fields[name], name) for name in names}
    data = {name: value for name, value in data.items() if value is not None}
    data |= make.no_rows(*(one.formset.prefix for one in response.context["inline_admin_formsets"]))
    data |= {f"{PREFIX}-TOTAL_FORMS": len(rows), f"{PREFIX}-INITIAL_FORMS": old}
    for number, row in enumerate(rows):
        data |= {f"{PREFIX}-{number}-{name}": value for name, value in row.items()}
    return client.post(address(page), data)


def choices(page) -> list[tuple]:
    return [(one.decision, one.target) for one in RelatedChoice.objects.all() if one.page == page]


def errors(response) -> list[str]:
    [inline] = [one for one in response.context["inline_admin_formsets"] if one.opts.model is RelatedChoice]
    return [sentence for form in inline.formset.errors for sentences in form.values() for sentence in sentences]


def found(client, term: str) -> list[str]:
    return [one["text"] for one in client.get(SEARCH, {"term": term}).json()["results"]]


def test_public_pages_of_every_kind_are_found_by_their_title_in_any_language(editor, client):
    organization = make.make_organization(name_sv="Centrum för trauma")
    make.make_overview(title_sv="Tolk", title_en="Trauma and body")
    make.make_service(name_sv="Traumastöd", organization=organization)
    make.make_event(name_sv="Dag om trauma", organizer=organization)
    make.make_overview(title_sv="Trauma i utkast", status="draft")
    make.make_overview(title_sv="Annat", body_sv="Om trauma.")

    assert found(client, "trauma") == [
        "Tolk (kunskapsöversikt)",
        "Traumastöd (insats)",
        "Centrum för trauma (organisation)",
        "Dag om trauma (aktivitet)",
    ]
    assert found(client, "BODY trauma") == ["Tolk (kunskapsöversikt)"]


@pytest.mark.parametrize("term", ["", "%", "_", "\\", "\x00", "a" * 10_000, "' OR 1=1 --", "a " * 5_000])
def test_any_search_gets_an_answer(editor, client, term):
    make.make_overview(title_sv="Tolk")

    assert client.get(SEARCH, {"term": term}).json()["pagination"] == {"more": False}


def test_search_is_for_those_who_sign_in(db, client):
    response = client.get(SEARCH, {"term": "x"})

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_editor_pins_and_hides_on_a_published_overview(editor, client):
    page, pinned, hidden = make.make_overview(), make.make_overview(), make.make_organization()

    save(client, page, {"decision": "pin", "other": key_of(pinned)}, {"decision": "hide", "other": key_of(hidden)})

    assert choices(page) == [("pin", pinned), ("hide", hidden)]


@pytest.mark.parametrize("kind", ["organization", "service"])
def test_editor_pins_on_every_kind_of_page(editor, client, kind):
    page, other = getattr(make, f"make_{kind}")(), make.make_overview()

    response = save(client, page, {"decision": "pin", "other": key_of(other)})

    assert response.status_code == 302
    assert choices(page) == [("pin", other)]


def test_choice_is_shown_changed_and_removed(editor, client):
    page, first, second = make.make_overview(), make.make_overview(title_sv="Först"), make.make_overview()
    rows = [RelatedChoice.objects.create(page=page, target=target) for target in [first, second]]
    assert f'<option value="{key_of(first)}" selected>Först (kunskapsöversikt)</option>' in " ".join(
        client.get(address(page)).content.decode().split()
    )

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS related_choice_once_for_a_page DEFERRED")  # as outside of tests
        save(
            client, page, {"id": rows[0].pk, "decision": "hide", "other": key_of(second)},
            {"id": rows[1].pk, "decision": "pin", "other": key_of(second), "DELETE": "on"}, old=2,
        )  # fmt: skip
        cursor.execute("SET CONSTRAINTS related_choice_once_for_a_page IMMEDIATE")

    assert choices(page) == [("hide", second)]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("self", "En sida kan inte vara relaterad till sig själv."),
        ("draft", "Sidan är inte publicerad."),
        ("taken", "Sidan finns redan i listan."),
        ("knowledge.overview:999999999", "Sidan finns inte längre."),
        ("accounts.user:1", "Sidan finns inte längre."),
        ("knowledge.overview:²", "Sidan finns inte längre."),
        ("knowledge.overview:" + "9" * 50, "Sidan finns inte längre."),
        ("", "Detta fält måste fyllas i."),
    ],
)
def test_choice_that_cannot_be_is_refused_with_a_sentence(editor, client, other, sentence):
    page, taken, draft = make.make_overview(), make.make_overview(), make.make_overview(status="draft")
    RelatedChoice.objects.create(page=page, target=taken)  # by another editor, after this form was opened
    keys = {"self": key_of(page), "draft": key_of(draft), "taken": key_of(taken)}

    response = save(client, page, {"decision": "hide", "other": keys.get(other, other)})

    assert errors(response) == [sentence]
    assert choices(page) == [("pin", taken)]


def test_page_that_is_gone_does_not_hinder_the_others(editor, client):
    page, gone, other = make.make_overview(), make.make_organization(), make.make_overview()
    row = RelatedChoice.objects.create(page=page, target=gone)
    Organization.objects.all().delete()

    response = save(
        client, page, {"id": row.pk, "decision": "pin", "other": ""}, {"decision": "pin", "other": key_of(other)}, old=1
    )

    assert response.status_code == 302
    assert [target for _decision, target in choices(page)] == [None, other]


def test_next_version_and_new_pages_have_no_panel_to_choose_for(editor, client):
    revision = services.start_revision(make.make_overview())

    for url in [address(revision), reverse("admin:knowledge_overview_add"), reverse("admin:actors_service_add")]:
        assert PREFIX not in client.get(url).content.decode()


def test_reader_of_the_desk_changes_nothing(db, client):
    reader = make.make_editor(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_overview"))
    client.force_login(reader)
    page = make.make_overview()

    html = client.get(address(page)).content.decode()

    assert f'name="{PREFIX}-0-other"' not in html
    assert f"{PREFIX}-__prefix__" not in html
