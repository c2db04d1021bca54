"""Overviews written as files and read again are the same; what is wrong with a file is said with its place."""

import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.editions import MARKDOWN, PLAIN
from knowledge.overview_files import FilesOfOverview, all_written, normal, read, written
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.starter.services import DATA

TRAPS = [
    "", " leading", "trailing ", "\n\nlines around\n\n", "a: b", "- item", "# heading", "---", "--- \n---\n---",
    "text\n---\nmore",
    "2026-11-21", "12:30", "no", "yes", "null", "~", "1e3", "0x1F", "true", "'quoted'", '"double"', "back\\slash \\n",
    "&anchor", "*alias", "!tag", "%directive", "@karliner2007", "`tick`", "{a: b}", "[a, b]", "| block", "> folded",
    "👩‍🚀 emoji", "\u200f\u202bعربي\u202c", "\ufeffBOM", "tab\tinside", "hard  \nbreak", "  code\n    block",
    "\x85next line",
    "one\u2028two\u2029three", "\x07bell\x7f", "a\r\nb\rc", "\xa0no-break\xa0", "...", "a\n...\nb", "key: |\n  text",
    "#", "a #b",
    "\ud7ff\ue000\ufffd", "x" * 300, "word " * 70, "\n".join("abc"), ":", "?", "? a\n: b", "<<", "=", "\x1b[0m",
]  # fmt: skip
any_text = st.sampled_from(TRAPS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80
)
slugs = st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True)
days = st.none() | st.dates().map(str)
LONGEST = {"title": 200, "question": 400, "summary": 2000, "key_messages": 2000, "review_function": 120}


def within(text: str, length: int) -> bool:
    return len(normal(text)) <= length


def texts_of(name: str, *, needed: bool = False):
    """A text in each language; in the source language there is one where it is needed."""
    fitting = any_text.filter(lambda text: within(text, LONGEST.get(name, 2000)))
    source = fitting.filter(lambda text: normal(text)) if needed else fitting
    return st.fixed_dictionaries({code: source if code == "sv" else fitting for code in LANGUAGES})


def parts(**values):
    return st.lists(st.fixed_dictionaries({"code": slugs, **values}), max_size=3, unique_by=lambda part: part["code"])


contents = st.fixed_dictionaries(
    {
        "texts": st.fixed_dictionaries(
            {name: texts_of(name, needed=name in {"title", "summary"}) for name in [*PLAIN, *MARKDOWN]}
        ),
        "facts": st.fixed_dictionaries(
            {
                "overview_type": st.sampled_from(["rapid", "scoping", "systematic", "narrative"]),
                "license": st.sampled_from(["", "CC-BY-4.0", "CC0-1.0"]),
                "published_on": st.dates().map(str),
                "searched_until": days,
                "reviewed_on": days,
                "is_demo": st.booleans(),
            }
        ),
        **{
            name: st.lists(slugs, max_size=3, unique=True).map(sorted)
            for name in ["topics", "target_groups", "staff_groups"]
        },
        "findings": parts(
            scale=st.sampled_from(["grade", "cerqual"]),
            certainty=st.sampled_from(["high", "moderate", "low", "very-low", "not-rated"]),
            studies=st.none() | st.integers(0, 30_000),
            texts=st.fixed_dictionaries(
                {"statement": texts_of("statement", needed=True), "reasons": texts_of("reasons")}
            ),
        ),
        "implications": parts(
            finding=st.just("") | slugs,
            action=st.sampled_from(["do", "consider", "avoid"]),
            settings=st.lists(slugs, max_size=3, unique=True).map(sorted),
            staff_groups=st.lists(slugs, max_size=3, unique=True).map(sorted),
            texts=st.fixed_dictionaries({"text": texts_of("text", needed=True)}),
        ),
        "references": st.lists(
            st.fixed_dictionaries(
                {"key": slugs, "kind": st.sampled_from(["article", "law"])}
                | dict.fromkeys(["authors", "year", "title", "container", "details", "doi", "url"], any_text),
                optional={"pmid": st.from_regex(r"[0-9]{1,9}", fullmatch=True)},
            ),
            max_size=3,
            unique_by=lambda one: one["key"],
        ),
    }
)


