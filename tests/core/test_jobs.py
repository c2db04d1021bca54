"""Jobs are born with their cause, run by the real worker, tried again, and run by the clock."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.utils import timezone

from lmh_portal.core import jobs
from tests.jobs import attempts, forget_jobs, make_due, run_jobs, waiting_jobs

calls = []


@jobs.job
def note(word):
    calls.append(word)
    if word == "fail the first time" and len(calls) == 1:
        raise RuntimeError(word)


@pytest.fixture(autouse=True)
def _no_calls():
    calls.clear()


@pytest.fixture
def real_jobs(transactional_db):
    """A database that keeps what is committed, with no jobs in it."""
    forget_jobs()
    yield
    forget_jobs()


def test_job_is_part_of_its_cause(real_jobs):
    with transaction.atomic():
        jobs.enqueue(note, word="kept")
    with transaction.atomic():
        jobs.enqueue(note, word="rolled back")
        transaction.set_rollback(True)

    assert waiting_jobs() == [("tests.core.test_jobs.note", {"word": "kept"})]


def test_worker_runs_a_job_and_keeps_nothing_of_it(real_jobs):
    jobs.enqueue("tests.core.test_jobs.note", word="run")

    run_jobs()

    assert calls == ["run"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def test_worker_tries_a_failed_job_again_later(real_jobs):
    jobs.enqueue(note, word="fail the first time")

    run_jobs()
    run_jobs()  # not yet due again
    first_attempts = attempts()
    make_due()
    run_jobs()

    assert first_attempts == [1]
    assert calls == ["fail the first time"] * 2
    assert attempts() == []


def test_unknown_job_is_refused_at_once(db):
    with pytest.raises(KeyError, match="no_such_job"):
        jobs.enqueue("tests.core.test_jobs.no_such_job")


def test_interrupted_jobs_are_run_by_the_next_worker(real_jobs):
    jobs.enqueue(note, word="interrupted")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH killed AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = killed.id FROM killed"
        )

    jobs.enqueue(jobs.retry_interrupted_jobs)
    run_jobs()
    run_jobs()

    assert calls == ["interrupted"]


@pytest.mark.parametrize("path", settings.SCHEDULED_JOBS)
def test_scheduled_job_runs(path, real_jobs):
    jobs.app.configure_task(path, queue="scheduled").defer(timestamp=0)
    run_jobs(queues=["scheduled"])

    assert waiting_jobs() == []


def test_scheduled_jobs_are_those_of_the_list():
    on_the_clock = {path: task.cron for (path, _), task in jobs.app.periodic_registry.periodic_tasks.items()}

    assert on_the_clock == settings.SCHEDULED_JOBS
    assert all(task.croniter for task in jobs.app.periodic_registry.periodic_tasks.values())


def test_start_refuses_a_list_that_names_no_job(settings):
    settings.SCHEDULED_JOBS = {"events.jobs.no_such_job": "0 0 * * *"}

    with pytest.raises(ImproperlyConfigured, match="no_such_job"):
        jobs.schedule(jobs.app)


def test_expired_sessions_are_cleared(db):
    for name, days in [("old", -1), ("new", 1)]:
        Session.objects.create(session_key=name, expire_date=timezone.now() + dt.timedelta(days=days))

    jobs.clear_expired_sessions()

    assert [session.session_key for session in Session.objects.all()] == ["new"]
