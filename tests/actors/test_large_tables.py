"""Files too large for a page to wait for: jobs take them, the page tells how far they are, and only to their editor."""

import datetime as dt
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from actors import jobs
from actors.models import Organization, TableImport
from actors.tables import importing, large
from tests import make
from tests.actors.test_tables import PAGE, new_organization, upload, workbook
from tests.jobs import forget_jobs, run_jobs, waiting_jobs
from tests.test_admin_pages import inline_in

RIGHTS = ["import_register", "view_organization", "add_organization", "change_organization"]


@pytest.fixture(autouse=True)
def _two_rows_are_many(monkeypatch):
    monkeypatch.setattr("actors.admin.tables.ROWS_ON_PAGE", 2)


@pytest.fixture
def real_jobs(transactional_db):
    forget_jobs()
    yield
    forget_jobs()


def register(number=3, **values) -> io.BytesIO:
    return workbook("organisations", *(new_organization(slug=f"o-{one}", **values) for one in range(number)))


def sent(client, file: io.BytesIO, name="långt register.xlsx") -> str:
    """The address of the page that tells how far it is."""
    response = upload(client, file, name)
    assert response.status_code == 302
    return response.url


def slugs() -> list[str]:
    return sorted(Organization.objects.filter(slug__startswith="o-").values_list("slug", flat=True))


def test_long_file_is_checked_and_then_imported_by_the_worker(real_jobs, admin_client):
    page = sent(admin_client, register())
    waiting = admin_client.get(page)
    run_jobs()
    checked = admin_client.get(page)
    before = slugs()
    agreed = admin_client.post(f"{page}import/")
    importing_now = admin_client.get(page)
    run_jobs()
    done = admin_client.get(page)

    assert (waiting["Refresh"], importing_now["Refresh"]) == ("3", "3")
    assert "Refresh" not in checked
    assert "Refresh" not in done
    assert checked.context["report"].summary == [("organisations", 3, 0, 0)]
    assert "<bdi>o-2</bdi>" in checked.content.decode()
    assert before == []
    assert agreed.url == page
    assert 'max="3"' in importing_now.content.decode()
    assert "Importerad" in done.content.decode()
    assert slugs() == ["o-0", "o-1", "o-2"]
    assert LogEntry.objects.count() == 3
    assert bytes(TableImport.objects.get().content) == b""
    assert [inline_in(one) for one in [waiting, checked, importing_now, done]] == [[], [], [], []]


def test_short_file_is_looked_at_at_once(admin_client):
    response = upload(admin_client, register(2))

    assert response.context["report"].summary == [("organisations", 2, 0, 0)]
    assert not TableImport.objects.exists()


def test_reasons_are_kept_for_the_editor_and_nothing_is_written(real_jobs, admin_client):
    page = sent(admin_client, register(scope="galactic"))
    run_jobs()

    told = admin_client.get(page)
    admin_client.post(f"{page}import/")
    run_jobs()

    assert [problem.line for problem in told.context["report"].problems] == [2, 3, 4]
    assert "<bdi>scope</bdi>" in told.content.decode()
    assert slugs() == []
    assert bytes(TableImport.objects.get().content) == b""


def test_file_that_breaks_while_it_is_read_is_refused(real_jobs, admin_client):
    broken = b"slug;name_sv\n" + b"a;b\n" * 3 + b'"' + b"x" * 2_000_000
    page = sent(admin_client, io.BytesIO(broken), "fil.csv")
    run_jobs()

    assert admin_client.get(page).context["upload"].state == "refused"


def test_onlookers_see_how_far_it_is_while_nothing_is_committed(transactional_db, monkeypatch, admin_user):
    make.make_organization()
    file = large.take_in(admin_user, "fil.xlsx", register(6).getvalue())
    large.check(file.pk)
    file.refresh_from_db()
    large.agree(file)
    seen, onlooker = [], connection.copy()

    def look(*_args):
        with onlooker.cursor() as cursor:
            cursor.execute("SELECT rows_read, rows, (SELECT count(*) FROM actors_organization) FROM actors_tableimport")
            seen.append(cursor.fetchone())

    monkeypatch.setattr(importing, "BATCH", 2)
    monkeypatch.setattr(importing, "_note", look)
    large.carry_out(file.pk)
    onlooker.close()

    known = Organization.objects.exclude(slug__startswith="o-").count()
    assert seen == [(0, 6, known), (2, 6, known), (4, 6, known)]
    assert len(slugs()) == 6