def normalised(value, name: str = ""):
    """What the module says that files keep of a content."""
    if isinstance(value, dict):
        return {key: normalised(one, name if name == "key_messages" else key) for key, one in value.items()}
    if isinstance(value, list):
        return [normalised(one) for one in value]
    if name == "key_messages":
        return "\n".join(line.strip() for line in value.splitlines() if line.strip())
    return normal(value) if isinstance(value, str) else value


def sample(**texts) -> dict:
    """A small content, with texts in Swedish as given."""
    by_language = {name: dict.fromkeys(LANGUAGES, "") for name in [*PLAIN, *MARKDOWN]}
    for name, text in ({"title": "Tolk", "summary": "Kort."} | texts).items():
        by_language[name]["sv"] = text
    facts = {"overview_type": "narrative", "license": "", "published_on": "2026-01-01", "searched_until": None}
    empty = {name: [] for name in ["topics", "target_groups", "staff_groups", "findings", "implications", "references"]}
    return {"texts": by_language, "facts": facts | {"reviewed_on": None, "is_demo": False}} | empty


def read_again(content: dict) -> FilesOfOverview:
    files = {name: text.encode() for name, text in all_written("tolk", content).items()}
    [overview], problems = read(files)
    assert problems == []
    return overview


@settings(max_examples=60, deadline=None, derandomize=True)
@given(contents)
def test_what_is_written_is_read_again(content):
    assert read_again(content).content == normalised(content)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: repr(trap[:12]))
def test_no_text_is_a_trap(trap):
    content = sample(body=trap, practice=trap, question=trap, key_messages=trap)

    assert read_again(content).content == normalised(content)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(contents)
@example(sample(practice="no"))
def test_written_twice_is_the_same(content):
    assert all_written("tolk", read_again(content).content) == all_written("tolk", content)


def test_files_are_for_people():
    text = written(sample(practice="Rad ett.\n\nRad två: **fet**.", key_messages="Ett.\n\nTvå.", body="## A"), "sv")

    assert text == (
        "---\ntitle: Tolk\nsummary: Kort.\nkey_messages:\n- Ett.\n- Två.\npractice: |-\n  Rad ett.\n\n"
        "  Rad två: **fet**.\noverview_type: narrative\npublished_on: '2026-01-01'\nis_demo: false\n---\n\n## A\n"
    )


def test_only_languages_that_say_something_have_a_file():
    content = sample()
    content["texts"]["gaps"]["ar"] = "فجوة"

    assert list(all_written("tolk", content)) == ["tolk.sv.md", "tolk.ar.md"]


def test_front_matter_is_yaml_that_others_read_as_texts():
    front = yaml.safe_load(written(sample(title="no", question="2026-11-21"), "sv").split("---\n")[1])

    assert (front["title"], front["question"], front["published_on"]) == ("no", "2026-11-21", "2026-01-01")


def starter_slugs():
    return sorted({path.name.split(".")[0] for path in (DATA / "overviews").glob("*.md")})


@pytest.mark.parametrize("slug", starter_slugs())
def test_starter_overviews_survive(slug):
    files = {path.name: path.read_bytes() for path in (DATA / "overviews").glob(f"{slug}.*.md")}
    [overview], problems = read(files)
    assert problems == []

    again = read_again(overview.content).content

    assert again == overview.content


# --- what is wrong

GOOD = """\
---
title: Tolk
summary: Kort.
references:
- berg2014
findings:
- code: effect
  statement: Sant.
  certainty: low
implications:
- code: book
  action: do
  text: Boka.
---

## Bakgrund
"""
ENGLISH = "---\ntitle: Interpreter\nfindings:\n- code: effect\n  statement: True.\n---\n"


