"""Importing references: what a file would change, and the change itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase
from typing import NamedTuple

from django.contrib.admin.models import ADDITION, LogEntry
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from knowledge.csl import bare_doi, names_of
from knowledge.models import Reference
from knowledge.reference_files import Bad, Unreadable, read

SALT = "knowledge.importing"
OPEN_AT_MOST = 24 * 60 * 60  # seconds that a dry run may wait for its confirmation
TOKEN_AT_MOST = 2_000_000  # characters; Django takes forms of 2.5 MB
FOLDED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


class Changed(Exception):
    """Since the dry run somebody has added one of its references."""


class Known(NamedTuple):
    """An entry that there is already: where it stands in the file, its title, and the key of the reference."""

    line: int
    title: str
    key: str


@dataclass
class Plan:
    """What an import would do; `new` holds the fields of a Reference, its key and the line in the file."""

    new: list[dict] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    twice: list[Known] = field(default_factory=list)  # the key is the one that the first of them gets
    bad: list[Bad] = field(default_factory=list)

    def token(self) -> str:
        """The plan for a hidden field: compressed, and signed so that nobody changes it."""
        bad = [vars(one) for one in self.bad]
        token = signing.dumps([self.new, self.known, self.twice, bad], salt=SALT, compress=True)
        if len(token) > TOKEN_AT_MOST:
            raise Unreadable(_("The file has too much in it for one import. Please split it."))
        return token

    @classmethod
    def of_token(cls, token: str) -> "Plan":
        """The plan that was shown; `signing.BadSignature` where it is none, or too old."""
        new, known, twice, bad = signing.loads(token, salt=SALT, max_age=OPEN_AT_MOST)
        return cls(new, [Known(*one) for one in known], [Known(*one) for one in twice], [Bad(**one) for one in bad])


class _Register:
    """Who has which identifier: a DOI, a PubMed ID, or else the same title and year."""

    def __init__(self):
        self.keys: dict[tuple, str] = {}
        self.titles: dict[tuple, list[tuple[str, str]]] = {}

    def add(self, key: str, fields: dict[str, str]) -> None:
        for identifier in _identifiers(fields):
            self.keys.setdefault(identifier, key)
        self.titles.setdefault(_title(fields), []).append((bare_doi(fields["doi"]).lower(), key))

    def find(self, fields: dict[str, str]) -> str:
        for identifier in _identifiers(fields):
            if identifier in self.keys:
                return self.keys[identifier]
        doi = bare_doi(fields["doi"]).lower()
        namesakes = self.titles.get(_title(fields), [])
        return next((key for other, key in namesakes if not doi or not other), "")


def _identifiers(fields: dict[str, str]) -> list[tuple]:
    doi = bare_doi(fields["doi"]).lower()
    return [("doi", doi)] * bool(doi) + [("pmid", fields["pmid"])] * bool(fields["pmid"])


def _title(fields: dict[str, str]) -> tuple:
    return "".join(sign for sign in fields["title"].casefold() if sign.isalnum()), fields["year"]


def plan(content: bytes) -> Plan:
    """What importing the file would do; changes nothing."""
    found = read(content)
    return _planned(found.entries, Plan(bad=found.bad))


def again(shown: Plan) -> Plan:
    """The plan that was shown, seen against the references of now."""
    return _planned(shown.new, Plan(known=[*shown.known], twice=[*shown.twice], bad=shown.bad))


def _planned(entries: Iterable[dict], result: Plan) -> Plan:
    there, in_file, keys = _Register(), _Register(), _Keys(set())
    for row in Reference.objects.values("key", "doi", "pmid", "title", "year"):
        there.add(row["key"], row)
        keys.taken.add(row["key"])
    for entry in entries:
        if key := there.find(entry):
            result.known.append(Known(entry["line"], entry["title"], key))
        elif key := in_file.find(entry):
            result.twice.append(Known(entry["line"], entry["title"], key))
        else:
            key = keys.new(entry)
            in_file.add(key, entry)
            result.new.append(entry | {"key": key})
    return result


class _Keys:
    """Makes keys that no reference has yet: karliner2007, then karliner2007b."""

    def __init__(self, taken: set[str]):
        self.taken = taken
        self.tried: dict[str, int] = {}

    def new(self, fields: dict[str, str]) -> str:
        base = _key(fields)
        for number in count(self.tried.get(base, 0)):
            ending = ["", *ascii_lowercase[1:]][number] if number < 26 else f"-{number}"
            if base + ending not in self.taken:
                self.tried[base] = number
                self.taken.add(base + ending)
                return base + ending


def _key(fields: dict[str, str]) -> str:
    name = names_of(fields["authors"])[0]
    word = name.get("family") or name["literal"].split()[0]
    word = slugify(word[:60].lower().translate(FOLDED)).replace("-", "")[:30]
    return (word or "ref") + fields["year"].partition(":")[0]


def save(shown: Plan, user) -> list[Reference]:
    """Add exactly what was shown, all or nothing; `Changed` where that is no longer possible."""
    if again(shown).new != shown.new:
        raise Changed
    rows = [Reference(**{name: value for name, value in entry.items() if name != "line"}) for entry in shown.new]
    try:
        with transaction.atomic():
            Reference.objects.bulk_create(rows)
            LogEntry.objects.log_actions(user.pk, rows, ADDITION, [{"added": {}}])
    except IntegrityError as clash:
        raise Changed from clash
    return rows
