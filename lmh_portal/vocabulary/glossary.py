"""The words of the field in texts: the first use of each is marked, and explained to readers.

One regular expression a language finds all of them. A phrase is looked for only at the start of a word and
only among those with its first letter, so that a text costs the same however many terms there are.
"""

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from django.utils.html import format_html
from django.utils.safestring import SafeString

from lmh_portal.core.languages import LANGUAGES, text_order
from lmh_portal.core.translated import Text, page_language
from lmh_portal.core.version import remembered
from lmh_portal.vocabulary.models import lines
from lmh_portal.vocabulary.terms import TermInMemory, terms

LEFT_ALONE = {"a", "button", "code", "dfn", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "th"}
EMPTY = {"br", "hr"}  # of the tags that texts have
GOES_ON = r"[\w@\u0300-\u036f\u064b-\u0652-]"  # beside this a word is only a part of one
SHORTEST_INFLECTED = 4  # letters: "lag" is not in "lager"
ENDINGS = {  # what may take the place of these ends of words, or follow any other
    "sv": {
        "lös": "lös(?:as?|t)?",
        "länd": "(?:länd(?:as?|e)?|länt)",
        "a": "(?:a(?:n|r|t|ta)?|or(?:na)?)s?",
        "e": "(?:e(?:n|r|rna|t|na)?|na)s?",
        "": "(?:en|et|n|t|ar|er|or|na|arna|erna|orna)?s?",
    },
    "en": {"y": "(?:y|ies)", "": "(?:e?s)?"},
}
ARTICLE = "ال"  # Arabic; written together with its noun, as "and", "in" and "for" are
PREFIX = {"ar": f"(?:و?(?:[بك]?{ARTICLE}|لل|ل(?=ل))|و)?"}  # "lil-" before a lam loses one
VOWEL_MARKS = "[\u064b-\u0652\u0640]*"


@dataclass(frozen=True)
class Word:
    """A term that a text uses, as its readers need it."""

    code: str
    name: Text  # in the text's language
    translation: Text  # in the page's
    definition: Text
    use_instead: Text | None


@dataclass(frozen=True)
class Recogniser:
    """Finds terms; `terms` holds one for each group of the pattern."""

    pattern: re.Pattern
    terms: list[TermInMemory]


class Explained(SafeString):
    """A text with its terms marked; a string, so that memory counts its length."""

    words: list[Word]


def explain(html: SafeString, language: str) -> tuple[SafeString, list[Word]]:
    """Mark the first use of each term in a sanitised text, and give the terms that the page then explains."""
    text = remembered(
        ("explained", page_language(), language, blake2b(html.encode(), digest_size=16).digest()),
        lambda: _explained(html, language),
    )
    return text, text.words


def _explained(html: SafeString, language: str) -> Explained:
    marker = Marker(remembered(("recogniser", language), lambda: recogniser(language)))
    text = Explained(marker.mark(html))
    text.words = [_word(term, language) for term in marker.found.values()]
    return text


def _word(term: TermInMemory, language: str) -> Word:
    preferred = terms("glossary").get(term.parent)
    definition = _definition(term)
    return Word(
        code=term.code,
        name=Text(term.names[language], language),
        translation=term.text,
        definition=_definition(preferred) if preferred and not definition.value else definition,
        use_instead=preferred.text if preferred else None,
    )


def _is_defined(term: TermInMemory) -> bool:
    texts = json.loads(term.detail)
    return any(texts[f"definition_{code}"] for code in LANGUAGES)


def _definition(term: TermInMemory) -> Text:
    """In the page's language, not the text's: who reads a text in another language needs it most."""
    texts, language = json.loads(term.detail), page_language()
    code = next((code for code in text_order(language) if texts[f"definition_{code}"]), language)
    return Text(texts[f"definition_{code}"] or "", code)


# --- finding


