"""`./dev bench`: the portal's pages beside a bare Django view, in turn, in neighbouring seconds.

`./dev bench search` measures search (search.py), `./dev bench import` how tables come into the register (tables.py),
`./dev bench rush` sign-ups to an event that is full at once (rush.py).

Ends with status 1 and a sentence for each goal that was missed. Linux only: CPU times are read from process clocks.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
import django

django.setup()

from lmh_portal import devdb  # noqa: E402
from tests.bench import answers, database, report, rush, search, tables  # noqa: E402
from tests.bench.load import visit  # noqa: E402
from tests.bench.pages import PAGES, Page  # noqa: E402
from tests.bench.servers import Server  # noqa: E402

BARE_PATHS = ["/sv/"]
WARM_UP_PASSES = 8  # after them both workers know nearly all addresses,
WARM_UP_REQUESTS = 800  # where there are few addresses after so many, on some 30 connections
WARM_UP_SECONDS = 60  # but no longer than this


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default="1000,20000", help="sizes to compare (default: %(default)s)")
    parser.add_argument("--pages", default="", help=f"some of {', '.join(page.name for page in PAGES)}")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each stretch (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="stretches of each page (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the databases, use those kept before")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    asked = parser.parse_args()
    asked.rows = sorted({int(rows) for rows in asked.rows.split(",")})
    names = set(asked.pages.split(",")) - {""}
    if unknown := names - {page.name for page in PAGES}:
        parser.error(f"there is no page {', '.join(sorted(unknown))}")
    asked.pages = [page for page in PAGES if not names or page.name in names]
    return asked


def main() -> int:
    if sys.argv[1:2] == ["search"]:
        return search.main(sys.argv[2:])
    if sys.argv[1:2] == ["import"]:
        return tables.main(sys.argv[2:])
    if sys.argv[1:2] == ["rush"]:
        return rush.main(sys.argv[2:])
    asked = arguments()
    if not sys.platform.startswith("linux"):
        raise SystemExit("The bench reads memory and the clocks of other processes as only Linux gives them.")
    if devdb.is_wanted():
        devdb.start()
    for rows in asked.rows:
        say(f"Filling the database for {rows} rows …")
        database.prepare(rows, keep=asked.keep)
    try:
        results, memory = measure(asked)
    finally:
        if not asked.keep:
            for rows in asked.rows:
                database.drop(rows)
    text = report.table(results, memory)
    sys.stdout.write(text)
    if asked.output:
        asked.output.write_text(text, "utf-8")
    missed = report.missed(results)
    for sentence in missed:
        say(f"Goal missed: {sentence}.")
    return 1 if missed else 0


def measure(asked: argparse.Namespace) -> tuple[list[report.Result], dict[str, float]]:
    with ExitStack() as running:
        bare = running.enter_context(Server("bare view", "tests.bench.bare:application", asked.rows[0]))
        portals = [
            running.enter_context(Server(f"portal, {rows} rows", "lmh_portal.wsgi:application", rows))
            for rows in asked.rows
        ]
        results = [result for page in asked.pages for result in measure_page(page, bare, portals, asked)]
        return results, {server.name: server.memory() for server in [bare, *portals]}


def measure_page(page: Page, bare: Server, portals: list[Server], asked: argparse.Namespace) -> list[report.Result]:
    say(f"Measuring {page.name} …")
    paths, seen = {}, {}
    for portal in portals:
        database.use(portal.rows)
        paths[portal] = page.paths()
        seen[portal] = answers.read(paths[portal])
        passes = max(WARM_UP_PASSES, WARM_UP_REQUESTS // len(paths[portal]))
        visit(portal.port, paths[portal], WARM_UP_SECONDS, passes)
    pairs: dict[Server, list[report.Pair]] = {portal: [] for portal in portals}
    for round_ in range(asked.rounds):
        floor = stretch(bare, BARE_PATHS, asked.seconds)
        for portal in portals if round_ % 2 else reversed(portals):
            pairs[portal].append(report.Pair(stretch(portal, paths[portal], asked.seconds), floor))
    return [report.Result(page.name, page.kind, portal.rows, pairs[portal], seen[portal]) for portal in portals]


def stretch(server: Server, paths: list[str], seconds: float) -> report.Slice:
    before = server.cpu_seconds()
    milliseconds = visit(server.port, paths, seconds)
    return report.Slice(report.spent(before, server.cpu_seconds()), milliseconds)


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
