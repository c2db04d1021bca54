"""Importing references in the desk: look first, then import exactly what was shown."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from knowledge import importing
from knowledge.models import Reference
from tests.make import make_editor, make_reference
from tests.test_admin_pages import inline_in

IMPORT = "/admin/knowledge/reference/import/"
SEARCH = "/admin/knowledge/reference/search/"


@pytest.fixture
def editor(db, client):
    editor = make_editor()
    client.force_login(editor)
    return editor


def ris(*entries: str) -> bytes:
    """A RIS file; an entry is written as author|year|title|doi|pmid."""
    text = ""
    for entry in entries:
        author, year, title, doi, pmid = [*entry.split("|"), "", "", "", "", ""][:5]
        lines = {"AU": author, "PY": year, "TI": title, "DO": doi, "N1": pmid and f"PMID: {pmid}"}
        text += "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in lines.items() if value) + "ER  - \n"
    return text.encode()


def upload(client, content: bytes, **headers):
    return client.post(IMPORT, {"file": SimpleUploadedFile("refs.ris", content)}, **headers)


def confirm(client, shown, **ticked):
    return client.post(IMPORT, {"plan": shown.context["form"]["plan"].value(), **ticked})


def test_nothing_is_saved_before_it_is_confirmed(editor, client):
    shown = upload(client, ris("Berg, Anna|2001|One|10.1000/A|1", "Sjö, B|2002|Two"))

    assert [(one["key"], one["title"]) for one in shown.context["plan"].new] == [
        ("berg2001", "One"),
        ("sjo2002", "Two"),
    ]
    assert Reference.objects.count() == 0

    response = confirm(client, shown)

    assert response.url == reverse("admin:knowledge_reference_changelist")
    assert list(Reference.objects.values_list("key", "authors", "year", "title", "doi", "pmid", "verification")) == [
        ("berg2001", "Berg A", "2001", "One", "10.1000/A", "1", "known"),
        ("sjo2002", "Sjö B", "2002", "Two", "", "", "known"),
    ]
    assert LogEntry.objects.filter(user=editor, action_flag=1).count() == 2


@pytest.mark.parametrize(
    ("there", "entry"),
    [
        ({"doi": "10.1000/ABC"}, "X, Y|1999|Other|https://doi.org/10.1000/abc"),
        ({"doi": "https://doi.org/10.1000/abc"}, "X, Y|1999|Other|10.1000/ABC"),
        ({"pmid": "123"}, "X, Y|1999|Other||123"),
        ({"title": "Do interpreters help?", "year": "1999"}, "X, Y|1999|Do Interpreters – help"),
        ({"title": "The same", "year": "1999"}, "X, Y|1999|The same|10.1000/new"),
    ],
)
def test_references_that_we_have_are_not_imported_again(editor, client, there, entry):
    make_reference(key="old", **there)

    shown = upload(client, ris(entry, "New, A|2020|New"))

    assert [one.key for one in shown.context["plan"].known] == ["old"]
    assert [one["key"] for one in shown.context["plan"].new] == ["new2020"]


def test_namesakes_with_dois_of_their_own_are_two(editor, client):
    make_reference(title="Editorial", year="1999", doi="10.1000/a")

    shown = upload(client, ris("X, Y|1999|Editorial|10.1000/b", "X, Y|1999|Editorial|10.1000/c"))

    assert [one["key"] for one in shown.context["plan"].new] == ["x1999", "x1999b"]


def test_entries_that_the_file_has_twice_are_imported_once(editor, client):
    shown = upload(client, ris("X, Y|1999|One|10.1000/a", "X, Y|1999|Other|10.1000/A", "X, Y|1999|one"))

    assert [(one.line, one.key) for one in shown.context["plan"].twice] == [(7, "x1999"), (13, "x1999")]
    assert len(shown.context["plan"].new) == 1


def test_keys_are_new_and_plain(editor, client):
    for key in ["berg2001", "berg2001b"]:
        make_reference(key=key)
    names = [
        "Berg, A",
        "Berg, B",
        "Wångdahl, C",
        "van der Noordt, D",
        "Sørensen, E",
        "World Health Organization",
        "عمر",
    ]

    shown = upload(client, ris(*(f"{name}|2001|Title {number}" for number, name in enumerate(names))))

    keys = [one["key"] for one in shown.context["plan"].new]
    assert keys == [
        "berg2001c", "berg2001d", "wangdahl2001", "vandernoordt2001", "sorensen2001", "world2001", "ref2001"
    ]  # fmt: skip


def test_many_of_one_author_and_year_get_keys(db):
    plan = importing.plan(ris(*(f"Berg, A|2001|Title {number}" for number in range(3_000))))

    keys = [one["key"] for one in plan.new]
    assert len(set(keys)) == 3_000
    assert keys[:3] + keys[25:28] == ["berg2001", "berg2001b", "berg2001c", "berg2001z", "berg2001-26", "berg2001-27"]


def test_bad_entries_stop_the_import_unless_the_editor_agrees(editor, client):
    shown = upload(client, ris("Berg, A|2001|Good", "Berg, A||No year"))
    assert "Rad 6" in shown.content.decode()

    refused = confirm(client, shown)
    assert refused.context["form"].errors.keys() == {"import_others"}
    assert Reference.objects.count() == 0

    confirm(client, refused, import_others="on")
    assert [reference.title for reference in Reference.objects.all()] == ["Good"]


def test_nothing_is_imported_when_somebody_was_faster_and_the_new_state_is_shown(editor, client):
    shown = upload(client, ris("Berg, A|2001|One|10.1000/a", "Berg, A|2001|Two"))
    make_reference(key="theirs", doi="10.1000/A")

    again = confirm(client, shown)

    assert [reference.key for reference in Reference.objects.all()] == ["theirs"]
    assert [one.key for one in again.context["plan"].known] == ["theirs"]
    assert [(one["key"], one["title"]) for one in again.context["plan"].new] == [("berg2001", "Two")]
    confirm(client, again)
    assert Reference.objects.count() == 2


def test_confirming_twice_imports_once(editor, client):
    shown = upload(client, ris("Berg, A|2001|One"))

    confirm(client, shown)
    confirm(client, shown)

    assert Reference.objects.count() == 1


@pytest.mark.parametrize("change", [lambda token: token[:-3] + "abc", lambda token: "", lambda token: "x:y:z"])
def test_what_was_shown_cannot_be_changed(editor, client, change):
    shown = upload(client, ris("Berg, A|2001|One"))

    response = client.post(IMPORT, {"plan": change(shown.context["form"]["plan"].value())})

    assert response.url == IMPORT
    assert Reference.objects.count() == 0


def test_dry_run_grows_old(editor, client, time_machine):
    shown = upload(client, ris("Berg, A|2001|One"))
    token = shown.context["form"]["plan"].value()

    time_machine.move_to(timezone.now() + dt.timedelta(seconds=importing.OPEN_AT_MOST + 10))

    with pytest.raises(importing.signing.SignatureExpired):
        importing.Plan.of_token(token)


@pytest.mark.parametrize(
    "content",
    [b"\x00" * 100, b"", b"x" * 5_000_000, b"[" * 500_000, b"@a{", b"TY  - ", b"{", b"\xff" * 1000, b"PK\x03\x04\x00"],
    ids=lambda content: repr(content[:5]),
)
def test_garbage_is_answered_with_a_sentence(editor, client, content):
    response = upload(client, content)

    assert response.status_code == 200
    assert response.context["form"].errors or response.context["plan"].bad
    assert Reference.objects.count() == 0


@pytest.mark.parametrize("data", [{}, {"file": "text"}, {"plan": "\x00"}, {"plan": "a" * 100_000}])
def test_form_without_a_file_is_asked_for_again(editor, client, data):
    assert client.post(IMPORT, data, follow=True).status_code == 200


def test_five_thousand_references_fit_into_one_import(editor, client):
    shown = upload(
        client,
        ris(
            *(
                f"Author{number}, A|2001|A title of usual length, number {number}|10.1000/{number}"
                for number in range(5_000)
            )
        ),
    )

    assert len(shown.context["form"]["plan"].value()) < importing.TOKEN_AT_MOST
    confirm(client, shown)
    assert Reference.objects.count() == 5_000


def test_titles_are_escaped(editor, client):
    html = upload(client, ris("Berg, A|2001|<b onclick=x>1</b>", "X, Y|<script>|<script>")).content.decode()

    assert "&lt;b onclick=x&gt;1&lt;/b&gt;" in html or "onclick" not in html
    assert "<script>" not in html


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_pages_of_the_import_hold_nothing_inline(editor, client, language):
    make_reference(title="Known", year="2001")
    headers = {"headers": {"accept-language": language}}
    pages = [
        client.get(IMPORT, **headers),
        upload(client, b"nonsense", **headers),
        upload(client, ris("A, B|2001|Known", "A, B|2001|New", "A, B|2001|New", "A, B||Bad"), **headers),
    ]

    for page in pages:
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.content.decode()
        assert inline_in(page) == []
        assert "«unknown" not in page.content.decode()


def test_import_is_linked_from_the_list(editor, client):
    assert f'href="{IMPORT}"' in client.get(reverse("admin:knowledge_reference_changelist")).content.decode()


@pytest.mark.parametrize(("permission", "may_import", "may_search"), [("add", 200, 403), ("view", 403, 200)])
def test_import_and_search_are_for_those_who_may(db, client, permission, may_import, may_search):
    user = make_editor(is_superuser=False)
    user.user_permissions.add(Permission.objects.get(codename=f"{permission}_reference"))
    client.force_login(user)

    assert client.get(IMPORT).status_code == may_import
    assert client.get(SEARCH).status_code == may_search


@pytest.mark.parametrize("address", [IMPORT, SEARCH])
def test_import_and_search_ask_strangers_to_sign_in(db, client, address):
    assert client.get(address).url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("asked", ["karliner", "inter pret", "2007", "KARLINER2007", "jacobs 2007"])
def test_search_finds_by_author_title_year_and_key(editor, client, asked):
    found = make_reference(key="karliner2007", authors="Karliner LS, Jacobs EA", year="2007", title="Interpreters")
    make_reference(authors="Berg A", year="2020", title="Other")

    response = client.get(SEARCH, {"q": asked})

    assert response.json() == {"results": [{"key": "karliner2007", "text": str(found)}]}


def test_search_gives_ten_and_bears_garbage(editor, client):
    for _ in range(12):
        make_reference()

    assert len(client.get(SEARCH).json()["results"]) == 10
    for asked in ["\x00", "%", "a" * 10_000, "a " * 5_000, "\\", "'", "ﷺ"]:
        assert client.get(SEARCH, {"q": asked}).status_code == 200
    assert client.post(SEARCH).status_code == 405


@pytest.mark.django_db
def test_pubmed_ids_are_digits_and_belong_to_one_reference():
    make_reference(pmid="123")

    with pytest.raises(ValidationError, match="PubMed-id"):
        Reference(key="a", kind="article", authors="A", year="2001", title="T", pmid="123").full_clean()
    with pytest.raises(ValidationError, match="bara siffror"):
        Reference(key="a", kind="article", authors="A", year="2001", title="T", pmid="x1").full_clean()
    for pmid in ["123", "x"]:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_reference(pmid=pmid)
