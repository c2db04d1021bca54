"""`./dev bench import`: how long tables take into an empty register, and how much memory at most.

Each import is a process of its own, started as an operator would start it.
"""

import argparse
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from openpyxl import load_workbook

from lmh_portal import devdb
from tests.bench import content, database

NAME = "import"  # of the database
TABLES = [
    "actors_organization", "actors_service", "actors_location", "actors_address", "actors_contact", "actors_schedule",
    "index_document",
]  # fmt: skip
SHEETS_OF_ORGANIZATION = 1 + 4 * content.SERVICES  # rows: itself; services, each with hours, a place and a contact
MEGABYTES = 400  # at most, whatever the number of rows
GROWTH = 1.5  # at most: of memory, from fewest to most rows
PAUSE = 0.05  # seconds between two looks at the memory


class Measured(NamedTuple):
    rows: int
    megabytes_of_file: float
    seconds: float
    megabytes: float


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench import", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default="1000,10000", help="sizes to compare (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    asked = parser.parse_args(argv)
    if devdb.is_wanted():
        devdb.start()
    try:
        found = [measure(rows) for rows in sorted({int(rows) for rows in asked.rows.split(",")})]
    finally:
        database.drop(NAME)
    text = table(found)
    sys.stdout.write(text)
    if asked.output:
        asked.output.write_text(text, "utf-8")
    missed = missed_goals(found)
    for sentence in missed:
        sys.stderr.write(f"Goal missed: {sentence}.\n")
    return 1 if missed else 0


def measure(rows: int) -> Measured:
    """Fill the register, export it, empty it, and import what was exported as new rows."""
    sys.stderr.write(f"Importing {rows} rows …\n")
    database.prepare(NAME, keep=False, fill=lambda: call_command("load_starter", only="vocabulary", stdout=StringIO()))
    content.fill_register(content.Content(max(1, round(rows / SHEETS_OF_ORGANIZATION))))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "register.xlsx"
        call_command("export_register", str(file), stdout=StringIO())
        without_numbers(file)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        connection.close()
        seconds, megabytes = run(file)
        database.use(NAME)
        return Measured(count(), file.stat().st_size / 1e6, seconds, megabytes)


def without_numbers(file: Path) -> None:
    """Numbers of rows that are gone are none of a new register."""
    book = load_workbook(file)
    for sheet in book.worksheets:
        if sheet["A1"].value == "id":
            for row in range(2, sheet.max_row + 1):
                sheet.cell(row, 1).value = None
    book.save(file)


def count() -> int:
    tables = set(TABLES) - {"actors_address", "index_document"}  # addresses stand in the rows of their places
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' + '.join(f'(SELECT count(*) FROM {name})' for name in sorted(tables))}")  # noqa: S608
        return cursor.fetchone()[0]


def run(file: Path) -> tuple[float, float]:
    """Seconds, and the most megabytes that the process ever had."""
    names = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_DATABASE": database.name(NAME)}
    began, most = time.monotonic(), 0.0
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_register", str(file)],
        cwd=settings.BASE_DIR, env=os.environ | names, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None:
        most = max(most, _peak(process.pid))
        time.sleep(PAUSE)
    if process.returncode:
        raise SystemExit("The import failed.")
    return time.monotonic() - began, most


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def table(found: list[Measured]) -> str:
    lines = ["| rows imported | file MB | seconds | rows/s | memory at most, MB |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.rows:,} | {one.megabytes_of_file:.1f} | {one.seconds:.0f} | {one.rows / one.seconds:.0f} "
        f"| {one.megabytes:.0f} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def missed_goals(found: list[Measured]) -> list[str]:
    few, many = found[0], found[-1]
    missed = [
        f"import of {one.rows} rows: {one.megabytes:.0f} MB of memory, goal at most {MEGABYTES}"
        for one in found
        if one.megabytes > MEGABYTES
    ]
    if many.megabytes > GROWTH * few.megabytes:
        growth = many.megabytes / few.megabytes
        missed.append(f"import: memory grows {growth:.2f} times from {few.rows} to {many.rows} rows, goal {GROWTH}")
    return missed
