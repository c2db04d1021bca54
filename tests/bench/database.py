"""The bench's own databases, one for each number of rows and those of search, beside the configured one."""

from collections.abc import Callable
from functools import partial
from io import StringIO

from django.core.management import call_command
from django.db import connection

from lmh_portal.core import version
from tests.bench import content

BARE_ROWS = """
    CREATE TABLE bench_row AS
    SELECT number AS id, 'row-' || number AS slug, 'En rubrik av vanlig längd, nummer ' || number AS title,
           repeat('Ett stycke text om hur det går till. ', 6) AS summary,
           timestamptz '2026-01-01 08:00+01' + number * interval '7 hours' AS starts_at,
           timestamptz '2026-01-01 10:30+01' + number * interval '7 hours' AS ends_at
    FROM generate_series(1, 1000) AS number;
    CREATE UNIQUE INDEX ON bench_row (starts_at DESC, id DESC);
"""


def name(rows: int | str) -> str:
    return f"portal_bench_{rows}"


def use(rows: int | str) -> None:
    """Let this process read and write the database for so many rows."""
    connection.close()
    connection.settings_dict["NAME"] = name(rows)
    version.forget()


def prepare(rows: int | str, *, keep: bool, fill: Callable[[], None] | None = None) -> None:
    """Make the database and fill it, unless one is there to be kept."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name(rows)])
        is_kept = keep and cursor.fetchone() == ("filled",)
        if not is_kept:
            _drop(cursor, rows)
            cursor.execute(f"CREATE DATABASE {name(rows)}")
    use(rows)
    call_command("migrate", verbosity=0)
    if not is_kept:
        _fill(rows, fill)


def _fill(rows: int | str, fill: Callable[[], None] | None) -> None:
    if fill:
        fill()
    else:
        call_command("load_starter", only="vocabulary", stdout=StringIO())
        _fill_without_index(partial(content.fill, rows))
    with connection.cursor() as cursor:
        cursor.execute(BARE_ROWS)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"COMMENT ON DATABASE {name(rows)} IS 'filled'")


def _fill_without_index(fill: Callable[[], None]) -> None:
    """The search index is made once of all rows: at the end of each statement it took most of the time."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE index_touched DISABLE TRIGGER refresh_touched")
        fill()
        cursor.execute("TRUNCATE index_touched")
        cursor.execute("SELECT index_rebuild()")
        cursor.execute("ALTER TABLE index_touched ENABLE TRIGGER refresh_touched")


def drop(rows: int | str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        _drop(cursor, rows)


def _drop(cursor, rows: int | str) -> None:
    cursor.execute(f"DROP DATABASE IF EXISTS {name(rows)} WITH (FORCE)")
