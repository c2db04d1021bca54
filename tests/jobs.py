"""The real worker, for tests that change the database for good: `django_db(transaction=True)`."""

from unittest.mock import patch

from django.db import connection, connections

from lmh_portal.core import jobs


def run_jobs(queues=("default",)) -> None:
    """Let a worker run everything that is due, but for what the clock would add, then stop."""
    no_clock = patch.dict(jobs.app.periodic_defaults, max_delay=-1)
    with no_clock, jobs.app.replace_connector(jobs.app.connector.get_worker_connector()) as app:
        app.run_worker(
            queues=list(queues),
            wait=False,
            concurrency=1,  # a worker that looks while a job still runs would miss what that job asks for, and stop
            install_signal_handlers=False,
            listen_notify=False,
            task_middleware=[_close_connections],
        )


def _close_connections(call_next, context, worker):
    """The worker's threads outlive the test; their connections may not."""
    try:
        return call_next()
    finally:
        connections.close_all()


def waiting_jobs() -> list[tuple[str, dict]]:
    """The path and arguments of each job that is still to be done."""
    return [(path, arguments) for path, arguments, _ in _rows()]


def attempts() -> list[int]:
    """How often each job that is still to be done has been tried."""
    return [attempts for _, _, attempts in _rows()]


def _rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args::text::json, attempts FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        return cursor.fetchall()


def make_due() -> None:
    """Let no job wait any longer."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")


def forget_jobs() -> None:
    """Django empties only its own tables between such tests."""
    with connection.cursor() as cursor:
        for table in ["periodic_defers", "jobs", "workers"]:  # TRUNCATE would make new files each time
            cursor.execute(f"DELETE FROM procrastinate_{table}")
