"""Terms in texts: found in their usual forms, marked once, explained in the reader's language."""

import random
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.safestring import mark_safe
from django.utils.translation import override

from lmh_portal.core import version
from lmh_portal.vocabulary.glossary import explain
from lmh_portal.vocabulary.models import GlossaryTerm
from tests.make import make_glossary_term
from tests.reading import Elements

pytestmark = pytest.mark.django_db


def found(text: str, language: str = "sv") -> list[str]:
    """What of a paragraph is marked."""
    html, _words = explain(mark_safe(f"<p>{text}</p>"), language)
    return Elements(html).texts("button")


@pytest.mark.parametrize(
    ("name", "text", "marked"),
    [
        ("tolk", "Boka tolk.", "tolk"),
        ("tolk", "Tolken kom.", "Tolken"),
        ("tolk", "Alla tolkarnas arbete.", "tolkarnas"),
        ("asylsökande", "De asylsökandes hälsa.", "asylsökandes"),
        ("asylsökande", "De asylsökandena.", "asylsökandena"),
        ("kunskapslucka", "Kunskapsluckorna är stora.", "Kunskapsluckorna"),
        ("trauma", "Efter traumat.", "traumat"),
        ("papperslös", "Vård för papperslösa.", "papperslösa"),
        ("nyanländ", "De nyanlända och den nyanlände.", "nyanlända"),
        ("god man", "En god\nman utses.", "god\nman"),
        ("PTSD", "Det heter PTSD, eller PTSD-liknande.", "PTSD"),
        ("LMA-kort", "Visa lma-kortet.", "lma-kortet"),
        ("HVB (hem)", "Ett HVB (hem) till.", "HVB (hem)"),
        ("evidens", "(evidens)", "evidens"),
    ],
)
def test_swedish_term_is_found_in_its_usual_forms(name, text, marked):
    make_glossary_term(name_sv=name)

    assert found(text) == [marked]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tolk", "Tolkning, teckentolk, tolkade och tolk-app, tolk- och översättning, tolk@example.org."),
        ("lag", "Ett lager."),
        ("råd", "Det råder brist."),
        ("GRADE", "Tre grader, a grade."),
        ("god man", "god kvinna, man, godman"),
        ("vård", "vårdcentral, förvård"),
    ],
)
def test_swedish_word_that_only_holds_a_term_is_left_alone(name, text):
    make_glossary_term(name_sv=name)

    assert found(text) == []


@pytest.mark.parametrize(
    ("name", "text", "marked"),
    [
        ("interpreter", "Interpreters’ work", "Interpreters"),
        ("asylum seeker", "the asylum seeker's right", "asylum seeker"),
        ("therapy", "two therapies", "therapies"),
    ],
)
def test_english_term_is_found_in_its_usual_forms(name, text, marked):
    make_glossary_term(name_en=name)

    assert found(text, "en") == [marked]


@pytest.mark.parametrize(
    ("name", "text", "marked"),
    [
        ("صدمة نفسية", "بعد صدمة نفسية", ["صدمة نفسية"]),
        ("صدمة نفسية", "عن الصدمة النفسية هنا", ["الصدمة النفسية"]),
        ("صدمة نفسية", "وبالصدمة النفسية", ["وبالصدمة النفسية"]),
        ("لاجئ", "للاجئ", ["للاجئ"]),
        ("الصحة", "والصحة", ["والصحة"]),
        ("الصحة", "للصحة", ["للصحة"]),
        ("الصحة", "صحة", []),
        ("صدمة", "الصَّدمة", ["الصَّدمة"]),
        ("مراعٍ", "مراع", ["مراع"]),
        ("صحة", "صحةً", ["صحةً"]),
        ("صحة", "صحته", []),
    ],
)
def test_arabic_term_is_found_with_its_article(name, text, marked):
    make_glossary_term(name_ar=name)

    assert found(text, "ar") == marked


def test_only_the_first_use_is_marked_also_of_a_synonym():
    make_glossary_term(code="ptsd", name_sv="posttraumatiskt stressyndrom", synonyms_sv="PTSD\nposttraumatisk stress")

    assert found("Om PTSD, det vill säga posttraumatiskt stressyndrom. PTSD.") == ["PTSD"]


def test_longest_term_is_found_and_the_shorter_one_where_it_stands_alone():
    make_glossary_term(name_sv="tuberkulos")
    make_glossary_term(name_sv="latent tuberkulos")

    assert found("Latent tuberkulos är vanligare än tuberkulos.") == ["Latent tuberkulos", "tuberkulos"]


def test_name_goes_before_another_terms_synonym():
    make_glossary_term(code="other", name_sv="annat", synonyms_sv="stöd")
    make_glossary_term(code="support", name_sv="stöd")

    _html, words = explain(mark_safe("<p>stöd</p>"), "sv")

    assert [word.code for word in words] == ["support"]


@pytest.mark.parametrize(
    "html",
    [
        "<h2 id=\"s-tolk\">tolk</h2>",
        '<p><a href="/tolk/">en <strong>bra</strong> tolk</a></p>',
        "<p><code>tolk</code></p>",
        "<pre><code>tolk<br>tolk</code></pre>",
        "<table><thead><tr><th>tolk</th></tr></thead></table>",
        '<p><span class="citation">[<a href="#ref-tolk" id="cite-tolk">1</a>, tolk]</span></p>',
        "<p><dfn>tolk</dfn></p>",
    ],
)  # fmt: skip
def test_heading_link_code_and_citation_stay_as_they_are_and_do_not_count(html):
    make_glossary_term(code="tolk", name_sv="tolk")

    text, words = explain(mark_safe(f"{html}<p>Boka <br>tolk.</p>"), "sv")

    assert [word.code for word in words] == ["tolk"]
    assert text == (
        f'{html}<p>Boka <br><dfn><button type="button" class="term" popovertarget="term-tolk">tolk</button></dfn>.</p>'
    )


