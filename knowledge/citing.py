"""Citing: references and overviews as text in the style of the APA, and as files for reference managers.

An item is anything with `csl()`: a `Reference`, or a `Cited`, which needs no database.
"""

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol

import rispy
from bibtexparser import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares.parsestack import default_unparse_stack
from bibtexparser.model import Entry, Field
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from knowledge.csl import INQUIRY

CENTRE = "Lärandecentrum för migration och hälsa (LMH), Västra Götalandsregionen"
REGION = "Västra Götalandsregionen"


class Citable(Protocol):
    def csl(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Cited:
    """An overview as it is cited: one version, in one language, looked at on one day."""

    key: str
    title: str
    language: str
    issued: dt.date
    url: str
    accessed: dt.date
    version: int | None = None
    authors: tuple[str, ...] = (CENTRE,)
    publisher: str = REGION

    def csl(self) -> dict[str, Any]:
        csl = {
            "id": self.key,
            "type": "report",
            "title": self.title,
            "language": self.language,
            "author": [{"literal": author} for author in self.authors],
            "issued": _date_parts(self.issued),
            "version": str(self.version or ""),
            "publisher": self.publisher,
            "URL": self.url,
            "accessed": _date_parts(self.accessed),
        }
        return {name: value for name, value in csl.items() if value}


def _date_parts(day: dt.date) -> dict[str, list]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _parts(csl: dict, name: str) -> list[int]:
    """Year, month and day of a date, as far as they are known."""
    return csl.get(name, {}).get("date-parts", [[]])[0]


# --- text

STYLE = Path(__file__).parent / "styles" / "apa.csl"
LOCALES = {"sv": "sv-SE", "en": "en-GB", "ar": "ar"}
BEGIN, END = "\ue000", "\ue001"  # private characters around what is to stand in italics, until all is escaped
MARKS = str.maketrans("", "", BEGIN + END)
_plain_text = dict.fromkeys(["preformat", "Oblique", "Bold", "Light", "Underline", "Superscript", "Subscript"], str)
FORMATTER = SimpleNamespace(Italic=f"{BEGIN}{{}}{END}".format, SmallCaps=str, **_plain_text)
_one_at_a_time = threading.Lock()  # a style keeps what it is writing on itself


@cache
def _style(language: str) -> CitationStylesStyle:
    return CitationStylesStyle(str(STYLE), locale=LOCALES.get(language, "en-GB"), validate=False)


def apa(items: Iterable[Citable], language: str) -> list[SafeString]:
    """An entry of a list of references for each item, escaped, with the words of the language."""
    data = [_plain(item.csl()) | {"id": str(number)} for number, item in enumerate(items)]
    with _one_at_a_time:
        bibliography = CitationStylesBibliography(_style(language), CiteProcJSON(data), FORMATTER)
        for entry in data:
            bibliography.register(Citation([CitationItem(entry["id"])]))
        entries = [str(entry) for entry in bibliography.bibliography()]
    return [_html(entry) for entry in entries]


def _plain(csl: dict) -> dict:
    """The data without our own marks, and without what the processor takes for its own."""
    return {
        name: re.sub(r"</?span[^<>]*>", "", value.translate(MARKS)) if isinstance(value, str) else value
        for name, value in csl.items()
        if name != "language"
    }


def _html(entry: str) -> SafeString:
    entry = re.sub(rf"([.?!]{END}?)\.", r"\1", entry)  # the processor ends "Why?" with a full stop
    return mark_safe(escape(entry).replace(BEGIN, "<i>").replace(END, "</i>"))  # noqa: S308 (escaped first)


# --- files


def csl_json(items: Iterable[Citable]) -> str:
    return json.dumps([item.csl() for item in items], ensure_ascii=False, indent=1)


class RisWriter(rispy.RisWriter):
    def set_header(self, count: int) -> str:
        return ""  # numbers between entries are no part of the format


RIS_TYPES = {
    "article-journal": "JOUR", "book": "BOOK", "report": "RPRT", "legislation": "STAT", "webpage": "ELEC",
}  # fmt: skip


def ris(items: Iterable[Citable]) -> str:
    return rispy.dumps([_ris(item.csl()) for item in items], implementation=RisWriter)


def _ris(csl: dict) -> dict:
    start, _dash, end = csl.get("page", "").partition("-")
    entry = {
        "type_of_reference": "GOVDOC" if csl.get("genre") == INQUIRY else RIS_TYPES[csl["type"]],
        "id": csl["id"],
        "authors": [_ris_name(name) for name in csl["author"]],
        "year": str(_parts(csl, "issued")[0]) if _parts(csl, "issued") else "",
        "date": _ris_date(_parts(csl, "issued")),
        "title": csl["title"],
        "secondary_title": csl.get("container-title", ""),
        "publisher": csl.get("publisher", ""),
        "volume": csl.get("volume", ""),
        "number": csl.get("issue") or csl.get("number", ""),
        "section": csl.get("section", ""),
        "start_page": start if start and end else csl.get("page", ""),
        "end_page": end if start else "",
        "edition": csl.get("version", ""),
        "language": csl.get("language", ""),
        "doi": csl.get("DOI", ""),
        "accession_number": csl.get("PMID", ""),
        "name_of_database": "PubMed" if "PMID" in csl else "",
        "urls": [csl["URL"]] if "URL" in csl else [],
        "access_date": _ris_date(_parts(csl, "accessed")),
    }
    return {name: _line(value) for name, value in entry.items() if value}


def _line(value: str | list[str]) -> str | list[str]:
    """A value of RIS ends with its line."""
    return " ".join(value.split()) if isinstance(value, str) else [" ".join(one.split()) for one in value]


def _ris_name(name: dict) -> str:
    """Family, given; the commas of an authority stand twice, as in EndNote."""
    return f"{name['family']}, {name['given']}" if "family" in name else name["literal"].replace(",", ",,")


def _ris_date(parts: list[int]) -> str:
    return "{}/{:02}/{:02}/".format(*parts) if len(parts) == 3 else ""


BIBTEX_TYPES = {
    "article-journal": "article", "book": "book", "report": "techreport", "legislation": "legislation",
    "webpage": "online",
}  # fmt: skip
CONTAINERS = {"article": "journal", "book": "publisher", "techreport": "institution"}  # others: organization
VERBATIM = {"doi", "url"}
LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "%": r"\%", "&": r"\&", "$": r"\$", "#": r"\#", "_": r"\_",
})  # fmt: skip


