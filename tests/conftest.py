"""What every test starts from: the embedded database, Swedish, nothing remembered."""

import pytest
from django.db import connection
from django.utils import translation

from lmh_portal import devdb
from lmh_portal.core import version


def pytest_configure(config):
    if devdb.is_wanted() and not hasattr(config, "workerinput"):
        devdb.start()


@pytest.fixture(autouse=True)
def _fresh_start():
    version.forget()
    translation.activate("sv")
    yield
    translation.deactivate()


@pytest.fixture
def db(db):
    """The database, with the content version rising at each change instead of at a commit that never comes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return db
