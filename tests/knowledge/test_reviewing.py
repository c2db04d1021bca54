"""The review cycle: who is told when, once; and a review that finds nothing to change."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from knowledge import reviewing, services
from knowledge.models import Overview, ReviewReminder
from lmh_portal.core import jobs
from lmh_portal.letters import services as letters
from lmh_portal.letters.models import Letter
from tests import make
from tests.jobs import forget_jobs, run_jobs, waiting_jobs
from tests.reading import read

DUE = dt.date(2027, 3, 1)
EDITORS = "editors@example.org"


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.EDITORS_EMAIL, settings.SITE_ADDRESS = EDITORS, "https://portal.example.org"


def day(offset: int) -> dt.datetime:
    """Six in the morning in Sweden, so many days after the review was due."""
    return dt.datetime.combine(DUE, dt.time(5), dt.UTC) + dt.timedelta(days=offset)


def make_owner(**fields):
    return make.make_editor(**{"email": "anna@example.org", "is_superuser": False} | fields)


def make_due(**fields) -> Overview:
    return make.make_overview(**{"review_due": DUE} | fields)


def run_on(offset: int) -> list[str]:
    """Let the clock's job run on a day, and the letters that it asks for be sent; to whom they went."""
    mail.outbox.clear()
    with time_machine.travel(day(offset), tick=False):
        reviewing.remind()
        for path, arguments in waiting_jobs():
            assert path == "knowledge.jobs.send_review_letter"
            reviewing.send_letter(**arguments)
        for letter in Letter.objects.filter(state="queued"):
            letters.send(letter.pk)
    forget_jobs()
    return sorted(address for letter in mail.outbox for address in letter.to)


def run_daily(first: int, last: int) -> dict[int, list[str]]:
    """The days on which letters went out, and to whom."""
    return {offset: sent for offset in range(first, last + 1) if (sent := run_on(offset))}


@pytest.mark.django_db
def test_owner_is_told_before_on_the_day_and_then_every_two_weeks_and_editors_after_a_month():
    make_due(owner=make_owner())

    sent = run_daily(-40, 60)

    assert sent == {
        -30: ["anna@example.org"], 0: ["anna@example.org"], 14: ["anna@example.org"], 28: ["anna@example.org"],
        30: [EDITORS], 42: ["anna@example.org"], 44: [EDITORS], 56: ["anna@example.org"], 58: [EDITORS],
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("owner", [None, {"email": ""}, {"is_active": False}])
def test_editors_are_told_where_no_owner_can_be(owner):
    make_due(owner=make_owner(**owner) if owner else None)

    assert run_daily(-40, 30) == {-30: [EDITORS], 0: [EDITORS], 14: [EDITORS], 28: [EDITORS]}


@pytest.mark.django_db
def test_nobody_is_told_twice_on_a_day_or_for_a_step():
    make_due(owner=make_owner())

    assert [run_on(0), run_on(0), run_on(1), run_on(13)] == [["anna@example.org"], [], [], []]


@pytest.mark.django_db
def test_missed_days_are_made_up_for_once_and_the_rhythm_stays():
    make_due(owner=make_owner())

    assert run_daily(3, 15) == {3: ["anna@example.org"], 14: ["anna@example.org"]}


@pytest.mark.django_db
def test_owner_gets_one_letter_with_all_overviews_whose_step_has_come():
    anna = make_owner()
    make_due(owner=anna, title_sv="Tolk", review_due=DUE - dt.timedelta(days=14))
    make_due(owner=anna, title_sv="Trauma")
    make_due(owner=anna, title_sv="Långt dit", review_due=DUE + dt.timedelta(days=31))
    make_due(owner=make_owner(email="bo@example.org"), title_sv="Bos egen")

    assert run_on(0) == ["anna@example.org", "bo@example.org"]
    [letter] = [one for one in mail.outbox if one.to == ["anna@example.org"]]
    assert letter.subject == "2 kunskapsöversikter att granska"
    assert [title for title in ["Tolk", "Trauma", "Långt dit", "Bos egen"] if title in letter.body] == [
        "Tolk",
        "Trauma",
    ]
    assert "Skulle ha granskats senast 15 februari 2027, för 14 dagar sedan." in letter.body
    assert "Ska granskas senast 1 mars 2027." in letter.body
    for overview in Overview.objects.filter(title_sv__in=["Tolk", "Trauma"]):
        assert f"https://portal.example.org/admin/knowledge/overview/{overview.pk}/change/" in letter.body


@pytest.mark.django_db
def test_who_had_a_letter_today_gets_the_next_one_tomorrow():
    anna = make_owner()
    make_due(owner=anna)
    run_on(0)
    make_due(owner=anna, title_sv="Nyss")

    assert (run_on(0), run_on(1)) == ([], ["anna@example.org"])
    assert "Nyss" in mail.outbox[0].body


@pytest.mark.django_db
def test_drafts_next_versions_and_archived_overviews_remind_nobody():
    services.start_revision(make_due(owner=make_owner(), review_due=DUE + dt.timedelta(days=300)))
    Overview.objects.filter(status="draft").update(review_due=DUE)
    make_due(status="draft", owner=make_owner())
    make_due(status="archived", owner=make_owner())

    assert run_daily(-40, 40) == {}


@pytest.mark.django_db
def test_new_date_starts_the_cycle_anew():
    overview = make_due(owner=make_owner())
    run_daily(0, 20)
    Overview.objects.filter(pk=overview.pk).update(review_due=DUE + dt.timedelta(days=100))

    assert run_daily(21, 101) == {70: ["anna@example.org"], 100: ["anna@example.org"]}


@pytest.mark.django_db
def test_editors_letter_names_the_owner():
    make_due(owner=make_owner(username="anna"))

    assert run_on(30) == ["anna@example.org", EDITORS]
    assert "Ansvarig: anna" in next(letter.body for letter in mail.outbox if letter.to == [EDITORS])


@pytest.fixture
def real_jobs(transactional_db):
    forget_jobs()
    yield
    forget_jobs()


def test_letter_is_written_by_the_worker(real_jobs):
    make_due(owner=make_owner(), review_due=timezone.localdate())

    jobs.enqueue("knowledge.jobs.remind_of_reviews")
    run_jobs()
    jobs.enqueue("knowledge.jobs.remind_of_reviews")
    run_jobs()

    assert [letter.to for letter in mail.outbox] == [["anna@example.org"]]
    assert ReviewReminder.objects.count() == 1


def test_letter_says_nothing_of_what_was_reviewed_meanwhile(real_jobs):
    overview = make_due(owner=make_owner(), review_due=timezone.localdate())
    reviewing.remind()
    services.confirm(overview=overview, reviewer=make.make_editor())

    run_jobs()

    assert mail.outbox == []


# --- a review that finds nothing to change


def may_review(person):
    person.user_permissions.set(Permission.objects.filter(codename__in=["review_overview", "view_overview"]))
    return person


@pytest.mark.django_db
@time_machine.travel(dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC), tick=False)
def test_text_that_still_holds_gets_new_dates_and_no_new_version(client):
    overview = make_due(owner=make_owner(), review_months=13, review_due="2026-12-01", reviewed_on="2025-12-01")
    before = list(overview.versions.values())
    client.force_login(make.make_editor())

    client.post(reverse("admin:knowledge_overview_confirm", args=[overview.pk]))

    kept = Overview.objects.get(pk=overview.pk)
    assert (kept.reviewed_on, kept.review_due) == (dt.date(2027, 1, 31), dt.date(2028, 2, 29))
    assert list(kept.versions.values()) == before
    assert kept.updated_at == overview.updated_at
    assert [str(one) for one in kept.reviews.all()] == ["Granskad: håller fortfarande (2027-01-31)"]
    client.logout()
    words = read(client, overview.get_absolute_url()).words
    assert "Granskad 31 januari 2027" in words
    assert "29 februari 2028" in words
    assert "Granskningen är försenad" not in words


