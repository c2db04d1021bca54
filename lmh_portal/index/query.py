"""Understanding a question: its words, what each may mean, and how much each tells.

A question becomes groups, one for each word or known phrase. A group is a list of ways to meet it, each with
a weight: the word itself and its inflections (1), the same thing by another name (concepts), parts and joints of
compounds, corrections of typing errors. Words that tell little are left out where others remain.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from django.db import connection

from lmh_portal.index.folding import fold
from lmh_portal.index.phrases import NEIGHBOUR, OTHER_NAME, Concept, Named, phrases
from lmh_portal.index.words import WORD, Lexicon, Word, words_of

PHRASE_AT_MOST = 6  # words
JOINTS = ["", "s"]
LINKS = ["", "s", "e", "o", "a", "u"]  # what Swedish puts between the parts of a compound
WAYS_AT_MOST, WAYS_OF_WORD = 160, 4  # of a question; of a word at least
PART_AT_LEAST = 4  # characters of a part of a compound
OPEN_AT_LEAST = 4  # characters of a word that longer ones may begin with
COMMON = 50  # a word of more documents needs no help
VARIED_AT_MOST = 15  # characters of a word of which all variants are tried
RARE = 1  # a word of fewer documents may be a typing error
SAME, JOINED, ALONE, PART, HINT = 1.0, 0.95, 0.7, 0.2, 0.3
LAST = "\U0010ffff"  # what comes after each letter
LIKENESS = {"spelling": 0.6, "ending": 0.6, "compound": 0.6}

# For each word the ones like it: one or two letters apart, with another ending, or the beginning or end of a compound;
# between two bounds instead of with LIKE, for which the database would read all words.
RESEMBLING = """
    SELECT asked.word, near.word, near.manner FROM unnest(%(words)s::text[]) AS asked (word), LATERAL (
      (SELECT word, 'spelling' AS manner FROM index_word
       WHERE length(asked.word) >= 5 AND word %% asked.word AND docs > 0 AND word <> asked.word
         AND abs(length(word) - length(asked.word)) <= 2
         AND levenshtein_less_equal(word, asked.word, 2) <= CASE WHEN length(asked.word) < 6 THEN 1 ELSE 2 END
       ORDER BY levenshtein(word, asked.word), similarity(word, asked.word) DESC, docs DESC, word LIMIT 3)
      UNION ALL
      (SELECT word, 'ending' FROM index_word
       WHERE length(asked.word) >= 6 AND word LIKE left(asked.word, (length(asked.word) * 0.7)::int) || '%%'
         AND docs > 0
         AND abs(length(word) - length(asked.word)) <= 3 AND word <> asked.word
       ORDER BY levenshtein(word, asked.word), docs DESC, word LIMIT 2)
      UNION ALL
      (SELECT word, 'compound' FROM index_word
       WHERE length(asked.word) >= 4 AND docs > 0
         AND (reverse(word) ~>=~ reverse(asked.word) AND reverse(word) ~<~ (reverse(asked.word) || %(last)s)
           AND length(word) >= length(asked.word) + 2
           OR word ~>=~ asked.word AND word ~<~ (asked.word || %(last)s) AND length(word) >= length(asked.word) + 3)
       ORDER BY docs DESC, word LIMIT 6)) AS near
    UNION ALL
    SELECT asked, word, 'spelling' FROM unnest(%(foreign)s::text[], %(variants)s::text[]) AS pairs (asked, variant)
      JOIN index_word ON word = variant AND docs > 0
