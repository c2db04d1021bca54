"""Understanding a question: its words, what each may mean, and how much each tells.

A question becomes groups, one for each word or known phrase. A group is a list of ways to meet it, each with
a weight: the word itself and its inflections (1), the same thing by another name (concepts), parts and joints of
compounds, corrections of typing errors. Words that tell little are left out where others remain.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.version import remembered
from lmh_portal.core.translated import columns
from lmh_portal.index.folding import fold
from lmh_portal.vocabulary import models
from lmh_portal.vocabulary.models import lines
from lmh_portal.vocabulary.terms import terms

WORDS_AT_MOST = 12  # more than these are not read
WORD_AT_MOST = 40  # characters
PHRASE_AT_MOST = 6  # words
LINKS = ["", "s", "e", "o", "a", "u"]  # what Swedish puts between the parts of a compound
OPEN_AT_LEAST = 5  # characters of a word that longer ones may begin with
PART_AT_LEAST = 4  # characters of a part of a compound
COMMON = 20  # a word of more documents needs no help
RARE = 3  # a word of fewer documents may be a typing error
SAME, JOINED, OTHER_NAME, NEIGHBOUR, PART = 1.0, 0.9, 0.75, 0.5, 0.4
LIKENESS = {"spelling": 0.7, "ending": 0.6, "compound": 0.5}
# Words of questions that tell nothing of their subject and that PostgreSQL's lists lack.
LITTLE_WORDS = set(
    "ska skall göra gör får få behöver finns går gå bör vill när varför vilken vilka vems gällande angående samt via"
    " get getting need needs want wants please regarding"
    " هل ما ماذا كيف متى أين من في على إلى عن مع و أو لا هو هي هذا هذه التي الذي كل ذلك يمكن".split()
)
_WORD = re.compile(r"[^\W_]+")

# Each word with its lexemes, whether a language counts it among its stop words, and how often it occurs.
ANALYSIS = f"""
    SELECT asked.word, index_stem(asked.word), known.docs, stems.docs,
      tsvector_to_array({" || ".join(f"to_tsvector('{language.search}', asked.word)" for language in LANGUAGES.values())}),
      {" OR ".join(f"ts_lexize('{language.search}_stem', asked.typed) = '{{}}'" for language in LANGUAGES.values())}
    FROM unnest(%s::text[], %s::text[]) AS asked (word, typed)
    LEFT JOIN index_word known ON known.word = asked.word AND known.docs > 0
    LEFT JOIN LATERAL (SELECT sum(docs)::int AS docs FROM index_word WHERE stem = index_stem(asked.word)) stems ON true
"""
# For each word the ones like it: one or two letters apart, with another ending, or the end of a compound.
RESEMBLING = """
    SELECT asked.word, near.word, near.manner FROM unnest(%(words)s::text[]) AS asked (word), LATERAL (
      (SELECT word, 'spelling' AS manner FROM index_word
       WHERE word %% asked.word AND docs > 0 AND word <> asked.word AND abs(length(word) - length(asked.word)) <= 2
         AND levenshtein_less_equal(word, asked.word, 2) <= CASE WHEN length(asked.word) < 6 THEN 1 ELSE 2 END
       ORDER BY levenshtein(word, asked.word), similarity(word, asked.word) DESC, docs DESC, word LIMIT 3)
      UNION ALL
      (SELECT word, 'ending' FROM index_word
       WHERE length(asked.word) >= 7 AND word LIKE left(asked.word, (length(asked.word) * 0.7)::int) || '%%' AND docs > 0
         AND abs(length(word) - length(asked.word)) <= 3 AND word <> asked.word
       ORDER BY levenshtein(word, asked.word), docs DESC, word LIMIT 2)
      UNION ALL
      (SELECT word, 'compound' FROM index_word
       WHERE length(asked.word) >= 5 AND docs > 0
         AND (reverse(word) LIKE reverse(asked.word) || '__%%' OR word LIKE asked.word || '___%%')
       ORDER BY docs DESC, word LIMIT 6)) AS near
    UNION ALL
    SELECT asked, word, 'spelling' FROM unnest(%(foreign)s::text[], %(variants)s::text[]) AS pairs (asked, variant)
      JOIN index_word ON word = variant AND docs > 0
