"""The glossary's page: every word, in the order of the reader's alphabet."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from tests.make import make_glossary_term
from tests.reading import read

pytestmark = pytest.mark.django_db


def test_terms_stand_in_swedish_order_under_their_letters(client):
    for name in ["ödla", "zebra", "ål", "Äpple", "éclair", "apa", "1177"]:
        make_glossary_term(name_sv=name)

    html = read(client, reverse("home:glossary")).html

    names = [part.split("</dt>")[0] for part in html.split("<dt>")[1:]]
    letters = [part.split('"')[0] for part in html.split('<h2 id="letter-')[1:]]
    assert names == ["1177", "apa", "éclair", "zebra", "ål", "Äpple", "ödla"]
    assert letters == ["#", "A", "E", "Z", "Å", "Ä", "Ö"]
    assert 'href="#letter-Å"' in html


def test_terms_are_found_by_their_code_with_definition_and_synonyms(client):
    term = make_glossary_term(code="tolk", name_sv="tolk", definition_sv="Överför <tal>.", synonyms_sv="språktolk\nx")

    page = read(client, term.get_absolute_url().split("#")[0])

    assert term.get_absolute_url().endswith("#tolk")
    assert '<div id="tolk">' in page.html
    assert "Överför &lt;tal&gt;." in page.html
    assert "språktolk, x" in page.words


def test_discouraged_word_points_to_the_preferred_one(client):
    make_glossary_term(name_sv="illegal", use_instead=make_glossary_term(code="preferred", name_sv="papperslös"))

    assert '<a href="#preferred">papperslös</a>' in read(client, reverse("home:glossary")).html


def test_order_and_fallback_follow_the_language(client):
    make_glossary_term(name_sv="a", name_en="second")
    make_glossary_term(name_sv="b", name_en="first")
    make_glossary_term(name_sv="only swedish", synonyms_sv="x")

    with override("en"):
        html = read(client, reverse("home:glossary")).html

    assert html.index("first") < html.index('<span lang="sv" dir="ltr">only swedish</span>') < html.index("second")


def test_every_page_leads_to_it(client):
    assert reverse("home:glossary") in read(client, reverse("home:front_page")).links
