"""Resources as their readers see them, and the files that they download."""

import datetime as dt
import os
import uuid

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from knowledge import services
from knowledge.models import Overview, Resource, ResourceFile
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.vocabulary import models as vocabulary
from tests.make import (
    PDF,
    make_editor,
    make_event,
    make_organization,
    make_overview,
    make_resource,
    make_term,
    make_topic,
    make_upload,
)
from tests.reading import read

pytestmark = pytest.mark.django_db
LARGE = PDF[:9] + b"%" * 1_300_000 + PDF[9:]


def make_language(code: str, **fields) -> vocabulary.Language:
    return make_term(vocabulary.Language, **{"code": code, "autonym": code, "script": "Latn"} | fields)


def listed(client, query: str = "") -> list[str]:
    response = client.get(reverse("knowledge:resource_list") + query)
    return [resource.title_sv for resource in response.context["page"]]


# --- list


def test_list_is_in_order_of_the_alphabet_and_has_no_drafts(client):
    for title in ["Öppna förskolan", "Zebra", "Älskade barn"]:
        make_resource(title_sv=title)
    make_resource(title_sv="Hemligt", status="draft")

    assert listed(client) == ["Zebra", "Älskade barn", "Öppna förskolan"]


def test_language_is_that_of_the_files(client):
    tigrinya, swedish = make_language("ti"), make_language("sv")
    make_resource(title_sv="På båda", languages=[swedish, tigrinya])
    make_resource(title_sv="På svenska", languages=[swedish])
    make_resource(title_sv="Utan fil", title_ar="ملف")

    assert listed(client, "?language=ti") == ["På båda"]
    assert listed(client, "?language=ti&language=sv") == ["På båda", "På svenska"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?topic=trauma", "Ämne"), ("?type=video", "Typ"), ("?staff=nurse", "Personal"), ("?group=women", "Grupp"),
        ("?level=level-1", "Nivå"), ("?format=pdf", "Format"), ("?q=socialstyrelsen", "Utgivare"),
    ],
)  # fmt: skip
@pytest.mark.searches
def test_list_narrows_by_what_resources_are(client, query, found):
    make_resource(title_sv="Annat", languages=[make_language("sv")])
    make_resource(title_sv="Ämne", topics=[make_topic(slug="trauma")])
    make_resource(title_sv="Typ", resource_type=make_term(vocabulary.ResourceType, code="video"))
    make_resource(title_sv="Personal", staff_groups=[make_term(vocabulary.StaffGroup, code="nurse")])
    make_resource(title_sv="Grupp", target_groups=[make_term(vocabulary.TargetGroup, code="women")])
    make_resource(title_sv="Nivå", levels=[make_term(vocabulary.InterventionLevel, code="level-1")])
    make_upload(resource=make_resource(title_sv="Format"))
    make_resource(title_sv="Utgivare", publisher="Socialstyrelsen")

    assert listed(client, query) == [found]


def test_list_says_in_which_languages_and_formats_there_are_files(client):
    tigrinya, arabic = make_language("ti", name_sv="Tigrinska"), make_language("ar", name_sv="Arabiska")
    resource = make_resource(languages=[tigrinya, arabic])
    make_upload(resource=resource, language=tigrinya)

    page = read(client, reverse("knowledge:resource_list"))

    assert "Arabiska, Tigrinska · Webbsida, PDF" in page.words


def test_overviews_and_resources_lead_to_each_other(client):
    lists = [reverse("knowledge:overview_list"), reverse("knowledge:resource_list")]

    assert set(lists) <= set(read(client, lists[0]).links) & set(read(client, lists[1]).links)


# --- page


def test_page_names_each_language_in_itself_and_in_the_page_s_own(client):
    dari = make_language("prs", autonym="دری", direction="rtl", name_sv="Dari")
    make_upload(resource=make_resource(), language=dari)

    page = read(client, Resource.objects.get().get_absolute_url())

    assert '<bdi lang="prs" dir="rtl">دری</bdi> <span class="meta">Dari</span>' in page.html
    assert 'hreflang="prs"' in page.html


