"""Proof that the index is what it should be."""

from django.db import connection, transaction

from lmh_portal.index.install import STORED
from lmh_portal.index.sources import sources


def differences() -> list[str]:
    """A line for each document and word that is not as the public rows say; none where all is well."""
    is_alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # all of it at one moment
        return _differences(cursor)


def _differences(cursor) -> list[str]:
    columns = f"kind, object_id, {', '.join(STORED)}"
    found = []
    for source in sources():
        made = f"SELECT {columns} FROM index_documents('{source.kind}', NULL)"
        kept = f"SELECT {columns} FROM index_document WHERE kind = '{source.kind}'"
        for what, first, second in [("missing or old", made, kept), ("too much or old", kept, made)]:
            cursor.execute(f"SELECT kind, object_id FROM ({first} EXCEPT {second}) AS differing")
            found += [f"{kind} {pk}: {what}" for kind, pk in cursor.fetchall()]
    counted = "SELECT word, count(*)::int AS docs FROM index_document, unnest(words) AS word GROUP BY word"
    cursor.execute(
        f"SELECT word FROM ({counted}) AS counted FULL JOIN index_word USING (word)"
        " WHERE counted.docs IS DISTINCT FROM index_word.docs ORDER BY 1"
    )
    found += [f"word {word}: counted wrong" for (word,) in cursor.fetchall()]
    return found
