from pathlib import Path

from django.core.management import BaseCommand

from actors.tables.columns import Lookups
from actors.tables.files import write_xlsx
from actors.tables.sheets import TABLES


class Command(BaseCommand):
    help = (
        "Export the register as a workbook (XLSX) with all tables, protected places and internal contacts among them."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options):
        lookups = Lookups()
        with file.open("wb") as opened:
            write_xlsx([(table := kind(lookups), table.rows()) for kind in TABLES], opened)
        self.stdout.write(f"Written: {file}")
