"""`./dev bench search`: how well search answers, and how fast beside the bare queries and the bare view.

One visitor asks at a time, so that milliseconds are those of the answer and not of a queue. Ends with status 1 and a
sentence for each goal that was missed.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import override

from lmh_portal import devdb
from lmh_portal.index.folding import fold
from lmh_portal.search.services import suggestions
from tests.bench import database, documents, relevance, report
from tests.bench.load import visit
from tests.bench.questions import HOSTILE, Asked, questions, typed
from tests.bench.servers import Server

STARTER = "search_starter"
BESIDE_SQL, GROWTH, SUGGESTIONS, HOSTILE_TO_MEDIAN = 1.5, 4, 15, 3  # goals, at most; SUGGESTIONS in milliseconds
TWO_PHASES = """
    WITH best AS MATERIALIZED (
      SELECT id, ts_rank(head, query) AS rank FROM index_document, plainto_tsquery(%(read)s, %(text)s) AS query
      WHERE head @@ query ORDER BY rank DESC LIMIT 20)
    SELECT id FROM best UNION ALL (
      SELECT id FROM index_document, plainto_tsquery(%(read)s, %(text)s) AS query
      WHERE (SELECT count(*) FROM best) < 20 AND body @@ query LIMIT 20)
"""
CAPPED_COUNT = """
    SELECT count(*) FROM (
      SELECT FROM index_document, plainto_tsquery(%(read)s, %(text)s) AS query
      WHERE head @@ query OR body @@ query LIMIT 1001) AS counted
"""
SIZES = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relname ~ '^index_(document|word)' AND relkind IN ('r', 'i')
    UNION ALL SELECT 'index_document, long texts', pg_relation_size(reltoastrelid)
    FROM pg_class WHERE relname = 'index_document' ORDER BY 2 DESC
"""


@dataclass
class Times:
    """Milliseconds of one thing that was asked again and again, and the CPU milliseconds of one answer."""

    milliseconds: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)  # of each round

    def percentile(self, number: int) -> float:
        return quantiles(self.milliseconds, n=100, method="inclusive")[number - 1]

    @property
    def cost(self) -> float:
        return median(self.costs)


