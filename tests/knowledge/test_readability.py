"""LIX: words a sentence, and long words a hundred."""

import pytest

from knowledge.readability import level, lix

SHORT = "Det är bra att gå ut en dag. "  # eight words, none long
LONG = "Hälsoundersökning erbjuds asylsökande. "  # three words, all long


def test_figure_is_words_a_sentence_plus_long_words_a_hundred():
    assert lix(SHORT * 10) == 8
    assert lix(LONG * 20) == 103
    assert lix(SHORT * 10 + LONG * 10) == round(110 / 20 + 100 * 30 / 110)


def test_text_of_a_few_words_has_no_figure():
    assert lix(SHORT * 6) is None
    assert lix("") is None
    assert lix("# 1\n\n---\n\n" * 100) is None


@pytest.mark.parametrize(
    "extra",
    [
        "\n\n## Hälsoundersökningsprogrammet\n\n",
        "[@karliner2007; @berg2014]",
        "\n\n```\nHälsoundersökningsprogrammet\n```\n\n",
        "\n\n| Hälsoundersökning |\n|---|\n| Hälsoundersökningsprogrammet |\n\n",
        "![Hälsoundersökningsprogrammet](x.png)",
        "\n\n---\n\n",
    ],
)
def test_what_is_not_running_text_does_not_count(extra):
    assert lix(SHORT * 5 + extra + SHORT * 5) == lix(SHORT * 10)


def test_address_of_a_link_does_not_count_and_marks_are_no_letters():
    assert lix(SHORT.replace("bra", "[**bra**](https://example.org/undersokningar)") * 10) == 8


def test_items_and_paragraphs_end_sentences():
    assert lix("- Det är bra att gå ut\n" * 10) == 6
    assert lix("Det är bra att gå ut\n\n" * 10) == 6


@pytest.mark.parametrize(
    "sentence",
    ["Gå ut t.ex. i dag, kl. tio på en väg, så är du ute.", "Det är 1.5 mil, 2:a gången: om du går ut i dag så är du."],
)
def test_abbreviations_and_numbers_end_no_sentence(sentence):
    words = len(sentence.replace("t.ex.", "t ex").replace("1.5", "1 5").replace("2:a", "2 a").split())

    assert lix(f"{sentence} " * 10) == words


@pytest.mark.parametrize(
    ("figure", "words"),
    [(0, "mycket lätt"), (29, "mycket lätt"), (30, "lätt"), (43, "medelsvår"), (50, "svår"), (60, "mycket svår")],
)
def test_figure_has_a_name(figure, words):
    assert level(figure) == words


@pytest.mark.parametrize(
    "text", ["." * 100_000, ". " * 50_000, "a-" * 50_000, ".'" * 50_000, ". '" * 30_000, "[@" * 50_000]
)
def test_odd_text_is_judged_in_time(text):
    lix(text)
