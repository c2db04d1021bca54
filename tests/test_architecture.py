"""Floors: a room imports only from floors below its own, never from its neighbours on the top floor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = [  # from the ground up
    ["lmh_portal.core", "lmh_portal.formats"],
    ["lmh_portal.vocabulary"],
    ["lmh_portal.accounts"],
    ["lmh_portal.letters", "lmh_portal.visitors"],
    ["actors"],
    ["knowledge"],
    ["events"],
    [f"lmh_portal.{room}" for room in ["home", "search", "feedback", "stats", "opendata", "starter"]],
]
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}
ROOF = ["lmh_portal.settings", "lmh_portal.urls", "lmh_portal.wsgi", "lmh_portal.devdb"]  # join everything
ONLY_DOOR = {"procrastinate": ["lmh_portal.core.jobs"], "lmh_portal.devdb": ["lmh_portal.settings"]}


def room_of(name: str) -> str | None:
    """The room that a dotted name lies in, if it is one of ours."""
    return next((room for room in [*FLOOR_OF, *ROOF] if f"{name}.".startswith(f"{room}.")), None)


def modules() -> Iterator[tuple[str, str]]:
    """The dotted name and the source of each of our modules."""
    for package in ["lmh_portal", "actors", "knowledge", "events"]:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name, path.read_text(encoding="utf-8")


def imports(module: str, source: str) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def trespasses(module: str, source: str) -> list[str]:
    """What is wrong with a module's imports, a sentence each."""
    here = room_of(module)
    if here is None and module != "lmh_portal.__init__":
        return [f"{module} lies on no floor: give its room a place in FLOORS."]
    return [reason for name in imports(module, source) if (reason := _refusal(module, here, name))]


def _refusal(module: str, here: str | None, name: str) -> str | None:
    for guarded, doors in ONLY_DOOR.items():
        if f"{name}.".startswith(f"{guarded}.") and module not in doors:
            return f"{module} imports {name}: only {', '.join(doors)} may."
    there = room_of(name)
    if here in ROOF or there in [None, here]:
        return None
    if there in ROOF:
        return f"{module} imports {name}: only the roof may."
    if FLOOR_OF[there] < FLOOR_OF[here]:
        return None
    where = "from a neighbour on the same floor" if FLOOR_OF[there] == FLOOR_OF[here] else "from a floor above"
    return f"{module} imports {name}, {where}; {_way_out(there)}"


def _way_out(there: str) -> str:
    return f"use a related name, a URL name, a template or a string in settings instead of {there}."


def test_every_import_goes_down():
    wrong = [sentence for module, source in modules() for sentence in trespasses(module, source)]

    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lmh_portal.core.search", "from actors.models import Organization"),
        ("lmh_portal.core.search", "from lmh_portal import vocabulary"),
        ("actors.views", "import events.models"),
        ("actors.views", "def view(request):\n    from knowledge import text"),
        ("lmh_portal.home.views", "from lmh_portal.search.views import search"),
        ("lmh_portal.home.views", "from ..search import views"),
        ("lmh_portal.home.views", "from lmh_portal.settings import BASE_DIR"),
        ("lmh_portal.starter.load", "from lmh_portal import devdb"),
        ("events.jobs", "from procrastinate.contrib.django import app"),
        ("lmh_portal.utils.text", ""),
    ],
)
def test_wrong_imports_are_found(module, source):
    assert len(trespasses(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("actors.views", "from lmh_portal.core.translated import sort_key"),
        ("events.models", "from actors.models import Organization"),
        ("events.views", "from . import forms\nfrom .models import Event"),
        ("lmh_portal.home.views", "import events.models, actorsville"),
        ("lmh_portal.urls", "from lmh_portal.home import views"),
        ("lmh_portal.settings", "from lmh_portal import devdb"),
        ("lmh_portal.core.jobs", "from procrastinate import RetryStrategy"),
    ],
)
def test_right_imports_are_left_alone(module, source):
    assert trespasses(module, source) == []
