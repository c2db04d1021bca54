"""What phrases name: concepts, terms of the glossary and the vocabularies, places. In memory, by stems."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from lmh_portal.core.translated import columns
from lmh_portal.core.version import remembered_of_vocabulary
from lmh_portal.index.words import Word, forms
from lmh_portal.vocabulary import models
from lmh_portal.vocabulary.models import lines
from lmh_portal.vocabulary.terms import terms

OTHER_NAME, NEIGHBOUR = 0.7, 0.3  # of what the word itself is worth: the usual name of the same, another term
NAMED_ALIKE = [
    "topic", "target_group", "staff_group", "setting", "organization_type", "event_type", "resource_type", "language",
]  # fmt: skip


@dataclass(eq=False)
class Concept:
    """Terms that mean nearly the same, each with what it is worth."""

    terms: list[tuple[float, str]]
    misspellings: list[str] = field(default_factory=list)
    topic: int | None = None
    words: list[tuple[float, list[Word]]] = field(default_factory=list)


@dataclass
class Named:
    """What a phrase names."""

    concepts: list[Concept] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)


Form = tuple[str, ...]


@dataclass
class Phrases:
    """By form, which is the words of a phrase or their stems; and by stem, the longer terms that a word is part of."""

    concepts: list[Concept] = field(default_factory=list)
    named: dict[Form, Named] = field(default_factory=dict)
    partly: dict[str, list[tuple[frozenset[str], Concept]]] = field(default_factory=dict)

    def name(self, words: list[Word]) -> Named:
        """What the words name together, as they are or in another form."""
        found = [self.named[form] for form in forms_of(words) if form in self.named]
        concepts = {id(concept): concept for named in found for concept in named.concepts}
        return Named(list(concepts.values()), sorted({area for named in found for area in named.areas}))

    @property
    def letters(self) -> set[str]:
        return {letter for form in self.named for word in form for letter in word}


def phrases() -> Phrases:
    return remembered_of_vocabulary("phrases of search", _read)


def forms_of(words: list[Word]) -> set[Form]:
    return {tuple(word.word for word in words), tuple(word.stem for word in words)} - {()}


def _read() -> Phrases:
    concepts = [*_concepts(), *_vocabularies()]
    found = Phrases(concepts)
    areas = _areas()
    texts = {text for concept in concepts for text in [*concept.misspellings, *(term for _, term in concept.terms)]}
    as_words = forms(texts | {name for _, name in areas})
    for concept in concepts:
        for weight, text in concept.terms:
            telling = [word for word in as_words[text] if not word.is_stop] or as_words[text]
            concept.words.append((weight, telling))
            stems = frozenset(word.stem for word in telling)
            for stem in stems if len(stems) > 1 else []:
                found.partly.setdefault(stem, []).append((stems, concept))
        for text in [*(term for _, term in concept.terms), *concept.misspellings]:
            for form in forms_of(as_words[text]):
                found.named.setdefault(form, Named()).concepts.append(concept)
    for area, name in areas:
        for form in forms_of(as_words[name]):
            found.named.setdefault(form, Named()).areas.append(area)
    return found


def _concepts() -> Iterator[Concept]:
    names = ["topic_id", "misspellings", "other_languages", *columns("terms")]
    for topic, wrong, others, *texts in models.Concept.objects.rewrite(False).order_by().values_list(*names):
        in_order = [lines(text or "") for text in texts]
        usual = [(OTHER_NAME, found[0]) for found in in_order if found]
        further = [(NEIGHBOUR, term) for found in in_order for term in found[1:]]
        abroad = [(OTHER_NAME, line.partition(":")[2].strip() or line) for line in lines(others)]
        yield Concept([*usual, *further, *abroad], lines(wrong), topic)


def _vocabularies() -> Iterator[Concept]:
    """Terms of a vocabulary go by the same name in another language."""
    for kind in NAMED_ALIKE:
        for term in terms(kind).values():
            names = [(OTHER_NAME, name) for name in term.names.values() if name]
            yield Concept(names, topic=term.pk if kind == "topic" else None)
    for term in terms("glossary").values():
        synonyms = [text or "" for name, text in json.loads(term.detail).items() if name.startswith("synonyms_")]
        texts = [*term.names.values(), *(synonym for text in synonyms for synonym in lines(text))]
        yield Concept([(OTHER_NAME, text) for text in texts if text])


def _areas() -> set[tuple[int, str]]:
    """The places of the county by each of their names."""
    places = [area for area in terms("area").values() if area.detail in {"municipality", "subregion"}]
    return {(area.pk, name) for area in places for name in area.names.values() if name}