def test_page_groups_files_by_language_and_describes_each(client):
    swedish, tigrinya = make_language("sv", position=1), make_language("ti", position=2, name_sv="Tigrinska")
    resource = make_resource()
    make_upload(resource=resource, language=tigrinya, content=LARGE)
    make_upload(resource=resource, language=swedish, has_captions=True, is_accessible=True, note_sv="lättläst")
    ResourceFile.objects.create(resource=resource, language=tigrinya, url="https://www.example.org/film", format="mp4")
    make_upload(resource=resource)

    page = read(client, resource.get_absolute_url())

    words = page.words.partition("Ladda ner eller öppna")[2].partition("Senast uppdaterad")[0]
    assert words.split() == (
        "Utan särskilt språk Ladda ner: PDF SIZE byte sv Ladda ner: PDF (Term) SIZE byte"
        " Med undertexter Tillgänglig lättläst ti Tigrinska Ladda ner: PDF (Tigrinska) 1,2 MB"
        " Öppna: Film (MP4) (Tigrinska) example.org"
    ).replace("(Term)", f"({swedish.name_sv})").replace("SIZE", str(len(PDF))).split()  # fmt: skip


@pytest.mark.parametrize(("language", "size"), [("sv", "1,2\xa0MB"), ("en", "1.2\xa0MB")])
def test_size_is_written_as_the_language_writes_numbers(client, language, size):
    make_upload(content=LARGE)

    with override(language):
        assert size in read(client, Resource.objects.get().get_absolute_url()).html


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"valid_until": -1}, "Gäller inte längre: det gällde till och med"),
        ({"valid_from": 1}, "Gäller inte än: det gäller från och med"),
        ({"valid_from": 0, "valid_until": 0}, ""),
    ],
)
def test_page_says_what_is_not_valid_today(client, days, sentence):
    today = timezone.localdate()
    resource = make_resource(**{name: today + dt.timedelta(days=number) for name, number in days.items()})

    words = read(client, resource.get_absolute_url()).words

    assert [one for one in ["Gäller inte längre:", "Gäller inte än:"] if one in words] == (
        [f"{sentence.partition(':')[0]}:"] if sentence else []
    )
    assert sentence in words


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-3.0-IGO", "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("public-domain", ""),
        ("all-rights-reserved", ""),
    ],
)
def test_page_says_and_links_its_licence(client, code, url):
    resource = make_resource(license=code, license_note_sv="Fråga först.")

    page = read(client, resource.get_absolute_url())

    assert str(Resource.License(code).label) in page.words
    assert "Fråga först." in page.words
    assert [link for link in page.links if "creativecommons" in link] == ([url] if url else [])


def test_page_without_files_leads_to_the_publisher(client):
    page = read(client, make_resource(url="https://www.example.org/om").get_absolute_url())

    assert "https://www.example.org/om" in page.links
    assert gettext("There are no files here. The publisher's page has it.") in page.words


def test_pages_about_the_same_topic_show_each_other(client):
    topic = make_topic()
    resource = make_resource(topics=[topic])
    others = [make_overview(topics=[topic]), make_event(topics=[topic]), make_organization(topics=[topic])]

    links = read(client, resource.get_absolute_url()).links

    assert {other.get_absolute_url() for other in others} <= set(links)
    for other in others:
        assert resource.get_absolute_url() in read(client, other.get_absolute_url()).links


# --- what must never be untrue


def test_publishing_without_a_licence_is_refused_with_a_sentence():
    resource = make_resource(status="draft", license="")
    resource.status = "published"

    with pytest.raises(ValidationError) as refusal, override("en"):
        resource.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        resource.save()

    assert refusal.value.messages == ["Choose a licence before you publish: readers must know what they may copy."]


@pytest.mark.parametrize("url", ["", "https://example.org/"])
def test_file_is_an_upload_or_an_address(url):
    file = make_upload() if url else ResourceFile(resource=make_resource())
    file.url = url

    with pytest.raises(ValidationError) as refusal, override("en"):
        file.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        file.save()

    assert refusal.value.messages == ["Give either a file or an address: one of them, not both."]


def test_validity_ends_after_it_begins():
    resource = make_resource(valid_from=dt.date(2026, 1, 2))
    resource.valid_until = dt.date(2026, 1, 1)

    with pytest.raises(ValidationError):
        resource.full_clean()


@pytest.mark.parametrize("code", LANGUAGES)
def test_overview_cannot_take_the_address_of_the_resources(code):
    with override(code):
        word = reverse("knowledge:resource_list").rstrip("/").rpartition("/")[2]
    overview = Overview(slug=word, title_sv="Titel", summary_sv="Kort.")

    with pytest.raises(ValidationError) as refusal:
        overview.clean_fields()

    assert list(refusal.value.message_dict) == ["slug"]


def test_stored_file_has_nothing_of_its_visitor_s_name():
    file = make_upload("../../skript.html")

    folder, _, name = file.file.name.partition("/")
    assert (folder, len(name), name[-4:]) == ("resources", 36, ".pdf")
    assert (file.name, file.format, file.size) == ("skript.pdf", "pdf", len(PDF))
    assert os.listdir(os.path.join(settings.MEDIA_ROOT, folder)).count(name) == 1


