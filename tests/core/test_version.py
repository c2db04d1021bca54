"""The content version rises with every committed change, whatever door it comes through."""

import pytest
from cachetools import LRUCache
from django.db import connection, transaction

from actors.models import ChangeProposal, Organization, VerificationRequest
from lmh_portal.accounts.models import User
from lmh_portal.core import version
from lmh_portal.vocabulary.models import TargetGroup
from tests.make import make_organization, make_proposal, make_term


def numbers_around(change) -> tuple[int, int]:
    before = version.current()
    change()
    return before, version.current()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda: make_term(TargetGroup),
        lambda: Organization.objects.update(scope="national"),
        lambda: Organization.objects.all().delete(),
        lambda: Organization.objects.get().target_groups.add(make_term(TargetGroup)),
        lambda: connection.cursor().execute("UPDATE actors_organization SET name_sv = 'Annat'"),
    ],
    ids=["save", "bulk update", "bulk delete", "many-to-many", "raw SQL"],
)
def test_version_rises_with(change):
    make_organization()

    before, after = numbers_around(change)

    assert after > before


@pytest.mark.django_db(transaction=True)
def test_version_rises_once_for_many_rows():
    before, after = numbers_around(
        lambda: TargetGroup.objects.bulk_create(TargetGroup(code=f"c{i}", name_sv="x") for i in range(50))
    )

    assert after == before + 1


@pytest.mark.django_db(transaction=True)
def test_version_stays_when_the_change_is_rolled_back_or_not_content():
    def change():
        with transaction.atomic():
            make_term(TargetGroup)
            transaction.set_rollback(True)
        User.objects.create(username="somebody")

    before, after = numbers_around(change)

    assert after == before


@pytest.mark.django_db(transaction=True)
def test_version_stays_with_what_a_content_app_keeps_for_editors_alone():
    organization = make_organization()

    before, after = numbers_around(lambda: make_proposal(organization).delete())

    assert after == before
    assert not {model._meta.db_table for model in [ChangeProposal, VerificationRequest]} & version.content_tables()
    assert Organization._meta.db_table in version.content_tables()


@pytest.mark.django_db
def test_what_is_remembered_is_made_anew_after_a_change():
    made = []
    version.remembered("key", lambda: made.append("first"))
    version.remembered("key", lambda: made.append("not called"))
    make_term(TargetGroup)

    version.remembered("key", lambda: made.append("second"))

    assert made == ["first", "second"]


@pytest.mark.django_db
def test_full_memory_forgets_what_was_used_least_recently(monkeypatch):
    made = []
    monkeypatch.setattr(version, "_memory", LRUCache(20, getsizeof=version._size))

    def ask(key: str) -> None:
        version.remembered(key, lambda: made.append(key) or "ten chars.")

    for key in ["a", "b", "a", "c", "a", "b"]:
        ask(key)

    assert made == ["a", "b", "c", "b"]


@pytest.mark.django_db
def test_what_is_larger_than_the_memory_is_made_each_time(monkeypatch):
    monkeypatch.setattr(version, "_memory", LRUCache(20, getsizeof=version._size))

    answers = [version.remembered("key", lambda: ("title", "x" * 100)) for _ in range(2)]

    assert answers == [("title", "x" * 100)] * 2
