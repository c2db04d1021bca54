"""Background jobs: the portal's one door to procrastinate.

A job is a row of the same database, written in the transaction of its cause: what is rolled back
leaves none. Each app declares its jobs in `jobs.py`, settings.SCHEDULED_JOBS is the one list of those
that run by the clock, and `manage.py procrastinate worker` runs them all.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=6, exponential_wait=6)  # after 6 s, 36 s, 216 s … given up after 15 hours


def job(function: Callable) -> Callable:
    """Declare a job, known by its dotted path. It takes ids, not rows: its arguments are kept as JSON."""

    @wraps(function)
    def run(timestamp: int | None = None, **arguments):  # timestamp: of the clock, given to scheduled jobs
        return function(**arguments)

    app.task(name=_path(function), retry=RETRY)(run)
    return function


def enqueue(job: Callable | str, **arguments) -> int:
    """Have a job run once the current transaction is committed; lower floors name it by its path."""
    path = job if isinstance(job, str) else _path(job)
    return app.tasks[path].defer(**arguments)


def schedule(app) -> None:
    """Put settings.SCHEDULED_JOBS on the clock, never two runs of one job at a time; called at the start."""
    for path, cron in settings.SCHEDULED_JOBS.items():
        if path not in app.tasks:
            raise ImproperlyConfigured(f"SCHEDULED_JOBS names {path}, which is not declared as a job.")
        app.periodic(cron=cron, lock=path, queue="scheduled")(app.tasks[path])


def _path(function: Callable) -> str:
    return f"{function.__module__}.{function.__name__}"


@job
def clear_expired_sessions():
    call_command("clearsessions")


@job
async def retry_interrupted_jobs():
    """Hand over the jobs of workers that were killed."""
    for interrupted in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(interrupted)