"""


def information(docs: int, total: int) -> float:
    """How much a word tells that so many of all documents have: rare ones tell more."""
    return math.log(1 + total / (1 + docs))


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
        return not (self.docs or self.areas or self.topics)

    def information(self, total: int) -> float:
        return information(self.docs, total)

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

    @cached_property
    def strong(self) -> str:
        """The ways that are nearly the word itself, if there are any."""
        return " | ".join(f"({query})" for weight, query in self.tiers().items() if weight > NEIGHBOUR) or self.tsquery


@dataclass
class Question:
    """What somebody asked, understood."""

    text: str
    groups: list[Group]
    corrections: dict[str, str]  # by the word as it was typed, folded
    total: int  # documents that there are

    @property
    def marks(self) -> set[str]:
        """Beginnings of words to mark in results."""
        return {lexeme for group in self.groups for way in group.ways for word in way.words for lexeme in word.lexemes}

    @property
    def suggestion(self) -> str:
        """The question without its typing errors; empty where there are none."""
        if not self.corrections:
            return ""
        return WORD.sub(lambda match: self.corrections.get(fold(match[0]), match[0]), self.text)


def _any(lexemes: Iterable[str], is_open: bool) -> str:
    """One of the lexemes, each with a place for the weights that it may have: `'word':` and `'word':*`."""
    return (
        "("
        + " | ".join(f"'{lexeme}':{'*' if is_open and len(lexeme) >= OPEN_AT_LEAST else ''}" for lexeme in lexemes)
        + ")"
    )


def understand(text: str) -> Question:
    reader = _Reader(words_of(text))
    groups = {group.text: group for group in reader.groups()}  # a word that is repeated asks for nothing more
    return Question(text, _with_fewer_ways(list(groups.values())), reader.corrections, reader.lexicon.total)


def _with_fewer_ways(groups: list[Group]) -> list[Group]:
    """Of long questions the best ways only: the database looks for each in turn."""
    if sum(len(group.ways) for group in groups) > WAYS_AT_MOST:
        for group in groups:
            group.ways = sorted(group.ways, key=lambda way: -way.weight)[
                : max(WAYS_OF_WORD, WAYS_AT_MOST // len(groups))
            ]
    return groups


class _Reader:
    """Reads one question, in one query where every word is known, else in three."""

    def __init__(self, typed: list[str]):
        self.phrases, self.lexicon = phrases(), Lexicon()
        folded = {fold(word): word for word in typed}
        self.lexicon.look_up(folded, _parts_and_joints(list(folded)))
        self.typed = [self.lexicon[fold(word)] for word in typed]
        self.near = self._find_near()
        self.corrections = {
            word.word: self.near[word.word]["spelling"][0].word
            for word in self.typed
            if not word.docs and "spelling" in self.near.get(word.word, {}) and not self._splits(word.word)
        }
        self.words = [self.lexicon[self.corrections.get(word.word, word.word)] for word in self.typed]

    # --- words that the index hardly has

    def _find_near(self) -> dict[str, dict[str, list[Word]]]:
        """For each of them the words like it, by manner."""
        joined = {word for pair in pairwise(self.typed) if self._joints(*pair) for word in pair}
        strange = [word.word for word in self.typed if word not in joined and self._is_strange(word)]
        if not strange:
            return {}
        foreign = [word for word in strange if not word.isascii() and len(word) <= VARIED_AT_MOST]
        variants = [(word, other) for word in foreign for other in self._variants(word)]
        values = {
            "last": LAST,
            "words": strange,
            "foreign": [one for one, _ in variants],
            "variants": [one for _, one in variants],
        }
        with connection.cursor() as cursor:
            cursor.execute(RESEMBLING, values)
            found = cursor.fetchall()
        others = [other for _, other, _ in found]
        self.lexicon.look_up({other: other for other in others}, _parts_and_joints(others))
        near: dict[str, dict[str, list[Word]]] = {}
        for word, other, manner in found:
            if self.lexicon[other].stem != self.lexicon[word].stem:
                near.setdefault(word, {}).setdefault(manner, []).append(self.lexicon[other])
        return near

    def _is_strange(self, word: Word) -> bool:
        return word.docs < RARE and len(word.word) > 3 and not word.is_stop and not self.phrases.name([word]).concepts

    def _variants(self, word: str) -> set[str]:
        """Words one letter away, for scripts of which the database cannot tell how much two words resemble."""
        script = unicodedata.name(word[0], "").partition(" ")[0]
        letters = [one for one in sorted(self.phrases.letters) if unicodedata.name(one, "").startswith(script)]
        cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        dropped = {first + second[1:] for first, second in cuts if second}
        swapped = {first + second[1] + second[0] + second[2:] for first, second in cuts if len(second) > 1}
        replaced = {first + letter + second[1:] for first, second in cuts if second for letter in letters}
        added = {first + letter + second for first, second in cuts for letter in letters}
        return (dropped | swapped | replaced | added) - {word}

    # --- compounds

    def _joints(self, first: Word, second: Word) -> list[Word]:
        """The compounds that two neighbours make together."""
        joints = [first.word + link + second.word for link in JOINTS]
        return [self.lexicon[joint] for joint in joints if self.lexicon.has(joint)]

    def _splits(self, word: str) -> list[list[Word]]:
        """The ways to read a word as a compound of two known ones."""
        found = []
        for place in range(PART_AT_LEAST, len(word) - PART_AT_LEAST + 1):
            bare = (word[:place].removesuffix(link) for link in LINKS)
            first = next((part for part in bare if len(part) >= PART_AT_LEAST - 1 and self.lexicon.has(part)), "")
            if first and self.lexicon.has(word[place:]):
                found.append([self.lexicon[first], self.lexicon[word[place:]]])
        return found[:3]

    def _known_ends(self, word: Word) -> list[Word]:
        """The longest known words that a long unknown one ends and begins with."""
        places = range(PART_AT_LEAST, len(word.word) - PART_AT_LEAST + 1)
        if word.docs or len(word.word) < 2 * PART_AT_LEAST:
            return []
        ends = [word.word[place:] for place in places]
        begins = [word.word[:place] for place in reversed(places)]
        longest = [next((part for part in parts if self.lexicon.has(part)), None) for parts in [ends, begins]]
        return [self.lexicon[part] for part in longest if part]

    # --- groups

    def groups(self) -> Iterator[Group]:
        words = [word for word in self.words if not word.is_stop] or self.words
        place = 0
        while place < len(words):
            length, named = self._phrase_at(words, place)
            yield self._group(words, place, length, named)
            place += length

    def _phrase_at(self, words: list[Word], place: int) -> tuple[int, Named]:
        """The longest phrase that begins here and names something, and what it names; else one word."""
        for length in range(min(PHRASE_AT_MOST, len(words) - place), 0, -1):
            named = self.phrases.name(words[place : place + length])
            if named.concepts or named.areas:
                return length, named
        return 1, Named()

    def _group(self, words: list[Word], place: int, length: int, named: Named) -> Group:
        own = [word.as_name() if named.areas else word for word in words[place : place + length]]
        ways = [Way(SAME, own), Way(NEIGHBOUR, own, is_open=True)]
        related = [(1, concept) for concept in named.concepts]
        if length == 1:
            ways += self._ways_of_word(words, place)
            related = related or self._related(own[0], words)
        else:
            ways += self._ways_of_parts(own)
        for share, concept in related:
            ways += [Way(round(share * weight, 2), others) for weight, others in concept.words]
        for concept in named.concepts:
            ways += [Way(PART, others, is_open=True) for _, others in concept.words]
        topics = {concept.topic for _, concept in related if concept.topic}
        docs = min(word.docs for word in own) or min((word.docs for word in self._like(own[0])), default=0)
        return Group(" ".join(word.word for word in own), ways, docs, named.areas, sorted(topics))

    def _ways_of_parts(self, words: list[Word]) -> Iterator[Way]:
        """Single words of a phrase, worth as much of it as they tell."""
        total = sum(information(word.docs, self.lexicon.total) for word in words)
        for word in words:
            yield Way(round(ALONE * information(word.docs, self.lexicon.total) / total, 2), [word])

    def _like(self, word: Word) -> list[Word]:
        return [other for others in self.near.get(word.word, {}).values() for other in others]

    def _ways_of_word(self, words: list[Word], place: int) -> Iterator[Way]:
        word = words[place]
        for manner, others in self.near.get(word.word, {}).items():
            yield from (Way(LIKENESS[manner], [other]) for other in others)
        for pair in [words[max(place - 1, 0) : place + 1], words[place : place + 2]]:
            if len(pair) == 2:
                yield from (Way(JOINED, [joint]) for joint in self._joints(*pair))
        for parts in self._splits(word.word):
            yield Way(OTHER_NAME, parts)
            yield from (Way(PART, [part]) for part in parts)
        yield from (Way(PART, [part]) for part in self._known_ends(word))

    def _related(self, word: Word, words: list[Word]) -> list[tuple[float, Concept]]:
        """Concepts that the word, one like it or a part of it hints at, and how strongly."""
        if len(word.word) < 2:
            return []
        is_common = word.docs >= COMMON
        found = [(HINT * share, one) for share, one in self._half_named(word, words, 1 if is_common else 0.5)]
        if not is_common:
            near = self.near.get(word.word, {})
            hints = [(LIKENESS[manner], other) for manner in ["spelling", "ending"] for other in near.get(manner, [])]
            parts = [*(part for parts in self._splits(word.word) for part in parts), *self._known_ends(word)]
            for weight, other in [*hints, *((HINT, part) for part in parts)]:
                found += [(weight, concept) for concept in self.phrases.name([other]).concepts]
                found += [(weight * share, one) for share, one in self._half_named(other, words, 0.3)]
        best = {id(concept): (weight, concept) for weight, concept in sorted(found, key=lambda one: one[0])}
        return sorted(best.values(), key=lambda one: -one[0])[:5]

    def _half_named(self, word: Word, words: list[Word], at_least: float) -> list[tuple[float, Concept]]:
        """Concepts of which a term of several words has this one, and the share of the term that was asked for."""
        asked = {other.stem for other in words} | {word.stem}
        found: dict[int, tuple[float, Concept]] = {}
        for stems, concept in self.phrases.partly.get(word.stem, []):
            share = len(asked & stems) / len(stems)
            if share >= at_least and share > found.get(id(concept), (0, None))[0]:
                found[id(concept)] = (share, concept)
        return sorted(found.values(), key=lambda one: -one[0])[:3]


def _parts_and_joints(words: list[str]) -> set[str]:
    """Everything that may turn out to be a word: joined neighbours, parts of long words."""
    found = {first + link + second for first, second in pairwise(words) for link in JOINTS}
    for word in words:
        for place in range(PART_AT_LEAST, len(word) - PART_AT_LEAST + 1):
            found |= {word[place:], *(word[:place].removesuffix(link) for link in LINKS)}
    return found
