"""Which figures to hide, so that no group smaller than five can be computed from those that are shown.

A figure from one to four is never shown. Where a sum of which it is a part would give it away, further figures are
withheld with it. What a careful reader could do is done here first: eliminate in the whole system of sums, and narrow
down between what “fewer than five” and the sums allow (decision 0019).
"""

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from math import inf
from typing import NamedTuple

SMALLEST = 5
MODULUS = 2**61 - 1  # eliminating in whole numbers below a prime is exact and quick
ROUNDS = 10  # of narrowing down
Cell = Hashable


class Sum(NamedTuple):
    """The parts make up the total."""

    total: Cell
    parts: list[Cell]

    @property
    def cells(self) -> list[Cell]:
        return [self.total, *self.parts]


class Mark(Enum):
    SMALL = "small"  # from one to four
    WITHHELD = "withheld"  # of any size


Shown = int | Mark


def protect(values: Mapping[Cell, int], sums: Iterable[Sum]) -> dict[Cell, Shown]:
    """What is shown of each figure."""
    shown: dict[Cell, Shown] = {
        cell: Mark.SMALL if 0 < value < SMALLEST else value for cell, value in values.items()
    }  # fmt: skip
    sums = [one for one in sums if one.parts]
    totals = {one.total for one in sums}
    while exposed := exposed_cells(shown, sums):
        touched: set[Cell] = set()  # one more figure for each sum, then look again
        for cell in sorted(exposed, key=str):
            if cell not in touched:
                touched |= _hide_beside(cell, values, shown, sums, totals)
    return shown


def _hide_beside(cell, values, shown, sums, totals) -> set[Cell]:
    """Withhold one more figure of those that give a small one away; where none is left, also that it is small."""
    around = [other for one in sums if cell in one.cells for other in one.cells]
    visible = [other for other in around if isinstance(shown[other], int)]
    if not visible:
        visible = [other for other in values if isinstance(shown[other], int)]
    if visible:  # a part before a total, a small loss before a large one; nothing hides behind a nought
        cell = min(visible, key=lambda other: (not values[other], other in totals, values[other], str(other)))
    shown[cell] = Mark.WITHHELD
    return {other for one in sums if cell in one.cells for other in one.cells}


def exposed_cells(shown: Mapping[Cell, Shown], sums: list[Sum]) -> set[Cell]:
    """Small figures that what is shown gives away."""
    given_away = determined_cells(shown, sums) | _narrowed_cells(shown, sums)
    return {cell for cell in given_away if shown[cell] is Mark.SMALL}


def determined_cells(shown: Mapping[Cell, Shown], sums: Iterable[Sum]) -> set[Cell]:
    """Hidden figures that adding and subtracting sums gives exactly."""
    pivots: dict[Cell, dict[Cell, int]] = {}
    for one in sums:
        row = _reduced(_hidden_part(one, shown), pivots)
        if not row:
            continue
        cell = next(iter(row))
        inverse = pow(row[cell], -1, MODULUS)
        row = {other: factor * inverse % MODULUS for other, factor in row.items()}
        for known in pivots.values():
            if cell in known:
                _subtract(known, row, known[cell])
        pivots[cell] = row
    return {cell for cell, row in pivots.items() if len(row) == 1}


def _hidden_part(one: Sum, shown: Mapping[Cell, Shown]) -> dict[Cell, int]:
    row: dict[Cell, int] = {}
    for cell, sign in [(one.total, 1), *((part, -1) for part in one.parts)]:
        if not isinstance(shown[cell], int):
            row[cell] = (row.get(cell, 0) + sign) % MODULUS
    return {cell: factor for cell, factor in row.items() if factor}


def _reduced(row: dict[Cell, int], pivots: Mapping[Cell, dict[Cell, int]]) -> dict[Cell, int]:
    for cell in [cell for cell in row if cell in pivots]:
        _subtract(row, pivots[cell], row[cell])
    return row


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, factor in other.items():
        left = (row.get(cell, 0) - times * factor) % MODULUS
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


def _narrowed_cells(shown: Mapping[Cell, Shown], sums: list[Sum]) -> set[Cell]:
    """Hidden figures for which the limits of the others leave one value."""
    limits = {cell: _limits(value) for cell, value in shown.items()}
    for _round in range(ROUNDS):
        before = dict(limits)
        for one in sums:
            _narrow(one, limits)
        if limits == before:
            break
    return {cell for cell, (low, high) in limits.items() if low == high and not isinstance(shown[cell], int)}


def _limits(value: Shown) -> tuple[float, float]:
    if value is Mark.SMALL:
        return 1, SMALLEST - 1
    return (0, inf) if value is Mark.WITHHELD else (value, value)


def _narrow(one: Sum, limits: dict[Cell, tuple[float, float]]) -> None:
    low, high = (sum(limits[part][end] for part in one.parts) for end in (0, 1))
    limits[one.total] = max(limits[one.total][0], low), min(limits[one.total][1], high)
    least, most = limits[one.total]
    for part in one.parts:
        part_low, part_high = limits[part]
        others_low = low - part_low
        is_open = high == inf  # nothing can be taken from what has no end
        others_high = sum(limits[other][1] for other in one.parts if other != part) if is_open else high - part_high
        limits[part] = max(part_low, least - others_high), min(part_high, most - others_low)
        low, high = others_low + limits[part][0], others_high + limits[part][1]