def recogniser(language: str) -> Recogniser:
    """For the names and synonyms in the language of all terms that there is something to say about."""
    known = [term for term in terms("glossary").values() if term.parent or _is_defined(term)]
    shapes: dict[tuple[str, str], tuple[int, TermInMemory]] = {}
    for get in [_names, _synonyms]:  # a name goes before another term's synonym
        for term in known:
            for phrase in get(term, language):
                shapes.setdefault(_shape(phrase, language), (-len(phrase), term))
    ordered = sorted((first, length, rest, term.pk) for (first, rest), (length, term) in shapes.items())
    letters = [
        f"{first}(?:{'|'.join(f'{rest}()' for _first, _length, rest, _pk in same)})"
        for first, same in groupby(ordered, key=itemgetter(0))
    ]
    return Recogniser(
        re.compile(f"(?<!{GOES_ON}){PREFIX.get(language, '')}(?:{'|'.join(letters)})(?!{GOES_ON})"),
        [terms("glossary")[pk] for *_shape, pk in ordered],
    )


def _names(term: TermInMemory, language: str) -> list[str]:
    return lines(term.names[language] or "")


def _synonyms(term: TermInMemory, language: str) -> list[str]:
    return lines(json.loads(term.detail)[f"synonyms_{language}"] or "")


def _shape(phrase: str, language: str) -> tuple[str, str]:
    """Patterns of a phrase's first letter and of its rest."""
    if language == "ar":
        return _arabic_shape(phrase)
    letters = {one for one in [phrase[0], phrase[0].lower(), phrase[0].upper()] if len(one) == 1}
    first = f"[{''.join(map(re.escape, sorted(letters)))}]"
    if phrase.isupper():  # GRADE is no grade
        return first, _spaced(phrase[1:])
    return first, f"(?i:{_inflected(phrase, language)})"


def _inflected(phrase: str, language: str) -> str:
    endings = ENDINGS.get(language, {})
    if len(phrase) < SHORTEST_INFLECTED or not endings:
        return _spaced(phrase[1:])
    end = next(end for end in endings if phrase.lower().endswith(end))  # all words have the last, empty one
    return _spaced(phrase[1:].removesuffix(phrase[len(phrase) - len(end) :])) + endings[end]


def _spaced(text: str) -> str:
    return r"\s+".join(map(re.escape, re.split(r"\s+", text)))


def _arabic_shape(phrase: str) -> tuple[str, str]:
    """A name with the article is found only with it; every later word may have it or not."""
    phrase = re.sub(VOWEL_MARKS, "", phrase)
    core = phrase.removeprefix(ARTICLE) or phrase
    words = [VOWEL_MARKS.join(map(re.escape, word)) + VOWEL_MARKS for word in core.split()]
    first, rest = core[0], rf"\s+(?:{ARTICLE})?".join(words).removeprefix(re.escape(core[0]))
    return re.escape(first), rest if core == phrase else f"(?<=ل{re.escape(first)}){rest}"


class Marker(HTMLParser):
    """Writes HTML again as it was, with the first use of each term marked."""

    def __init__(self, recogniser: Recogniser):
        super().__init__()
        self.recogniser = recogniser
        self.found: dict[int, TermInMemory] = {}
        self._parts: list[str] = []
        self._left_alone: list[str] = []  # the tags that are open from one that is left alone

    def mark(self, html: str) -> str:
        if not self.recogniser.terms:
            return html
        self.feed(html)
        self.close()
        return "".join(self._parts)

    def handle_starttag(self, tag, attrs):
        self._parts.append(self.get_starttag_text())
        if tag not in EMPTY and (self._left_alone or tag in LEFT_ALONE or ("class", "citation") in attrs):
            self._left_alone.append(tag)

    def handle_startendtag(self, tag, attrs):
        self._parts.append(self.get_starttag_text())

    def handle_endtag(self, tag):
        self._parts.append(f"</{tag}>")
        if self._left_alone:
            self._left_alone.pop()

    def handle_data(self, data):
        done = 0
        for match in () if self._left_alone else self.recogniser.pattern.finditer(data):
            term = self.recogniser.terms[match.lastindex - 1]
            if term.pk not in self.found:
                self.found[term.pk] = term
                self._parts += [escape(data[done : match.start()], quote=False), _button(term, match[0])]
                done = match.end()
        self._parts.append(escape(data[done:], quote=False))


def _button(term: TermInMemory, text: str) -> SafeString:
    return format_html(
        '<dfn><button type="button" class="term" popovertarget="term-{}">{}</button></dfn>', term.code, text
    )