def bibtex(items: Iterable[Citable]) -> str:
    library = Library([_bibtex(item.csl()) for item in items], fail_on_duplicate_key=False)
    return write_string(library, unparse_stack=default_unparse_stack(allow_inplace_modification=True))


def _bibtex(csl: dict) -> Entry:
    kind = BIBTEX_TYPES[csl["type"]]
    year, month, *_ = [*_parts(csl, "issued"), "", ""]
    fields = {
        "title": csl["title"],
        "author": " and ".join(_bibtex_name(name) for name in csl["author"]),
        "year": str(year),
        "month": str(month),
        CONTAINERS.get(kind, "organization"): csl.get("container-title") or csl.get("publisher", ""),
        "type": csl.get("genre", ""),
        "volume": csl.get("volume", ""),
        "number": csl.get("issue") or csl.get("number", ""),
        "section": csl.get("section", ""),
        "pages": csl.get("page", "").replace("-", "--"),
        "version": csl.get("version", ""),
        "language": csl.get("language", ""),
        "doi": csl.get("DOI", ""),
        "pmid": csl.get("PMID", ""),
        "url": csl.get("URL", ""),
        "urldate": "{}-{:02}-{:02}".format(*_parts(csl, "accessed")) if "accessed" in csl else "",
    }
    return Entry(kind, csl["id"], [Field(name, _value(name, value)) for name, value in fields.items() if value])


def _value(name: str, value: str) -> str:
    value = " ".join(value.split())
    if name in VERBATIM:
        return value.replace("{", "%7B").replace("}", "%7D")  # braces would end the value
    if name == "pages":
        return _latex(value).replace("-", "--")
    return value if name == "author" else _latex(value)


def _latex(value: str) -> str:
    """Text with LaTeX's own characters named; -- and '' are kept from becoming one sign, all others stay UTF-8."""
    return re.sub(r"(-(?=-)|'(?=')|[`?!](?=`))", r"\1{}", value.translate(LATEX))


def _bibtex_name(name: dict) -> str:
    """An authority is braced, as BibTeX would take it for a person; so is whatever has a word that it may misread."""
    if name == {"literal": "others"}:
        return "others"
    if "literal" in name:
        return f"{{{_latex(name['literal'])}}}"
    family = _latex(name["family"])
    is_plain = re.fullmatch(r"[\w'’-]+", family)
    return f"{family}, {name['given']}" if is_plain else f"{{{family}}}, {name['given']}"


class Format(NamedTuple):
    """A kind of file that reference managers read."""

    name: str
    content_type: str
    write: Callable[[Iterable[Citable]], str]


FORMATS = {
    "bib": Format("BibTeX", "application/x-bibtex", bibtex),
    "ris": Format("RIS", "application/x-research-info-systems", ris),
    "json": Format("CSL-JSON", "application/vnd.citationstyles.csl+json", csl_json),
}
