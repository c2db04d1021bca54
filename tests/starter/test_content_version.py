"""A second load is no change of content, as the database sees it."""

import pytest

from lmh_portal.core import version
from lmh_portal.starter.services import load_starter


@pytest.mark.django_db(transaction=True)
def test_second_load_leaves_the_content_version():
    load_starter()
    before = version.current()

    load_starter()
    load_starter(overwrite=True)

    assert version.current() == before
