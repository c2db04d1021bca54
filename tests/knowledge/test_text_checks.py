"""What is wrong with a text, said before readers see it."""

import pytest
from django.test import override_settings
from django.utils.translation import override

from knowledge.text_checks import DEEPEST, problems, refusals
from lmh_portal.core.markdown import LONGEST, MOST
from tests.make import make_event, make_organization, make_overview


def said(text: str, language: str = "en") -> list[str]:
    with override("en"):
        return [problem for _name, problem in problems({"body": text}, language)]


def test_sound_text_has_no_problems():
    text = "## A\n\nText [@berg; @sjo] on [the law](https://example.org/x).\n\n### B\n\n#### C\n\n## D\n\n- a\n  - b\n"

    assert (said(text), refusals(text)) == ([], [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# A", "The heading “A” has one #, like the page's title. Start with ##."),
        ("### A", "The heading “A” skips a level: it has 3 # and may have 2 at most."),
        ("## A\n\n#### B", "The heading “B” skips a level: it has 4 # and may have 3 at most."),
        ("## A\n\n### B\n\n#### C\n\n##### D", "The heading “D” is not shown as one: headings have two to four #."),
        ("##", "There is a heading without words."),
        ("![](map.png)", "Texts show no images, and this one has no description either: map.png."),
        ("![Map](map.png)", "Texts show no images: “Map” is left out."),
        ("[](https://example.org)", "The link to https://example.org has no words."),
    ],
)
def test_problem_is_said_in_a_sentence(text, problem):
    assert said(text) == [problem]


@pytest.mark.parametrize(
    ("words", "language"),
    [("här", "sv"), ("Klicka här", "sv"), ("**Läs mer**", "sv"), ("läs mer »", "sv"), ("Here", "en"),
     ("click here", "sv"), ("read more...", "en"), ("هنا", "ar"), ("اقرأ المزيد", "ar")],
)  # fmt: skip
def test_link_that_does_not_say_where_it_leads(words, language):
    (problem,) = said(f"Text [{words}](https://example.org).", language)

    assert problem.endswith("does not say where it leads. Write what readers find there.")


@pytest.mark.parametrize("link", ["<https://example.org/a>", "[www.example.org](https://www.example.org)"])
def test_link_that_is_an_address(link):
    (problem,) = said(link)

    assert problem.endswith("is an address. Write what readers find there.")


def test_link_text_of_another_language_may_be_a_word():
    assert said("[mer](https://example.org)", "en") == []


@pytest.mark.parametrize(
    "href",
    ["#body-första", "#body-f%C3%B6rsta", "#ref-berg", "#references", "mailto:a@example.org", "tel:112", "https://example.org/x",
     "/sv/", "/ar/glossary/#tolk", "/static/x.pdf", "/sv/ordlista?x=1"],
)  # fmt: skip
@pytest.mark.django_db
def test_sound_address_is_no_problem(href):
    assert said(f"## Första\n\n[Words]({href}) [@berg]") == []


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("#första", "to no heading of this page."),
        ("#s-första", "to no heading of this page."),
        ("#", "to no heading of this page."),
        ("/sv/finns-inte/", "nowhere in the portal."),
        ("/sv/knowledge/", "nowhere in the portal."),
        ("/finns-inte", "nowhere in the portal."),
        ("/sv/kunskap/finns-inte/", "to a page that does not exist."),
        ("www.example.org", "nowhere: an address starts with https:// or, in this portal, with /."),
        ("../x", "nowhere: an address starts with https:// or, in this portal, with /."),
    ],
)
@pytest.mark.django_db
def test_address_that_leads_nowhere(href, reason):
    assert said(f"## Första\n\n[Words]({href})") == [f"The link to {href} leads {reason}"]


@pytest.mark.django_db
def test_pages_must_be_published_in_any_language_and_any_app(django_assert_num_queries):
    organization = make_organization()
    published, draft = make_overview(), make_overview(status="draft")
    event = make_event(organizer=organization)
    links = []
    for row in [published, draft, event, organization]:
        for language in ["sv", "en", "ar"]:
            with override(language):
                links.append(row.get_absolute_url())
    text = " ".join(f"[Page {number}]({link}?a=b#c)" for number, link in enumerate(links))

    with django_assert_num_queries(6):  # known and published pages of three models, however many links
        found = said(text * 3)

    assert found == [f"The link to {link}?a=b#c leads to a page that is not published." for link in links[3:6]]


@pytest.mark.django_db
def test_own_host_is_the_portal():
    with override_settings(SITE_ADDRESS="https://portal.example"):
        assert said("[Words](https://portal.example/sv/ingen/)") != []
        assert said("[Words](https://other.example/sv/ingen/)") == []


@pytest.mark.parametrize(
    "href", ["http://[", "//[x", "https://x:y", "/%00", "/%FF", "/sv/%ED%A0%80/", "#%FF", "/sv/kunskap/%00/"]
)
@pytest.mark.django_db
def test_odd_address_is_judged_without_failing(href):
    said(f"[Words](<{href}>)")


def test_text_may_be_only_so_long():
    assert refusals("a" * LONGEST) == []
    with override("en"):
        assert refusals("a" * (LONGEST + 1)) == [
            "The text has 100001 characters; it may have 100000. Make two texts of it."
        ]
    assert said("# a\n" * LONGEST) == []


@pytest.mark.parametrize("mark", ["a\n", "["])
def test_text_may_have_only_so_many_lines_and_brackets(mark):
    assert refusals(mark * MOST) == []
    with override("en"):
        assert refusals(mark * (MOST + 1)) == [
            "The text has more than 5000 lines or square brackets. Make two texts of it."
        ]
    assert said(mark * (MOST + 1)) == []


@pytest.mark.parametrize("level", ["- ", "1. ", "> ", "> - "])
def test_lists_and_quotations_may_lie_only_so_deep(level):
    depth = 2 if level == "> - " else 1

    assert refusals(level * (DEEPEST // depth) + "a") == []
    assert len(refusals(level * (DEEPEST // depth + 1) + "a")) == 1
    assert len(refusals(level * 10_000 + "a")) == 1


def test_texts_of_a_page_lead_to_each_other():
    texts = {
        "practice": "### Boka\n\n[a](#body-läge) [b](#ref-berg) [c](#finding-f1) [d](#practice-i1)",
        "findings.f1.reasons": "### Varför\n\n[a](#practice-boka) [b](#body-boka) [c](#f1-reasons-varför)",
        "implications.i1.text": "Gör så [@berg].",
        "body": "## Läge",
        "title": "[här](#title)",
    }

    with override("en"):
        found = list(problems(texts, "sv"))

    assert found == [("findings.f1.reasons", "The link to #body-boka leads to no heading of this page.")]


@pytest.mark.django_db
def test_addresses_of_headings_are_those_of_the_page():
    overview = make_overview(findings=[{"code": "f1", "reasons_sv": "## Varför"}], body_sv="## Läge")

    page = overview.versions.get().content

    assert 'id="body-läge"' in page["html"]["body"]["sv"]
    assert 'id="f1-reasons-varför"' in page["findings"][0]["html"]["reasons"]["sv"]


@pytest.mark.parametrize("name", ["practice", "gaps", "methods", "findings.f1.statement"])
def test_texts_under_a_heading_of_the_page_may_begin_one_level_further_down(name):
    with override("en"):
        assert list(problems({name: "### A"}, "sv")) == []
        assert len(list(problems({name: "#### A"}, "sv"))) == 1