"""


@dataclass
class Word:
    """A word as the index knows it."""

    word: str  # folded
    stem: str
    lexemes: list[str]
    docs: int = 0  # that have the word or another form of it
    is_known: bool = False  # in exactly this form
    is_stop: bool = False


@dataclass
class Way:
    """One way to meet a group: words that must all be there."""

    weight: float
    words: list[Word]
    is_open: bool = False  # longer words that begin with these meet it too

    @property
    def tsquery(self) -> str:
        return " & ".join(_any(word.lexemes, self.is_open) for word in self.words if word.lexemes)


@dataclass
class Group:
    """A word or phrase of the question."""

    text: str
    ways: list[Way]
    docs: int
    areas: list[int] = field(default_factory=list)  # where the words are the name of a place
    topics: list[int] = field(default_factory=list)  # what the words are about

    @property
    def is_unknown(self) -> bool:
        """Whether nothing that the index has is like it."""
        return not (self.areas or self.topics or any(word.docs for way in self.ways if way.weight > PART for word in way.words))

    @property
    def information(self) -> float:
        """How much the words tell: rare ones tell more."""
        return math.log(1 + _total() / (1 + self.docs))

    def tiers(self) -> dict[float, str]:
        """The ways as text queries, by weight."""
        found: dict[float, list[str]] = {}
        for way in self.ways:
            if query := way.tsquery:
                found.setdefault(way.weight, []).append(f"({query})")
        return {weight: " | ".join(dict.fromkeys(queries)) for weight, queries in sorted(found.items(), reverse=True)}

    @cached_property
    def tsquery(self) -> str:
        return " | ".join(f"({query})" for query in self.tiers().values())


@dataclass
class Question:
    """What somebody asked, understood."""

    text: str
    groups: list[Group]
    corrections: dict[str, str]  # by the word as it was typed

    @property
    def marks(self) -> set[str]:
        """Beginnings of words to mark in results."""
        return {lexeme for group in self.groups for way in group.ways for word in way.words for lexeme in word.lexemes}

    @property
    def suggestion(self) -> str:
        """The question without its typing errors; empty where there are none."""
        if not self.corrections:
            return ""
        return _WORD.sub(lambda match: self.corrections.get(fold(match[0]), match[0]), self.text)


def _any(lexemes: Iterable[str], is_open: bool) -> str:
    """One of the lexemes, each with a place for the weights that it may have: `'word':` and `'word':*`."""
    return "(" + " | ".join(f"'{lexeme}':{'*' if is_open and len(lexeme) >= OPEN_AT_LEAST else ''}" for lexeme in lexemes) + ")"


def words_of(text: str) -> list[str]:
    """The words of a text as typed, in lower case, without what search does not read."""
    clean = unicodedata.normalize("NFKC", text).lower().replace("\x00", " ")
    return [word[:WORD_AT_MOST] for word in _WORD.findall(clean)][:WORDS_AT_MOST]


def understand(text: str) -> Question:
    typed = words_of(text)
    reader = _Reader(typed)
    return Question(text, reader.groups, reader.corrections)


class _Reader:
    """Reads one question; three queries at most, one where every word is known."""

    def __init__(self, typed: list[str]):
        folded = {fold(word): word for word in typed}
        folded.pop("", None)
        self.phrases, self.partly = _phrases(), _partly()
        self.known = _analysed(folded | {word: word for word in _parts_and_joints(list(folded))})
        self.typed = [word for word in map(fold, typed) if word]
        self.near = self._find_near()
        self.corrections = {
            word: near["spelling"][0]
            for word, near in self.near.items()
            if "spelling" in near and not self.known[word].docs and not next(self._splits(word), None)
        }
        self.words = [self.corrections.get(word, word) for word in self.typed]
        self.groups = list(self._groups())

    def _find_near(self) -> dict[str, dict[str, list[str]]]:
        """For words that the index hardly has, those like them, by manner."""
        joined = {word for pair in zip(self.typed, self.typed[1:]) if self._joints(*pair) for word in pair}
        strange = [
            word
            for word in dict.fromkeys(self.typed)
            if self.known[word].docs < RARE and not self.known[word].is_stop and len(word) > 3
            and word not in joined and (word,) not in self.phrases and (self.known[word].stem,) not in self.phrases
        ]  # fmt: skip
        if not strange:
            return {}
        variants = [(word, other) for word in strange if not word.isascii() for other in _variants(word)]
        values = {"words": strange, "foreign": [one for one, _ in variants], "variants": [one for _, one in variants]}
        near: dict[str, dict[str, list[str]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(RESEMBLING, values)
            found = cursor.fetchall()
        new = {other for _, other, _ in found} - self.known.keys()
        more = {*new, *_parts_and_joints(list(new))} - self.known.keys()
        self.known |= _analysed({word: word for word in more})
        for word, other, manner in found:
            if self.known[other].stem != self.known[word].stem:
                near.setdefault(word, {}).setdefault(manner, []).append(other)
        return near

    def _is_word(self, word: str) -> bool:
        return word in self.known and self.known[word].docs > 0

    def _joints(self, first: str, second: str) -> list[str]:
        """The compounds that two neighbours make together."""
        return [joint for link in ["", "s"] if self._is_word(joint := first + link + second)]

    def _splits(self, word: str) -> Iterator[tuple[str, str]]:
        """The ways to read a word as a compound of two known ones."""
        for place in range(PART_AT_LEAST, len(word) - PART_AT_LEAST + 1):
            first, second = word[:place], word[place:]
            if self._is_word(second):
                bare = (first.removesuffix(link) for link in LINKS)
                known = next((part for part in bare if len(part) >= PART_AT_LEAST - 1 and self._is_word(part)), "")
                if known:
                    yield known, second

    def _groups(self) -> Iterator[Group]:
        telling = [word for word in self.words if not self.known[word].is_stop]
        words = telling or self.words
        place = 0
        while place < len(words):
            length, named = self._phrase_at(words, place)
            yield self._group(words, place, length, named)
            place += length

    def _phrase_at(self, words: list[str], place: int) -> tuple[int, "Named"]:
        """The longest phrase that begins here and names something, and what it names; else one word."""
        for length in range(min(PHRASE_AT_MOST, len(words) - place), 0, -1):
            found = self._named(words[place : place + length])
            if found.concepts or found.areas:
                return length, found
        return 1, Named()

    def _named(self, words: list[str]) -> "Named":
        """What a phrase names, as typed or with each word reduced to its stem."""
        forms = {tuple(words), tuple(self.known[word].stem for word in words)}
        found = [self.phrases[form] for form in forms if form in self.phrases]
        concepts = {id(concept): concept for named in found for concept in named.concepts}
        return Named(list(concepts.values()), sorted({area for named in found for area in named.areas}))

    def _group(self, words: list[str], place: int, length: int, named: "Named") -> Group:
        own = [self.known[word] for word in words[place : place + length]]
        ways = [Way(SAME, own), Way(NEIGHBOUR, own, is_open=True)]
        for concept in named.concepts:
            ways += concept.ways()
            ways += [Way(PART, words, is_open=True) for _, words in concept.words]
        topics = {concept.topic for concept in named.concepts if concept.topic}
        if length == 1:
            ways += self._ways_of_word(words, place)
        else:
            ways += [Way(PART, [word]) for word in own]
        if not named.concepts:
            for share, concept in self._related(own[0], words):
                ways += [Way(round(weight * share, 2), others) for weight, others in concept.words]
                topics |= {concept.topic} - {None}
        docs = min(word.docs for word in own)
        if not docs:
            docs = min((min(word.docs for word in way.words) for way in ways[1:] if way.words), default=0)
        return Group(" ".join(word.word for word in own), ways, docs, named.areas, sorted(topics))

    def _related(self, word: Word, words: list[str]) -> list[tuple[float, "Concept"]]:
        """Concepts that the word, one like it or a part of it hints at, and how strongly."""
        found = [(PART * share, one) for share, one in self._half_named(word, words, 0.5 if word.docs < COMMON else 1)]
        near = self.near.get(word.word, {})
        like = [(LIKENESS[manner], other) for manner in ["spelling", "ending"] for other in near.get(manner, [])]
        parts = [(PART, part) for parts in self._splits(word.word) for part in parts]
        hints = [(PART, word.word), *like, *parts, *((PART, part) for part in self._known_ends(word.word))]
        for weight, other in hints if word.docs < COMMON else []:
            found += [(weight, concept) for concept in self._named([other]).concepts]
            found += [(weight * share, one) for share, one in self._half_named(self.known[other], words, 0.3)]
        best = {id(concept): (weight, concept) for weight, concept in sorted(found, key=lambda one: one[0])}
        return sorted(best.values(), key=lambda one: -one[0])[:5]

    def _known_ends(self, word: str) -> list[str]:
        """The longest known words that a long unknown one begins and ends with."""
        if self.known[word].docs or len(word) < 8:
            return []
        places = range(PART_AT_LEAST, len(word) - 2)
        ends = next((word[place:] for place in places if len(word) - place >= 4 and self._is_word(word[place:])), None)
        begins = next((word[:place] for place in reversed(places) if self._is_word(word[:place])), None)
        return [part for part in [ends, begins] if part]

    def _half_named(self, word: Word, words: list[str], at_least: float) -> list[tuple[float, "Concept"]]:
        """Concepts of which a term of several words has this one, and the share of the term that was asked for."""
        asked = {self.known[other].stem for other in words} | {word.stem}
        found: dict[int, tuple[float, Concept]] = {}
        for stems, concept in self.partly.get(word.stem, []):
            share = len(asked & stems) / len(stems)
            if share >= at_least and share > found.get(id(concept), (0, None))[0]:
                found[id(concept)] = (share, concept)
        return sorted(found.values(), key=lambda one: -one[0])[:3]

    def _ways_of_word(self, words: list[str], place: int) -> Iterator[Way]:
        word = words[place]
        for manner, others in self.near.get(word, {}).items():
            yield from (Way(LIKENESS[manner], [self.known[other]]) for other in others)
        for pair in [words[max(place - 1, 0) : place + 1], words[place : place + 2]]:
            if len(pair) == 2:
                yield from (Way(JOINED, [self.known[joint]]) for joint in self._joints(*pair))
        for parts in list(self._splits(word))[:3]:
            yield Way(OTHER_NAME, [self.known[part] for part in parts])
            yield from (Way(PART, [self.known[part]]) for part in parts)
        yield from (Way(PART, [self.known[part]]) for part in self._known_ends(word))


def _variants(word: str) -> set[str]:
    """Words one letter away, for scripts of which the database cannot tell how much two words resemble."""
    letters = sorted({letter for known in _phrases() for part in known for letter in part if not letter.isascii()})
    same = [letter for letter in letters if unicodedata.name(letter)[:5] == unicodedata.name(word[0])[:5]]
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    dropped = {first + second[1:] for first, second in cuts if second}
    swapped = {first + second[1] + second[0] + second[2:] for first, second in cuts if len(second) > 1}
    replaced = {first + letter + second[1:] for first, second in cuts if second for letter in same}
    added = {first + letter + second for first, second in cuts for letter in same}
    return (dropped | swapped | replaced | added) - {word}


def _parts_and_joints(words: list[str]) -> Iterator[str]:
    """Everything that may turn out to be a word: joined neighbours, parts of long words."""
    for first, second in zip(words, words[1:]):
        yield from (first + link + second for link in ["", "s"])
    for word in words:
        for place in range(PART_AT_LEAST, len(word) - PART_AT_LEAST + 1):
            first = word[:place]
            yield from {word[place:], *(first.removesuffix(link) for link in LINKS)}


def _analysed(words: dict[str, str]) -> dict[str, Word]:
    """What the index knows of folded words; stop words are told by how they were typed."""
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ANALYSIS, [list(words), list(words.values())])
        return {
            word: Word(word, stem, lexemes, max(docs or 0, of_stem or 0), docs is not None, is_stop or words[word] in LITTLE_WORDS)
            for word, stem, docs, of_stem, lexemes, is_stop in cursor.fetchall()
        }


# --- what phrases mean, in memory


@dataclass
class Concept:
    """Terms that mean nearly the same, each with its weight."""

    terms: list[tuple[float, str]]
    code: str = ""
    topic: int | None = None
    words: list[tuple[float, list[Word]]] = field(default_factory=list)

    def ways(self) -> list[Way]:
        return [Way(weight, words) for weight, words in self.words]


@dataclass
class Named:
    """What a phrase names."""

    concepts: list[Concept] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)


def _phrases() -> dict[tuple[str, ...], Named]:
    """By the words of each known phrase, as they are and as stems."""
    return remembered("phrases of search", _read_phrases)


def _partly() -> dict[str, list[tuple[frozenset[str], Concept]]]:
    """By each stem the terms of several words that have it."""
    return remembered("parts of phrases of search", _read_partly)


def _read_partly() -> dict[str, list[tuple[frozenset[str], Concept]]]:
    found: dict[str, list[tuple[frozenset[str], Concept]]] = {}
    concepts = {id(concept): concept for named in _phrases().values() for concept in named.concepts}
    for concept in concepts.values():
        for _, words in concept.words:
            stems = frozenset(word.stem for word in words)
            for one in stems if len(stems) > 1 else []:
                found.setdefault(one, []).append((stems, concept))
    return found


def _read_phrases() -> dict[tuple[str, ...], Named]:
    concepts = [*_concepts(), *_glossary(), *_vocabularies()]
    spelled = {(code, name): [fold(word) for word in words_of(name)] for code, name in _areas()}
    spelled_terms = {text: [fold(word) for word in words_of(text)] for one in concepts for _, text in one.terms}
    wrong = {text: [fold(word) for word in words_of(text)] for _, text in _misspellings()}
    known = _analysed({word: word for words in [*spelled.values(), *spelled_terms.values(), *wrong.values()] for word in words})
    phrases: dict[tuple[str, ...], Named] = {}

    def named(words: list[str]) -> Iterator[Named]:
        for form in {tuple(words), tuple(known[word].stem for word in words)}:
            if form:
                yield phrases.setdefault(form, Named())

    by_code = {concept.code: concept for concept in concepts}
    for concept in concepts:
        for weight, text in concept.terms:
            words = spelled_terms[text]
            concept.words.append((weight, [known[word] for word in words if not known[word].is_stop or len(words) == 1]))
            for place in named(words):
                place.concepts.append(concept)
    for code, text in _misspellings():
        for place in named(wrong[text]):
            place.concepts.append(by_code[code])
    for (area, _name), words in spelled.items():
        for place in named(words):
            place.areas.append(area)
    return phrases


def _concepts() -> Iterator[Concept]:
    for row in models.Concept.objects.all():
        texts = {code: lines(getattr(row, f"terms_{code}") or "") for code in LANGUAGES}
        first = [(OTHER_NAME, found[0]) for found in texts.values() if found]
        others = [(NEIGHBOUR, term) for found in texts.values() for term in found[1:]]
        abroad = [(OTHER_NAME, term) for term in row.all_terms if term not in {text for _, text in [*first, *others]}]
        yield Concept([*first, *others, *abroad], f"concept {row.code}", row.topic_id)


def _misspellings() -> Iterator[tuple[str, str]]:
    for row in models.Concept.objects.all():
        for text in lines(row.misspellings):
            yield f"concept {row.code}", text


def _glossary() -> Iterator[Concept]:
    for row in models.GlossaryTerm.objects.all():
        names = [getattr(row, name) for name in columns("name")]
        synonyms = [line for name in columns("synonyms") for line in lines(getattr(row, name) or "")]
        yield Concept([(OTHER_NAME, text) for text in [*names, *synonyms] if text], f"term {row.code}")


def _vocabularies() -> Iterator[Concept]:
    """Terms of a vocabulary go by the same name in another language."""
    for kind in ["topic", "target_group", "staff_group", "setting", "organization_type", "event_type", "resource_type", "language"]:
        for term in terms(kind).values():
            names = [(OTHER_NAME, name) for name in term.names.values() if name]
            yield Concept(names, f"{kind} {term.code}", term.pk if kind == "topic" else None)


def _areas() -> set[tuple[int, str]]:
    names = columns("name") + ["official_name", "brand_name"]
    rows = models.Area.objects.filter(kind__in=["municipality", "subregion"]).rewrite(False).values_list("pk", *names)
    return {(pk, name) for pk, *texts in rows for name in texts if name}


def _total() -> int:
    return remembered("documents of search", _count_documents)


def _count_documents() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM index_document")
        return cursor.fetchone()[0]
