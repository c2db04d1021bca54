"""Overviews on the desk: citations, preview, reviews."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from knowledge import services
from knowledge.models import Finding, Implication, Overview
from tests import make

ADD = "/admin/knowledge/overview/add/"
PREVIEW = "/admin/knowledge/overview/preview/"
FIELDS = [
    "title", "question", "summary", "key_messages", "practice", "body", "gaps", "methods", "review_function",
    "change_note",
]  # fmt: skip
TEXTS = {f"{field}_{code}": "" for field in FIELDS for code in ["sv", "en", "ar"]}
NO_PARTS = {
    f"{prefix}-{form}": "0"
    for prefix in ["citations", "findings", "implications"]
    for form in ["TOTAL_FORMS", "INITIAL_FORMS"]
}


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def form_data(**changes) -> dict:
    values = {
        "title_sv": "Tolk", "summary_sv": "Kort.", "slug": "tolk", "overview_type": "narrative",
        "review_months": "12", "seen": "0",
    }  # fmt: skip
    return TEXTS | NO_PARTS | make.NO_RELATED_CHOICES | values | changes


def reference_list(overview) -> list[tuple[int, str]]:
    return list(overview.citations.values_list("position", "reference__key"))


def test_cited_references_are_listed_and_numbered_by_first_mention(editor, client):
    for key in ["b2", "a1", "c3", "unused"]:
        make.make_reference(key=key)

    client.post(ADD, form_data(body_sv="Ett [@b2; @a1]. Två [@b2].", body_en="Three [@c3]."))

    assert reference_list(Overview.objects.get()) == [(1, "b2"), (2, "a1"), (3, "c3")]


def test_list_follows_the_text_when_it_changes(editor, client):
    old, new, uncited = (make.make_reference(key=key) for key in ["old", "new", "uncited"])
    overview = make.make_overview(references=[old, uncited], slug="tolk", status="draft")
    rows = [(row.pk, row.reference_id) for row in overview.citations.all()]
    data = {"citations-TOTAL_FORMS": "2", "citations-INITIAL_FORMS": "2"}
    for number, (pk, _reference) in enumerate(rows):
        data |= {f"citations-{number}-id": pk, f"citations-{number}-overview": overview.pk}

    client.post(
        reverse("admin:knowledge_overview_change", args=[overview.pk]),
        form_data(body_sv="Först [@new], sedan [@old].", **data),
    )

    assert reference_list(overview) == [(1, new.key), (2, old.key), (3, "uncited")]


def test_reference_can_be_added_and_removed_by_hand(editor, client):
    gone, added = make.make_reference(key="gone"), make.make_reference(key="added")
    overview = make.make_overview(references=[gone], slug="tolk", status="draft")
    data = {
        "citations-TOTAL_FORMS": "2", "citations-INITIAL_FORMS": "1",
        "citations-0-id": overview.citations.get().pk, "citations-0-overview": overview.pk,
        "citations-0-DELETE": "on",
        "citations-1-overview": overview.pk, "citations-1-reference": added.pk,
    }  # fmt: skip

    client.post(reverse("admin:knowledge_overview_change", args=[overview.pk]), form_data(**data))

    assert reference_list(overview) == [(1, "added")]


def test_text_that_cites_an_unknown_key_is_refused_with_its_language(editor, client):
    make.make_reference(key="known")

    response = client.post(ADD, form_data(body_sv="[@known]", body_en="[@nobody]"), headers={"accept-language": "en"})

    assert response.context["adminform"].form.errors == {
        "body_en": [
            "The text in English cites @nobody, but there is no reference with that key."
            " Add the reference first, or correct the key."
        ]
    }
    assert not Overview.objects.exists()


def test_preview_shows_the_text_as_readers_will_see_it(editor, client):
    make.make_reference(key="karliner2007")

    response = client.post(PREVIEW, {"body": "## Rubrik\n\n**Fet** [@karliner2007; @nobody]"})

    html = response.content.decode()
    assert ">Rubrik</h2>" in html
    assert '<strong>Fet</strong> <span class="citation">[<a href="#ref-karliner2007"' in html
    assert html.count("@nobody") == 1
    assert "<html" not in html


@pytest.mark.parametrize(
    ("field", "language", "marks"),
    [
        ("body_sv", "sv", 1),
        ("practice_sv", "sv", 1),
        ("gaps_sv", "sv", 0),
        ("body_en", "en", 0),
        ("body_sv", "\x00", 0),
    ],
)
def test_preview_marks_words_of_the_glossary_where_the_page_does(editor, client, field, language, marks):
    make.make_glossary_term(code="tolk", name_sv="tolk", definition_sv="Överför tal.")

    html = client.post(PREVIEW, {"body": "Boka tolk. Tolk!", "field": field, "language": language}).content.decode()

    assert html.count('popovertarget="term-tolk">tolk</button>') == marks
    assert html.count("Överför tal.") == marks


def test_preview_escapes_what_is_not_markdown(editor, client):
    attack = "<script>alert(1)</script> <img src=x onerror=alert(1)> [@<b>x</b>] [x](javascript:alert(1))"

    html = client.post(PREVIEW, {"body": attack}).content.decode()

    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(("language", "is_shown"), [("sv", True), ("en", False), ("", False), ("\x00", False)])
def test_preview_says_how_hard_a_swedish_text_is_to_read(editor, client, language, is_shown):
    text = "Det är bra att gå ut en dag. " * 10

    html = client.post(PREVIEW, {"body": text, "language": language}).content.decode()

    assert ("LIX 8: mycket lätt" in html) == is_shown


def test_preview_of_a_text_that_cannot_be_saved_says_why(editor, client):
    assert "errornote" in client.post(PREVIEW, {"body": "> " * 10_000 + "a"}).content.decode()


@pytest.mark.parametrize("body", ["a" * 100_001, "> " * 10_000 + "a"])
def test_text_too_long_or_too_deep_is_refused(editor, client, body):
    response = client.post(ADD, form_data(body_en=body))

    assert list(response.context["adminform"].form.errors) == ["body_en"]
    assert not Overview.objects.exists()


def test_problems_of_a_saved_text_are_warnings(editor, client):
    response = client.post(
        ADD, form_data(body_sv="# Läge\n\n[här](https://example.org)"), headers={"accept-language": "en"}, follow=True
    )

    assert Overview.objects.exists()
    assert [str(message) for message in response.context["messages"] if message.level_tag == "warning"] == [
        "Swedish, Text: The heading “Läge” has one #, like the page's title. Start with ##.",
        "Swedish, Text: The link “här” does not say where it leads. Write what readers find there.",
    ]


def test_problems_are_looked_for_in_every_text_with_marks(editor, client):
    overview = make.make_overview(
        slug="tolk", status="draft", findings=[{"code": "f"}, {"code": "g"}], implications=[{"code": "i"}]
    )
    link = "[här](https://example.org)"
    Finding.objects.filter(code="g").update(statement_sv=link, reasons_en=link)
    Implication.objects.update(text_sv=link)
    texts = {f"{field}_sv": link for field in ["summary", "practice", "gaps", "methods"]}

    response = client.post(
        reverse("admin:knowledge_overview_change", args=[overview.pk]),
        form_data(**texts), headers={"accept-language": "en"}, follow=True,
    )  # fmt: skip

    warnings = [str(message) for message in response.context["messages"] if message.level_tag == "warning"]
    assert [warning.partition(": The link")[0] for warning in warnings] == [
        "Swedish, What it means in practice", "Swedish, Finding 2: finding",
        "Swedish, Implication for practice 1: text", "Swedish, Knowledge gaps", "Swedish, Methods",
    ]  # fmt: skip


def test_finding_too_deep_is_refused(editor, client):
    overview = make.make_overview(slug="tolk", status="draft")
    data = {
        "findings-TOTAL_FORMS": "1", "findings-0-overview": overview.pk, "findings-0-statement_sv": "> " * 500 + "a",
        "findings-0-scale": "grade", "findings-0-certainty": "not-rated", "findings-0-position": "1",
    }  # fmt: skip

    client.post(reverse("admin:knowledge_overview_change", args=[overview.pk]), form_data(**data))
    assert not overview.findings.exists()

    data["findings-0-statement_sv"] = "> a"
    client.post(reverse("admin:knowledge_overview_change", args=[overview.pk]), form_data(**data))
    assert overview.findings.exists()


def test_no_more_than_ten_problems_are_said_at_once(editor, client):
    response = client.post(ADD, form_data(body_sv="# a\n\n" * 20), follow=True)

    assert sum(message.level_tag == "warning" for message in response.context["messages"]) == 10


def test_preview_answers_editors_only(db, client):
    assert client.post(PREVIEW, {"body": "x"}).status_code == 302
    client.force_login(make.make_editor(is_staff=False))
    assert client.post(PREVIEW, {"body": "x"}).status_code == 302
    reader = make.make_editor(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_overview"))
    client.force_login(reader)
    assert client.post(PREVIEW, {"body": "x"}).status_code == 403


@pytest.mark.parametrize("permission", ["add_overview", "change_overview"])
def test_preview_is_for_those_who_write(db, client, permission):
    writer = make.make_editor(is_superuser=False)
    writer.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(writer)

    assert client.post(PREVIEW, {"body": "x"}).status_code == 200


def test_preview_wants_a_post_with_a_token(editor, client):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)

    assert client.get(PREVIEW).status_code == 405
    assert strict.post(PREVIEW, {"body": "x"}).status_code == 403


def test_writers_need_no_permission_of_their_own_for_the_reference_list(db, client):
    writer = make.make_editor(is_superuser=False)
    writer.user_permissions.set(Permission.objects.filter(codename__in=["add_overview", "view_overview"]))
    make.make_reference(key="known")
    client.force_login(writer)

    client.post(ADD, form_data(body_sv="[@known]"))

    assert reference_list(Overview.objects.get()) == [(1, "known")]


def test_list_can_show_overdue_reviews(editor, client):
    today = timezone.localdate()
    overdue = make.make_overview(review_due=today - dt.timedelta(days=1))
    make.make_overview(review_due=today)
    undated = make.make_overview()

    def shown(value):
        return list(client.get("/admin/knowledge/overview/", {"review": value}).context["cl"].result_list)

    assert shown("overdue") == [overdue]
    assert shown("none") == [undated]


def test_key_of_a_reference_stays_while_texts_cite_it(editor, client):
    cited, free = make.make_reference(), make.make_reference()
    make.make_overview(references=[cited])

    def fields(reference):
        page = client.get(reverse("admin:knowledge_reference_change", args=[reference.pk]))
        return page.context["adminform"].form.fields

    assert "key" not in fields(cited)
    assert "key" in fields(free)


@pytest.mark.parametrize(
    ("based_on", "draft", "state"),
    [
        (0, None, "missing Saknas"),
        (3, {"title": "x"}, "missing Pågår"),
        (1, None, "missing Inaktuell: läsarna varnas"),
        (2, None, "missing Behöver uppdateras"),
        (3, None, "complete Aktuell"),
    ],
)
def test_language_tabs_tell_the_state_of_each_translation_as_the_list_does(editor, client, based_on, draft, state):
    overview = make.make_overview(title_en="Interpreters")
    Overview.objects.filter(pk=overview.pk).update(version=3, medium_version=3, major_version=2)
    overview.translations.filter(language="en").update(based_on=based_on, draft=draft)
    revision = services.start_revision(Overview.objects.get(pk=overview.pk))

    tabs = client.get(reverse("admin:knowledge_overview_change", args=[revision.pk])).content.decode()
    listed = client.get("/admin/knowledge/overview/").content.decode()

    mark, label = state.split(" ", 1)
    english = tabs.partition('id="tab-en"')[2].partition("</button>")[0]
    assert f'<span class="language-mark language-mark--{mark}">{label}</span>' in english
    assert f'language-mark--{mark}"><abbr title="Engelska">en</abbr> {label}</li>' in listed
    assert "language-mark--" not in tabs.partition('id="tab-sv"')[2].partition("</button>")[0]


def test_page_of_a_published_overview_tells_the_states_to_those_who_do_not_translate(db, client):
    overview = make.make_overview()
    reader = make.make_editor(is_superuser=False)
    reader.user_permissions.set(Permission.objects.filter(codename="view_overview"))
    client.force_login(reader)

    page = client.get(reverse("admin:knowledge_overview_change", args=[overview.pk])).content.decode()

    assert '<span class="language-mark"><bdi lang="en">English</bdi>: Saknas</span>' in page
