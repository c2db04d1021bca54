"""Reading files of references: RIS, BibTeX and CSL-JSON, as databases and reference managers export them.

Whatever the bytes are, the answer is the entries that could be read, the bad ones with line and reason, or an
`Unreadable` with a sentence; the limits keep all of it quick.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import rispy
from bibtexparser.library import Library
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock
from bibtexparser.splitter import Splitter
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from knowledge.csl import INQUIRY, fields_of
from knowledge.models import Reference

FILE_AT_MOST = 2_000_000  # bytes
ENTRIES_AT_MOST = 5_000
ENTRY_AT_MOST = 100_000  # characters; a long abstract has 5,000
VALUE_AT_MOST = 20_000  # characters; the authors of a very large study
DEPTH_AT_MOST = 20  # braces within braces
MARKS_AT_MOST = 60_000  # backslashes, braces and dollars of a file: each takes a tenth of a millisecond


class Unreadable(Exception):
    """A file that is none of ours; says why, in words for the editor."""


@dataclass(frozen=True)
class Bad:
    """An entry that can't be imported: where it starts, and why."""

    line: int
    reason: str


@dataclass
class ReferenceFile:
    entries: list[dict[str, str]] = field(default_factory=list)  # fields of a Reference, and "line"
    bad: list[Bad] = field(default_factory=list)


class BadEntry(Exception):
    """Says why an entry cannot be read."""


Found = Iterator[tuple[int, Callable[[], dict[str, Any]]]]  # line, and what gives the entry as CSL data


def read(content: bytes) -> ReferenceFile:
    """The entries of a file, whichever format it is in."""
    text = _decoded(content)
    found = ReferenceFile()
    for number, (line, csl) in enumerate(_reader(text)(text)):
        if number == ENTRIES_AT_MOST:
            raise Unreadable(_("The file has more than 5,000 entries. Please split it."))
        try:
            found.entries.append(_checked(csl()) | {"line": line})
        except BadEntry as refusal:
            found.bad.append(Bad(line, str(refusal)))
    if not found.entries and not found.bad:
        raise Unreadable(_("There are no entries in the file."))
    return found


