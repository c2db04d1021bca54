"""Between tests that commit: tables emptied in a moment, and public content put back that takes seconds to load."""

from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import connection, transaction

from lmh_portal.core.models import ContentVersion
from lmh_portal.core.version import content_models
from lmh_portal.index.models import Document, Word

Snapshot = dict[str, bytes]  # the rows, by the table and columns that COPY names
MADE_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}


def take() -> Snapshot:
    with connection.cursor() as cursor:
        return {place: _rows(cursor, place) for place in map(_place, _models())}


def put_back(snapshot: Snapshot) -> None:
    """Fill the empty tables, and let new keys go on from there."""
    with _no_trigger() as cursor:
        for place, rows in snapshot.items():
            with cursor.copy(f"COPY {place} FROM STDIN") as copy:
                copy.write(rows)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def empty(*, but_content: bool = False) -> None:
    """Empty all tables; TRUNCATE would make new files for each of them and its indexes."""
    kept = MADE_BY_MIGRATE | ({model._meta.db_table for model in _models()} if but_content else set())
    tables = set(connection.introspection.table_names()) - kept
    with _no_trigger() as cursor:
        cursor.execute(";".join(f"DELETE FROM {table}" for table in sorted(tables)))


def is_unchanged() -> bool:
    """Whether all content is what was put back, or none: any change since then would have raised its version."""
    return not ContentVersion.objects.exists()


@contextmanager
def _no_trigger():
    """Ask no trigger and no foreign key; a superuser may."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def _models() -> list:
    """Of the search index too, whose triggers are not asked."""
    return [*content_models(), Document, Word]


def _place(model) -> str:
    columns = [connection.ops.quote_name(field.column) for field in model._meta.concrete_fields if not field.generated]
    return f"{model._meta.db_table} ({', '.join(columns)})"


def _rows(cursor, place: str) -> bytes:
    with cursor.copy(f"COPY {place} TO STDOUT") as copy:
        return b"".join(copy)
