"""References in the terms of CSL, the Citation Style Language: every file format is read into it and written from it.

`authors_of` and `names_of`, `details_of` and `parts_of` undo each other, so that what was imported, exported and
imported again stays the same.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from lmh_portal.core.plain_input import CONTROLS

TYPES = {
    "article": "article-journal",
    "book": "book",
    "report": "report",
    "inquiry": "report",
    "law": "legislation",
    "website": "webpage",
}
KINDS = {
    **dict.fromkeys(
        ["article", "article-journal", "article-magazine", "article-newspaper", "paper-conference", "review"], "article"
    ),
    **dict.fromkeys(["book", "chapter", "thesis", "entry-encyclopedia", "entry-dictionary", "classic"], "book"),
    **dict.fromkeys(["legislation", "bill", "legal_case", "regulation", "treaty"], "law"),
    **dict.fromkeys(["webpage", "post", "post-weblog"], "website"),
}  # all others are reports
INQUIRY = "Government inquiry"  # the genre of a report that is one
PUBLISHED_BY = {"book", "report", "inquiry"}  # kinds whose container is a publisher
OTHERS = "et al."
CALLED_OTHERS = {OTHERS, "m.fl.", "others"}
AUTHORS_AT_MOST = 500
NORMALIZED_AT_MOST = 1_000  # characters; longer runs of accents take long to put in order, and no field holds them

YEAR = re.compile(r"(?<![0-9])(?:1[5-9]|20)[0-9]{2}(?![0-9])")
STATUTE = re.compile(r"[0-9]{4}:[0-9]{1,5}")
DOI = re.compile(r"10\.[0-9]{4,9}/[^\s{}]+")
ADDRESS = re.compile(r"https?://(?!(?:dx\.)?doi\.org/)")
PMID = re.compile(r"(?i:\bPMID\W{0,3})([0-9]{1,9})(?![0-9])")
MARKUP = re.compile(r"</?(?:i|b|sub|sup|sc|em|strong|span)(?: [^<>]*)?>", re.IGNORECASE)
DETAILS = re.compile(r"([^():]+)(?:\(([^()]+)\))?(?::(.+))?")
DASHES = re.compile(r"(?: ?[-–—])+ ?")
PAGES = re.compile(r"\w+–\w+")


def text(value: Any) -> str:
    """A value out of a file as one line of clean text; empty where it is none."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    value = CONTROLS.sub(" ", str(value)).encode("utf-8", "ignore").decode()
    value = " ".join(value.split())
    return unicodedata.normalize("NFC", value) if len(value) <= NORMALIZED_AT_MOST else value


def bare_doi(value: str) -> str:
    """A DOI without the address that it is often written with."""
    found = DOI.search(value)
    return found[0].rstrip(".,;") if found else ""


# --- names


def authors_of(names: Any) -> str:
    """Names as our lists write them: Karliner LS, Jacobs EA; as many as there is room for."""
    written = [name for one in names if (name := _written(one))] if isinstance(names, list) else []
    written = [OTHERS if name.lower() in CALLED_OTHERS else name for name in written]
    joined = ", ".join(written)
    if len(joined) <= AUTHORS_AT_MOST:
        return joined
    shown, room = [], AUTHORS_AT_MOST - len(OTHERS)
    for name in written:
        if (room := room - len(name) - 2) < 0:
            break
        shown.append(name)
    return ", ".join([*shown, OTHERS]) if shown else joined


def _written(name: Any) -> str:
    if not isinstance(name, dict):
        name = {"literal": name}
    if literal := text(name.get("literal")):
        return _listed(literal)
    parts = ["dropping-particle", "non-dropping-particle", "family", "suffix"]
    family = " ".join(" ".join(text(name.get(key)) for key in parts).replace(",", " ").split())
    given = text(name.get("given"))
    if family and (initials := _initials(given)):
        return f"{family} {initials}"
    return _listed(f"{given} {family}")


def _listed(name: str) -> str:
    """Commas part the names of a list, so inside one they stand singly."""
    return ", ".join(part for piece in name.split(",") if (part := piece.strip()))


def _initials(given: str) -> str:
    if _is_initials(given) and len(given) <= 3:
        return given
    letters = (word[0].upper() for word in re.split(r"[\s.\-‐]+", given) if word)
    return "".join(letter for letter in letters if _is_initials(letter))[:4]


def _is_initials(word: str) -> bool:
    return 0 < len(word) <= 4 and all(letter.isalpha() and letter.isupper() for letter in word)


def names_of(authors: str) -> list[dict]:
    """The persons of a list, or the one authority that it names."""
    parts = authors.split(", ")
    names = [_name(part) for part in parts]
    if any("family" in name for name in names):
        return names
    if names[-1] == {"literal": "others"} and len(parts) > 1:
        return [{"literal": ", ".join(parts[:-1])}, names[-1]]
    return [{"literal": authors}]


def _name(part: str) -> dict:
    if part.lower() in CALLED_OTHERS:
        return {"literal": "others"}
    family, _, initials = part.rpartition(" ")
    if family and "," not in family and _is_initials(initials):
        return {"family": family, "given": " ".join(f"{letter}." for letter in initials)}
    return {"literal": part}


