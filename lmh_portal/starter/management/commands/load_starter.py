from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from events.services import move_demo_events
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.starter.loader import Loader
from lmh_portal.starter.loaders import APPS
from lmh_portal.starter.services import DATA, is_empty, load_starter


class Command(BaseCommand):
    help = "Load reference data and starter content. Rows that the database has already are left as they are."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there is content")
        parser.add_argument("--overwrite", action="store_true", help="give all rows the files' values again")
        parser.add_argument("--language", choices=LANGUAGES, default="", help="fill in texts missing in it")
        parser.add_argument("--only", choices=APPS, default="", help="load the files of one app")
        parser.add_argument("--directory", type=Path, default=DATA, help="load files from elsewhere")

    @no_translations
    def handle(self, *, if_empty, overwrite, language, only, directory, **options):
        loaders = []
        if if_empty and not is_empty():
            self.stdout.write("There is content already; nothing was loaded.")
        else:
            loaders = load_starter(directory=directory, app=only, overwrite=overwrite, language=language)
        for loader in loaders:
            self.report(loader)
        if moved := move_demo_events():
            self.stdout.write(f"{moved} demonstration events were moved to a coming day.")
        if loaders and not any(loader.path.exists() for loader in loaders):
            raise CommandError(f"There are no files to load in {directory}.")
        if refused := [loader.file for loader in loaders if loader.problems]:
            raise CommandError(f"There are problems in {', '.join(refused)}.")

    def report(self, loader: Loader) -> None:
        for problem in loader.problems:
            self.stderr.write(str(problem))
        deeds = ["added", "kept", "overwritten", *(["filled in"] if loader.counts["filled in"] else [])]
        outcome = ", ".join(f"{loader.counts[deed]} {deed}" for deed in deeds)
        if loader.problems and not loader.row_by_row:
            outcome = "refused, nothing of it was loaded"
        self.stdout.write(f"{loader.title}: {loader.hindrance or outcome}")
