"""gunicorn as in production, and what it costs: CPU time, that of its database connections included."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from lmh_portal.settings import BASE_DIR
from tests.bench import database

WORKERS = 2
PATIENCE = 30  # seconds for a server to come up
MEASURED = [
    f"--workers={WORKERS}", "--worker-class=gthread", "--threads=1", "--keep-alive=5", "--no-control-socket",
    "--max-requests=0",
]  # fmt: skip
# Workers live on: gunicorn.conf.py replaces them now and then, and with them goes the CPU time they counted.


class Server:
    """One gunicorn with its own database connections; use with `with`. Without options it is as in production."""

    def __init__(self, name: str, application: str, rows: int | str, options: Sequence[str] = MEASURED):
        self.name, self.application, self.rows, self.options = name, application, rows, options
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def __enter__(self):
        settings = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
        names = {"BENCH_DATABASE": database.name(self.rows), "BENCH_NAME": self.name}
        command = [
            sys.executable, "-m", "gunicorn", self.application, f"--bind=127.0.0.1:{self.port}",
            "--log-level=warning", *self.options,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=BASE_DIR, env=os.environ | settings | names)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"gunicorn did not start {self.application}.")
            time.sleep(0.2)
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def _answers(self) -> bool:
        with socket.socket() as visitor:
            return visitor.connect_ex(("127.0.0.1", self.port)) == 0 and len(self._workers()) == WORKERS

    def _workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _connections(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name])
            return [pid for (pid,) in cursor.fetchall()]

    def cpu_seconds(self) -> dict[int, float]:
        """So far, of each process of the server and of the database that works for it."""
        pids = [self.process.pid, *self._workers(), *self._connections()]
        return {pid: _cpu_seconds(pid) for pid in pids}

    def memory(self) -> float:
        """Megabytes of one worker, shared pages divided among those who share them (PSS)."""
        return sum(map(_memory, self._workers())) / WORKERS


def _cpu_seconds(pid: int) -> float:
    """Of all its threads, those that have ended included; the clock that clock_getcpuclockid(3) names."""
    return time.clock_gettime(~pid << 3 | 2)


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
