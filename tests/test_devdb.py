"""The embedded database comes up whatever happened to it, and stays away where it is not wanted."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from lmh_portal import devdb


@pytest.fixture(autouse=True)
def _as_under_dev(monkeypatch):
    monkeypatch.setenv("DJANGO_ENV", "local")
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def open_folder():
    """A folder that everybody may enter, as pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="devdb test å ") as place:
        os.chmod(place, 0o755)
        yield Path(place)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DEVDB_DIR", place)
            devdb.reset()


@pytest.fixture
def running(open_folder, monkeypatch):
    """A running server, the same for many tests: making one takes longer than all they do with it."""
    monkeypatch.setenv("DEVDB_DIR", str(open_folder))
    devdb.start()
    ask("drop table if exists memory")


@pytest.fixture
def new_folder(open_folder, monkeypatch):
    """Choose a folder without a server, for this test alone."""
    chosen = []

    def choose(folder):
        monkeypatch.setenv("DEVDB_DIR", str(folder))
        chosen.append(folder)

    yield choose
    if chosen:  # never the database that the tests run on
        devdb.reset()


def ask(question: str) -> list[tuple]:
    settings = devdb.config("portal")
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as connection:
        answer = connection.execute(question)
        return answer.fetchall() if answer.description else []


def remember(word: str) -> None:
    ask("create table if not exists memory (word text)")
    ask(f"insert into memory values ('{word}')")


def remembered() -> list[str]:
    if ask("select to_regclass('memory')") == [(None,)]:
        return []
    return [word for (word,) in ask("select word from memory order by word")]


def pid_file() -> Path:
    return devdb.cluster() / "data" / "postmaster.pid"


def server_pid() -> int:
    return int(pid_file().read_text().splitlines()[0])


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_data_is_kept_over_stop_and_start(running):
    remember("before")

    devdb.stop()
    assert not pid_file().exists()
    devdb.start()

    assert remembered() == ["before"]


@pytest.mark.parametrize("victims", ["server", "server and children"])
def test_data_is_kept_when_the_server_is_killed(running, victims):
    for word in ["first", "second"]:
        remember(word)
        pid = server_pid()
        kill(pid, *(children(pid) if victims == "server and children" else []))
        devdb.start()

    assert remembered() == ["first", "second"]


def test_lock_files_that_name_a_stranger_do_not_stop_the_start(running):
    remember("before")
    socket_lock = devdb.socket_dir() / f".s.PGSQL.{devdb.PORT}.lock"
    left_over = {pid_file(): pid_file().read_text(), socket_lock: socket_lock.read_text()}
    old = str(server_pid())
    devdb.stop()
    stranger = subprocess.Popen(["sleep", "60"], **devdb._server_user())
    for path, text in left_over.items():
        path.write_text(text.replace(old, str(stranger.pid), 1))

    devdb.start()

    assert remembered() == ["before"]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_five_starts_at_once_are_one_server(running):
    devdb.stop()

    starts = [subprocess.Popen([sys.executable, "-m", "lmh_portal.devdb", "start"]) for _ in range(5)]

    assert [start.wait(timeout=60) for start in starts] == [0] * 5
    assert devdb._servers() == [server_pid()]


def test_what_does_not_start_is_reported_in_a_sentence(running, monkeypatch):
    devdb.stop()
    version = devdb.cluster() / "data" / "PG_VERSION"
    right = version.read_text()
    version.write_text("9\n")
    monkeypatch.setattr(devdb, "PATIENCE", 1)

    with pytest.raises(SystemExit, match=r"The embedded database is in trouble: .*server\.log.*\./dev reset"):
        devdb.start()

    version.write_text(right)


def test_an_interrupted_first_start_is_repeated_also_at_a_long_path(open_folder, new_folder):
    folder = open_folder / ("long" * 30)
    new_folder(folder)
    (folder / "cluster" / "data.unfinished" / "base").mkdir(parents=True)

    devdb.start()

    assert remembered() == []


def test_a_new_checkout_at_the_same_place_starts_empty_with_one_server(open_folder, new_folder):
    new_folder(open_folder / "checkout")
    devdb.start()
    remember("old checkout")
    shutil.rmtree(devdb.cluster())

    devdb.start()

    assert remembered() == []
    assert devdb._servers() == [server_pid()]


def test_a_closed_home_stays_closed_and_reset_leaves_nothing(tmp_path, new_folder):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    new_folder(home / "checkout" / ".devdb")

    devdb.start()
    remember("before")
    assert remembered() == ["before"]
    assert home.stat().st_mode & 0o777 == 0o700

    place = devdb.cluster().resolve()
    devdb.reset()
    assert devdb._servers() == []
    assert not place.exists()
    assert not devdb.cluster().exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("DJANGO_ENV", "production"), ("DATABASE_URL", "postgres://portal@db.example.org/portal")],
)
def test_it_does_not_start_where_another_database_is_meant(monkeypatch, tmp_path, name, value):
    monkeypatch.setenv("DEVDB_DIR", str(tmp_path / "db"))
    monkeypatch.setenv(name, value)

    assert not devdb.is_wanted()
    with pytest.raises(SystemExit, match="set DATABASE_URL"):
        devdb.start()
    assert not (tmp_path / "db").exists()


def test_settings_can_be_read_without_starting_anything(monkeypatch, tmp_path):
    monkeypatch.setenv("DEVDB_DIR", str(tmp_path / "db"))

    assert devdb.config("portal")["NAME"] == "portal"
    assert not (tmp_path / "db").exists()
