"""What every test starts from: the embedded database, Swedish, nothing remembered."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from lmh_portal import devdb
from lmh_portal.core import version
from lmh_portal.core.messages import compile_all
from tests import snapshot


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return  # the process that starts the workers has done it for all
    if devdb.is_wanted():
        devdb.start()
    for path in compile_all():
        translation_file_changed(sender=None, file_path=Path(path))  # setting up Django has read what was there before


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Browser tests last: Playwright leaves an event loop behind, which tests of jobs and fetching cannot bear."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_quickly():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda case: snapshot.empty(but_content=snapshot.is_unchanged())
        )
        yield


@pytest.fixture(autouse=True)
def _fresh_start():
    version.forget()
    translation.activate("sv")
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _deeds_of_a_commit_are_done_at_once(request):
    """In a test's transaction, whose commit never comes, let each change raise the content version.

    The search index is made at once too where a test is marked `searches`; others would spend half their time on it.
    """
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("_django_db_helper")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if not request.node.get_closest_marker("searches"):
                cursor.execute("SET CONSTRAINTS refresh_touched DEFERRED")
