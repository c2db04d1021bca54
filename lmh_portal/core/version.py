"""The content version: a number that every committed change of public content raises.

Deferred triggers (see migration 0001) raise it at commit, whatever door the change came through, so
whoever reads a version sees at least the content of that version. What is computed from content is
remembered under it: `remembered("facets", …)` never answers with older content than the database has.
A second number rises with the vocabularies alone, which hardly change: what is made of nothing else is
`remembered_of_vocabulary` and outlives other changes.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

REMEMBERED_AT_MOST = 16_000_000  # characters in a process; what is not text counts as SIZE_OF_DATA
SIZE_OF_DATA = 4_000


def _size(value: Any) -> int:
    texts = value if isinstance(value, tuple) else (value,)
    return sum(len(text) if isinstance(text, str) else SIZE_OF_DATA for text in texts)


CONTENT, VOCABULARY = 1, 2  # rows of the table
_of_request: ContextVar[list | None] = ContextVar("content_version_of_request", default=None)
_is_apart: ContextVar[bool] = ContextVar("apart_from_memory", default=False)
_memory: LRUCache = LRUCache(REMEMBERED_AT_MOST, getsizeof=_size)  # what is older makes room by itself
_alone = Lock()
_NOTHING = object()


class ContentVersionMiddleware:
    """Lets one request ask the database for the content version at most once."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _of_request.set([])
        try:
            return self.get_response(request)
        finally:
            _of_request.reset(token)


def current() -> int:
    """The content version now; within a request the one that it first saw."""
    return _now().content


class Now(NamedTuple):
    """The versions, and the day, on which it depends what is upcoming or overdue."""

    content: int
    vocabulary: int
    day: dt.date


def _now() -> Now:
    known = _of_request.get()
    if known:
        return known[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM core_contentversion")
        numbers = dict(cursor.fetchall())
    now = Now(numbers.get(CONTENT, 0), numbers.get(VOCABULARY, 0), timezone.localdate())
    if known is not None:
        known.append(now)
    return now


def remembered(key: Hashable, make: Callable[[], Any], is_current: Callable[[Any], bool] = lambda known: True) -> Any:
    """What `make()` gave for this content version and day; made anew when either has changed.

    What holds for a part of the day only says itself whether it `is_current`.
    """
    now = _now()
    return _remembered((now.content, now.day, key), make, is_current)


def is_to_come(moment: dt.datetime | None) -> bool:
    """For what holds until a moment, or for the whole day."""
    return moment is None or timezone.now() < moment


def remembered_of_vocabulary(key: Hashable, make: Callable[[], Any]) -> Any:
    """What `make()` gave for this version of the vocabularies; it must depend on nothing else."""
    return _remembered(("vocabulary", _now().vocabulary, key), make)


def _remembered(place: Hashable, make: Callable[[], Any], is_current=lambda known: True) -> Any:
    if _is_apart.get():
        return make()
    with _alone:
        known = _memory.get(place, _NOTHING)
    if known is not _NOTHING and is_current(known):
        return known
    value = make()
    with _alone, suppress(ValueError):  # larger than the whole memory
        _memory[place] = value
    return value


@contextmanager
def apart() -> Iterator[None]:
    """Within, memory neither answers nor learns: for pages of what is written but will not be committed."""
    token = _is_apart.set(True)
    try:
        yield
    finally:
        _is_apart.reset(token)


def forget() -> None:
    """Empty this process's memory (tests do, whose changes are rolled back)."""
    with _alone:
        _memory.clear()


def watch_content_tables(**kwargs) -> None:
    """Give every table of the content apps its trigger; runs after each migrate."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if "core_contentversion" not in present:
            return
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'raise_content_version'")
        watched = {table.strip('"') for (table,) in cursor.fetchall()}
        for table in sorted((content_tables() & present) - watched):
            cursor.execute(
                f"CREATE CONSTRAINT TRIGGER raise_content_version AFTER INSERT OR UPDATE OR DELETE"
                f" ON {connection.ops.quote_name(table)} DEFERRABLE INITIALLY DEFERRED"
                f" FOR EACH ROW EXECUTE FUNCTION raise_content_version()"
            )


def content_models() -> list[type[Model]]:
    """The models, those of many-to-many relations included, whose rows make up public pages.

    A model of a content app that no page shows, such as what waits for an editor, says `is_content = False`.
    """
    return [
        model
        for label in settings.CONTENT_APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and getattr(model, "is_content", True)
    ]


def content_tables() -> set[str]:
    return {model._meta.db_table for model in content_models()}
