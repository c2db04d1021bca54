"""The portal's settings as in production, on a database of the bench's own."""

import os

os.environ["DJANGO_ENV"] = "local"
os.environ["DEBUG"] = "false"

from lmh_portal.settings import *  # noqa: E402, F403

DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "postgres")  # noqa: F405
DATABASES["default"]["OPTIONS"] = {  # noqa: F405
    "application_name": os.environ.get("BENCH_NAME", "bench"),  # by which we know a server's connections
    "options": "-c max_parallel_workers_per_gather=0",  # whose CPU time nobody could tell afterwards
}
LOGGING["root"]["level"] = "WARNING"  # noqa: F405
if "BENCH_MAIL" in os.environ:
    EMAIL_FILE_PATH = os.environ["BENCH_MAIL"]
