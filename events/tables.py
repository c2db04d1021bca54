"""Tables of events as files that no spreadsheet calculates with."""

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ERROR_CODES

from actors.tables.cells import guarded, storable
from actors.tables.files import XLSX

Row = Iterable[object]


def as_file(name: str, kind: str, header: list[str], rows: Iterable[Row]) -> HttpResponse:
    """A download, as `xlsx` or as `csv`."""
    content, content_type = (_xlsx(header, rows), XLSX) if kind == "xlsx" else (_csv(header, rows), "text/csv")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _cell(value: object) -> str | int | float | None:
    """A number, or a text whatever it looks like."""
    if value is None or isinstance(value, int | float):
        return value
    text = storable(str(value))
    return f"'{text}" if text in ERROR_CODES else guarded(text)


def _csv(header: list[str], rows: Iterable[Row]) -> bytes:
    """With semicolons, as spreadsheets in Sweden expect, and a mark that says that it is UTF-8."""
    file = io.StringIO("\ufeff", newline="")
    file.seek(1)
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in [header, *rows])
    return file.getvalue().encode()


def _xlsx(header: list[str], rows: Iterable[Row]) -> bytes:
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    for row in [header, *rows]:
        sheet.append([_cell(value) for value in row])
    book.save(file)
    return file.getvalue()
