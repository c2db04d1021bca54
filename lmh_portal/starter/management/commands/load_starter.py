from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from events.services import move_demo_events
from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders import APPS
from lmh_portal.starter.services import DATA, is_empty, load_starter


class Command(BaseCommand):
    help = "Load reference data and starter content. What is in the database already is left as it is."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there is content already")
        parser.add_argument(
            "--overwrite", action="store_true", help="give rows that exist the files' values again"
        )
        parser.add_argument("--only", choices=APPS, default="", help="load the files of one app")
        parser.add_argument(
            "--directory", type=Path, default=DATA, help="load the files of another directory"
        )

    @no_translations
    def handle(self, *, if_empty, overwrite, only, directory, **options):
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory.")
        refused = 0
        if if_empty and not is_empty():
            self.stdout.write("There is content already; nothing was loaded.")
        else:
            for loader, hindrance in load_starter(directory=directory, app=only, overwrite=overwrite):
                self.report(loader, hindrance)
                refused += bool(loader.problems)
        if moved := move_demo_events():
            self.stdout.write(f"{moved} demonstration events were moved to a coming day.")
        if refused:
            raise CommandError(f"{refused} files have problems.")

    def report(self, loader: Loader, hindrance: str) -> None:
        for problem in loader.problems:
            self.stderr.write(str(problem))
        counts = ", ".join(f"{loader.counts[deed]} {deed}" for deed in ["added", "kept", "overwritten"])
        refusal = "" if loader.row_by_row or not loader.problems else "refused, nothing of it was loaded"
        self.stdout.write(f"{loader.title}: {hindrance or refusal or counts}")
