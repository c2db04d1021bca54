"""Overviews out of the desk as files and in again: drafts only, all or nothing, seen before it happens."""

import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge import packing, services
from knowledge.admin import files as desk
from knowledge.editions import content_of
from knowledge.models import Citation, Overview, Reference
from lmh_portal.vocabulary import models as vocabulary
from tests import make
from tests.test_admin_pages import inline_in

LIST = "/admin/knowledge/overview/"
IMPORT = f"{LIST}import/"
LOOK = f"{LIST}import/look/"
TOLK = """\
---
title: Tolk
summary: Kort om tolk.
license: CC-BY-4.0
is_demo: false
topics:
- interpreting
references:
- key: berg2014
  kind: article
  authors: Berg R
  year: '2014'
  title: One
  doi: 10.1/one
findings:
- code: effect
  statement: Tolk hjälper [@berg2014].
  certainty: low
implications:
- code: book
  finding: effect
  action: do
  settings: [hospital]
  text: Boka tolk.
---

## Bakgrund

Sant [@berg2014].
"""
ENGLISH = "---\ntitle: Interpreter\nsummary: On interpreters.\n---\n\n## Background\n"


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    make.make_topic(slug="interpreting")
    make.make_term(vocabulary.CareSetting, code="hospital")
    return editor


def upload(client, files: dict[str, str | bytes]):
    """Choose files as a browser does; the page that answers."""
    sent = [SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data) for name, data in files.items()]
    return client.post(IMPORT, {"files": sent}, follow=True)


def look(client, files) -> dict[str, str]:
    """What would happen to each overview."""
    return {plan.files.slug: plan.deed.value for plan in upload(client, files).context["plans"]}


def confirm(client, page=None):
    return client.post(LOOK, {"mark": (page or client.get(LOOK)).context["mark"]}, follow=True)


def import_(client, files):
    upload(client, files)
    return confirm(client)


