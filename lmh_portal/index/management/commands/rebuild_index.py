from django.core.management.base import BaseCommand
from django.db import connection, transaction

from lmh_portal.index.sources import sources

BATCH = 500


class Command(BaseCommand):
    help = "Make the search index anew, while the site goes on serving."

    def handle(self, **options):
        """Each batch is a transaction of its own, and holds the locks that a change of its rows would hold."""
        for source in sources():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT row.id FROM {source.rows} ORDER BY 1")
                public = [pk for (pk,) in cursor.fetchall()]
                cursor.execute("SELECT object_id FROM index_document WHERE kind = %s", [source.kind])
                ids = sorted({*public, *(pk for (pk,) in cursor.fetchall())})
            for start in range(0, len(ids), BATCH):
                self._refresh(source.kind, ids[start : start + BATCH])
            self.stdout.write(f"{source.kind}: {len(public)}")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT index_recount()")

    @transaction.atomic
    def _refresh(self, kind: str, ids: list[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO index_touched (kind, ids) VALUES (%s, %s)", [kind, ids])