def test_everything_else_of_a_text_is_written_again_as_it_was():
    make_glossary_term(name_sv="ingenstans")
    html = (
        '<h2 id="s-å">Å &amp; ä</h2>\n<p>a &lt;b&gt; "c" \'d\' &amp;amp; <em>é<br>\n😀</em></p>\n<ol start="3">\n<li>x'
        '</li>\n</ol><hr><p><a href="/x?a=1&amp;b=&quot;2">y</a></p>\u2066z'
    )

    text, words = explain(mark_safe(html), "sv")

    assert (text, words) == (html, [])


@pytest.mark.parametrize("name", ["<script>", "a & b", '"><img src=x>', "a.*b", "[", "\\", "(?i)", "x" * 120])
def test_any_name_is_found_as_it_is_and_escaped(name):
    make_glossary_term(name_sv=name, definition_sv=name)

    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text, words = explain(mark_safe(f"<p>En {escaped} till</p>"), "sv")

    assert [word.name.value for word in words] == [name]
    assert Elements(text).texts("button") == [name]
    assert {tag for tag, _ in Elements(text).found} == {"p", "dfn", "button"}


def test_text_that_looks_like_markup_stays_text():
    make_glossary_term(code="script", name_sv="script")

    text, _words = explain(mark_safe('<p>&lt;script&gt;alert("popovertarget")&lt;/script&gt;</p>'), "sv")

    assert {tag for tag, _ in Elements(text).found} == {"p", "dfn", "button"}
    assert text.startswith("<p>&lt;<dfn>")


def test_word_is_explained_in_the_readers_language_and_named_in_the_texts():
    make_glossary_term(name_sv="tolk", name_ar="مترجم", definition_sv="På svenska.", definition_ar="بالعربية")

    with override("ar"):
        _html, words = explain(mark_safe("<p>tolk</p>"), "sv")

    (word,) = words
    assert (word.name.value, word.translation.value) == ("tolk", "مترجم")
    assert word.definition == ("بالعربية", "ar")


def test_term_without_a_name_in_the_texts_language_is_not_looked_for():
    make_glossary_term(name_sv="hund", name_en="dog")

    assert found("hund dog", "en") == ["dog"]
    assert found("hund dog", "ar") == []


def test_discouraged_word_leads_to_the_preferred_one_and_borrows_its_definition():
    preferred = make_glossary_term(name_sv="papperslös", definition_sv="Utan tillstånd.")
    make_glossary_term(name_sv="illegal", definition_sv="", use_instead=preferred)

    _html, words = explain(mark_safe("<p>illegal</p>"), "sv")

    assert (words[0].definition.value, words[0].use_instead.value) == ("Utan tillstånd.", "papperslös")


def test_term_without_a_definition_is_not_marked():
    make_glossary_term(name_sv="tolk", definition_sv="")

    assert found("tolk") == []


def test_changed_term_is_found_at_once():
    term = make_glossary_term(name_sv="tolk")
    assert found("tolk språkstöd") == ["tolk"]

    term.name_sv = "språkstöd"
    term.save()

    assert found("tolk språkstöd") == ["språkstöd"]


def test_term_cannot_be_used_instead_of_itself():
    term = make_glossary_term()
    term.use_instead = term

    with pytest.raises(ValidationError):
        term.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        term.save()


def test_discouraged_term_points_straight_to_the_preferred_one():
    preferred = make_glossary_term()
    discouraged = make_glossary_term(use_instead=preferred)

    with pytest.raises(ValidationError, match="use_instead"):
        GlossaryTerm(code="x", name_sv="X", use_instead=discouraged).full_clean()
    preferred.use_instead = make_glossary_term()
    with pytest.raises(ValidationError, match="use_instead"):
        preferred.full_clean()


def processor_time(html: str) -> float:
    version.forget()
    explain(mark_safe("<p>x</p>"), "sv")  # compiles the expression
    started = time.process_time()
    explain(mark_safe(html), "sv")
    return time.process_time() - started


def test_time_grows_with_the_text_and_no_faster():
    words = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyzåäö"

    def word():
        return "".join(words.choices(letters, k=words.randint(3, 12)))

    for _ in range(100):
        make_glossary_term(name_sv=f"{word()} {word()}", synonyms_sv=f"{word()}\n{word()}")
    nasty = [f"{name} " * 40 for name in GlossaryTerm.objects.values_list("name_sv", flat=True)]
    texts = ["".join(f"<p>{' '.join(word() for _ in range(60))}</p>" for _ in range(48)), "<p>" + "".join(nasty)]
    texts += ["<p>" + name + " " * 20_000 for name in GlossaryTerm.objects.values_list("name_sv", flat=True)[:2]]

    for text in texts:
        short, long = (min(processor_time(text[:20_000] * times) for _ in range(3)) for times in [1, 8])
        assert short < 0.05  # a few milliseconds on a quiet machine
        assert long < 8 * 3 * max(short, 0.002)
