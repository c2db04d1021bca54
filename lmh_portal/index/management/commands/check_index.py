from django.core.management.base import BaseCommand, CommandError

from lmh_portal.index.checking import differences


class Command(BaseCommand):
    help = "Compare the search index with what is public now; fails where they differ."

    def handle(self, **options):
        found = differences()
        for difference in found:
            self.stderr.write(difference)
        if found:
            raise CommandError(f"{len(found)} differences. rebuild_index mends them.")
        self.stdout.write("The index is equal to what is public.")
