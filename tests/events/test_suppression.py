"""Small figures cannot be computed from what a table shows, whoever adds and subtracts."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.suppression import Mark, Sum, protect

TRIES = settings(max_examples=300, deadline=None, derandomize=True)
small_or_large = st.integers(0, 12) | st.integers(0, 500)


def column(*parts):
    """A total and its parts."""
    values = dict(enumerate(parts)) | {"all": sum(parts)}
    return values, [Sum("all", list(range(len(parts))))]


def test_large_figures_are_all_shown():
    values, sums = column(5, 20, 0, 7)

    assert protect(values, sums) == values


def test_one_small_figure_takes_the_smallest_other_with_it():
    values, sums = column(3, 20, 7)

    assert protect(values, sums) == {0: Mark.SMALL, 1: 20, 2: Mark.WITHHELD, "all": 30}


def test_two_small_figures_hide_each_other():
    values, sums = column(3, 2, 20)

    assert protect(values, sums) == {0: Mark.SMALL, 1: Mark.SMALL, 2: 20, "all": 25}


@pytest.mark.parametrize("parts", [(1, 1, 20), (4, 4, 20), (1, 1, 1, 9)])
def test_small_figures_that_their_sum_gives_away_take_another_with_them(parts):
    values, sums = column(*parts)

    shown = protect(values, sums)

    assert Mark.WITHHELD in shown.values()


def test_nothing_hides_behind_a_nought():
    values, sums = column(3, 0, 20)

    assert protect(values, sums) == {0: Mark.SMALL, 1: 0, 2: Mark.WITHHELD, "all": 23}


def solutions(shown, sums):
    """What each small figure may be, by trying all values that fit: for small tables."""
    hidden = [cell for cell, value in shown.items() if not isinstance(value, int)]
    ranges = [range(1, 5) if shown[cell] is Mark.SMALL else range(41) for cell in hidden]
    found = {cell: set() for cell in hidden}
    for guess in product(*ranges):
        whole = shown | dict(zip(hidden, guess, strict=True))
        if all(whole[one.total] == sum(whole[part] for part in one.parts) for one in sums):
            for cell, value in zip(hidden, guess, strict=True):
                found[cell].add(value)
    return {cell: values for cell, values in found.items() if shown[cell] is Mark.SMALL}


@TRIES
@given(parts=st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_each_small_figure_of_a_column_may_be_several_numbers(parts):
    values, sums = column(*parts)

    shown = protect(values, sums)

    assert [cell for cell, possible in solutions(shown, sums).items() if len(possible) < 2] == []


def computed(shown, sums) -> set:
    """Hidden figures in the solution of the equations, by elimination in fractions: a second, plain reading."""
    hidden = sorted((cell for cell, value in shown.items() if not isinstance(value, int)), key=str)
    rows = [
        [Fraction((cell == one.total) - (cell in one.parts)) for cell in hidden] for one in sums
    ]  # fmt: skip
    done = 0
    for place in range(len(hidden)):
        pivot = next((row for row in rows[done:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(done, [number / pivot[place] for number in pivot])
        for other in range(len(rows)):
            if other != done and (times := rows[other][place]):
                rows[other] = [a - times * b for a, b in zip(rows[other], rows[done], strict=True)]
        done += 1
    return {
        hidden[place] for row in rows for place in range(len(hidden)) if row[place] and sum(bool(n) for n in row) == 1
    }


@TRIES
@given(
    grid=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(small_or_large, min_size=width, max_size=width), min_size=1, max_size=5)
    )
)
def test_no_small_figure_of_a_grid_is_computed_from_its_margins(grid):
    height, width = len(grid), len(grid[0])
    values = {(y, x): grid[y][x] for y in range(height) for x in range(width)}
    values |= {("row", y): sum(grid[y]) for y in range(height)}
    values |= {("column", x): sum(row[x] for row in grid) for x in range(width)}
    values["all"] = sum(map(sum, grid))
    sums = [Sum(("row", y), [(y, x) for x in range(width)]) for y in range(height)]
    sums += [Sum(("column", x), [(y, x) for y in range(height)]) for x in range(width)]
    sums += [Sum("all", [(kind, n) for n in range(size)]) for kind, size in [("row", height), ("column", width)]]

    shown = protect(values, sums)

    for cell, value in shown.items():
        assert value in {values[cell], Mark.SMALL, Mark.WITHHELD}
        if value is Mark.SMALL:
            assert 0 < values[cell] < 5
        if isinstance(value, int):
            assert not 0 < value < 5
    assert {cell for cell in computed(shown, sums) if 0 < values[cell] < 5} == set()
