from django.core.management.base import BaseCommand

from lmh_portal.stats import services


class Command(BaseCommand):
    help = "Check the links in published content, those whose last check is oldest first."

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=services.AT_MOST, help="how many links at most")

    def handle(self, *, limit, **options):
        self.stdout.write(str(services.check_links(limit)))
