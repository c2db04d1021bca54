"""Taking tables into the register: all or nothing, and every reason with its line and column."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _
from import_export.results import RowResult

from actors.tables.columns import Lookups
from actors.tables.files import Line, Sheet
from actors.tables.sheets import BATCH, BY_SHEET, Table, batches
from lmh_portal.accounts.models import User

PROBLEMS_AT_MOST = 500  # then it is enough
CHANGES_SHOWN = 200

NEW, UPDATE = RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE


class Problem(NamedTuple):
    sheet: str
    line: int
    column: str
    reason: str


class Change(NamedTuple):
    """A row that is new or changed, and in which columns."""

    sheet: str
    line: int
    key: str
    is_new: bool
    columns: list[str]


@dataclass
class Report:
    """What an import did, or would do."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)  # of rows by (sheet, what became of them)
    is_done: bool = False

    @property
    def rows(self) -> int:
        return self.counts.total()

    @property
    def is_news(self) -> bool:
        return any(count for (_sheet, deed), count in self.counts.items() if deed in {NEW, UPDATE})

    @property
    def summary(self) -> list[tuple[str, int, int, int]]:
        """For each sheet how many rows are new, changed and unchanged."""
        deeds = [NEW, UPDATE, RowResult.IMPORT_TYPE_SKIP]
        names = dict.fromkeys(sheet for sheet, _deed in self.counts)
        return [(name, *(self.counts[name, deed] for deed in deeds)) for name in names]

    @property
    def is_enough(self) -> bool:
        return len(self.problems) >= PROBLEMS_AT_MOST

    @property
    def mark(self) -> str:
        """Says what an editor has seen."""
        return sha256(repr((sorted(self.counts.items()), self.changes)).encode()).hexdigest()

    def as_json(self) -> dict:
        counts = [[*key, count] for key, count in self.counts.items()]
        return {"problems": self.problems, "changes": self.changes, "counts": counts}

    @classmethod
    def of_json(cls, stored: dict) -> "Report":
        return cls(
            [Problem(*problem) for problem in stored.get("problems", [])],
            [Change(*change) for change in stored.get("changes", [])],
            Counter({(sheet, deed): count for sheet, deed, count in stored.get("counts", [])}),
        )


def import_tables(
    sheets: list[Sheet],
    *,
    permitted: list[type[Table]],
    dry_run: bool,
    user: User | None = None,
    progress: Callable[[str, int], None] = lambda sheet, rows: None,
) -> Report:
    """Write what the sheets say, if there is nothing wrong with any of their rows; a dry run does the same in vain."""
    report, lookups = Report(), Lookups()
    with transaction.atomic():
        for sheet in sheets:
            _import_sheet(sheet, permitted, lookups, report, user, progress)
        if report.problems or dry_run:
            transaction.set_rollback(True)
        report.problems.sort(key=lambda problem: (list(BY_SHEET).index(problem.sheet), problem.line))
        report.is_done = not transaction.get_rollback()
    return report


def _import_sheet(sheet: Sheet, permitted, lookups: Lookups, report: Report, user, progress) -> None:
    refuse = _refusing(sheet.name, report)
    kind = BY_SHEET[sheet.name]
    if kind not in permitted:
        return refuse(1, "", _("You may not import this table."))
    table, unknown = kind(lookups), [name for name in sheet.columns if name and name not in kind.fields]
    for name in unknown:
        refuse(1, name, _("There is no such column."))
    if table.key not in sheet.columns:
        refuse(1, table.key, _("This column is missing."))
    if report.problems:
        return None
    seen: dict[str, int] = {}
    for batch in batches(_once(sheet.lines, table, seen, refuse), BATCH):
        _import_batch(table, batch, report, refuse, user)
        progress(sheet.name, batch[-1].number)
        if report.is_enough:
            return None
    for line, column, reason in table.finish():
        refuse(line, column, reason)
    return None


def _refusing(sheet: str, report: Report) -> Callable[[int, str, str], None]:
    def refuse(line: int, column: str, reason: str) -> None:
        if not report.is_enough:
            report.problems.append(Problem(sheet, line, column, reason))

    return refuse


def _once(lines: Iterator[Line], table: Table, seen: dict[str, int], refuse) -> Iterator[Line]:
    """The lines that can be read and stand in the file once."""
    for line in lines:
        key = line.cells.get(table.key, "").strip()
        for column, reason in line.wrong.items():
            refuse(line.number, column, reason)
        if not key and table.key == "slug":
            refuse(line.number, table.key, _("The first column is empty: give the entry an address of its own."))
        elif key and key in seen:
            refuse(line.number, table.key, _("It stands in line %(line)d already.") % {"line": seen[key]})
        elif not line.wrong:
            yield line
        seen.setdefault(key, line.number)


def _import_batch(table: Table, lines: list[Line], report: Report, refuse, user) -> None:
    known = _known(table, lines)
    table.begin_batch()
    written: list[tuple[bool, models.Model]] = []
    for line in lines:
        row = {name: text for name, text in line.cells.items() if name in table.fields}
        key = row[table.key].strip()
        changes = table.changes(known.get(key), row)
        if known.get(key) is not None and not changes:
            report.counts[table.sheet, RowResult.IMPORT_TYPE_SKIP] += 1
            continue
        result = table.import_row(
            {table.key: key} | changes, known, row_number=line.number, lookups=table.lookups, dry_run=False
        )
        if reasons := list(_reasons(result)):
            for column, reason in reasons:
                refuse(line.number, column, reason)
            continue
        is_new = result.import_type == NEW
        report.counts[table.sheet, result.import_type] += 1
        if len(report.changes) < CHANGES_SHOWN:
            columns = [] if is_new else list(changes)
            report.changes.append(Change(table.sheet, line.number, key, is_new, columns))
        written.append((is_new, result.instance))
    if not report.problems:
        table.end_batch()
        _note(table, written, user)


def _known(table: Table, lines: list[Line]) -> dict[str, models.Model]:
    """The rows that the lines are about, by key, with what their columns show."""
    keys = [line.cells[table.key].strip() for line in lines]
    if table.key == "id":
        keys = [key for key in keys if key.isascii() and key.isdecimal() and len(key) < 18]
    rows = list(table.model._base_manager.filter(**{f"{table.key}__in": [key for key in keys if key]}))
    table.read_relations(rows)
    return {str(getattr(row, table.key)): row for row in rows}


def _reasons(result: RowResult) -> Iterator[tuple[str, str]]:
    """Why a row is refused, by column."""
    if result.validation_error:
        error = result.validation_error
        named = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
        for column, reasons in named.items():
            yield ("" if column == "__all__" else column), " ".join(reasons)
    for error in result.errors:
        raise error.error  # a mistake of ours, not of the file


def _note(table: Table, written: list[tuple[bool, models.Model]], user: User | None) -> None:
    """In the history, if a person did it."""
    if user is None:
        return
    kind = ContentType.objects.get_for_model(table.page or table.model)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk, content_type=kind, object_id=pk, object_repr=name,
            action_flag=ADDITION if is_new and not table.page else CHANGE, change_message=_("Imported from a table"),
        )
        for is_new, (pk, name) in ((is_new, table.noted(row)) for is_new, row in written)
    )  # fmt: skip