def problems_of(sv: bytes | str = GOOD, en: bytes | str = ENGLISH) -> list[str]:
    files = {"tolk.sv.md": sv, "tolk.en.md": en}
    _overviews, problems = read(
        {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    )
    return [str(problem) for problem in problems]


def test_sound_files_have_no_problem():
    assert problems_of() == []


SWEDISH = {
    "unknown key": ("title: Tolk", "colour: Red\ntitle: Tolk", r"2: colour: "),
    "no title": ("title: Tolk\n", "", r"1: title: "),
    "title too long": ("Tolk", "T" * 201, r"2: title: "),
    "text too long": ("Bakgrund", "T" * 100_001, r"16: body: "),
    "key twice": ("summary: Kort.", "summary: Kort.\ntitle: B", r"4: "),
    "not YAML": ("Kort.", "[", r"5: "),
    "a tower": ("Kort.", "[" * 5_000, r"3: "),
    "aliases": ("title: Tolk\nsummary: Kort.", "title: &a Tolk\nsummary: *a", r"3: "),
    "very many entries": ("- berg2014", "- berg2014\n" * 20_001, r"\d+: "),
    "no such licence": ("title: Tolk", "license: WTFPL\ntitle: Tolk", r"2: license: "),
    "no such day": ("title: Tolk", "searched_until: 2026-02-30\ntitle: Tolk", r"2: searched_until: "),
    "neither true nor false": ("title: Tolk", "is_demo: yes\ntitle: Tolk", r"2: is_demo: "),
    "mapping for a text": ("summary: Kort.", "summary: {a: b}", r"3: "),
    "list for a text": ("summary: Kort.", "summary: [a, b]", r"3: summary: "),
    "text for a list": ("findings:\n", "findings: a\nignored:\n", r"6: "),
    "finding twice": ("implications:", "- code: effect\n  statement: Igen.\nimplications:", r"10: findings: "),
    "finding without code": ("- code: effect\n  statement", "- statement", r"7: findings: "),
    "finding without words": ("  statement: Sant.\n", "", r"7: findings: "),
    "unknown certainty": ("certainty: low", "certainty: maybe", r"7: findings: certainty: "),
    "unknown key of a finding": ("certainty: low", "colour: red", r"7: findings: "),
    "unknown action": ("action: do", "action: never", r"11: implications: action: "),
    "bad code": ("code: effect", "code: a b", r"7: findings: code: "),
    "studies": ("certainty: low", "studies: many", r"7: findings: studies: "),
    "reference twice": ("- berg2014", "- berg2014\n- berg2014", r"4: references: "),
    "key of a reference": ("- berg2014", "- {key: a, colour: red}", r"5: references: "),
    "reference without key": ("- berg2014", "- {title: a}", r"5: references: "),
    "no front matter": ("---\ntitle", "title", r"1: "),
    "NUL": ("Bakgrund", "Bak\0grund", r"16: "),
    "Python": ("Kort.", "!!python/object/apply:os.system [ls]", r"3: summary: "),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), SWEDISH.values(), ids=SWEDISH)
def test_problem_is_named_with_file_line_and_reason(old, new, expected):
    assert GOOD.count(old) == 1

    problems = problems_of(GOOD.replace(old, new))

    named = [problem for problem in problems if re.match(rf"tolk\.sv\.md:{expected}.{{4,}}", problem)]
    assert named, problems


def test_problem_of_a_translation_is_named_in_its_file():
    assert problems_of(en=ENGLISH.replace("effect", "other"))[0].startswith("tolk.en.md:4: findings: ")
    assert problems_of(en=ENGLISH.replace("title: I", "license: CC0-1.0\ntitle: I"))[0].startswith(
        "tolk.en.md:2: license: "
    )
    assert problems_of(en=ENGLISH.replace("  statement", "  certainty: low\n  statement"))[0].startswith(
        "tolk.en.md:4: findings: "
    )


def test_bytes_that_are_no_text_are_named():
    assert problems_of(GOOD.encode().replace(b"Sant", b"S\xe4nt"))[0].startswith("tolk.sv.md:8: ")
    assert problems_of(GOOD.encode("utf-16"))[0].startswith("tolk.sv.md:1: ")


def test_windows_files_are_read():
    assert problems_of("\ufeff" + GOOD.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    "name", ["tolk.md", "tolk.sv.txt", "../tolk.sv.md", "a/b.sv.md", ".sv.md", "t.o.sv.md", "tolk.fi.md"]
)
def test_other_names_are_refused(name):
    _overviews, problems = read({name: GOOD.encode()})

    assert [problem.file for problem in problems] == [name]


def test_address_that_is_none_is_refused():
    _overviews, problems = read({"å b.sv.md": GOOD.encode()})

    assert [problem.column for problem in problems] == ["slug"]


def test_overview_needs_the_file_of_the_source_language():
    _overviews, problems = read({"tolk.en.md": ENGLISH.encode()})

    assert [str(problem).partition(": ")[0] for problem in problems] == ["tolk.en.md:1"]
