"""Words as the index knows them: their stems, and in how many documents they stand."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.index.folding import fold

WORDS_AT_MOST = 12  # more than these are not read
WORD_AT_MOST = 40  # characters

# Words of questions that tell nothing of their subject and that PostgreSQL's lists of stop words lack.
LITTLE_WORDS = {
    *["ska", "skall", "göra", "gör", "får", "få", "behöver", "finns", "går", "gå", "bör", "vill", "när", "varför"],
    *["vilken", "vilka", "vems", "gällande", "angående", "samt", "via"],
    *["get", "getting", "need", "needs", "want", "wants", "please", "regarding"],
    *["هل", "ما", "ماذا", "كيف", "متى", "أين", "من", "في", "على", "إلى", "عن", "مع", "و", "أو", "لا", "هو", "هي"],
    *["هذا", "هذه", "التي", "الذي", "كل", "ذلك", "يمكن"],
}
WORD = re.compile(r"[^\W_]+")
_VECTORS = " || ".join(f"to_tsvector('{language.search}', asked.word)" for language in LANGUAGES.values())
_STOPS = " OR ".join(f"ts_lexize('{language.search}_stem', asked.typed) = '{{}}'" for language in LANGUAGES.values())
FORMS = f"index_stem(asked.word), tsvector_to_array({_VECTORS}), coalesce({_STOPS}, false)"
ALL = f"SELECT asked.word, {FORMS} FROM unnest(%s::text[], %s::text[]) AS asked (word, typed)"
# Of the words that were asked for all, of those that are only tried the ones that the index has.
COUNTED = f"""
    SELECT asked.word, {FORMS}, known.docs,
      coalesce((SELECT sum(docs) FROM index_word WHERE stem = index_stem(asked.word)), 0),
      (SELECT reltuples FROM pg_class WHERE oid = 'index_document'::regclass)
    FROM unnest(%s::text[], %s::text[], %s::bool[]) AS asked (word, typed, is_tried)
    LEFT JOIN index_word known ON known.word = asked.word AND known.docs > 0
    WHERE known.docs > 0 OR NOT asked.is_tried
"""


@dataclass(frozen=True)
class Word:
    """A folded word; `lexemes` are what it becomes in the index, whatever the language of the text."""

    word: str
    stem: str
    lexemes: tuple[str, ...]
    is_stop: bool = False
    docs: int = 0  # documents that have it, in any form
    is_exact: bool = False  # some have it in this form

    def as_name(self) -> "Word":
        """The word without the stems that cut too much off a name: Borås is not who lives somewhere (bor)."""
        return replace(self, lexemes=tuple(one for one in self.lexemes if len(one) >= len(self.word) - 1))


class Lexicon(dict[str, Word]):
    """Words of the index, looked up many at a time; `total` is about how many documents there are."""

    total = 1000

    def look_up(self, typed: dict[str, str], tried: Iterable[str] = ()) -> None:
        """Learn these words, by folded form, and of those that are tried the ones that exist."""
        words = typed | {word: word for word in tried if word not in typed}
        words = {word: as_typed for word, as_typed in words.items() if word and word not in self}
        if not words:
            return
        with connection.cursor() as cursor:
            cursor.execute(COUNTED, [list(words), list(words.values()), [word not in typed for word in words]])
            for word, stem, lexemes, is_stop, exact, docs, total in cursor.fetchall():
                is_little = is_stop or words[word] in LITTLE_WORDS
                self[word] = Word(word, stem, tuple(lexemes), is_little, max(docs, exact or 0), bool(exact))
                self.total = max(total, 100)

    def has(self, word: str) -> bool:
        return word in self and self[word].docs > 0


def words_of(text: str, at_most: int = WORDS_AT_MOST) -> list[str]:
    """The words of a text in lower case, as they are written."""
    clean = unicodedata.normalize("NFKC", text).lower().replace("\x00", " ")
    return [word[:WORD_AT_MOST] for word in WORD.findall(clean) if fold(word)][:at_most]


def forms(texts: Iterable[str]) -> dict[str, list[Word]]:
    """The words of each text, without their numbers, in one query."""
    spelled = {text: words_of(text) for text in texts}
    typed = {word: fold(word) for words in spelled.values() for word in words}
    with connection.cursor() as cursor:
        cursor.execute(ALL, [list(typed.values()), list(typed)])
        known = {
            word: Word(folded, stem, tuple(lexemes), is_stop or word in LITTLE_WORDS)
            for word, (folded, stem, lexemes, is_stop) in zip(typed, cursor.fetchall(), strict=True)
        }
    return {text: [known[word] for word in words] for text, words in spelled.items()}
