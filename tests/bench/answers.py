"""What one answer consists of: its queries and its bytes; read in this process, without a server."""

import gzip
import re
import time
from dataclasses import dataclass, fields
from operator import attrgetter

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lmh_portal.core import version

ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?(?:href|src)="/static/([^"]+)"')
FONTS = (".woff2",)


@dataclass(frozen=True)
class Answer:
    """Bytes are compressed ones; `assets` gives those of each file that the page names."""

    queries: int
    cold_queries: int  # when nothing is remembered
    cold_milliseconds: float
    size: int
    compressed: int
    assets: dict[str, int]

    @property
    def first_visit_requests(self) -> int:
        return 1 + len(self.assets)

    @property
    def first_visit_bytes(self) -> int:
        return self.compressed + sum(size for name, size in self.assets.items() if not name.endswith(FONTS))


def read(paths: list[str]) -> Answer:
    """The most of everything among a few addresses."""
    visitor = Client(SERVER_NAME="localhost")
    visitor.get(paths[0])  # imports, templates, the connection
    answers = [_read(visitor, path) for path in paths[:5]]
    names = [field.name for field in fields(Answer)]
    return Answer(**{name: max(map(attrgetter(name), answers), key=_amount) for name in names})


def _amount(value) -> float:
    return sum(value.values()) if isinstance(value, dict) else value


def _read(visitor: Client, path: str) -> Answer:
    version.forget()
    cold_queries, cold_milliseconds, _html = _get(visitor, path)
    queries, _milliseconds, html = _get(visitor, path)
    assets = {name: _compressed(name) for name in ASSET.findall(html.decode())}
    return Answer(queries, cold_queries, cold_milliseconds, len(html), len(gzip.compress(html, 6)), assets)


def _get(visitor: Client, path: str) -> tuple[int, float, bytes]:
    start = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(path)
    milliseconds = (time.perf_counter() - start) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}.")
    return len(queries), milliseconds, answer.content


def _compressed(name: str) -> int:
    with open(finders.find(name), "rb") as file:
        content = file.read()
    return len(content) if name.endswith(FONTS) else len(gzip.compress(content, 6))
