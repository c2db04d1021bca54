from django.core.management.base import BaseCommand

from lmh_portal.letters import services


class Command(BaseCommand):
    help = "Erase recipients and texts of letters that were sent more than LETTERS_KEPT_DAYS days ago."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say how many it would be")

    def handle(self, *, dry_run, **options):
        if dry_run:
            self.stdout.write(f"Would be erased: {services.old_letters().count()} letters.")
        else:
            self.stdout.write(f"Erased: {services.forget_old_letters()} letters.")
