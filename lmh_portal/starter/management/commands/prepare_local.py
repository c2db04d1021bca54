import time
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

STEPS = [
    ("Compiling the messages", ["compile_messages"]),
    ("Creating the tables", ["migrate"]),
    ("Loading starter content", ["load_starter", "--if-empty"]),
    ("Looking after the local administrator", ["create_local_admin"]),
]


class Command(BaseCommand):
    help = "Do what ./dev run needs before the site can start; in one process, so that a second start is quick."
    requires_system_checks = []  # the site does them once more

    def handle(self, **options):
        if not settings.IS_LOCAL:
            raise CommandError("prepare_local is only for DJANGO_ENV=local: use migrate.")
        check_database()
        for label, command in STEPS:
            self.stdout.write(f"{label} … ", ending="")
            self.stdout.flush()
            begun = time.monotonic()
            call_command(*command, verbosity=0, stdout=StringIO())
            self.stdout.write(f"{time.monotonic() - begun:.0f} s")


def check_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CommandError(f"The database that DATABASE_URL names does not answer: {reason}") from error
    if connection.pg_version < 150000:
        raise CommandError("PostgreSQL 15 or newer is needed; DATABASE_URL names an older one.")
