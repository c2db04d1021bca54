"""Adding a language is an entry in the table, migrations and a catalogue: done here in a copy, every page visited."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ENTRY = 'Language("fi", "Suomi", search="finnish", fallback=("sv", "en")),'
SETTINGS = """
import os
os.environ["DEBUG"] = "false"
from lmh_portal.settings import *
DATABASES = {"default": %r}
"""
VISIT = """
import django
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
from tests.reading import Page
from tests.sites import addresses, public_views
setup_test_environment()
client, visited = Client(), 0
for view in public_views():
    for url in addresses(view, "fi"):
        page = Page(client.get(url))
        assert (page.status, page.faults) == (200, []), (url, page.status, page.faults)
        visited += 1
print("visited", visited)
"""


@pytest.fixture
def empty_database(django_db_blocker):
    """The settings of a database of this test's own."""
    name = f"{settings.DATABASES['default']['NAME']}_language_{os.getpid()}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield connection.settings_dict | {"NAME": name}
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def copy_project(to: Path) -> None:
    for name in ["lmh_portal", "knowledge", "actors", "events", "templates", "static", "locale", "tests"]:
        shutil.copytree(settings.BASE_DIR / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    table = to / "lmh_portal/core/languages.py"
    table.write_text(table.read_text().replace('        Language("ar"', f'        {ENTRY}\n        Language("ar"'))


def test_a_language_more_needs_no_other_code(tmp_path, empty_database):
    copy_project(tmp_path)
    (tmp_path / "one_more.py").write_text(SETTINGS % empty_database)
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "one_more", "DJANGO_ENV": "local",
        "PYTHONWARNINGS": "error",
    }  # fmt: skip

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    made = run("-m", "django", "makemigrations", "-n", "add_finnish")
    for command in ["migrate", "update_messages", "compile_messages", "load_starter"]:
        run("-m", "django", command)
    visited = run("-c", VISIT)

    assert "name_fi" in made
    assert int(visited.split()[1]) > 250
