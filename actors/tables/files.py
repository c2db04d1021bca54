"""Tables as files: XLSX workbooks with a sheet for each table, or CSV files with one table."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from actors.tables.cells import guarded, storable, unguarded
from actors.tables.sheets import BY_SHEET, Table
from lmh_portal.core.archives import BROKEN_ARCHIVE, MEGABYTE, Refusal, refuse_bomb

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIZE_AT_MOST = 20 * MEGABYTE
UNPACKED_AT_MOST = 200 * MEGABYTE
ROWS_AT_MOST = 100_000  # of a sheet, empty ones too
COLUMNS_AT_MOST = 200
INSTRUCTIONS = "instructions"
BROKEN_WORKBOOK = (*BROKEN_ARCHIVE, InvalidFileException, KeyError, SyntaxError)
WIDE = 26  # of a column, in characters

csv.field_size_limit(MEGABYTE)


class Line(NamedTuple):
    """A row of a file: its number, and its cells by column. `wrong` says of cells why they cannot be read."""

    number: int
    cells: dict[str, str]
    wrong: dict[str, str]


class Sheet(NamedTuple):
    """A table in a file; its lines are read as they are asked for."""

    name: str
    columns: list[str]
    lines: Iterator[Line]


# --- out


def write_csv(table: Table, rows: models.QuerySet, file: IO[str]) -> None:
    """With semicolons, as spreadsheets in Sweden expect, and a mark that says that it is UTF-8."""
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.get_export_headers())
    writer.writerows([guarded(text) for text in cells] for cells in table.exported(rows))


def write_xlsx(tables: list[tuple[Table, models.QuerySet]], file: IO[bytes]) -> None:
    """A sheet for each table and one that explains the columns; of no rows it is a template to fill in."""
    book = Workbook(write_only=True)
    _write_instructions(book, [table for table, _rows in tables])
    for table, rows in tables:
        sheet = book.create_sheet(table.sheet)
        sheet.freeze_panes = "B2"
        fields = table.get_export_fields()
        for number in range(1, len(fields) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = WIDE
        sheet.append([_header(sheet, field) for field in fields])
        for cells in table.exported(rows):
            sheet.append([_text_cell(sheet, text) for text in cells])
    book.save(file)


def _header(sheet, field):
    cell = WriteOnlyCell(sheet, field.column_name)
    cell.font = Font(bold=True)
    cell.comment = Comment("\n".join(_explained(field)), "LMH", width=300, height=140)
    return cell


def _text_cell(sheet, text: str):
    """Text in any case: of a few words openpyxl would make errors."""
    if text not in ERROR_CODES:
        return guarded(text) or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _explained(field) -> list[str]:
    parts = [capfirst(str(field.label)), str(field.help_text), field.note]
    return [part for part in parts if part]


def _write_instructions(book: Workbook, tables: list[Table]) -> None:
    sheet = book.create_sheet(INSTRUCTIONS)
    for letter, width in zip("ABCD", [18, 30, 34, 90], strict=True):
        sheet.column_dimensions[letter].width = width
    for text in _rules():
        sheet.append([text])
    sheet.append([])
    sheet.append([_bold(sheet, text) for text in [_("sheet"), _("column"), _("meaning"), _("what to write")]])
    for table in tables:
        for field in table.get_export_fields():
            label, *rest = _explained(field)
            sheet.append([table.sheet, field.column_name, label, _wrapped(sheet, " ".join(rest))])


def _rules() -> list[str]:
    return [
        _("Each row is one entry, a new row a new one. Do not change what stands in the first column: it tells which."),
        _("Leave the first row of each sheet as it is. You may leave out columns that you do not need."),
        _("An empty cell in a column that is there empties the field. Rows that you leave out stay as they are."),
        _("Texts in other languages stand in columns of their own: _sv, _en, _ar."),
        _("An apostrophe before = + - @ keeps spreadsheets from calculating. It is taken away when the file is read."),
        _("Nothing is changed until you have seen what would happen. If one row is wrong, nothing at all is changed."),
    ]


def _bold(sheet, text: str):
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _wrapped(sheet, text: str):
    cell = WriteOnlyCell(sheet, guarded(text))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


# --- in


def read(file: IO[bytes], name: str, size: int) -> list[Sheet]:
    """The tables of a file; `Refusal` says why it cannot be read."""
    if not size:
        raise Refusal(_("it is empty."))
    if size > SIZE_AT_MOST:
        raise Refusal(_("it is larger than %(megabytes)d MB.") % {"megabytes": SIZE_AT_MOST // MEGABYTE})
    file.seek(0)
    is_archive = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    return _read_xlsx(file, size) if is_archive else [_read_csv(file, name)]


def read_all(content: bytes, name: str) -> list[Sheet]:
    """The same of a file in memory; what breaks only while its lines are read is refused as well."""
    with _broken_is_refused():
        sheets = read(io.BytesIO(content), name, len(content))
    return [sheet._replace(lines=_guarded_lines(sheet.lines)) for sheet in sheets]


def _guarded_lines(lines: Iterator[Line]) -> Iterator[Line]:
    with _broken_is_refused():
        yield from lines


@contextmanager
def _broken_is_refused() -> Iterator[None]:
    try:
        yield
    except BROKEN_WORKBOOK as error:
        raise Refusal(_("it is damaged or protected by a password.")) from error


def _read_csv(file: IO[bytes], name: str) -> Sheet:
    """Which table it is, its columns say."""
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(_("it is neither a workbook (XLSX) nor a table in UTF-8 (CSV).")) from error
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [storable(column).strip() for column in next(reader, [])]
    except csv.Error as error:
        raise Refusal(_("it is neither a workbook (XLSX) nor a table in UTF-8 (CSV).")) from error
    return Sheet(_table_of(header), _checked(header), _csv_lines(reader, header))


def _table_of(header: list[str]) -> str:
    """The table with most of these columns."""
    fit = {sheet: len(set(header) & set(table.fields)) for sheet, table in BY_SHEET.items() if table.key in header}
    if not fit:
        raise Refusal(_("its first row does not name the columns: it must begin with slug or id."))
    return max(fit, key=fit.get)


def _checked(header: list[str]) -> list[str]:
    if len(header) > COLUMNS_AT_MOST:
        raise Refusal(_("it has too many columns."))
    twice = {column for column in header if column and header.count(column) > 1}
    if twice:
        raise Refusal(_("the column “%(column)s” stands there twice.") % {"column": min(twice)})
    return header


def _csv_lines(reader, header: list[str]) -> Iterator[Line]:
    number = reader.line_num + 1
    try:
        for row in reader:
            wrong = {"": _("There are more cells than columns.")} if any(row[len(header) :]) else {}
            cells = {column: storable(unguarded(text)) for column, text in zip(header, row, strict=False) if column}
            if any(row):
                yield Line(number, cells, wrong)
            number = reader.line_num + 1
    except csv.Error:
        yield Line(number, {}, {"": _("This row cannot be read.")})


def _read_xlsx(file: IO[bytes], size: int) -> list[Sheet]:
    try:
        refuse_bomb(file, size, UNPACKED_AT_MOST)
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=False)
        sheets = [sheet for sheet in book.worksheets if sheet.title in BY_SHEET]
        found = [_sheet(sheet) for sheet in sheets]
    except BROKEN_WORKBOOK as error:
        raise Refusal(_("it is damaged or protected by a password.")) from error
    if not found:
        names = ", ".join(BY_SHEET)
        raise Refusal(_("it has no sheet with one of these names: %(names)s.") % {"names": names})
    return sorted(found, key=lambda one: list(BY_SHEET).index(one.name))


def _sheet(sheet) -> Sheet:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows = sheet.iter_rows(max_row=1, max_col=COLUMNS_AT_MOST)
    header = [storable(str(cell.value or "")).strip() for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    return Sheet(sheet.title, _checked(header), _xlsx_lines(sheet, header))


def _xlsx_lines(sheet, header: list[str]) -> Iterator[Line]:
    for number, row in enumerate(sheet.iter_rows(min_row=2, max_col=max(len(header), 1)), 2):
        if number > ROWS_AT_MOST:
            yield Line(number, {}, {"": _("There are too many rows.")})
            return
        cells, wrong = {}, {}
        for column, cell in zip(header, row, strict=False):
            if column:
                cells[column] = _text_of(cell.value)
                if cell.data_type in "fe":
                    wrong[column] = _("This is a formula or an error, no value.")
        if any(cells.values()):
            yield Line(number, cells, wrong)


def _text_of(value) -> str:
    """A cell's value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time.min else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return storable(unguarded(str(value)))