def archive(files: dict[str, str | bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", options.pop("method", zipfile.ZIP_DEFLATED)) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def exported(response) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def export(client, overview) -> dict[str, bytes]:
    return exported(client.get(reverse("admin:knowledge_overview_export", args=[overview.pk])))


def problems(response) -> list[str]:
    return [str(problem) for problem in response.context["problems"]]


def nothing_is_written() -> bool:
    return not Overview.objects.exists() and not Reference.objects.exists()


# --- in


def test_new_overview_becomes_a_draft_with_all_that_its_files_say(editor, client):
    assert look(client, {"tolk.sv.md": TOLK, "tolk.en.md": ENGLISH}) == {"tolk": "new"}
    assert nothing_is_written()

    response = confirm(client)

    overview = Overview.objects.get()
    content = content_of(overview)
    assert response.redirect_chain[-1][0] == reverse("admin:knowledge_overview_change", args=[overview.pk])
    assert (overview.status, overview.version, overview.slug, overview.owner) == ("draft", 0, "tolk", editor)
    assert (overview.title_sv, overview.title_en, overview.license) == ("Tolk", "Interpreter", "CC-BY-4.0")
    assert list(overview.written_by.all()) == [editor]
    assert content["topics"] == ["interpreting"]
    assert [(one["code"], one["certainty"]) for one in content["findings"]] == [("effect", "low")]
    assert [(one["finding"], one["settings"]) for one in content["implications"]] == [("effect", ["hospital"])]
    assert [one["key"] for one in content["references"]] == ["berg2014"]
    reference = Reference.objects.get()
    assert (reference.title, reference.doi, reference.verification) == ("One", "10.1/one", "known")
    assert LogEntry.objects.get().object_id == str(overview.pk)


def test_published_overview_gets_a_next_version_and_stays_as_it_is(editor, client):
    public = make.make_overview(slug="tolk", title_sv="Gammal", title_en="Old", body_en="Old text.")
    before = content_of(public)

    assert look(client, {"tolk.sv.md": TOLK}) == {"tolk": "next"}
    confirm(client)

    revision = Overview.objects.get(revises=public)
    public.refresh_from_db()
    assert content_of(public) == before
    assert (revision.status, revision.title_sv, revision.title_en, revision.body_en) == (
        "draft", "Tolk", "Old", "Old text.",
    )  # fmt: skip
    assert list(revision.written_by.all()) == [editor]


def test_importer_cannot_approve_what_was_imported(editor, client):
    import_(client, {"tolk.sv.md": TOLK})

    assert not services.may_approve(Overview.objects.get(), editor)


def test_draft_is_written_over_and_its_open_form_told(editor, client):
    draft = make.make_overview(slug="tolk", status="draft", title_sv="Gammal", findings=[{"code": "gone"}])
    edition = draft.edition

    assert look(client, {"tolk.sv.md": TOLK}) == {"tolk": "changed"}
    confirm(client)

    draft.refresh_from_db()
    assert (draft.title_sv, draft.edition > edition) == ("Tolk", True)
    assert [finding.code for finding in draft.findings.all()] == ["effect"]


def test_next_version_that_exists_is_written_over(editor, client):
    public = make.make_overview(slug="tolk")
    revision = services.start_revision(public)

    assert look(client, {"tolk.sv.md": TOLK}) == {"tolk": "changed"}
    confirm(client)

    assert Overview.objects.get(revises=public).pk == revision.pk


def test_files_that_bring_nothing_new_change_nothing(editor, client):
    import_(client, {"tolk.sv.md": TOLK})
    edition = Overview.objects.get().edition

    assert look(client, {"tolk.sv.md": TOLK}) == {"tolk": "unchanged"}
    confirm(client)

    assert Overview.objects.get().edition == edition


def test_several_overviews_are_written_together(editor, client):
    other = TOLK.replace("title: Tolk", "title: Annan")

    response = import_(client, {"all.zip": archive({"a/tolk.sv.md": TOLK, "annan.sv.md": other, "__MACOSX/._x": b"x"})})

    assert sorted(Overview.objects.values_list("slug", flat=True)) == ["annan", "tolk"]
    assert Reference.objects.count() == 1
    assert response.redirect_chain[-1][0] == f"{LIST}?status__exact=draft"


def test_reference_that_the_portal_has_stays_and_the_editor_is_told(editor, client):
    make.make_reference(key="berg2014", title="The portal's title")

    page = upload(client, {"tolk.sv.md": TOLK})
    confirm(client, page)

    assert len(page.context["plans"][0].notes) == 1
    assert Reference.objects.get().title == "The portal's title"
    assert Citation.objects.get().reference.key == "berg2014"


def test_change_between_look_and_yes_is_shown_first(editor, client):
    import_(client, {"tolk.sv.md": TOLK})
    page = upload(client, {"tolk.sv.md": TOLK.replace("Kort", "Längre")})
    Overview.objects.update(edition=99, title_sv="Någon annans")

    response = confirm(client, page)

    assert Overview.objects.get().title_sv == "Någon annans"
    assert [plan.deed.value for plan in response.context["plans"]] == ["changed"]
    confirm(client, response)
    assert Overview.objects.get().title_sv == "Tolk"


def test_yes_without_files_asks_for_them(editor, client):
    response = client.post(LOOK, {"mark": ""}, follow=True)

    assert response.redirect_chain[-1][0] == IMPORT
    assert nothing_is_written()


def test_yes_is_taken_once(editor, client):
    page = upload(client, {"tolk.sv.md": TOLK})
    confirm(client, page)

    assert confirm(client, page).redirect_chain[-1][0] == IMPORT
    assert Overview.objects.count() == 1


# --- in: refused


WRONG = {
    "unknown topic": ("- interpreting", "- nothing", "tolk.sv.md:6: topics: "),
    "unknown setting": ("[hospital]", "[nowhere]", "tolk.sv.md:19: implications: book: "),
    "unknown finding": ("finding: effect", "finding: other", "tolk.sv.md:19: implications: book: "),
    "unknown key": ("title: Tolk", "colour: red\ntitle: Tolk", "tolk.sv.md:2: colour: "),
    "unknown citation": ("Sant [@berg2014]", "Sant [@ek2016]", "tolk.sv.md:29: body: "),
    "citation of a finding": ("hjälper [@berg2014]", "hjälper [@ek2016]", "tolk.sv.md:15: findings: "),
    "kind of a reference": ("kind: article", "kind: poem", "tolk.sv.md:8: references: berg2014: "),
    "address of a reference": ("  doi: 10.1/one", "  url: javascript:alert(1)", "tolk.sv.md:8: references: berg2014: "),
    "a reference without title": ("  title: One\n", "", "tolk.sv.md:8: references: berg2014: "),
    "bad YAML": ("Kort om tolk.", "[", "tolk.sv.md:"),
    "four key messages": ("title: Tolk", "key_messages: [a, b, c, d]\ntitle: Tolk", "tolk.sv.md:2: key_messages: "),
    "lists too deep": ("Sant", "- " * 20 + "Sant", "tolk.sv.md:27: body: "),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG)
def test_wrong_file_is_refused_with_its_place_and_nothing_is_written(editor, client, old, new, expected):
    assert TOLK.count(old) == 1
    good = TOLK.replace("title: Tolk", "title: Bra")

    response = upload(client, {"tolk.sv.md": TOLK.replace(old, new), "bra.sv.md": good})

    assert [problem for problem in problems(response) if problem.startswith(expected)], problems(response)
    assert nothing_is_written()
    assert client.get(LOOK, follow=True).redirect_chain[-1][0] == IMPORT


@pytest.mark.parametrize("slug", ["material", "feed"])
def test_file_named_as_another_page_of_the_portal_is_refused(editor, client, slug):
    found = problems(upload(client, {f"{slug}.sv.md": TOLK}))

    assert found == [f"{slug}.sv.md:1: slug: Den här adressen hör till en annan sida på portalen."]
    assert nothing_is_written()


def test_unknown_reference_by_its_key_alone_is_refused(editor, client):
    text = TOLK.replace(TOLK[TOLK.index("- key") : TOLK.index("findings:")], "- berg2014\n")

    assert problems(upload(client, {"tolk.sv.md": text}))[0].startswith("tolk.sv.md:8: references: ")
    make.make_reference(key="berg2014")
    assert look(client, {"tolk.sv.md": text}) == {"tolk": "new"}


def test_reference_with_the_doi_of_another_is_refused(editor, client):
    other = make.make_reference(doi="10.1/ONE")

    assert len(problems(upload(client, {"tolk.sv.md": TOLK}))) > 0
    other.delete()
    twin = TOLK.replace("key: berg2014", "key: twin2014").replace("@berg2014", "@twin2014")
    assert "berg2014" in problems(upload(client, {"tolk.sv.md": TOLK, "tvilling.sv.md": twin}))[0]
    assert nothing_is_written()


def test_reference_with_the_pubmed_id_of_another_is_refused(editor, client):
    text = TOLK.replace("  doi: 10.1/one", "  pmid: '123'")
    other = make.make_reference(pmid="123")

    assert len(problems(upload(client, {"tolk.sv.md": text}))) > 0
    other.delete()
    twin = text.replace("key: berg2014", "key: twin2014").replace("@berg2014", "@twin2014")
    assert "berg2014" in problems(upload(client, {"tolk.sv.md": text, "tvilling.sv.md": twin}))[0]
    assert nothing_is_written()


def test_pubmed_id_goes_out_and_comes_back(editor, client):
    overview = make.make_overview(references=[make.make_reference(key="a", pmid="123"), make.make_reference(key="b")])
    files = export(client, overview)
    assert b"pmid: '123'" in files[f"{overview.slug}.sv.md"]
    assert look(client, files) == {overview.slug: "unchanged"}
    assert ["pmid" in one for one in overview.versions.get().content["references"]] == [True, False]

    overview.delete()
    Reference.objects.all().delete()
    import_(client, files)

    assert dict(Reference.objects.values_list("key", "pmid")) == {"a": "123", "b": ""}


def test_overview_in_review_or_archive_is_left_alone(editor, client):
    in_review, archived = make.make_overview(slug="tolk", status="in-review"), make.make_overview(slug="gammal")
    services.archive(archived)

    found = problems(upload(client, {"tolk.sv.md": TOLK, "gammal.sv.md": TOLK}))

    assert [problem.split(":")[0] for problem in found] == ["tolk.sv.md", "gammal.sv.md"]
    in_review.refresh_from_db()
    assert in_review.title_sv != "Tolk"


def bomb() -> bytes:
    return archive({"tolk.sv.md": b"a" * 50_000_000})


def lying() -> bytes:
    """An archive whose table of contents says that a large file is small."""
    size = 20_000_000
    return archive({"tolk.sv.md": b"a" * size}).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def encrypted() -> bytes:
    data = bytearray(archive({"tolk.sv.md": TOLK}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


ARCHIVES = {
    "bomb": bomb,
    "lying bomb": lying,
    "bomb within": lambda: archive({"inner.zip": bomb()}),
    "no archive": lambda: b"PK\x03\x04" + b"x" * 1000,
    "half an archive": lambda: archive({"tolk.sv.md": TOLK * 50})[:300],
    "nothing in it": lambda: archive({}),
    "too many files": lambda: archive({f"tolk-{number}.sv.md": TOLK for number in range(51)}),
    "path out of it": lambda: archive({"../tolk.sv.md": TOLK}),
    "path from the root": lambda: archive({"/etc/tolk.sv.md": TOLK}),
    "path of Windows": lambda: archive({"c:\\tolk.sv.md": TOLK}),
    "same name twice": lambda: archive({"a/tolk.sv.md": TOLK, "b/tolk.sv.md": TOLK}),
    "other files": lambda: archive({"tolk.sv.md": TOLK, "virus.exe": b"MZ"}),
    "encrypted": encrypted,
    "other method": lambda: archive({"tolk.sv.md": TOLK}, method=zipfile.ZIP_LZMA),
    "not UTF-8": lambda: archive({"tolk.sv.md": TOLK.encode("latin-1")}),
}


@pytest.mark.parametrize("make_archive", ARCHIVES.values(), ids=ARCHIVES)
def test_hostile_archive_is_refused_with_a_sentence(editor, client, make_archive):
    response = upload(client, {"files.zip": make_archive()})

    assert response.status_code == 200
    assert problems(response) or response.context["form"].errors
    assert nothing_is_written()


def test_files_too_large_together_are_refused(editor, client):
    half = "a" * (packing.BYTES_AT_MOST // 2 + 1)

    response = upload(client, {"a.sv.md": half, "b.sv.md": half})

    assert response.context["form"].errors["files"]


def test_same_file_alone_and_in_an_archive_is_refused(editor, client):
    response = upload(client, {"tolk.sv.md": TOLK, "all.zip": archive({"tolk.sv.md": TOLK})})

    assert response.context["form"].errors["files"]


@pytest.mark.parametrize("files", [{}, {"tolk.sv.md": ""}, {"tolk.sv.md": "---\n"}, {"x" * 300 + ".sv.md": TOLK}])
def test_no_file_at_all_is_refused(editor, client, files):
    response = upload(client, files)

    assert problems(response) or response.context["form"].errors
    assert nothing_is_written()


# --- out


def test_published_version_is_exported_and_not_what_is_being_written(editor, client):
    public = make.make_overview(slug="tolk", title_sv="Publik", title_en="Public")
    revision = services.start_revision(public)
    Overview.objects.filter(pk=revision.pk).update(title_sv="Ny")

    assert list(export(client, public)) == ["tolk.sv.md", "tolk.en.md"]
    assert b"title: Publik\n" in export(client, public)["tolk.sv.md"]
    assert b"title: Ny\n" in export(client, revision)["tolk.sv.md"]


def test_what_is_exported_is_unchanged_when_imported(editor, client):
    import_(client, {"tolk.sv.md": TOLK, "tolk.en.md": ENGLISH})
    files = export(client, Overview.objects.get())

    assert look(client, files) == {"tolk": "unchanged"}
    Overview.objects.all().delete()
    Reference.objects.all().delete()
    import_(client, {"tolk.zip": archive(files)})
    assert export(client, Overview.objects.get()) == files


def test_selected_overviews_are_exported_in_one_archive(editor, client, monkeypatch):
    public, other = make.make_overview(slug="tolk"), make.make_overview(slug="annan", status="draft")
    revision = services.start_revision(public)
    chosen = {"action": "export_selected", "_selected_action": [public.pk, other.pk, revision.pk]}

    response = client.post(LIST, chosen)

    assert sorted(exported(response)) == ["annan.sv.md", "next-version/tolk.sv.md", "tolk.sv.md"]
    monkeypatch.setattr(desk, "EXPORTED_AT_MOST", 2)
    assert client.post(LIST, chosen).status_code == 302


def test_list_cannot_delete(editor, client):
    overview = make.make_overview(status="draft")

    client.post(LIST, {"action": "delete_selected", "_selected_action": [overview.pk], "post": "yes"})

    assert Overview.objects.exists()


# --- who may


def person(*permissions: str):
    somebody = make.make_editor(is_superuser=False)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return somebody


@pytest.mark.parametrize(
    ("permissions", "may_export", "may_import"),
    [
        ([], 403, 403),
        (["view_overview"], 200, 403),
        (["add_overview"], 403, 403),
        (["change_overview"], 200, 403),
        (["add_overview", "change_overview"], 200, 200),
    ],
)
def test_export_is_for_those_who_see_and_import_for_those_who_write(db, client, permissions, may_export, may_import):
    overview = make.make_overview(status="draft")
    client.force_login(person(*permissions))

    assert client.get(reverse("admin:knowledge_overview_export", args=[overview.pk])).status_code == may_export
    assert client.get(IMPORT).status_code == may_import
    if may_import == 403:
        assert client.post(LOOK, {"mark": ""}).status_code == 403
        assert IMPORT not in client.get(LIST).content.decode()


def test_visitors_get_no_files(db, client):
    overview = make.make_overview()

    for url in [reverse("admin:knowledge_overview_export", args=[overview.pk]), IMPORT, LOOK]:
        assert client.get(url).url.startswith(reverse("admin:login"))


def test_new_references_need_a_permission_of_their_own(editor, client):
    client.force_login(person("add_overview", "change_overview"))

    assert problems(upload(client, {"tolk.sv.md": TOLK}))[0].startswith("tolk.sv.md:8: references: ")
    make.make_reference(key="berg2014")
    import_(client, {"tolk.sv.md": TOLK})
    assert Overview.objects.get().status == "draft"


def test_pages_of_importing_hold_nothing_inline(editor, client):
    pages = [
        client.get(LIST),
        client.get(IMPORT),
        upload(client, {"tolk.sv.md": "x"}),
        upload(client, {"tolk.sv.md": TOLK}),
    ]

    assert [inline_in(page) for page in pages] == [[], [], [], []]
