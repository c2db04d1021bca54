"""Resources on the desk: files of many languages on one page, refusals that lose nothing."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge.models import Resource, ResourceFile
from lmh_portal.feedback.models import HelpfulCount
from lmh_portal.vocabulary import models as vocabulary
from tests import make

ADD = "/admin/knowledge/resource/add/"
LIST = "/admin/knowledge/resource/"
TEXTS = {f"{field}_{code}": "" for field in ["title", "description", "license_note"] for code in ["sv", "en", "ar"]}


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def form_data(*files: dict, **changes) -> dict:
    kind = vocabulary.ResourceType.objects.first() or make.make_term(vocabulary.ResourceType)
    values = {
        "title_sv": "Checklista", "resource_type": kind.pk, "slug": "checklista", "status": "published",
        "license": "CC-BY-4.0", "files-TOTAL_FORMS": len(files), "files-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, file in enumerate(files):
        row = {"format": "web", "position": "0"} | file
        values |= {f"files-{number}-{name}": value for name, value in row.items()}
    return TEXTS | values | make.NO_RELATED_CHOICES | changes


def errors(response) -> list[str]:
    formset = response.context["inline_admin_formsets"][0].formset
    return [message for form in formset for messages in form.errors.values() for message in messages]


def test_resource_gets_files_and_addresses_in_several_languages(editor, client):
    swedish, arabic = (make.make_term(vocabulary.Language) for _ in range(2))
    upload = SimpleUploadedFile("Råd.docx", make.PDF)

    response = client.post(
        ADD,
        form_data(
            {"language": swedish.pk, "file": upload, "note_sv": "lättläst"},
            {"language": arabic.pk, "url": "https://example.org/film", "format": "mp4", "has_captions": "on"},
        ),
    )

    assert response.status_code == 302
    files = [
        (one.language, one.format, one.name, one.size, one.url, one.has_captions, one.note_sv)
        for one in ResourceFile.objects.order_by("pk")
    ]
    assert files == [
        (swedish, "pdf", "Råd.pdf", len(make.PDF), "", False, "lättläst"),
        (arabic, "mp4", "", None, "https://example.org/film", True, None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bild.svg", b"<svg onload=alert(1)>", "it holds HTML, SVG or other markup, which could run in a browser."),
        ("råd.pdf", b"MZ\x90\0" + b"\0" * 300, "it is a program."),
    ],
)
def test_bad_file_is_refused_at_its_field_and_nothing_else_is_lost(editor, client, name, content, reason):
    data = form_data({"file": SimpleUploadedFile(name, content), "note_sv": "lättläst"}, description_sv="Att minnas.")

    response = client.post(ADD, data, headers={"accept-language": "en"})

    assert errors(response) == [f"The file “{name}” was refused: {reason}"]
    html = response.content.decode()
    assert "Att minnas." in html
    assert 'value="lättläst"' in html
    assert not Resource.objects.exists()


def test_empty_file_is_refused(editor, client):
    response = client.post(ADD, form_data({"file": SimpleUploadedFile("tom.pdf", b"")}))

    assert len(errors(response)) == 1
    assert not Resource.objects.exists()


def test_file_with_a_very_long_name_is_taken(editor, client):
    upload = SimpleUploadedFile("å" * 300 + ".pdf", make.PDF)

    client.post(ADD, form_data({"file": upload}))

    assert ResourceFile.objects.get().name == "å" * 80 + ".pdf"


def test_stored_file_is_named_and_linked_as_readers_get_it(editor, client):
    file = make.make_upload("Råd.pdf")

    page = client.get(reverse("admin:knowledge_resource_change", args=[file.resource_id])).content.decode()

    assert f'<a href="{file.get_absolute_url()}">Råd.pdf</a>' in page
    assert file.file.name not in page


def test_address_can_take_the_place_of_a_file(editor, client):
    file = make.make_upload()
    data = form_data(
        {"id": file.pk, "resource": file.resource_id, "file-clear": "on", "url": "https://example.org/"},
        slug=file.resource.slug,
    )

    client.post(reverse("admin:knowledge_resource_change", args=[file.resource_id]), data | {"files-INITIAL_FORMS": 1})

    file.refresh_from_db()
    assert (file.file.name, file.url, file.name, file.size, file.format) == (
        "",
        "https://example.org/",
        "",
        None,
        "web",
    )


def test_neither_file_nor_address_is_refused(editor, client):
    response = client.post(ADD, form_data({"note_sv": "lättläst"}), headers={"accept-language": "en"})

    assert errors(response) == ["Give either a file or an address: one of them, not both."]


def test_publishing_without_a_licence_is_refused(editor, client):
    response = client.post(ADD, form_data(license=""), headers={"accept-language": "en"})

    sentence = "Choose a licence before you publish: readers must know what they may copy."
    assert response.context["adminform"].form.non_field_errors() == [sentence]


def test_publishing_many_leaves_those_without_a_licence(editor, client):
    without = make.make_resource(status="draft", license="")
    ready = make.make_resource(status="draft")

    response = client.post(
        LIST, {"action": "publish", "_selected_action": [without.pk, ready.pk]}, follow=True,
        headers={"accept-language": "en"},
    )  # fmt: skip

    assert {one.pk: one.status for one in Resource.objects.all()} == {without.pk: "draft", ready.pk: "published"}
    assert [str(message) for message in response.context["messages"]] == [
        "1 resource has no licence and stays a draft: choose one first.",
        "1 page was published.",
    ]


def test_list_can_show_what_lacks_a_translation_or_is_no_longer_valid(editor, client):
    expired = make.make_resource(valid_until="2020-01-01", title_ar="مادة")
    untranslated = make.make_resource()

    def shown(**query):
        return list(client.get(LIST, query).context["cl"].result_list)

    assert shown(validity="expired") == [expired]
    assert shown(missing="ar") == [untranslated]


def test_page_of_a_resource_tells_how_many_found_it_of_help(editor, client):
    resource = make.make_resource()
    address = reverse("admin:knowledge_resource_change", args=[resource.pk])
    assert "Hjälpte:" not in client.get(address).content.decode()

    HelpfulCount.objects.create(
        kind="resource", slug=resource.slug, language="sv", day=dt.date(2026, 1, 1), yes=3, no=1
    )
    HelpfulCount.objects.create(kind="overview", slug=resource.slug, language="sv", day=dt.date(2026, 1, 1), yes=9)

    assert "Hjälpte: 3 ja, 1 nej" in client.get(address).content.decode()
