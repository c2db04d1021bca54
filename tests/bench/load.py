"""Visitors: a process of their own that asks a server for pages for a while.

`python -m tests.bench.load PORT SECONDS PASSES` reads addresses from standard input, one a line, and writes
the milliseconds of each answer as a JSON list. It ends after so many seconds, or passes through the addresses.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle, islice

CONNECTIONS = 4
REQUESTS_PER_CONNECTION = 25  # then a new one, so that all workers get their share
FOR_EVER = 1_000_000


def visit(port: int, paths: list[str], seconds: float, passes: int = FOR_EVER) -> list[float]:
    """Let visitors come from another process; the milliseconds of each answer."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(seconds), str(passes)]
    finished = subprocess.run(command, input="\n".join(paths), text=True, check=True, stdout=subprocess.PIPE)
    return json.loads(finished.stdout)


def _visitor(port: int, paths: list[str], end: float) -> list[float]:
    times: list[float] = []
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for path in paths:
        if (start := time.perf_counter()) > end:
            break
        connection.request("GET", path, headers={"Accept-Language": "sv", "Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}.")
        times.append((time.perf_counter() - start) * 1000)
    connection.close()
    return times


def main(port: str, seconds: str, passes: str) -> None:
    paths = sys.stdin.read().split()
    addresses = islice(cycle(paths), len(paths) * int(passes))
    end = time.perf_counter() + float(seconds)

    def visitors(_number: int) -> list[float]:
        """One visitor after the other, each with a connection of its own."""
        times: list[float] = []
        while time.perf_counter() < end and (some := list(islice(addresses, REQUESTS_PER_CONNECTION))):
            times += _visitor(int(port), some, end)
        return times

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        json.dump([one for times in pool.map(visitors, range(CONNECTIONS)) for one in times], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
