"""Reading the data files: rows of text that know their place, and problems that name it."""

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.overview_files import (
    BODY,
    LINES,
    PARTS,
    SHARED,
    TRANSLATED,
    Entry,
    Problem,
    by_overview,
    decoded,
    read_file,
    unreadable,
)
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE


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
    return decoded(path.read_bytes())


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


def read_overviews(folder: Path) -> Content:
    """One row for each overview, from its files (see knowledge.overview_files)."""
    content = Content()
    paths = {path.name: path for path in sorted(folder.glob("*.md"))}
    slugs, others = by_overview(paths)
    content.problems += [Problem(_name(paths[name]), 1, "", "the name is not <slug>.<language>.md") for name in others]
    for slug, names in slugs.items():
        known = {code: paths[name] for code, name in names.items() if code in LANGUAGES}
        if known:
            row, problems = _read_overview(slug, known)
            content.problems += problems
            content.rows += [] if problems else [row]
    return content


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _read_overview(slug: str, paths: dict[str, Path]) -> tuple[Row, list[Problem]]:
    source = paths.get(SOURCE_LANGUAGE)
    row = Row(_name(source or next(iter(paths.values()))), 1, {"slug": slug} | dict.fromkeys(SHARED, ""))
    problems = [] if source else [row.problem("", f"there is no {slug}.{SOURCE_LANGUAGE}.md")]
    for language, path in paths.items():
        entries, found = read_file(_name(path), read_text(path), language)
        problems += found
        for name in {*entries, *TRANSLATED}:
            entry = entries.get(name, Entry("", 1))
            column = f"{name}_{language}" if name in {*TRANSLATED, BODY} else name
            row.cells[column], row.places[column] = _cell(name, entry.value), (_name(path), entry.line)
    return row, problems


def _cell(name: str, value: str | list) -> str:
    """A value of the front matter as the text of a cell; of references their keys."""
    if name in PARTS:
        return json.dumps(value)
    if not isinstance(value, list):
        return value
    return ("\n" if name in LINES else ";").join(one if isinstance(one, str) else one.get("key", "") for one in value)
