"""The bench's own rows and sums; nothing here measures time."""

from io import StringIO

import pytest
from django.core.management import call_command

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Citation, Overview, Resource
from tests.bench import content, report
from tests.bench.answers import Answer
from tests.bench.pages import PAGES


@pytest.fixture
def rows(db):
    call_command("load_starter", only="vocabulary", stdout=StringIO())
    content.fill(40)


@pytest.mark.usefixtures("rows")
def test_generator_makes_valid_rows():
    counts = [model.objects.count() for model in [Overview, Organization, Service, Event, Citation]]

    assert counts == [40, 40, 120, 40, 40 * content.REFERENCES + 24]
    assert Event.objects.upcoming().count() == 20
    for model in [Overview, Resource, Organization, Service, Event]:
        for row in model.objects.all():
            row.full_clean(exclude=["title", "summary", "name"])  # the source language's columns have these
            assert row.topics.exists()


@pytest.mark.usefixtures("rows")
def test_overviews_are_as_long_as_real_ones_and_cite_their_references():
    for overview in Overview.objects.all():
        keys = overview.citations.filter(position__lt=10).values_list("reference__key", flat=True)

        assert 600 < overview.words_sv < 1000
        assert all(f"[@{key}]" in overview.body_sv for key in keys)


@pytest.mark.usefixtures("rows")
def test_every_overview_has_a_version_and_one_has_very_many():
    first, *others = Overview.objects.order_by("pk")

    assert first.versions.count() == first.version == content.MANY_VERSIONS
    assert {overview.versions.get().number for overview in others} == {1}
    assert first.citations.count() > content.REFERENCES


@pytest.mark.usefixtures("rows")
def test_every_page_has_addresses_that_answer(client):
    for page in PAGES:
        paths = page.paths()

        assert paths, page.name
        assert client.get(paths[0]).status_code == 200


def make_slice(cpu_seconds, requests=100):
    return report.Slice(cpu_seconds, milliseconds=[20.0] * requests)


def make_result(rows=1000, page_cpu=1.0, bare_cpu=1.0, **answer):
    pairs = [report.Pair(make_slice(page_cpu * load), make_slice(bare_cpu * load)) for load in (1, 2, 4)]
    values = {"queries": 2, "cold_queries": 5, "cold_milliseconds": 50.0, "size": 30_000, "compressed": 7_000}
    return report.Result("overview", "detail", rows, pairs, Answer(**values | {"assets": {}} | answer))


def test_speed_is_the_bare_views_cost_in_the_pages():
    assert make_result(page_cpu=2.0).speed == 0.5


def test_speed_and_growth_are_the_same_on_a_busy_machine():
    quiet, busy = make_result(rows=1000, page_cpu=1.0), make_result(rows=20_000, page_cpu=3.0, bare_cpu=2.0)

    assert report.growth(quiet, busy) == 1.5


def test_rate_and_cost_are_per_request():
    one = make_slice(0.5, requests=50)

    assert (one.cost, one.rate) == (10.0, 200.0)  # four visitors, 20 ms each


def test_new_processes_count_from_their_start():
    assert report.spent({1: 10.0, 2: 5.0}, {1: 10.5, 2: 5.25, 3: 1.0}) == 1.75


def test_processes_that_end_are_not_counted_silently():
    with pytest.raises(SystemExit, match="Process 2 ended"):
        report.spent({1: 10.0, 2: 5.0}, {1: 20.0, 3: 1.0})


def test_goals_that_are_met_leave_nothing_to_say():
    assert report.missed([make_result(), make_result(rows=20_000)]) == []


def test_each_missed_goal_is_named():
    fonts = {f"fonts/{number}.woff2": 900_000 for number in range(5)}
    small = make_result()
    large = make_result(rows=20_000, page_cpu=2.0, compressed=20_000, assets={"portal.css": 50_000} | fonts)

    assert report.missed([small, large]) == [
        "overview with 20000 rows: CPU speed 0.50, goal at least 0.7",
        "overview with 20000 rows: first visit 7 requests, goal at most 6",
        "overview with 20000 rows: first visit 70.0 kB, goal at most 60",
        "overview with 20000 rows: second page 20.0 kB, goal at most 15",
        "overview: growth 2.00 from 1000 to 20000 rows, goal at most 1.2",
    ]


def test_table_has_a_line_for_each_page_and_size():
    table = report.table([make_result(), make_result(rows=20_000)], {"bare view": 40.0})

    assert "| overview | 1,000 | 20.00 | 1.00 (1.00–1.00) | 1.00 | 20 / 20 | 2 (5) | 50 |" in table
    assert "| overview | 20,000 | 20.00 | 1.00 (1.00–1.00) | 1.00 | 20 / 20 | 2 (5) | 50 |" in table
    assert "| overview | 1.00 | 30.0 | 7.0 | 7.0 (1) |" in table
