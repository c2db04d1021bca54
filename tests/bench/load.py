"""Visitors: a process of their own that asks a server for pages for a while.

`python -m tests.bench.load PORT SECONDS` reads addresses from standard input, one a line, and writes
the milliseconds of each answer as a JSON list.
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


def visit(port: int, paths: list[str], seconds: float) -> list[float]:
    """Let visitors come from another process; the milliseconds of each answer."""
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(seconds)]
    finished = subprocess.run(command, input="\n".join(paths), text=True, check=True, stdout=subprocess.PIPE)
    return json.loads(finished.stdout)


def _visitor(port: int, paths: list[str], seconds: float) -> list[float]:
    """One after the other, in a circle."""
    times, addresses, end = [], cycle(paths), time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path in islice(addresses, REQUESTS_PER_CONNECTION):
            start = time.perf_counter()
            if start > end:
                break
            connection.request("GET", path, headers={"Accept-Language": "sv", "Accept": "text/html"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}.")
            times.append((time.perf_counter() - start) * 1000)
        connection.close()
    return times


def main(port: str, seconds: str) -> None:
    paths = sys.stdin.read().split()
    starts = [len(paths) * number // CONNECTIONS for number in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        visitors = [pool.submit(_visitor, int(port), paths[start:] + paths[:start], float(seconds)) for start in starts]
    json.dump([one for visitor in visitors for one in visitor.result()], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
