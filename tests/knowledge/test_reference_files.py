"""Files of references: what is read from them, what is told of those that cannot be read, and that none is slow."""

import json
import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from knowledge.citing import FORMATS
from knowledge.csl import authors_of, fields_of, names_of, parts_of
from knowledge.models import Reference
from knowledge.reference_files import Bad, ReferenceFile, Unreadable, read
from tests.knowledge import references

TRIES = settings(max_examples=200, deadline=None, derandomize=True)
KARLINER = {
    "kind": "article", "authors": "Karliner LS, Jacobs EA", "year": "2007", "title": "Do interpreters improve care?",
    "container": "Health Services Research", "details": "42(2):727–754", "doi": "10.1111/j.1475-6773.2006.00629.x",
    "pmid": "17362215", "url": "",
}  # fmt: skip
RIS = b"""1.
TY  - JOUR
AU  - Karliner, Leah S.
AU  - Jacobs, Elizabeth A.
TI  - Do interpreters
      improve care?
T2  - Health Services Research
PY  - 2007/04//
VL  - 42
IS  - 2
SP  - 727
EP  - 754
DO  - https://doi.org/10.1111/j.1475-6773.2006.00629.x
AN  - 17362215
DB  - PubMed
ZZ  - nonsense
ER  -
"""
BIBTEX = rb"""
% exported
@string{hsr = "Health {S}ervices Research"}
@Article{any-key,
  Author = "Karliner, Leah S. and Elizabeth A. Jacobs",
  title  = {Do {Interpreters} improve care?},
  journal = hsr, year = 2007, volume = {42}, number = 2, pages = {727--754},
  doi = {10.1111/j.1475-6773.2006.00629.x}, note = {PMID: 17362215}
}
""".replace(b"{Interpreters}", b"{i}nterpreters")
JSON = json.dumps([
    {
        "id": 1, "type": "article-journal", "title": "Do <i>interpreters</i> improve care?", "volume": 42, "issue": "2",
        "author": [{"family": "Karliner", "given": "L. S."}, {"family": "Jacobs", "given": "EA"}],
        "issued": {"date-parts": [["2007", 4]]}, "container-title": "Health Services Research", "page": "727-754",
        "DOI": "10.1111/j.1475-6773.2006.00629.x", "PMID": "17362215",
    }
]).encode()  # fmt: skip


def only_entry(content: bytes) -> dict:
    found = read(content)
    assert found.bad == []
    (entry,) = found.entries
    del entry["line"]
    return entry


@pytest.mark.parametrize("content", [RIS, BIBTEX, JSON, RIS.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + JSON])
def test_formats_are_known_by_content_and_give_the_same(content):
    assert only_entry(content) == KARLINER


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_encodings_of_old_programs_are_read(encoding):
    text = "TY  - JOUR\nAU  - Ångström, Örjan\nTI  - Hälsa\nPY  - 2001\nER  - \n"

    assert only_entry(text.encode(encoding))["authors"] == "Ångström Ö"


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"G{\"o}del \& {\AA}ngstr{\"{o}}m", "Gödel & Ångström"),
        (r"100\% of {\'E}tudes -- ``so''", "100% of Études – “so”"),
        (r"M\"uller, S{\o}rensen, Garc{\'\i}a", "Müller, Sørensen, García"),
        (r"{{HIV}} in $\beta$ cells", "HIV in β cells"),
        ("100% sure, a_b", "100% sure, a_b"),
    ],
)
def test_latex_becomes_text(latex, plain):
    content = f"@book{{x, title={{{latex}}}, author={{A, B}}, year=2001, publisher={{P}}}}"

    assert only_entry(content.encode())["title"] == plain


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("TY  - RPRT", "report"), ("TY  - GOVDOC", "inquiry"), ("TY  - STAT", "law"), ("TY  - ELEC", "website"),
        ("TY  - CHAP", "book"), ("TY  - nonsense", "report"),
    ],
)  # fmt: skip
def test_kinds_are_mapped(entry, kind):
    assert only_entry(f"{entry}\nAU  - WHO\nTI  - T\nPY  - 2001\nER  - ".encode())["kind"] == kind


