from django.core.management.base import BaseCommand, CommandError

from lmh_portal.core import messages


class Command(BaseCommand):
    help = "Bring locale/*/LC_MESSAGES/django.po in step with the code, or say with --check what is missing."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing, fail if anything is to be done")

    def handle(self, *, check, **options):
        if not check:
            messages.update_all()
            self.stdout.write(f"Updated: {', '.join(messages.languages())}.")
        elif findings := messages.check_all():
            raise CommandError("\n".join([*findings, f"{len(findings)} findings."]))
