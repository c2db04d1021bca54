"""The embedded database comes up whatever happened to it, and stays away where it is not wanted."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from lmh_portal import devdb

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="PostgreSQL's Unix sockets")


@pytest.fixture(autouse=True)
def _as_under_dev(monkeypatch):
    monkeypatch.setenv("DJANGO_ENV", "local")
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def use_folder(monkeypatch):
    """Put the database into a folder for this test; stop and forget it afterwards."""
    used = []

    def use(folder):
        used.append(folder)
        monkeypatch.setenv("DEVDB_DIR", str(folder))

    yield use
    for folder in used:
        use(folder)
        devdb.reset()


@pytest.fixture
def folder(use_folder):
    place = tempfile.mkdtemp(prefix="devdb-test-")
    os.chmod(place, 0o755)
    use_folder(place)
    yield Path(place)
    devdb.reset()
    shutil.rmtree(place)


def ask(question: str):
    settings = devdb.config("portal")
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as connection:
        return connection.execute(question)


def remember(word: str) -> None:
    ask("create table if not exists memory (word text)")
    ask(f"insert into memory values ('{word}')")


def remembered() -> list[str]:
    settings = devdb.config("portal")
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as connection:
        return [word for (word,) in connection.execute("select word from memory order by word")]


def pid_file() -> Path:
    return devdb.cluster() / "data" / "postmaster.pid"


def server_pid() -> int:
    return int(pid_file().read_text().splitlines()[0])


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    rows = [[int(number) for number in line.split()] for line in listed.splitlines()]
    return [child for child, parent in rows if parent == pid]


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", ["with space and å", "long" * 30], ids=["space-and-å", "long"])
def test_data_is_kept_over_stop_and_start_in_any_folder(folder, use_folder, name):
    use_folder(folder / name)

    devdb.start()
    remember("before")
    devdb.stop()
    assert not pid_file().exists()
    devdb.start()

    assert remembered() == ["before"]


@pytest.mark.parametrize("victims", ["server", "server and children"])
def test_data_is_kept_when_the_server_is_killed(folder, victims):
    devdb.start()
    for word in ["first", "second"]:
        remember(word)
        pid = server_pid()
        kill(pid, *(children(pid) if victims == "server and children" else []))
        devdb.start()

    assert remembered() == ["first", "second"]


def test_lock_files_that_name_a_stranger_do_not_stop_the_start(folder):
    devdb.start()
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


def test_five_starts_at_once_are_one_server(folder):
    starts = [subprocess.Popen([sys.executable, "-m", "lmh_portal.devdb", "start"]) for _ in range(5)]

    assert [start.wait(timeout=60) for start in starts] == [0] * 5
    assert devdb._servers() == [server_pid()]


def test_an_interrupted_first_start_is_repeated(folder):
    half_done = folder / "cluster" / "data.unfinished" / "base"
    half_done.mkdir(parents=True)

    devdb.start()

    assert ask("select 1").fetchone() == (1,)


def test_a_new_checkout_at_the_same_place_starts_empty_with_one_server(folder):
    devdb.start()
    remember("old checkout")
    shutil.rmtree(devdb.cluster())

    devdb.start()

    assert ask("select to_regclass('memory')").fetchone() == (None,)
    assert devdb._servers() == [server_pid()]


def test_reset_forgets_the_data_and_ends_the_server(folder):
    devdb.start()
    remember("before")

    devdb.reset()

    assert devdb._servers() == []
    assert not devdb.cluster().exists()
    devdb.start()
    assert ask("select to_regclass('memory')").fetchone() == (None,)


def test_a_closed_home_stays_closed(tmp_path, use_folder):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    use_folder(home / "checkout" / ".devdb")

    devdb.start()
    remember("before")

    assert remembered() == ["before"]
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_broken_cluster_is_reported_in_a_sentence(folder, monkeypatch):
    devdb.start()
    devdb.stop()
    (devdb.cluster() / "data" / "PG_VERSION").write_text("9\n")
    monkeypatch.setattr(devdb, "PATIENCE", 1)

    with pytest.raises(SystemExit, match=r"The embedded database is in trouble: .*server.log.*\./dev reset.*"):
        devdb.start()


@pytest.mark.parametrize(
    ("name", "value"), [("DJANGO_ENV", "production"), ("DATABASE_URL", "postgres://portal@db.example.org/portal")]
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
