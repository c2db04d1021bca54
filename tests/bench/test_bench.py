"""The bench's own rows and sums; nothing here measures time."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from actors.models import Organization, Service
from events.models import Event
from knowledge.models import Citation, Overview, Resource
from lmh_portal.index.models import Document
from lmh_portal.search.services import suggestions
from tests.bench import content, documents, relevance, report, search, tables
from tests.bench.answers import Answer
from tests.bench.pages import PAGES
from tests.bench.questions import SHARES, questions, typed


@pytest.fixture
def rows(db):
    call_command("load_starter", only="vocabulary", stdout=StringIO())
    content.fill(40)


@pytest.mark.usefixtures("rows")
def test_generator_makes_valid_rows():
    counts = [model.objects.count() for model in [Overview, Organization, Service, Event, Citation]]

    assert counts == [40, 40, 120, 80, 40 * content.REFERENCES + 24]  # half of the events long ago
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


# --- search


@pytest.fixture
def made_up_pages(db):
    call_command("load_starter", only="vocabulary", stdout=StringIO())
    documents.fill(60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT index_rebuild()")


@pytest.mark.usefixtures("made_up_pages")
def test_made_up_pages_are_documents_of_three_languages():
    made = Document.objects.filter(kind__in=["overview", "organization", "service"])

    assert [made.filter(kind=kind).count() for kind in ["overview", "organization", "service"]] == [24, 3, 33]
    assert all(one.titles.keys() >= {"sv"} and one.topics for one in made)
    bodies = [(code, text) for one in made for code, text in one.bodies.items() if text.strip()]
    assert {code for code, _ in bodies} == {"sv", "en", "ar"}
    assert {len(text.split()) for _, text in bodies} == {documents.BODY}
    assert len(bodies) == 24 + 33


@pytest.mark.usefixtures("made_up_pages")
def test_questions_are_a_mixture_that_finds_pages(client):
    log = questions()
    asked = {one.kind: one for one in log}

    assert log == questions()
    assert set(asked) == set(SHARES)
    assert len(log) == sum(SHARES.values())
    assert client.get(reverse("search_api") + "?" + asked["common"].query).json()["results"]
    for one in asked.values():
        assert client.get(reverse("search:search") + "?" + one.query).status_code == 200
    assert any(suggestions(text, "sv") for text in typed())


@pytest.mark.usefixtures("made_up_pages")
def test_bare_queries_find_what_they_should():
    times = search.Times()
    common = [one for one in questions() if one.kind == "common"]

    with connection.cursor() as cursor:
        values = {"read": "simple", "text": "xyzxyz"}
        cursor.execute(search.CAPPED_COUNT, values)
        assert cursor.fetchone() == (0,)
        cursor.execute(search.CAPPED_COUNT, {"read": common[0].configuration, "text": common[0].text})
        assert cursor.fetchone()[0] > 0
    search.time_sql(search.TWO_PHASES, common, times)
    assert len(times.milliseconds) == len(common)


def test_every_question_is_judged_by_what_search_can_find():
    asked = relevance.questions()

    assert len(asked) == 70
    assert all(bool(one.expected) == (one.group != "none") for one in asked)
    assert not any(key.startswith("signal:") for one in asked for key in one.expected)


def make_judged(found, expected=("overview:a=3", "service:b=2", "event:c=1"), group="exact"):
    grades = {key: int(grade) for key, grade in (one.split("=") for one in expected)}
    return relevance.Judged(relevance.Question("q1", "tolk", "sv", group, "sv", grades), found)


def test_best_order_has_the_full_figures():
    best = make_judged(["overview:a", "service:b", "event:c"])

    assert (best.ndcg, best.recall, best.reciprocal_rank) == (1, 1, 1)


def test_figures_fall_with_the_place():
    late = make_judged(["event:x", "event:c", "overview:a"])

    assert late.ndcg == pytest.approx((1 / 1.58496 + 7 / 2) / (7 + 3 / 1.58496 + 1 / 2), abs=1e-4)
    assert (late.recall, late.reciprocal_rank) == (0.5, 1 / 3)
    assert make_judged([]).ndcg == 0


def test_goals_of_relevance_are_overall_and_of_each_class():
    judged = [make_judged(["overview:a", "service:b", "event:c"]), make_judged([], group="place")]
    judged.append(make_judged(["event:x"] * 3, expected=(), group="none"))

    assert relevance.missed(judged) == [
        "all: nDCG@10 0.500, goal at least 0.9",
        "class place: nDCG@10 0.000, goal at least 0.8",
        "q1: 3 answers to a question that nothing answers",
    ]
    assert "| class place | 1 | 0.000 | 0.000 | 0.000 |" in relevance.table(judged)
    assert "0 of 1" in relevance.table(judged)


def make_results(number, page=20.0, sql=4.0, **times):
    values = {"bare": 10.0, "two_phases": sql, "capped_count": sql, "api": 15.0, "crowd": 40.0, "suggestions": 5.0}
    values |= {"page": page, "hostile": page} | times
    return search.Results(number, 3.0, {"index_document": 1_000_000}, **{
        name: search.Times([value] * 100, [value]) for name, value in values.items()
    })  # fmt: skip


def test_goals_of_search_are_met_beside_its_own_run():
    assert search.missed_speed([make_results(1000), make_results(100_000, page=27.0)]) == []


def test_each_missed_goal_of_search_is_named():
    slow = make_results(100_000, page=90.0, suggestions=16.0, hostile=300.0)

    assert search.missed_speed([make_results(1000), slow]) == [
        "search page with 100000 documents: p95 90 ms, goal at most 27",
        "growth 4.5 from 1000 to 100000 documents, goal at most 4",
        "suggestions: p95 16.0 ms, goal at most 15",
        "hostile questions: p99 300 ms, goal at most 270",
    ]
    assert "| 100,000 | search page | 90.0 | 90.0 / 90.0 / 90.0 |" in search.table([slow])


@pytest.mark.parametrize(
    ("megabytes", "expected"), [([100, 140], 0), ([100, 160], 1), ([350, 401], 1), ([100, 500], 2)]
)
def test_import_that_takes_too_much_memory_is_named(megabytes, expected):
    found = [tables.Measured(rows, 1, 10, most) for rows, most in zip([1_000, 10_000], megabytes, strict=True)]

    assert len(tables.missed_goals(found)) == expected


@pytest.mark.usefixtures("rows")
def test_rows_to_import_are_counted_as_sheets_have_them():
    assert tables.count() == 40 * tables.SHEETS_OF_ORGANIZATION