def test_bad_entries_are_told_with_line_and_reason_and_the_others_are_kept():
    content = b"\n".join([
        b"AU  - lost", b"TY  - JOUR", b"AU  - A, B", b"TY  - JOUR", b"AU  - A, B", b"TI  - no year", b"ER  - ", b"",
        b"TY  - BOOK", b"AU  - A, B", b"TI  - T", b"PY  - 2001", b"ER  - ", b"TY  - BOOK",
    ])  # fmt: skip

    found = read(content)

    assert [entry["line"] for entry in found.entries] == [9]
    assert found.bad == [
        Bad(1, "Posten börjar inte med en rad TY."), Bad(2, "Posten slutar inte med en rad ER."),
        Bad(4, "År: saknas."), Bad(14, "Posten slutar inte med en rad ER."),
    ]  # fmt: skip


def test_unbalanced_braces_cost_only_their_entry():
    sound = "@book{x, title={T}, author={A, B}, year=2001}\n"

    found = read(f"{sound}@book{{y, title={{T}},\nauthor={{{{A}}\n{sound}@book{{z, title}}\n".encode())

    assert [entry["line"] for entry in found.entries] == [1, 4]
    assert [bad.line for bad in found.bad] == [2, 5]


def test_broken_json_is_told_from_where_on():
    found = read(JSON.decode()[:-1].encode() + b',\n 5,\n {"title": }]')

    assert len(found.entries) == 1
    assert [bad.line for bad in found.bad] == [2, 3]


def test_long_lists_of_authors_are_shortened():
    names = [{"family": f"Familyname{number}", "given": "Ab Cd"} for number in range(200)]

    authors = authors_of(names)

    assert len(authors) <= 500
    assert authors.endswith(" AC, et al.")
    assert names_of(authors)[-1] == {"literal": "others"}


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("Karliner LS, van der Noordt M", [("Karliner", "L. S."), ("van der Noordt", "M.")]),
        ("Folkhälsomyndigheten", ["Folkhälsomyndigheten"]),
        ("Sveriges Kommuner, Uppdrag Hälsa", ["Sveriges Kommuner, Uppdrag Hälsa"]),
        ("Åberg Ö, TREAT Group, m.fl.", [("Åberg", "Ö."), "TREAT Group", "others"]),
    ],
)
def test_authors_become_names(authors, names):
    expected = [{"literal": name} if isinstance(name, str) else {"family": name[0], "given": name[1]} for name in names]

    assert names_of(authors) == expected


@pytest.mark.parametrize(
    ("details", "parts"),
    [
        ("42(2):727–754", {"volume": "42", "issue": "2", "page": "727-754"}),
        ("4:50", {"volume": "4", "page": "50"}),
        ("11(4):e006316", {"volume": "11", "issue": "4", "page": "e006316"}),
        ("727–754", {"page": "727-754"}),
        ("", {}),
    ],
)
def test_details_become_volume_issue_and_page(details, parts):
    assert parts_of(details, "article") == parts


def as_reference(csl: dict, key: str = "key") -> Reference:
    """The reference that an import makes of an entry; the example is left out where there is none."""
    reference = Reference(key=key, **fields_of(csl))
    try:
        reference.clean_fields()
    except ValidationError:
        assume(False)
    return reference


@TRIES
@given(csl=references.csl, format=st.sampled_from(sorted(FORMATS)))
def test_what_was_imported_and_exported_is_imported_the_same(csl, format):
    first = as_reference(csl)
    second = Reference(key="other", kind="article", authors="B C", year="2001", title="T")

    found = read(FORMATS[format].write([first, second]).encode())

    assert found.bad == []
    assert len(found.entries) == 2
    assert {name: found.entries[0][name] for name in fields_of(csl)} == fields_of(csl)


def tried(content: bytes) -> tuple[ReferenceFile, str]:
    """What is in a file, or the sentence that refuses it."""
    try:
        return read(content), ""
    except Unreadable as refusal:
        return ReferenceFile(), str(refusal)


