"""Hits as a page shows them: the text in the reader's language, with the words that were asked for marked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lmh_portal.core.languages import text_order
from lmh_portal.core.translated import Text, page_language
from lmh_portal.index.finding import Hit
from lmh_portal.index.folding import fold
from lmh_portal.index.models import Document
from lmh_portal.index.query import Question
from lmh_portal.index.words import WORD
from lmh_portal.search.kinds import KINDS, address

EXCERPT = 220  # characters
BEFORE = 60  # characters before the first marked word
LONGER = 6  # characters that a word may have beyond the beginning that is marked


@dataclass(frozen=True)
class Result:
    """One page that was found. `title` and `excerpt` are in `language`, which may not be the reader's."""

    kind: str
    title: str
    url: str
    excerpt: str
    language: str
    score: float
    marks: frozenset[str]
    day: dt.date | None
    is_recommended: bool = False

    @property
    def label(self) -> str:
        return KINDS[self.kind].one

    @property
    def marked_title(self) -> SafeString:
        return _in_language(_marked(self.title, self.marks), self.language)

    @property
    def marked_excerpt(self) -> SafeString:
        return _in_language(_marked(self.excerpt, self.marks), self.language)

    @property
    def is_event(self) -> bool:
        return self.kind == "event"

    @property
    def text(self) -> Text:
        return Text(self.title, self.language)


def results(hits: list[Hit], question: Question, recommended: Iterable[tuple[str, int]] = ()) -> list[Result]:
    """The hits in their order, in one query."""
    language, marks = page_language(), frozenset(mark for mark in question.marks if len(mark) > 1)
    ids, kinds = [hit.object_id for hit in hits], {hit.kind for hit in hits}
    fields = ["kind", "object_id", "slug", "titles", "summaries", "bodies"]
    documents = {
        (row[0], row[1]): row for row in Document.objects.filter(kind__in=kinds, object_id__in=ids).values_list(*fields)
    }
    found = []
    for hit in hits:
        if (hit.kind, hit.object_id) not in documents:
            continue  # taken away a moment ago
        kind, pk, slug, titles, summaries, bodies = documents[hit.kind, hit.object_id]
        code = next((code for code in text_order(language) if titles.get(code)), language)
        text = excerpt(summaries.get(code, ""), bodies.get(code, ""), marks)
        found.append(
            Result(
                kind, titles.get(code, slug), address(kind, slug, language), text, code, hit.score, marks, hit.day,
                (kind, pk) in set(recommended),
            )
        )  # fmt: skip
    return found


def excerpt(summary: str, body: str, marks: frozenset[str]) -> str:
    """The beginning of the summary, or the place of the text where the first word stands that was asked for."""
    for text in [summary, body]:
        if (place := _first_place(text, marks)) is not None:
            return _around(text, place)
    return _around(summary or body, 0)


def _around(text: str, place: int) -> str:
    """So much of the text, from whole word to whole word, that the place is in it."""
    start = 0 if place < EXCERPT - BEFORE else text.find(" ", place - BEFORE) + 1
    end = len(text) if len(text) <= start + EXCERPT else text.rfind(" ", start, start + EXCERPT)
    end = end if end > start else start + EXCERPT
    return f"{'… ' if start else ''}{' '.join(text[start:end].split())}{' …' if end < len(text) else ''}"


def _first_place(text: str, marks: frozenset[str]) -> int | None:
    """Where the first word to mark stands."""
    folded = fold(text)
    if not any(mark in folded for mark in marks):
        return None
    if len(folded) == len(text):  # then each letter is where it was, and there is no need to fold word by word
        return next((word.start() for word in WORD.finditer(folded) if _begins_with(word[0], marks)), None)
    return next((word.start() for word in WORD.finditer(text) if is_marked(word[0], marks)), None)


def is_marked(word: str, marks: frozenset[str]) -> bool:
    return _begins_with(fold(word), marks)


def _begins_with(folded: str, marks: frozenset[str]) -> bool:
    return any(folded[:length] in marks for length in range(max(2, len(folded) - LONGER), len(folded) + 1))


def _marked(text: str, marks: frozenset[str]) -> SafeString:
    parts, place = [], 0
    for word in WORD.finditer(text):
        if is_marked(word[0], marks):
            parts += [escape(text[place : word.start()]), mark_safe("<mark>"), escape(word[0]), mark_safe("</mark>")]
            place = word.end()
    return mark_safe("".join([*parts, escape(text[place:])]))  # noqa: S308 (every part of it is escaped)


def _in_language(html: SafeString, language: str) -> SafeString:
    if language == page_language():
        return html
    direction = Text("", language).direction
    return mark_safe(f'<span lang="{language}" dir="{direction}">{html}</span>')  # noqa: S308 (escaped, and ours)