@dataclass
class Results:
    """Of one number of documents; `kinds` has the page's times by kind of question."""

    number: int
    build_seconds: float
    sizes: dict[str, int]
    page: Times = field(default_factory=Times)
    api: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)
    two_phases: Times = field(default_factory=Times)
    capped_count: Times = field(default_factory=Times)
    suggestions: Times = field(default_factory=Times)
    hostile: Times = field(default_factory=Times)
    crowd: Times = field(default_factory=Times)
    kinds: dict[str, Times] = field(default_factory=dict)
    reading: Times | None = None  # while the index is made anew
    rebuild_seconds: float = 0

    @property
    def limit(self) -> float:
        """The goal for the page's 95th percentile."""
        return BESIDE_SQL * sum(one.percentile(95) for one in [self.two_phases, self.capped_count, self.bare])


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench search", description=__doc__.split("\n")[0])
    parser.add_argument("--documents", default="1000,100000", help="sizes to compare (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="passes through the questions (default: %(default)s)")
    parser.add_argument("--only", choices=["relevance", "speed"], help="one half of it")
    parser.add_argument("--rebuild", action="store_true", help="make the largest index anew while it is read")
    parser.add_argument("--keep", action="store_true", help="keep the databases, use those kept before")
    parser.add_argument("--output", type=Path, help="write the tables to this file too")
    asked = parser.parse_args(argv)
    asked.documents = sorted({int(number) for number in asked.documents.split(",")})
    return asked


def main(argv: list[str]) -> int:
    asked = arguments(argv)
    if devdb.is_wanted():
        devdb.start()
    texts, missed = [], []
    if asked.only != "speed":
        judged = relevance_on_starter(keep=asked.keep)
        texts.append(relevance.table(judged))
        missed += relevance.missed(judged)
    if asked.only != "relevance":
        results = speed(asked)
        texts.append(table(results))
        missed += missed_speed(results)
    text = "\n".join(texts)
    sys.stdout.write(text)
    if asked.output:
        asked.output.write_text(text, "utf-8")
    for sentence in missed:
        say(f"Goal missed: {sentence}.")
    return 1 if missed else 0


def relevance_on_starter(*, keep: bool) -> list[relevance.Judged]:
    say("Loading the starter content …")
    database.prepare(STARTER, keep=keep, fill=partial(call_command, "load_starter", stdout=StringIO()))
    try:
        database.use(STARTER)
        return relevance.judge(relevance.questions())
    finally:
        if not keep:
            database.drop(STARTER)


# --- speed


def name(number: int) -> str:
    return f"search_{number}"


def speed(asked: argparse.Namespace) -> list[Results]:
    try:
        for number in asked.documents:
            say(f"Filling the database for {number} documents …")
            database.prepare(name(number), keep=asked.keep, fill=partial(fill, number))
        return measure(asked)
    finally:
        if not asked.keep:
            for number in asked.documents:
                database.drop(name(number))


def fill(number: int) -> None:
    """The rows, and then the index of all of them at once; how long that took is told by a comment."""
    call_command("load_starter", only="vocabulary", stdout=StringIO())
    documents.fill(number)
    with transaction.atomic(), connection.cursor() as cursor:
        start = time.perf_counter()
        cursor.execute("SELECT index_rebuild()")
        cursor.execute(f"COMMENT ON INDEX index_document_body IS '{time.perf_counter() - start}'")


def measure(asked: argparse.Namespace) -> list[Results]:
    with ExitStack() as running:
        bare = running.enter_context(Server("bare view", "tests.bench.bare:application", name(asked.documents[0])))
        portals = {
            number: running.enter_context(Server(f"portal {number}", "lmh_portal.wsgi:application", name(number)))
            for number in asked.documents
        }
        results = []
        for number, portal in portals.items():
            say(f"Asking {number} documents …")
            database.use(name(number))
            results.append(measure_one(number, portal, bare, asked.rounds))
        if asked.rebuild:
            say("Making the index anew while it is read …")
            rebuild(results[-1], portal)
        return results


def measure_one(number: int, portal: Server, bare: Server, rounds: int) -> Results:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('index_document_body'::regclass)")
        found = Results(number, float(cursor.fetchone()[0]), sizes())
    log = questions()
    with override("sv"):
        page = reverse("search:search")
    api = reverse("search_api")
    pages = [f"{page}?{one.query}" for one in log]
    ask(portal, pages, Times())  # imports, templates, plans, the cache of the operating system
    ask(bare, ["/sv/"] * 50, Times())
    for _ in range(rounds):
        found.page.costs.append(cost(portal, pages, found.page))
        found.bare.costs.append(cost(bare, ["/sv/"] * len(log), found.bare))
        time_sql(TWO_PHASES, log, found.two_phases)
        time_sql(CAPPED_COUNT, log, found.capped_count)
        found.api.costs.append(cost(portal, [f"{api}?{one.query}" for one in log], found.api))
        time_suggestions(found.suggestions)
        ask(portal, [f"{page}?{urlencode({'q': text})}" for text in HOSTILE], found.hostile)
    for one, milliseconds in zip(log * rounds, found.page.milliseconds, strict=True):
        found.kinds.setdefault(one.kind, Times()).milliseconds.append(milliseconds)
    found.crowd.milliseconds = visit(portal.port, pages, 60, 1)
    return found


def ask(server: Server, paths: list[str], times: Times) -> None:
    """One visitor, who asks one thing after the other; another one of each address of a browser."""
    visitor = HTTPConnection("127.0.0.1", server.port, timeout=120)
    for number, path in enumerate(paths):
        start = time.perf_counter()
        visitor.request("GET", path, headers={"User-Agent": f"visitor {number % 50}", "Accept-Language": "sv"})
        answer = visitor.getresponse()
        answer.read()
        if answer.status not in {200, 400, 414}:
            raise SystemExit(f"{path[:200]} answered {answer.status}.")
        times.milliseconds.append((time.perf_counter() - start) * 1000)
    visitor.close()


def cost(server: Server, paths: list[str], times: Times) -> float:
    """CPU milliseconds of one answer."""
    before = server.cpu_seconds()
    ask(server, paths, times)
    return report.spent(before, server.cpu_seconds()) * 1000 / len(paths)


def time_sql(query: str, log: list[Asked], times: Times) -> None:
    with connection.cursor() as cursor:
        for one in log:
            values = {"read": one.configuration, "text": fold(one.text)}
            start = time.perf_counter()
            cursor.execute(query, values)
            cursor.fetchall()
            times.milliseconds.append((time.perf_counter() - start) * 1000)


def time_suggestions(times: Times) -> None:
    """Of the database: what remains is little."""
    for text in typed():
        start = time.perf_counter()
        suggestions(text, "sv")
        times.milliseconds.append((time.perf_counter() - start) * 1000)


def sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        return dict(cursor.fetchall())


def rebuild(found: Results, portal: Server) -> None:
    """Read pages for as long as the command works."""
    with override("sv"):
        paths = [f"{reverse('search:search')}?{one.query}" for one in questions()]
    found.reading, is_done = Times(), Event()

    def read():
        while not is_done.is_set():
            ask(portal, paths[:20], found.reading)

    reader = Thread(target=read)
    reader.start()
    start = time.perf_counter()
    try:
        call_command("rebuild_index", stdout=StringIO())
    finally:
        found.rebuild_seconds = time.perf_counter() - start
        is_done.set()
        reader.join()


# --- tables and goals


def table(results: list[Results]) -> str:
    lines = ["| documents | what | CPU ms | p50 / p95 / p99 ms |", "|---|---|---|---|"]
    for one in results:
        rows = {
            "search page": one.page,
            "the same for machines": one.api,
            "two-phase query": one.two_phases,
            "capped count": one.capped_count,
            "bare view": one.bare,
            "suggestions": one.suggestions,
            "hostile questions": one.hostile,
            "search page, four visitors at once": one.crowd,
            **{f"search page, {kind}": times for kind, times in one.kinds.items()},
            **({"search page while the index is made anew": one.reading} if one.reading else {}),
        }
        lines += [_line(one.number, what, times) for what, times in rows.items()]
    for one in results:
        megabytes = ", ".join(f"{what} {size / 1e6:.1f}" for what, size in one.sizes.items())
        lines += ["", f"{one.number:,} documents: index_rebuild() {one.build_seconds:.0f} s; MB: {megabytes}."]
        lines += [f"Goal for the page's p95: {one.limit:.0f} ms."]
        if one.reading:
            lines += [f"rebuild_index while the site serves: {one.rebuild_seconds:.0f} s, the longest wait of"]
            lines += [f"{len(one.reading.milliseconds)} readers {max(one.reading.milliseconds):.0f} ms."]
    return "\n".join(lines) + "\n"


def _line(number: int, what: str, times: Times) -> str:
    cpu = f"{times.cost:.1f}" if times.costs else "–"
    return f"| {number:,} | {what} | {cpu} | {' / '.join(f'{times.percentile(one):.1f}' for one in [50, 95, 99])} |"


def missed_speed(results: list[Results]) -> list[str]:
    """The goals that were missed, a sentence each."""
    small, large = results[0], results[-1]
    sentences = []
    if (p95 := large.page.percentile(95)) > large.limit:
        sentences.append(f"search page with {large.number} documents: p95 {p95:.0f} ms, goal at most {large.limit:.0f}")
    if (growth := large.page.cost / small.page.cost) > GROWTH:
        sentences.append(f"growth {growth:.1f} from {small.number} to {large.number} documents, goal at most {GROWTH}")
    if (p95 := large.suggestions.percentile(95)) > SUGGESTIONS:
        sentences.append(f"suggestions: p95 {p95:.1f} ms, goal at most {SUGGESTIONS}")
    limit = HOSTILE_TO_MEDIAN * large.page.percentile(50)
    if (p99 := large.hostile.percentile(99)) > limit:
        sentences.append(f"hostile questions: p99 {p99:.0f} ms, goal at most {limit:.0f}")
    return sentences


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