def test_what_has_changed_meanwhile_is_looked_at_again(real_jobs, admin_client):
    page = sent(admin_client, register())
    run_jobs()
    make.make_organization(slug="o-1", name_sv="En annans")

    admin_client.post(f"{page}import/")
    run_jobs()
    again = admin_client.get(page)

    assert again.context["upload"].state == "checked"
    assert "under tiden" in again.content.decode()
    assert again.context["report"].summary == [("organisations", 2, 1, 0)]
    assert slugs() == ["o-1"]
    admin_client.post(f"{page}import/")
    run_jobs()
    assert slugs() == ["o-0", "o-1", "o-2"]


def test_yes_is_said_once(real_jobs, admin_client):
    page = sent(admin_client, register())
    run_jobs()
    admin_client.post(f"{page}import/")
    admin_client.post(f"{page}import/")

    assert waiting_jobs() == [("actors.jobs.import_tables", {"import_id": TableImport.objects.get().pk})]


def test_right_that_is_gone_meanwhile_counts(real_jobs, client):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    client.force_login(editor)
    page = sent(client, register())
    run_jobs()
    client.post(f"{page}import/")
    editor.user_permissions.clear()

    run_jobs()

    assert (slugs(), TableImport.objects.get().state) == ([], "refused")


def test_mistake_of_ours_is_told_and_a_database_that_is_away_is_waited_for(admin_user, monkeypatch):
    def fail_with(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(large, "import_tables", fail)

    file = large.take_in(admin_user, "fil.xlsx", register().getvalue())
    fail_with(OperationalError())
    with pytest.raises(OperationalError):
        jobs.check_tables(file.pk)
    file.refresh_from_db()
    after_outage = file.state
    fail_with(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        jobs.check_tables(file.pk)
    file.refresh_from_db()

    assert (after_outage, file.state, bytes(file.content)) == ("checking", "failed", b"")
    jobs.check_tables(file.pk)  # the job's next try: there is nothing to do


def test_page_is_for_the_editor_who_sent_the_file(db, client):
    editors = [make.make_editor(is_superuser=False) for _number in range(3)]
    for editor in editors[:2]:
        editor.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    file = large.take_in(editors[0], "fil.xlsx", register().getvalue())
    page = reverse("admin:actors_table_import", args=[file.pk])

    answers = []
    for editor in editors:
        client.force_login(editor)
        answers.append([client.get(page).status_code, client.post(f"{page}forget/").status_code])
        file = TableImport.objects.filter(pk=file.pk).first() or large.take_in(editors[0], "b", register().getvalue())
        page = reverse("admin:actors_table_import", args=[file.pk])

    assert answers == [[200, 302], [404, 404], [403, 403]]


def test_file_can_be_thrown_away_but_not_while_it_is_written(admin_client):
    page = sent(admin_client, register())
    TableImport.objects.update(state="importing")
    admin_client.post(f"{page}forget/")
    kept = TableImport.objects.count()
    TableImport.objects.update(state="checked")

    admin_client.post(f"{page}forget/")

    assert (kept, TableImport.objects.count()) == (1, 0)
    jobs.check_tables(1)
    jobs.import_tables(1)


def test_first_page_of_tables_lists_ones_own(admin_client, admin_user):
    large.take_in(make.make_editor(), "annans.xlsx", b"x")
    page = sent(admin_client, register())

    text = admin_client.get(PAGE).content.decode()

    assert page in text
    assert "långt register.xlsx" in text
    assert "annans.xlsx" not in text


def test_what_is_a_week_old_is_forgotten(admin_user):
    old, new = (large.take_in(admin_user, "fil.xlsx", b"x") for _number in range(2))
    TableImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=7, seconds=1))

    jobs.forget_table_imports()

    assert list(TableImport.objects.all()) == [new]
