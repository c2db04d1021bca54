"""What visitors ask of the made-up pages: common, middling and rare words, two of them, misspelt ones, with filters."""

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection

from lmh_portal.index.folding import fold
from lmh_portal.vocabulary.terms import terms
from tests.bench.documents import Words

SHARES = {"common": 50, "middling": 40, "rare": 30, "two words": 40, "misspelt": 20, "filtered": 20}
RANKS = {"common": (40, 200), "middling": (300, 2_000), "rare": (5_000, 15_000)}
LANGUAGES = {"sv": 0.7, "en": 0.2, "ar": 0.1}
CONFIGURATIONS = {"sv": "swedish", "en": "english", "ar": "arabic"}
HOSTILE = [
    "a & | ! ( ) <-> :*", "'; DROP TABLE index_document; --", '"""', "%%%", "%_%_%_%_%", "\\' || 1=1",
    "vård:*A & !vård", "((((((((((((((((((((a))))))))))))))))))))", "a\x00b", "\u202etolk\u202c \u2066x",
    "x" * 10_000, "vård " * 2_000, "(a+)+$" * 30, ".*.*.*.*.*.*.*.*", "🩺🏥 🤰🏽", "ａｂｃ ﷺ ﷺ ﷺ", "é" * 200,
    "a b c d e f g h i j k l m n o p q r s t u v w x y z", "och i att det som en på är av för", "å ä ö",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " * 5, "ab" * 20 + " " + "ba" * 20 + " " + "abc" * 13,
    "ا ب ت ث ج ح خ د ذ ر ز س", "والللللللللل" * 3, "\ud7ff\ufffd\uffff", "1 2 3 4 5 6 7 8 9 10 11 12", "-1 -2 --",
    "<script>alert(1)</script>", "{{ 7*7 }} ${7*7}", "../../../etc/passwd", "NaN null undefined true",
    "e\u0301\u0301\u0301\u0301" * 50, "häls* vård* tolk*", "qqqqqqqq wwwwwwww eeeeeeee rrrrrrrr tttttttt yyyyyyyy",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question; `configuration` is how PostgreSQL reads it in the bare queries."""

    kind: str
    text: str
    configuration: str
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        return urlencode([("q", self.text), *self.filters])


def questions() -> list[Asked]:
    """The same at every run, well mixed."""
    chance = random.Random(2)
    words = {code: Words(code) for code in LANGUAGES}
    topics = [term.code for term in terms("topic").values()][:10]
    places = [term.code for term in terms("area").values() if term.detail == "municipality"][:10]
    found = []
    for kind, number in SHARES.items():
        for _ in range(number):
            code = chance.choices(list(LANGUAGES), weights=LANGUAGES.values())[0]
            text, filters = _one("common" if kind in {"two words", "filtered"} else kind, words[code], chance), ()
            if kind == "two words":
                text += " " + _one("middling", words[code], chance)
            if kind == "filtered":
                filters = (("topic", chance.choice(topics)), ("municipality", chance.choice(places)))
                filters = (*filters[: chance.randint(1, 2)], *chance.choice([(), (("kind", "service"),)]))
            found.append(Asked(kind, text, CONFIGURATIONS[code], filters))
    chance.shuffle(found)
    return found


def _one(kind: str, words: Words, chance: random.Random) -> str:
    first, last = RANKS.get(kind, RANKS["middling"])
    at_least = 7 if kind == "misspelt" else 3
    with connection.cursor() as cursor:
        while True:
            word = words.forms[chance.randrange(first, last)]
            cursor.execute("SELECT cardinality(tsvector_to_array(to_tsvector('swedish', %s)))", [fold(word)])
            if len(word) >= at_least and cursor.fetchone()[0]:
                break
    if kind != "misspelt":
        return word
    place = chance.randrange(1, len(word) - 2)
    return word[:place] + chance.choice([word[place + 1 :], word[place + 1] + word[place] + word[place + 2 :]])


def typed() -> list[str]:
    """Beginnings of words and of second words, as they stand while somebody types."""
    chance = random.Random(3)
    found = []
    for asked in questions()[:100]:
        if asked.kind in {"common", "middling", "rare", "two words"}:
            found.append(asked.text[: chance.randint(2, max(2, len(asked.text)))])
    return found