@pytest.mark.django_db
def test_kept_version_shows_the_review_of_its_own_time(client):
    overview = make_due(reviewed_on="2025-12-01")
    overview.body_sv += " Mer."
    overview.reviewed_on = "2026-06-01"
    overview.save()
    services.publish_from_files(Overview.objects.get(pk=overview.pk))
    services.confirm(overview=overview, reviewer=make.make_editor())

    words = read(client, reverse("knowledge:overview_version", args=[overview.slug, 1])).words

    assert "Granskad 1 december 2025" in words


@pytest.mark.django_db
def test_owner_does_not_judge_the_own_text(client):
    owner = may_review(make_owner())
    overview = make_due(owner=owner)
    client.force_login(owner)

    page = client.get(reverse("admin:knowledge_overview_change", args=[overview.pk])).content.decode()
    client.post(reverse("admin:knowledge_overview_confirm", args=[overview.pk]))

    assert reverse("admin:knowledge_overview_confirm", args=[overview.pk]) not in page
    assert Overview.objects.get().review_due == DUE
    with pytest.raises(ValidationError):
        services.confirm(overview=overview, reviewer=owner)


@pytest.mark.django_db
def test_review_is_noted_by_those_who_may_review_only(client):
    overview = make_due()
    address = reverse("admin:knowledge_overview_confirm", args=[overview.pk])
    client.force_login(make_owner())
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405

    client.force_login(may_review(make_owner()))
    page = client.get(reverse("admin:knowledge_overview_change", args=[overview.pk])).content.decode()
    client.post(address)

    assert address in page
    assert Overview.objects.get().reviewed_on == timezone.localdate()


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["draft", "in-review", "archived"])
def test_only_public_texts_are_confirmed(status):
    overview = make_due(status=status)

    with pytest.raises(ValidationError):
        services.confirm(overview=overview, reviewer=make.make_editor())


@pytest.mark.django_db
def test_list_and_first_page_show_what_is_due_in_sixty_days(client):
    today = timezone.localdate()
    due = [make_due(review_due=today + dt.timedelta(days=days)) for days in [-1, 0, 60, 61]]
    make_due(status="draft", review_due=today)
    client.force_login(make.make_editor())

    shown = client.get("/admin/knowledge/overview/", {"review": "soon"}).context["cl"].result_list
    todo = {one.url: one.count for one in client.get(reverse("admin:index")).context["todo"]}

    assert set(shown) == set(due[1:3])
    assert todo["/admin/knowledge/overview/?review=soon"] == 2
