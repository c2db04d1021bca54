from pathlib import Path

from django.core.management import BaseCommand, CommandError

from actors.tables.files import read
from actors.tables.importing import import_tables
from actors.tables.sheets import TABLES
from lmh_portal.accounts.models import User
from lmh_portal.core.archives import Refusal


class Command(BaseCommand):
    help = "Import tables into the register (XLSX or CSV), all or nothing; with --dry-run only say what would happen."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--editor", default="", help="user name that the history is to name")

    def handle(self, *, file: Path, dry_run: bool, editor: str, **options):
        user = User.objects.filter(username=editor).first()
        if editor and not user:
            raise CommandError(f"There is no user {editor!r}.")
        try:
            with file.open("rb") as opened:
                sheets = read(opened, file.name, file.stat().st_size)
                report = import_tables(sheets, permitted=TABLES, dry_run=dry_run, user=user, progress=self.say_how_far)
        except OSError as error:
            raise CommandError(f"{file} cannot be read.") from error
        except Refusal as refusal:
            raise CommandError(f"{file} was refused: {refusal}") from refusal
        self.stderr.write("")
        for problem in report.problems:
            self.stderr.write(f"{problem.sheet}, line {problem.line}, {problem.column or '–'}: {problem.reason}")
        if report.problems:
            raise CommandError("Nothing was imported.")
        for name, new, changed, unchanged in report.summary:
            self.stdout.write(f"{name}: {new} new, {changed} changed, {unchanged} unchanged")
        self.stdout.write("Nothing was written: this was a dry run." if dry_run else "Imported.")

    def say_how_far(self, sheet: str, line: int) -> None:
        self.stderr.write(f"\r{sheet}: line {line}", ending="")
