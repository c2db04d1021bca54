"""What is different between two texts, word by word, for readers, reviewers and translators."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
WORDS_AT_MOST = 4_000  # of a paragraph that is compared word by word; beyond it is old and new as a whole


class Piece(NamedTuple):
    """A stretch of text; `kind` is same, deleted or inserted."""

    kind: str
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """The texts as one, with what was deleted and inserted; paragraphs first, then the words in them."""
    return list(_joined(_compared(_paragraphs(old), _paragraphs(new), _words)))


def is_same(pieces: list[Piece]) -> bool:
    return all(piece.kind == "same" for piece in pieces)


def _paragraphs(text: str) -> list[str]:
    return re.findall(r".*\n+|.+", text.replace("\r\n", "\n"))


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = TOKENS.findall(old), TOKENS.findall(new)
    if max(len(before), len(after)) > WORDS_AT_MOST:
        return _replaced(old, new)
    return _compared(before, after, _replaced)


def _replaced(old: str, new: str) -> Iterator[Piece]:
    yield Piece("deleted", old)
    yield Piece("inserted", new)


def _compared(before: list[str], after: list[str], within) -> Iterator[Piece]:
    """What `within` says of replaced stretches, and what stayed, went and came."""
    for deed, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        old, new = "".join(before[i:j]), "".join(after[k:m])
        if deed == "equal":
            yield Piece("same", old)
        elif deed == "replace":
            yield from within(old, new)
        else:
            yield Piece("deleted", old) if old else Piece("inserted", new)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; empty ones left out."""
    kind, text = "", ""
    for piece in pieces:
        if piece.kind == kind:
            text += piece.text
            continue
        if text:
            yield Piece(kind, text)
        kind, text = piece
    if text:
        yield Piece(kind, text)
