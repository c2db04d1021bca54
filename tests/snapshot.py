"""Public content kept outside the database, to put it back in a moment: loading the starter content takes seconds."""

from django.core.management.color import no_style
from django.db import connection

from lmh_portal.core.version import content_models
from lmh_portal.index.models import Document, Word

Snapshot = dict[str, bytes]  # the rows, by the table and columns that COPY names


def take() -> Snapshot:
    with connection.cursor() as cursor:
        return {place: _rows(cursor, place) for place in map(_place, _models())}


def put_back(snapshot: Snapshot) -> None:
    """Fill the empty tables, asking no trigger and no foreign key, and let new keys go on from there."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for place, rows in snapshot.items():
            with cursor.copy(f"COPY {place} FROM STDIN") as copy:
                copy.write(rows)
        cursor.execute("SET session_replication_role = DEFAULT")
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _models() -> list:
    """Of the search index too, whose triggers are not asked."""
    return [*content_models(), Document, Word]


def _place(model) -> str:
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    return f"{model._meta.db_table} ({', '.join(columns)})"


def _rows(cursor, place: str) -> bytes:
    with cursor.copy(f"COPY {place} TO STDOUT") as copy:
        return b"".join(copy)
