"""One text in Markdown, two bodies: what a mail program shows without HTML reads as well."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmh_portal.core.markdown import literal, to_html
from lmh_portal.letters.writing import as_html, as_markdown, as_text

GONE = dict.fromkeys(map(ord, "\x00\ufffd\u202d\u202e"))  # what is no text, or overrides its direction


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Viktigt:** kom *i tid*.", "Viktigt: kom i tid."),
        ("Ett\nTvå\\\nTre", "Ett\nTvå\nTre"),
        ("Läs [sidan](https://a.example/) nu.", "Läs sidan <https://a.example/> nu."),
        ("[Min anmälan](<https://a.example/b_c/>)", "Min anmälan:\nhttps://a.example/b_c/"),
        ("Skriv till <https://a.example/>.", "Skriv till https://a.example/."),
        ("- ett\n- två\n\n1. a\n2. b", "- ett\n- två\n\n1. a\n2. b"),
        ("- ett\n\n  mer\n  - under", "- ett\n  mer\n  - under"),
        ("> **När:** nu\n>\n> - a\n> - b", "När: nu\n\n- a\n- b"),
        ("## Rubrik\n\nText\n\n---\n\nFot", "Rubrik\n\nText\n\nFot"),
        ("<b>x</b>", "<b>x</b>"),
        ("", ""),
    ],
)
def test_text_reads_without_marks(markdown, text):
    assert as_text(markdown) == f"{text}\n"


def test_link_alone_is_a_button_and_one_in_a_sentence_is_not():
    html = as_html("Hej", "[Svara](https://a.example/)\n\nEller [läs](https://a.example/) mer.", "sv")

    assert html.count('class="action"') == 1
    assert '<p class="action"><a href="https://a.example/">Svara</a></p>' in html


@pytest.mark.parametrize(
    "written", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://a.example/)", "<img src=x>"]
)
def test_html_holds_nothing_that_acts_or_is_fetched(written):
    html = as_html("<script>", written, "sv")

    assert re.findall(r"<script|href=.javascript|<img", html) == []


@given(st.text(max_size=60))
def test_literal_text_is_shown_as_it_is(text):
    written = f"x{literal(text)}x"

    assert re.findall(r"<(?!/?p>)", to_html(written)) == []
    assert as_text(written).translate(GONE) == f"x{' '.join(text.split())}x\n".translate(GONE)


@given(st.text(alphabet="ab *_[]()<>#-+.1`\\!|~&:/\n", max_size=80))
def test_plain_text_becomes_no_markup(text):
    html = to_html(as_markdown(text))

    assert re.findall(r"<(?!/?p>|br>|/?a[ >])", html) == []