def test_format_of_an_upload_cannot_be_told_otherwise():
    file = make_upload()
    file.format = "docx"

    file.save()

    file.refresh_from_db()
    assert file.format == "pdf"


def test_bad_content_is_refused_by_every_door():
    with pytest.raises(ValidationError):
        make_upload("a.pdf", b"<script>alert(1)</script>")

    assert not ResourceFile.objects.exists()


# --- download


def download(client, file, **headers):
    response = client.get(file.get_absolute_url(), headers=headers)
    return response, response.getvalue()


def test_download_is_an_attachment_with_a_policy_of_its_own(client):
    response, content = download(client, make_upload("Råd till föräldrar.exe"))

    assert (response.status_code, content) == (200, PDF)
    headers = {name: response.headers.get(name) for name in [
        "Content-Type", "Content-Disposition", "Content-Length", "Content-Security-Policy", "X-Content-Type-Options",
        "Cache-Control", "X-Frame-Options",
    ]}  # fmt: skip
    assert headers == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''R%C3%A5d-till-f%C3%B6r%C3%A4ldrar.pdf",
        "Content-Length": str(len(PDF)),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=3600",
        "X-Frame-Options": "DENY",
    }
    assert not response.cookies


def test_text_is_sent_as_text(client):
    response, _content = download(client, make_upload("a.html", "Hälsa".encode()))

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.txt"'


def test_address_of_a_download_is_the_same_in_every_language_and_for_the_next_file(client):
    file = make_upload("Första.pdf")
    addresses = set()
    for code in LANGUAGES:
        with override(code):
            addresses.add(file.get_absolute_url())
    (old,) = addresses
    file.file = SimpleUploadedFile("Andra.txt", b"Ny")
    file.save()

    response = client.get(old)

    assert response.getvalue() == b"Ny"
    assert response.headers["Content-Disposition"] == 'attachment; filename="Andra.txt"'


@pytest.mark.parametrize("name", ["x", "..%2F..%2Fetc%2Fpasswd", "a.html", "%00", "a" * 3000])
def test_name_in_the_address_decides_nothing(client, name):
    file = make_upload("Fil.pdf")

    response = client.get(f"/resources/files/{file.public_id}/{name}")

    if response.status_code == 200:
        assert response.getvalue() == PDF
        assert response.headers["Content-Disposition"] == 'attachment; filename="Fil.pdf"'
    else:
        assert response.status_code == 404


def test_draft_s_file_opens_only_for_those_who_may_see_it(client):
    file = make_upload(resource=make_resource(status="draft"))
    editor, somebody = make_editor(is_superuser=False), make_editor(is_superuser=False)
    editor.user_permissions.add(Permission.objects.get(codename="view_resource"))

    assert client.get(file.get_absolute_url()).status_code == 404
    client.force_login(somebody)
    assert client.get(file.get_absolute_url()).status_code == 404
    client.force_login(editor)
    response, content = download(client, file)
    assert content == PDF
    assert response.headers["Cache-Control"] == "private, no-store"


def test_what_is_no_upload_is_a_missing_page(client):
    address = ResourceFile.objects.create(resource=make_resource(), url="https://example.org/")
    lost = make_upload()
    lost.file.storage.delete(lost.file.name)

    urls = [reverse("resource_file", args=[one, "a"]) for one in [uuid.uuid4(), address.public_id, lost.public_id]]
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]
    assert client.get("/resources/files/not-an-id/a.pdf").status_code == 404
    assert client.get(f"/media/{lost.file.name}").status_code == 404


@pytest.mark.parametrize(("method", "status"), [("head", 200), ("post", 405), ("delete", 405)])
def test_download_only_gives(client, method, status):
    response = getattr(client, method)(make_upload().get_absolute_url())

    assert response.status_code == status
    response.getvalue()


# --- files that nobody needs


def test_files_without_a_row_are_forgotten_after_a_day():
    kept, replaced, removed, fresh = (make_upload() for _ in range(4))
    storage = kept.file.storage
    names = [one.file.name for one in [kept, replaced, removed, fresh]]
    replaced.file = SimpleUploadedFile("ny.txt", b"Ny")
    replaced.save()
    removed.resource.files.filter(pk__in=[removed.pk, fresh.pk]).delete()
    yesterday = timezone.now().timestamp() - 25 * 60 * 60
    for name in [*names[:3], replaced.file.name]:
        os.utime(storage.path(name), (yesterday, yesterday))

    services.forget_unused_files()

    assert [storage.exists(name) for name in names] == [True, False, False, True]
    assert storage.exists(replaced.file.name)
