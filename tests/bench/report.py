"""From measurements to ratios, a table in Markdown, and the goals that were missed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import mean, median, quantiles

from tests.bench.answers import Answer
from tests.bench.load import CONNECTIONS

SPEED = {
    "detail": 0.7,
    "long": 0.7,
    "list": 0.5,
    "deep": 0.5,
    "words": 0.5,
}  # at least: CPU time of the bare view / that of the page
GROWTH = {
    "detail": 1.2,
    "long": 1.2,
    "list": 1.2,
    "deep": 1.3,
    "words": 1.5,
}  # at most: CPU time with most rows / with fewest
FIRST_VISIT_REQUESTS = 6
FIRST_VISIT_BYTES = 60_000  # compressed, without fonts
SECOND_PAGE_BYTES = 15_000


@dataclass(frozen=True)
class Slice:
    """What one server did in one stretch of time."""

    cpu_seconds: float
    milliseconds: list[float]  # of each answer

    @property
    def cost(self) -> float:
        """CPU milliseconds of a request."""
        return self.cpu_seconds * 1000 / len(self.milliseconds)

    @property
    def rate(self) -> float:
        """Requests a second; every connection always waits for an answer."""
        return CONNECTIONS * 1000 / mean(self.milliseconds)


@dataclass(frozen=True)
class Pair:
    """A page and the bare view in neighbouring seconds."""

    page: Slice
    bare: Slice

    @property
    def speed(self) -> float:
        return self.bare.cost / self.page.cost

    @property
    def rate(self) -> float:
        return self.page.rate / self.bare.rate


@dataclass(frozen=True)
class Result:
    """A page with so many rows: a pair for each round."""

    page: str
    kind: str
    rows: int
    pairs: list[Pair]
    answer: Answer

    @property
    def speed(self) -> float:
        return median(pair.speed for pair in self.pairs)

    @property
    def milliseconds(self) -> tuple[float, float]:
        """The 50th and the 95th percentile."""
        cuts = quantiles([one for pair in self.pairs for one in pair.page.milliseconds], n=20)
        return cuts[9], cuts[18]


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """CPU seconds between two readings of the same processes; new ones count from their start."""
    if gone := before.keys() - after.keys():
        raise SystemExit(f"Process {min(gone)} ended while it was measured, and nobody knows what it cost.")
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def growth(small: Result, large: Result) -> float:
    """How much more CPU a request takes with more rows; each round against its own bare view."""
    return median(few.speed / many.speed for few, many in zip(small.pairs, large.pairs, strict=True))


def by_page(results: Iterable[Result]) -> Iterator[tuple[Result, Result]]:
    """Each page with fewest and with most rows."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.page, []).append(result)
    for same_page in found.values():
        ordered = sorted(same_page, key=lambda result: result.rows)
        yield ordered[0], ordered[-1]


def missed(results: list[Result]) -> list[str]:
    """The goals that were missed, a sentence each."""
    return [sentence for result in results for sentence in _missed(result)] + [
        f"{large.page}: growth {growth(small, large):.2f} from {small.rows} to {large.rows} rows, "
        f"goal at most {GROWTH[large.kind]}"
        for small, large in by_page(results)
        if small is not large and growth(small, large) > GROWTH[large.kind]
    ]


def _missed(result: Result) -> Iterator[str]:
    where, answer = f"{result.page} with {result.rows} rows", result.answer
    if result.speed < SPEED[result.kind]:
        yield f"{where}: CPU speed {result.speed:.2f}, goal at least {SPEED[result.kind]}"
    if answer.first_visit_requests > FIRST_VISIT_REQUESTS:
        yield f"{where}: first visit {answer.first_visit_requests} requests, goal at most {FIRST_VISIT_REQUESTS}"
    if answer.first_visit_bytes > FIRST_VISIT_BYTES:
        yield f"{where}: first visit {answer.first_visit_bytes / 1000:.1f} kB, goal at most {FIRST_VISIT_BYTES // 1000}"
    if answer.compressed > SECOND_PAGE_BYTES and result.kind != "long":  # 300 references have their weight
        yield f"{where}: second page {answer.compressed / 1000:.1f} kB, goal at most {SECOND_PAGE_BYTES // 1000}"


def table(results: list[Result], memory: dict[str, float]) -> str:
    """Everything in Markdown."""
    bare = [pair.bare for result in results for pair in result.pairs]
    lines = [
        f"Bare view: {median(one.cost for one in bare):.2f} CPU ms a request, "
        f"{median(one.rate for one in bare):.0f} requests/s (medians of {len(bare)} stretches).",
        "Memory (PSS of a worker): " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()) + ".",
        "",
        "| page | rows | CPU ms | CPU speed (range) | requests/s (ratio) | p50 / p95 ms | queries (cold) | cold ms |",
        "|---|---|---|---|---|---|---|---|",
        *map(_line, results),
        "",
        "| page | growth | HTML kB | second page kB | first visit kB (requests) |",
        "|---|---|---|---|---|",
        *(_page_line(small, large) for small, large in by_page(results)),
    ]
    return "\n".join(lines) + "\n"


def _line(result: Result) -> str:
    speeds = [pair.speed for pair in result.pairs]
    p50, p95 = result.milliseconds
    cells = [
        result.page,
        f"{result.rows:,}",
        f"{median(pair.page.cost for pair in result.pairs):.2f}",
        f"{result.speed:.2f} ({min(speeds):.2f}–{max(speeds):.2f})",
        f"{median(pair.rate for pair in result.pairs):.2f}",
        f"{p50:.0f} / {p95:.0f}",
        f"{result.answer.queries} ({result.answer.cold_queries})",
        f"{result.answer.cold_milliseconds:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _page_line(small: Result, large: Result) -> str:
    answer = large.answer
    cells = [
        large.page,
        f"{growth(small, large):.2f}" if small is not large else "–",
        f"{answer.size / 1000:.1f}",
        f"{answer.compressed / 1000:.1f}",
        f"{answer.first_visit_bytes / 1000:.1f} ({answer.first_visit_requests})",
    ]
    return f"| {' | '.join(cells)} |"