def _decoded(content: bytes) -> str:
    if len(content) > FILE_AT_MOST:
        raise Unreadable(_("The file is larger than 2 MB. Please split it."))
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # older programs of Windows
    if "\x00" in text:
        raise Unreadable(_("This is not a text file. Please choose a RIS, BibTeX or CSL-JSON file."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reader(text: str) -> Callable[[str], Found]:
    if text.lstrip()[:1] in {"[", "{"}:
        return _read_json
    if found := re.search(r"^[ \t]*(?:(TY {1,2}-)|@[A-Za-z]+[ \t]*[{(])", text, re.MULTILINE):
        return _read_ris if found[1] else _read_bibtex
    raise Unreadable(_("The file is neither RIS, BibTeX nor CSL-JSON."))


def _checked(csl: dict[str, Any]) -> dict[str, str]:
    """The entry's fields; refused with a reason where a reference may not have them."""
    fields = fields_of(csl)
    try:
        Reference(key="new", **fields).clean_fields()
    except ValidationError as refusal:
        raise BadEntry(" ".join(_sentences(refusal))) from refusal
    return fields


def _sentences(refusal: ValidationError) -> Iterator[str]:
    for name, errors in refusal.error_dict.items():
        label = Reference._meta.get_field(name).verbose_name
        for error in errors:
            reason = _("is missing") if error.code == "blank" else " ".join(error.messages)
            yield f"{capfirst(label)}: {reason.rstrip('.')}."


# --- RIS

RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |$)")
RIS_TYPES = {
    **dict.fromkeys(
        ["JOUR", "EJOUR", "JFULL", "MGZN", "NEWS", "CONF", "CPAPER", "INPR", "ABST", "UNPB"], "article-journal"
    ),
    **dict.fromkeys(["BOOK", "EBOOK", "EDBOOK", "THES", "DICT", "ENCYC", "CLSWK", "SER"], "book"),
    **dict.fromkeys(["CHAP", "ECHAP"], "chapter"),
    **dict.fromkeys(["STAT", "LEGAL", "BILL", "CASE", "HEAR"], "legislation"),
    **dict.fromkeys(["ELEC", "BLOG", "ICOMM"], "webpage"),
}  # all others are reports


def _read_ris(text: str) -> Found:
    lines: list[str] = []  # of the entry that is being read
    start, is_lost = 0, False
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        tag = found[1] if (found := RIS_LINE.match(line)) else ""
        if tag == "TY":
            if lines:
                yield start, _refuse(_("The entry does not end with a line ER."))
            start, lines, is_lost = number, [line], False
        elif lines and tag == "ER":
            yield start, partial(_csl_of_ris, lines)
            lines = []
        elif lines:
            lines.append(line)
        elif tag and not is_lost:
            yield number, _refuse(_("The entry does not begin with a line TY."))
            is_lost = True
    if lines:
        yield start, _refuse(_("The entry does not end with a line ER."))


def _refuse(reason: str) -> Callable[[], dict]:
    def refuse():
        raise BadEntry(reason)

    return refuse


def _csl_of_ris(lines: list[str]) -> dict[str, Any]:
    """The CSL data of one entry; lines without a tag go on with the one before."""
    if sum(map(len, lines)) > ENTRY_AT_MOST or len(lines) > VALUE_AT_MOST:
        raise BadEntry(_("The entry is too long."))
    joined: list[list[str]] = []
    for line in lines:
        if found := RIS_LINE.match(line):
            joined.append([f"{found[1]}  - {line[found.end() :]}"])
        else:
            joined[-1].append(line)
    parsed = rispy.loads(
        "\n".join([*map(" ".join, joined), "ER  - "]), delimiter_tags_mapping={}, skip_unknown_tags=True
    )
    if len(parsed) != 1:
        raise BadEntry(_("The entry cannot be read."))
    return _named(parsed[0])


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    def first(*names: str) -> Any:
        return next((entry[name] for name in names if entry.get(name)), "")

    kind = entry["type_of_reference"]
    csl = {
        "type": RIS_TYPES.get(kind, "report"),
        "genre": INQUIRY if kind == "GOVDOC" else "",
        "author": [_ris_name(name) for name in first("authors", "first_authors", "secondary_authors") or []],
        "issued": first("year", "publication_year", "date"),
        "title": first("title", "primary_title"),
        "container-title": first(
            "alternate_title3", "secondary_title", "journal_name", "alternate_title2", "alternate_title1"
        ),
        "publisher": first("publisher"),
        "publisher-place": first("place_published"),
        "volume": first("volume"),
        "section": first("section"),
        "page": "-".join(part for part in [first("start_page"), first("end_page")] if part),
        "DOI": first("doi"),
        "URL": first("urls") or [],
        "note": " ".join([first("accession_number"), *(first("notes") or [])])[:1_000],
    }
    csl["issue" if csl["type"] == "article-journal" or csl["volume"] else "number"] = first("number")
    if re.search("pubmed|medline", first("name_of_database"), re.IGNORECASE):
        csl["PMID"] = first("accession_number")
    return csl


def _ris_name(name: str) -> dict[str, str]:
    """Family, given; the commas of an authority stand twice or at its end."""
    if ",," in name:
        return {"literal": name.replace(",,", ",")}
    family, _comma, given = name.partition(",")
    return {"family": family, "given": given.split(",")[0]} if given.strip() else {"literal": family}


# --- BibTeX

BIBTEX_TYPES = {
    **dict.fromkeys(["article", "inproceedings", "conference", "proceedings", "unpublished"], "article-journal"),
    **dict.fromkeys(["book", "collection", "booklet", "phdthesis", "mastersthesis", "thesis"], "book"),
    **dict.fromkeys(["inbook", "incollection"], "chapter"),
    **dict.fromkeys(["legislation", "legal", "jurisdiction"], "legislation"),
    **dict.fromkeys(["online", "electronic", "www", "webpage"], "webpage"),
}  # all others are reports
VERBATIM = {"doi", "url"}


def _read_bibtex(text: str) -> Found:
    if len(re.findall(r"@\w*[ \t]*[{(]", text)) > 2 * ENTRIES_AT_MOST:
        raise Unreadable(_("The file has more than 5,000 entries. Please split it."))
    decode = _decoder()
    names = cache(partial(_bibtex_names, decode=decode))
    for block in _blocks(text):
        line = (block.start_line or 0) + 1
        if isinstance(block, Entry):
            yield line, partial(_csl_of_bibtex, block, decode, names)
        elif isinstance(block, ParsingFailedBlock) and not isinstance(block, DuplicateBlockKeyBlock):
            yield line, _refuse(_("The entry cannot be read: are its braces and quotes in pairs?"))


def _blocks(text: str) -> list[Block]:
    """The parts of a BibTeX file; keys and fields that occur twice are no harm, as we make our own keys."""
    twice = (DuplicateBlockKeyBlock, DuplicateFieldKeyBlock)
    blocks = [
        block.ignore_error_block if isinstance(block, twice) else block for block in Splitter(text).split().blocks
    ]
    for number, block in enumerate(blocks):
        if isinstance(block, Entry):
            block.key = str(number)
    library = Library(blocks, fail_on_duplicate_key=False)
    for step in default_parse_stack():
        library = step.transform(library)
    return library.blocks


def _csl_of_bibtex(entry: Entry, decode: Callable[[str], str], names: Callable[[str], list]) -> dict[str, Any]:
    raw = {one.key.lower(): one.value for one in entry.fields}
    if any(len(value) > ENTRY_AT_MOST for value in raw.values()):
        raise BadEntry(_("The entry is too long."))

    def first(*names: str) -> str:
        value = next((raw[name] for name in names if raw.get(name, "").strip()), "")
        return _verbatim(value) if names[0] in VERBATIM else decode(value)

    kind = BIBTEX_TYPES.get(entry.entry_type.lower(), "report")
    if entry.entry_type.lower() == "misc" and first("url", "howpublished").startswith("http"):
        kind = "webpage"
    csl = {
        "type": kind,
        "genre": first("type"),
        "author": names(raw.get("author") or raw.get("editor") or ""),
        "issued": first("year", "date"),
        "title": ": ".join(part for part in [first("title"), first("subtitle")] if part),
        "container-title": first("journal", "journaltitle", "booktitle", "organization", "series"),
        "publisher": first("publisher", "institution", "school", "organization"),
        "publisher-place": first("address", "location"),
        "volume": first("volume"),
        "section": first("section"),
        "page": first("pages", "eid"),
        "DOI": first("doi"),
        "PMID": first("pmid"),
        "URL": first("url", "howpublished"),
        "note": first("note"),
    }
    csl["issue" if kind == "article-journal" or csl["volume"] else "number"] = first("number", "issue")
    return csl


def _verbatim(value: str) -> str:
    r"""An address, in which some programs escape LaTeX's characters all the same, or which they put in \url{}."""
    return re.sub(r"\\(?=[_%&#~{}$])", "", re.sub(r"^\\url\{(.*)\}$", r"\1", value.strip()))


def _bibtex_names(value: str, decode: Callable[[str], str]) -> list[dict[str, str]]:
    if len(value) > VALUE_AT_MOST:
        raise BadEntry(_("The entry is too long."))
    return [_bibtex_name(name.strip(), decode) for name in split_multiple_persons_names(value)]


def _bibtex_name(name: str, decode: Callable[[str], str]) -> dict[str, str]:
    if re.fullmatch(r"\{.*\}|[^\s,]*", name):
        return {"literal": decode(name)}
    try:
        parts = parse_single_name_into_parts(name, strict=False)
    except InvalidNameError:
        return {"literal": decode(name)}
    family = " ".join([*parts.von, *parts.last, *parts.jr])
    return {"family": decode(family), "given": decode(" ".join(parts.first))}


SIGNS = {"textasciicircum": "^", "textasciitilde": "~", "textbraceleft": "{", "textbraceright": "}"}
_context = get_default_latex_context_db()
_context.add_context_category("signs", prepend=True, macros=[MacroTextSpec(name, sign) for name, sign in SIGNS.items()])
_latex = LatexNodes2Text(latex_context=_context, math_mode="text", keep_comments=True)


def _decoder() -> Callable[[str], str]:
    """What decodes the LaTeX of one file: what many entries share only once, and not more than takes seconds."""
    left = MARKS_AT_MOST

    @cache
    def decode(value: str) -> str:
        nonlocal left
        left -= len(re.findall(r"[\\{$]", value))
        if left < 0:
            raise Unreadable(_("The file has more LaTeX than can be read in one go. Please split it."))
        return _from_latex(value)

    return decode


def _from_latex(value: str) -> str:
    r"""Text of a value in LaTeX: {\"o} is ö, braces that protect capitals go."""
    if len(value) > VALUE_AT_MOST or _depth(value) > DEPTH_AT_MOST:
        raise BadEntry(_("The entry is too long, or has too many braces within braces."))
    if not re.search(r"[\\{}$~%]|--|``|''|[?!]`", value):
        return value
    try:
        return _latex.latex_to_text(value)
    except Exception as error:  # the decoder has no class of its own for what it can't read
        raise BadEntry(_("The entry cannot be read: are its braces and quotes in pairs?")) from error


def _depth(value: str) -> int:
    depth = deepest = 0
    for sign in re.findall("[{}]", value):
        depth += 1 if sign == "{" else -1
        deepest = max(deepest, depth)
    return deepest


# --- CSL-JSON


def _read_json(text: str) -> Found:
    decoder = json.JSONDecoder()
    start = len(text) - len(text.lstrip())
    is_list = text[start] == "["
    position, line, counted = start + is_list, 1, 0
    while True:
        position = re.compile(r"[\s,]*").match(text, position).end()
        line, counted = line + text.count("\n", counted, position), position
        if position == len(text) or text[position] == "]":
            return
        try:
            entry, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield line, _refuse(_("From here on the file is no valid JSON."))
            return
        yield line, partial(_csl_of_json, entry)


def _csl_of_json(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise BadEntry(_("The entry is no object with fields."))
    return entry
