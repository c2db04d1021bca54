from django.core.management.base import BaseCommand

from lmh_portal.core import messages


class Command(BaseCommand):
    help = "Write the .mo files that Django reads, where they are missing or older than their .po."
    requires_system_checks = []

    def handle(self, **options):
        for path in messages.compile_all():
            self.stdout.write(f"Compiled {path}.")
