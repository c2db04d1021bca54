from django.core.management.base import BaseCommand

from events import retention


class Command(BaseCommand):
    help = "Erase what has been kept of participants long enough; the job of every night does the same."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say how much it would be")

    def handle(self, *, dry_run, **options):
        counts = retention.due().counts() if dry_run else retention.erase_due()
        self.stdout.write("Would be erased:" if dry_run else "Erased:")
        for name, count in counts._asdict().items():
            self.stdout.write(f"  {name.replace('_', ' ')}: {count}")
        if not dry_run:
            self.stdout.write(f"Left over: {sum(retention.due().counts())}")
