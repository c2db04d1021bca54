"""Reading the data files: rows of text that know their place, and problems that name it."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

FRONT_MATTER = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
LINES = {"key_messages"}  # lists of which each entry is a line
PARTS = {"findings", "implications"}  # lists of mappings
OVERVIEW_NAME = re.compile(r"(?P<slug>[^.]+)\.(?P<language>[a-z]{2,3})\.md")


@dataclass(frozen=True)
class Problem:
    """Why something is refused, and where it stands."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self):
        return ": ".join(part for part in [f"{self.file}:{self.line}", self.column, self.reason] if part)


@dataclass
class Row:
    """A row's cells by column; `places` holds the file and line of those that stand elsewhere."""

    file: str
    line: int
    cells: dict[str, str]
    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def problem(self, column: str, reason: str, further_down: int = 0) -> Problem:
        file, line = self.places.get(column, (self.file, self.line))
        return Problem(file, line + further_down, column, reason)


@dataclass
class Content:
    """What could be read of a file, and what could not."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_text(path: Path) -> str:
    """The file's text; bytes that are not UTF-8 become surrogates, so that their place can be named."""
    return path.read_bytes().decode("utf-8-sig", errors="surrogateescape").replace("\r\n", "\n")


def unreadable(text: str) -> str:
    """Why a text cannot be stored, if it cannot."""
    if any("\udc80" <= character <= "\udcff" for character in text):
        return "is not valid UTF-8"
    return "contains a NUL character" if "\x00" in text else ""


def read_csv(path: Path, file: str, header_problems) -> Content:
    """All rows; `header_problems(header)` gives (column, reason) for what is wrong with the first line."""
    content = Content()
    reader = csv.reader(io.StringIO(read_text(path), newline="\n"), strict=True)
    line = 1
    try:
        header = next(reader, [])
        repeated = [(name, "stands twice") for name, count in Counter(header).items() if count > 1]
        found = [*repeated, *header_problems(header)]
        content.problems += [Problem(file, line, name, reason) for name, reason in found]
        line = reader.line_num + 1
        for cells in () if found else reader:
            if cells:
                _add_row(content, Row(file, line, dict(zip(header, cells, strict=False))), len(header), len(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        content.problems.append(Problem(file, line, "", f"is not valid CSV: {error}"))
    return content


def _add_row(content: Content, row: Row, expected: int, found_fields: int) -> None:
    if found_fields != expected:
        content.problems.append(row.problem("", f"has {found_fields} fields, the first line has {expected}"))
        return
    found = [row.problem(name, reason) for name, cell in row.cells.items() if (reason := unreadable(cell))]
    content.problems += found
    if not found:
        content.rows.append(row)


def read_overviews(folder: Path, translated: set[str], other: set[str]) -> Content:
    """One row for each overview, from its files `<slug>.<language>.md`.

    `translated` are the keys that stand in every file, `other` those of the source language's alone.
    """
    content = Content()
    versions: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.md")):
        name = OVERVIEW_NAME.fullmatch(path.name)
        if not name:
            content.problems.append(Problem(_name(path), 1, "", "the name is not <slug>.<language>.md"))
        elif name["language"] in LANGUAGES:
            versions.setdefault(name["slug"], {})[name["language"]] = path
    for slug, paths in versions.items():
        row, problems = _read_overview(slug, paths, translated, other)
        content.problems += problems
        content.rows += [] if problems else [row]
    return content


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _read_overview(
    slug: str, paths: dict[str, Path], translated: set[str], other: set[str]
) -> tuple[Row, list[Problem]]:
    source = paths.get(SOURCE_LANGUAGE)
    row = Row(_name(source or next(iter(paths.values()))), 1, {"slug": slug} | dict.fromkeys(other, ""))
    problems = [] if source else [row.problem("", f"there is no {slug}.{SOURCE_LANGUAGE}.md")]
    for language, path in paths.items():
        allowed = translated | other if language == SOURCE_LANGUAGE else translated
        try:
            problems += _add_language(row, path, language, translated, allowed)
        except yaml.YAMLError as error:
            problems.append(_yaml_problem(_name(path), error))
    return row, problems


def _add_language(row: Row, path: Path, language: str, translated: set[str], allowed: set[str]) -> list[Problem]:
    """Add one language's cells to the row."""
    file, text = _name(path), read_text(path)
    for number, line in enumerate(text.split("\n"), 1):
        if reason := unreadable(line):
            return [Problem(file, number, "", reason)]
    parts = FRONT_MATTER.fullmatch(text)
    if not parts:
        return [Problem(file, 1, "", "does not start with front matter between lines of ---")]
    entries = _front_matter(parts[1])
    body = parts[2].strip()
    body_line = text.count("\n", 0, len(text) - len(parts[2].lstrip())) + 1
    missing = dict.fromkeys(translated - entries.keys(), ("", 1))
    for name, (value, line) in (missing | entries | {"body": (body, body_line)}).items():
        column = f"{name}_{language}" if name in translated | {"body"} else name
        row.cells[column], row.places[column] = value, (file, line)
    return [
        Problem(file, line, name, "is not known here") for name, (_, line) in entries.items() if name not in allowed
    ]


def _front_matter(text: str) -> dict[str, tuple[str, int]]:
    """Each key's value and its line in the file; lists of texts are joined, those of mappings become JSON."""
    node = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise yaml.MarkedYAMLError(problem="keys with values are expected")
    found = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="keys are texts", problem_mark=key.start_mark)
        if key.value in found:
            raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
        found[key.value] = (_cell(key.value, value), key.start_mark.line + 2)
    return found


def _cell(name: str, value: yaml.Node) -> str:
    """A value of the front matter as the text of a cell."""
    items = value.value if isinstance(value, yaml.SequenceNode) else [value]
    if name in PARTS:
        return json.dumps([_plain(item) for item in items if item is not value])
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        raise yaml.MarkedYAMLError(problem="a text or a list of texts is expected", problem_mark=value.start_mark)
    return ("\n" if name in LINES else ";").join(item.value.strip() for item in items)


def _plain(node: yaml.Node) -> dict[str, str | list[str]]:
    """A mapping of texts and lists of texts."""
    if not isinstance(node, yaml.MappingNode):
        raise yaml.MarkedYAMLError(problem="keys with values are expected", problem_mark=node.start_mark)
    found = {}
    for key, value in node.value:
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(isinstance(item, yaml.ScalarNode) for item in [key, *items]):
            raise yaml.MarkedYAMLError(problem="a text or a list of texts is expected", problem_mark=value.start_mark)
        found[key.value] = [item.value for item in items] if isinstance(value, yaml.SequenceNode) else value.value
    return found


def _yaml_problem(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", "")
    return Problem(file, mark.line + 2 if mark else 1, "", f"the front matter is not valid YAML: {reason}")