@TRIES
@given(
    start=st.sampled_from(["", "[", "{", "TY  - JOUR\n", "@article{a,", "@article{a, title={", "\xff\xfe", "[{"]),
    pieces=st.lists(st.sampled_from([RIS, BIBTEX, JSON, RIS[:60], BIBTEX[:70], JSON[:90]]) | st.binary(max_size=40)
                    | references.words.map(lambda text: text.encode("utf-8", "surrogatepass")), max_size=8),
)  # fmt: skip
def test_garbage_is_read_or_refused(start, pieces):
    found, refusal = tried(start.encode("latin-1") + b"".join(pieces))

    assert found.entries or found.bad or refusal.endswith(".")
    assert all(bad.line > 0 and bad.reason for bad in found.bad)
    for entry in found.entries:
        "".join(value for value in entry.values() if isinstance(value, str)).encode()  # fits into the database
        assert not any("\x00" in str(value) for value in entry.values())


@TRIES
@given(st.lists(references.anything, max_size=3))
def test_any_json_is_read_or_refused(values):
    found, refusal = tried(json.dumps(values).encode())

    assert found.entries or found.bad or refusal.endswith(".")


def repeated(line: str, size: int = 1_900_000) -> bytes:
    return (line * (size // len(line))).encode()


SLOW = {
    "json nested": repeated("["),
    "json objects nested": b"[" + repeated('{"a":'),
    "braces": b"@a{x,title={" + repeated("{"),
    "block starts": repeated("@a{"),
    "never closed": repeated("@a{x,title={\n"),
    "spaces": b"@a{" + repeated(" ") + b"@b{",
    "newlines": repeated("\n"),
    "fields": b"@a{x," + repeated("a={b},") + b"}",
    "long string used often": b"@string{a = {" + b"\\'e" * 6_000 + b"}}\n" + b"@a{x, title=a, author=a}\n" * 4_000,
    "latex": repeated("@a{x,author={a},year=2001,title={" + "{}" * 9_000 + "}}\n"),
    "dollars": b"".join(b"@a{x,author={a},year=2001,title={%d%s}}\n" % (n, b"$" * 19_000) for n in range(95)),
    "names": repeated("@a{x,author={" + "a and " * 3_300 + "b},year=2001,title={a}}\n"),
    "lines that go on": repeated("TY  - JOUR\nTI  - a\n" + "ab\n" * 19_000 + "ER  - \n"),
    "tags": b"TY  - JOUR\n" + repeated("AU  - a\n") + b"ER  - \n",
    "accents": repeated('{"type":"book","title":"a' + "\u0316\u0301" * 450 + '"},'),
    "markup": b"[" + repeated('{"type":"book","title":"' + "<" * 400 + "i" + ">" * 300 + '"},'),
}


@pytest.mark.parametrize("content", SLOW.values(), ids=SLOW)
def test_nothing_is_slow(content):
    start = time.process_time()
    tried(content)

    assert time.process_time() - start < 15


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "varken RIS, BibTeX eller CSL-JSON"), (b"\x00\x01PK", "ingen textfil"), (b"Hej!", "varken RIS"),
        (b"a" * 5_000_000, "större än 2 MB"), (b"[]", "inga poster"), (b"@comment{x}", "inga poster"),
        (b"TY  - JOUR\nER  - \n" * 5_001, "mer än 5 000 poster"), (b"@a{x, t={y}}\n" * 5_001, "mer än 5 000 poster"),
        (b"[" + b"1," * 5_001 + b"1]", "mer än 5 000 poster"),
    ],
)  # fmt: skip
def test_unreadable_files_are_refused_in_a_sentence(content, words):
    with pytest.raises(Unreadable, match=words):
        read(content)


@pytest.mark.parametrize(
    ("written", "kept"), [("A study.", "A study"), ("Lag om m.fl.", "Lag om m.fl."), ("So…", "So…")]
)
def test_full_stop_of_a_title_goes(written, kept):
    assert fields_of({"title": written})["title"] == kept
