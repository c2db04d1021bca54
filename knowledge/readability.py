"""How hard a Swedish text is to read: LIX (C.-H. Björnsson, Läsbarhet, 1968)."""

import re
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from knowledge.text import CITATION
from lmh_portal.core import markdown

SHORTEST = 50  # words; of fewer the figure says little
LONG_WORD = 6  # a word with more letters is long
WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
# Marks before a capital or a digit; those of an abbreviation stand before small letters.
SENTENCE_END = re.compile(r"(?<![.!?:])[.!?:]++(?=[\"”’')\]]*\s+[\"”’'(\[]*[^\W_a-zåäö])")
LEVELS = [
    (30, _("very easy")),
    (40, _("easy")),
    (50, _("medium difficult")),
    (60, _("difficult")),
]
HARDEST = _("very difficult")


def lix(text: str) -> int | None:
    """Words per sentence and long words per hundred, added; None for a text too short to judge.

    Of Markdown only paragraphs and items of lists count, each ending a sentence: no headings, tables and code.
    """
    words = sentences = long_words = 0
    for paragraph in _paragraphs(text):
        found = WORD.findall(paragraph)
        words += len(found)
        long_words += sum(len(word.replace("-", "")) > LONG_WORD for word in found)
        sentences += bool(found) + len(SENTENCE_END.findall(paragraph))
    if words < SHORTEST:
        return None
    return round(words / sentences + 100 * long_words / words)


def level(figure: int) -> str:
    """What a LIX figure means, in words."""
    return next((str(name) for above, name in LEVELS if figure < above), str(HARDEST))


def _paragraphs(text: str) -> list[str]:
    pairs = pairwise(markdown.tokens(text[: markdown.LONGEST]))
    return [CITATION.sub("", markdown.plain(inner)) for outer, inner in pairs if outer.type == "paragraph_open"]
