"""Texts in cells that no spreadsheet takes for a formula, and back again."""

import re

RISKY = re.compile(r"'*[=+\-@\t\r]")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML has no place for these
LONGEST = 32_000  # characters; a cell of Excel holds 32,767


def guarded(text: str) -> str:
    """With an apostrophe before what could be run; `unguarded` gives back every text as it was."""
    return f"'{text}" if RISKY.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and RISKY.match(text) else text


def storable(text: str) -> str:
    """The text as a cell can hold it, with line ends of one kind."""
    return UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST]
