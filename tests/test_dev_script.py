"""./dev: what somebody at the terminal sees, in a copy of the checkout whose path has a space and an å."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".devdb",
    ".local",
    ".cache",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "staticfiles",
    "tests",
    "docs",
)


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project that shares our installed packages, so that nothing is changed here."""
    folder = tmp_path / "min å mapp"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    venv = folder / ".venv"
    venv.mkdir()
    for part in ["bin", "lib", "pyvenv.cfg"]:
        (venv / part).symlink_to(Path(sys.prefix) / part)
    shutil.copy(folder / "requirements-dev.txt", venv / "lock")
    settings = folder / "lmh_portal" / "settings.py"
    text, found = re.subn(r".*stats\.jobs\.check_links.*\n", "", settings.read_text())
    assert found == 1  # the worker shall not ask the network
    settings.write_text(text)
    return folder


@pytest.fixture
def environment(tmp_path):
    """What ./dev finds in its environment: nothing of ours, and no package registry."""
    kept = {name: os.environ[name] for name in ["PATH", "HOME", "LANG", "TMPDIR"] if name in os.environ}
    return kept | {
        "DEVDB_DIR": str(tmp_path / "database"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }


@pytest.fixture
def dev(checkout, environment):
    """Run ./dev to its end."""

    def run(*arguments, folder=checkout, answer="", **more):
        return subprocess.run(
            [checkout / "dev", *arguments],
            cwd=folder,
            env=environment | more,
            input=answer,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def write_program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def is_one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


# --- the script


def test_it_is_a_script_for_any_posix_shell():
    subprocess.run(["sh", "-n", ROOT / "dev"], check=True)

    text = (ROOT / "dev").read_text()
    assert text.startswith("#!/bin/sh\n")
    assert re.findall(r"\[\[ |<<<|<\(|&>|^\s*local |^\s*function |\bsource |\$'", text, re.MULTILINE) == []


def test_alone_it_lists_its_commands_a_line_each(dev):
    result = dev(folder="/")

    listed = re.findall(r"^\./dev (\w+)", result.stdout, re.MULTILINE)
    assert result.returncode == 0
    assert len(listed) == result.stdout.count("\n")
    assert listed == re.findall(r"^    (\w+)\)$", (ROOT / "dev").read_text(), re.MULTILINE)


def test_an_unknown_command_lists_them_too(dev):
    result = dev("fly")

    assert result.returncode == 2
    assert result.stderr.startswith("There is no ./dev fly.")
    assert "./dev run" in result.stderr


# --- what it needs


def test_an_old_python_is_named_in_a_sentence(dev, tmp_path):
    result = dev("run", PYTHON=write_program(tmp_path / "python2.7", "exit 1"))

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert result.stderr.startswith("Python 3.11 or newer is needed")


def test_a_python_without_venv_is_named_in_a_sentence(dev, tmp_path, checkout):
    (checkout / ".venv" / "pyvenv.cfg").unlink()
    python = write_program(
        tmp_path / "python3", f'case "$*" in *ensurepip*) exit 1 ;; *) exec "{sys.executable}" "$@" ;; esac'
    )
    (checkout / ".venv" / "bin").unlink()

    result = dev("stop", PYTHON=python)

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert "apt install python3-venv" in result.stderr


def test_a_registry_out_of_reach_is_named_in_a_sentence(dev, checkout):
    for lock in ["requirements-local.txt", "requirements-dev.txt"]:
        (checkout / lock).write_text(f"portal-not-there==1.0 --hash=sha256:{'0' * 64}\n")

    result = dev("stop")

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert "make sure that the package registry can be reached" in result.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "65536"])
def test_a_wrong_port_is_named_in_a_sentence(dev, port):
    result = dev("run", PORT=port)

    assert result.returncode == 1
    assert result.stderr == f"PORT must be a number from 1 to 65535, not '{port}'.\n"


def test_a_port_in_use_is_named_in_a_sentence(dev):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        result = dev("run", PORT=str(port))

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert f"Port {port}: " in result.stderr
    assert "PORT=" in result.stderr


def test_a_database_that_does_not_answer_is_named_in_a_sentence(dev, free_port):
    result = dev("run", PORT=str(free_port), DATABASE_URL="postgres://portal@127.0.0.1:9/portal")

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert "The database that DATABASE_URL names does not answer" in result.stderr


def test_reset_asks_first(dev):
    result = dev("reset", answer="no\n")

    assert result.returncode == 1
    assert result.stderr == "Nothing was changed.\n"


def test_reset_leaves_another_database_alone(dev):
    result = dev("reset", "--yes", DATABASE_URL="postgres://portal@db.example.org/portal")

    assert result.returncode == 1
    assert is_one_sentence(result.stderr)
    assert "DATABASE_URL" in result.stderr


# --- the portal


class Running:
    """./dev run in the background, up to the sentence that it ends with."""

    def __init__(self, checkout, environment, port):
        self.folder = checkout
        self.process = subprocess.Popen(
            [checkout / "dev", "run"],
            cwd=checkout,
            env=environment | {"PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break

    def told(self, label: str) -> str:
        told = [line.removeprefix(label).strip() for line in self.lines if line.startswith(label)]
        assert len(told) == 1, "\n".join(self.lines)
        return told[0]

    def others(self) -> list[str]:
        """The processes that work in the checkout, beside ./dev itself."""
        commands = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if process.joinpath("cwd").readlink() == self.folder and int(process.name) != self.process.pid:
                    commands.append(process.joinpath("cmdline").read_text().replace("\0", " "))
            except OSError:  # it has just ended, or is not ours to see
                continue
        return commands

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        with self.process.stdout as output:
            output.read()  # until nobody is left who could write
        return self.process.wait(timeout=20)


def test_run_tells_how_to_sign_in_keeps_data_and_leaves_nobody_behind(dev, checkout, environment, free_port):
    first = Running(checkout, environment, free_port)
    try:
        with urllib.request.urlopen(f"{first.told('The portal')}health/") as answer:
            assert answer.read() == b"ok"
        assert len(first.told("Password")) >= 12
        assert (checkout / ".local" / "admin-password").stat().st_mode & 0o777 == 0o600
        deadline = time.monotonic() + 10
        while not any("procrastinate worker" in command for command in first.others()):
            assert time.monotonic() < deadline, first.others()
            time.sleep(0.1)

        assert first.end(signal.SIGTERM) == 143
        assert first.others() == []

        server = int(Path(environment["DEVDB_DIR"], "cluster/data/postmaster.pid").read_text().splitlines()[0])
        os.kill(server, signal.SIGKILL)
        second = Running(checkout, environment, free_port)
        assert second.told("Password") == first.told("Password")
        assert second.end(signal.SIGKILL) == -signal.SIGKILL
        assert second.others() == []
    finally:
        first.process.kill()
        assert dev("reset", "--yes").returncode == 0