# --- volume, issue and pages


def details_of(csl: Mapping) -> str:
    """Where in its container: 42(2):727–754."""
    volume, issue = (" ".join(re.sub("[():]", " ", text(csl.get(key))).split()) for key in ["volume", "issue"])
    page = re.sub(r"\s*:\s*", ":", re.sub(DASHES, "–", text(csl.get("page"))))
    if not volume:
        issue = re.sub(DASHES, "–", issue)
    issue = issue and f"({issue})"
    return f"{volume}{issue}:{page}" if page and (volume or issue) else f"{volume}{issue}{page}"


def parts_of(details: str, kind: str) -> dict[str, str]:
    """Details taken apart; what is of another form stays whole."""
    if kind == "law":
        return {"section": details} if details else {}
    parts = {}
    if PAGES.fullmatch(details):
        parts = {"page": details}
    elif found := DETAILS.fullmatch(details):
        parts = dict(zip(["volume", "issue", "page"], found.groups(), strict=True))
        parts = {name: part for name, part in parts.items() if part is not None}
    if "page" in parts:
        parts["page"] = parts["page"].replace("–", "-")
    same = details_of(parts)
    if kind != "article":
        return parts if same == details else {"number": details}
    return parts if same.replace("–", "-") == details.replace("–", "-") else {"page": details.replace("–", "-")}


# --- whole references


def fields_of(csl: Mapping) -> dict[str, str]:
    """The fields of a `Reference`, of whatever CSL data a file holds; empty where it says nothing."""
    kind = KINDS.get(text(csl.get("type")), "report")
    if kind == "report" and text(csl.get("genre")) == INQUIRY:
        kind = "inquiry"
    number = text(csl.get("number"))
    is_statute = kind == "law" and STATUTE.fullmatch(number)
    addresses = [text(url).replace("{", "%7B").replace("}", "%7D") for url in _list(csl.get("URL"))]
    doi = bare_doi(text(csl.get("DOI"))) or next((bare_doi(url) for url in addresses if "doi.org/" in url), "")
    return {
        "kind": kind,
        "authors": authors_of(csl.get("author")) or authors_of(csl.get("editor")) or authors_of([csl.get("publisher")]),
        "year": number if is_statute else _year(csl.get("issued")),
        "title": _title(text(csl.get("title"))),
        "container": _container(csl, kind),
        "details": _details(csl, kind, "" if is_statute else number),
        "doi": doi,
        "pmid": _pmid(csl),
        "url": next(
            (url for url in addresses if url.startswith(("https://", "http://")) and "doi.org/" not in url), ""
        ),
    }


def _details(csl: Mapping, kind: str, number: str) -> str:
    if kind == "law" and (section := text(csl.get("section"))):
        return section
    return details_of(csl) or (details_of({"page": number}) if kind == "article" else number)


def _list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def _container(csl: Mapping, kind: str) -> str:
    title, publisher, place = (text(csl.get(key)) for key in ["container-title", "publisher", "publisher-place"])
    if kind not in PUBLISHED_BY or text(csl.get("type")) == "chapter":
        return title or publisher
    return ", ".join(part for part in [publisher, place] if part) or title


def _year(issued: Any) -> str:
    match issued:
        case {"date-parts": [[found, *_], *_]} | {"raw": found} | {"literal": found}:
            pass
        case found:
            pass
    year = YEAR.search(text(found)[:100])
    return year[0] if year else ""


def _title(title: str) -> str:
    """Without the markup that CSL allows in it, and without the full stop that some exports add."""
    count = len(title) <= NORMALIZED_AT_MOST
    while count:
        title, count = MARKUP.subn("", title)
    title = " ".join(title.split())
    *_, last = title.split(" ")
    return title[:-1] if re.fullmatch(r"[^.]+\.", last) else title  # "m.fl." keeps its own


def _pmid(csl: Mapping) -> str:
    pmid = text(csl.get("PMID"))
    if re.fullmatch("[0-9]{1,9}", pmid):
        return pmid
    found = PMID.search(f"{pmid[:100]} {text(csl.get('note'))[:1000]}")
    return found[1] if found else ""


def csl_of(key: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The CSL data of a `Reference`'s fields."""
    kind, year = fields["kind"], YEAR.search(fields["year"])
    csl = {
        "id": key,
        "type": TYPES[kind],
        "title": fields["title"],
        "author": names_of(fields["authors"]),
        "issued": {"date-parts": [[int(year[0])]]} if year else {"literal": fields["year"]},
        "publisher" if kind in PUBLISHED_BY else "container-title": fields["container"],
        **parts_of(fields["details"], kind),
        "DOI": fields["doi"],
        "PMID": fields["pmid"],
        "URL": fields["url"],
    }
    if kind == "inquiry":
        csl["genre"] = INQUIRY
    if kind == "law" and STATUTE.fullmatch(fields["year"]):
        csl["number"] = fields["year"]
    return {name: value for name, value in csl.items() if value}
