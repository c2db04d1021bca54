"""Loading starter content: what is there stays, what is broken is refused and named."""

import datetime as dt

import pytest
from django.apps import apps
from django.utils import timezone

from actors.models import Address, Organization, Service
from events.models import Event, ProgrammeItem
from knowledge.models import Citation, Overview, OverviewVersion
from lmh_portal.core.version import content_tables
from lmh_portal.vocabulary.models import Area, Topic
from tests.starter.conftest import FILES

CONTENT_MODELS = [
    model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in content_tables()
]


def all_rows() -> dict:
    return {model: list(model.objects.order_by("pk").values()) for model in CONTENT_MODELS}


def change(directory, file, old, new):
    path = directory / file
    text = path.read_bytes()
    assert text.count(old.encode()) == 1
    path.write_bytes(text.replace(old.encode(), new if isinstance(new, bytes) else new.encode()))


def refused(report) -> set[str]:
    return {line.partition(":")[0] for line in report if line.endswith("refused, nothing of it was loaded")}


@pytest.mark.django_db
def test_load_reports_each_file(load):
    report, problems = load()

    assert problems == []
    assert "organisations.csv: 2 added, 0 kept, 0 overwritten" in report
    assert "municipalities.csv as organisations: 1 added, 0 kept, 0 overwritten" in report
    assert "vocabularies/intervention_levels.csv: is not there" in report


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--overwrite"]])
def test_second_load_changes_nothing(load, options):
    load()
    before = all_rows()

    report, problems = load(*options)

    assert problems == []
    assert "services.csv: 0 added, 1 kept, 0 overwritten" in report
    assert all_rows() == before


@pytest.mark.django_db
def test_a_change_of_an_editor_is_kept(load):
    load()
    Topic.objects.filter(slug="trauma").update(name_sv="Ändrat")
    overview = Overview.objects.get()
    overview.topics.clear()
    overview.citations.first().delete()
    ProgrammeItem.objects.get(position=2).delete()
    before = all_rows()

    load()

    assert all_rows() == before


@pytest.mark.django_db
def test_a_deleted_row_comes_back(load):
    load()
    Organization.objects.get(slug="kommun-1490").delete()

    load()

    assert Organization.objects.filter(slug="kommun-1490").exists()


@pytest.mark.django_db
def test_overwrite_gives_the_values_of_the_files_again(load):
    load()
    Topic.objects.filter(slug="trauma").update(name_sv="Ändrat", broader=None)
    overview = Overview.objects.get()
    overview.topics.clear()
    Citation.objects.filter(reference__key="sjo2015").delete()
    ProgrammeItem.objects.create(event=Event.objects.get(slug="demo"), position=7, name_sv="Fika")

    report, problems = load("--overwrite")

    assert problems == []
    assert "vocabularies/topics.csv: 0 added, 1 kept, 1 overwritten" in report
    assert Topic.objects.get(slug="trauma").name_sv == "Trauma"
    assert Topic.objects.get(slug="trauma").broader.slug == "mental-health"
    assert [topic.slug for topic in Overview.objects.get().topics.all()] == ["trauma"]
    assert [citation.reference.key for citation in overview.citations.all()] == ["sjo2015", "berg2014"]
    assert [item.position for item in ProgrammeItem.objects.all()] == [1, 2]


@pytest.mark.django_db
def test_overwrite_renders_an_overview_again(load, directory):
    load()
    change(directory, "overviews/tolk.sv.md", "## Bakgrund", "## Nytt")

    load("--overwrite")

    assert "Nytt" in OverviewVersion.objects.get(number=2).content["html"]["body"]["sv"]


@pytest.mark.django_db
def test_texts_missing_in_a_language_are_filled_in_when_asked_for(load):
    load()
    Topic.objects.filter(slug="trauma").update(name_sv="Ändrat", name_en=None)
    Topic.objects.filter(slug="mental-health").update(name_en="Changed")
    Overview.objects.update(body_en="")

    report, problems = load("--language", "en")

    assert problems == []
    assert "vocabularies/topics.csv: 0 added, 1 kept, 0 overwritten, 1 filled in" in report
    assert list(Topic.objects.order_by("slug").values_list("name_sv", "name_en")) == [
        ("Psykisk hälsa", "Changed"),
        ("Ändrat", "Trauma"),
    ]
    assert "Background" in Overview.objects.get().body_en


@pytest.mark.django_db
def test_if_empty_loads_only_into_an_empty_portal(load):
    load("--if-empty", "--only", "vocabulary")

    report, problems = load("--if-empty")

    assert (report, problems) == (["There is content already; nothing was loaded."], [])
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_only_loads_the_files_of_one_app(load):
    load("--only", "vocabulary")

    report, _ = load("--only", "actors")

    assert [line.partition(":")[0] for line in report] == [
        "municipalities.csv as organisations",
        "organisations.csv",
        "services.csv",
        "services.csv as languages",
        "locations.csv",
        "locations.csv as addresses",
        "contacts.csv",
        "schedules.csv",
    ]
    assert Organization.objects.count() == 3


@pytest.mark.django_db
def test_parents_may_stand_below_their_parts(load):
    load()

    assert Topic.objects.get(slug="trauma").broader == Topic.objects.get(slug="mental-health")
    assert {topic.slug for topic in Topic.objects.get(slug="trauma").ancestors.all()} == {
        "trauma",
        "mental-health",
    }


BROKEN = {
    "unknown code": ("organisations.csv", ";mental-health,", ";nothing,", 2, "topics: 'nothing' is not"),
    "area of another kind": ("organisations.csv", "1490", "14", 2, "municipality: '14' is not known"),
    "missing column": ("services.csv", ",access,", ",", 1, "access: this column is missing"),
    "unknown column": ("countries.csv", "name_sv", "name_sv,colour", 1, "colour: is not a column of"),
    "column twice": ("counties.csv", "code,", "code,code,", 1, "code: stands twice"),
    "bad date": ("events.csv", "2018-03-14", "2018-02-30", 2, "starts_on: “2018-02-30” value has"),
    "no date": ("events.csv", "2018-03-14", "", 2, "starts_on: either this or demo_offset_days"),
    "offset of a real event": ("events.csv", "seminar,true", "seminar,false", 3, "demo_offset_days: is for"),
    "ends before it starts": ("events.csv", "2018-03-15", "2018-03-13", 2, "ends_on: The event must end"),
    "bad time": ("events.csv", "09:00", "9 o'clock", 3, "starts: “9 o'clock” value has an invalid format"),
    "bad boolean": ("events.csv", "seminar,true", "seminar,yes", 3, "is_demo: must be true or false"),
    "bad number": ("municipalities.csv", "57.7", "north", 2, "latitude: “north” value must be a float."),
    "not a choice": ("services.csv", "both", "all", 2, "audience: Value 'all' is not a valid choice."),
    "same key": ("references.csv", "sjo2015", "berg2014", 3, "key: is already on line 2"),
    "same position": ("event_programme.csv", "demo,2", "demo,1", 3, "position: is already on line 2"),
    "too long": ("services.csv", "Stöd", "Stöd" * 51, 2, "name_sv: Ensure this value has at most 200"),
    "blank": ("services.csv", "Stöd", " ", 2, "name_sv: This field cannot be blank."),
    "bad code": ("services.csv", "stod,", "stöd,", 2, "code: Enter a valid “slug”"),
    "bad address": ("organisations.csv", "https://www.v", "javascript:v", 2, "website: Enter a valid URL."),
    "too few fields": ("countries.csv", "SE,Sverige", "SE", 2, "has 1 fields, the first line has 2"),
    "quote never closed": ("countries.csv", "Sverige", '"Sverige', 2, "is not valid CSV: unexpected end"),
    "not UTF-8": ("countries.csv", "Sverige", b"Sver\xefge", 2, "name_sv: is not valid UTF-8"),
    "NUL": ("countries.csv", "Sverige", "Sver\0ige", 2, "name_sv: contains a NUL character"),
    "circle": ("vocabularies/topics.csv", "health,,P", "health,mental-health,P", 3, "broader: these"),
    "programme of no event": ("event_programme.csv", "demo,1", "demi,1", 2, "event: 'demi' is not known"),
    "item ends before it starts": ("event_programme.csv", "16:00", "09:30", 3, "ends: The item must end"),
    "unknown citation": ("overviews/tolk.en.md", "@sjo2015", "@ek2016", 8, "body_en: cites ek2016"),
    "unknown reference": ("overviews/tolk.sv.md", "- sjo2015", "- ek2016", 9, "references: 'ek2016' is not"),
    "unknown key": ("overviews/tolk.en.md", "summary: On", "topics: On", 3, "topics: is not known here"),
    "no front matter": ("overviews/tolk.en.md", "---\ntitle", "title", 1, "does not start with front matter"),
    "front matter not YAML": ("overviews/tolk.en.md", "Interpreter", "[", 4, "the front matter is not"),
    "overview not UTF-8": ("overviews/tolk.sv.md", "Sant", b"S\xe4nt", 16, "is not valid UTF-8"),
}  # fmt: skip
BROKEN_IF_WRITTEN = {
    "same DOI": ("references.csv", "10.1/two", "10.1/ONE", 3, "doi: Another reference has this DOI."),
    "same name": ("vocabularies/topics.csv", "Psykisk hälsa", "Trauma", 2, "name_sv: Topic with this"),
}  # fmt: skip
ALL_BROKEN = BROKEN | BROKEN_IF_WRITTEN


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "old", "new", "line", "reason"), ALL_BROKEN.values(), ids=ALL_BROKEN)
def test_a_broken_row_is_refused_and_nothing_of_its_file_loaded(load, directory, file, old, new, line, reason):
    change(directory, file, old, new)

    report, problems = load()

    named = [problem for problem in problems if problem.startswith(f"{file}:{line}: {reason}")]
    assert len(named) == 1
    assert problems[-1] == f"There are problems in {file.split('/tolk')[0]}."
    assert {problem.partition(":")[0] for problem in problems[:-1]} == {file}
    if file.startswith("overviews"):
        assert not Overview.objects.exists()
    else:
        assert refused(report) == {file}


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "old", "new", "line", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_row_is_refused_also_where_everything_is_loaded_already(load, directory, file, old, new, line, reason):
    load()
    before = all_rows()
    change(directory, file, old, new)

    _, problems = load()

    assert any(problem.startswith(f"{file}:{line}: {reason}") for problem in problems)
    assert all_rows() == before


@pytest.mark.django_db
def test_files_that_do_not_need_a_refused_one_are_loaded(load, directory):
    change(directory, "organisations.csv", "regional,1490", "regional,9999")

    report, _ = load()

    assert [line for line in report if not line.endswith(("is not there", "0 overwritten"))] == [
        "organisations.csv: refused, nothing of it was loaded",
        "services.csv: not loaded, it needs organisations.csv",
        "services.csv as languages: not loaded, it needs services.csv",
        "locations.csv: not loaded, it needs organisations.csv, services.csv",
        "locations.csv as addresses: not loaded, it needs locations.csv, organisations.csv",
        "contacts.csv: not loaded, it needs organisations.csv, services.csv",
        "schedules.csv: not loaded, it needs services.csv",
        "events.csv: not loaded, it needs organisations.csv",
        "event_programme.csv: not loaded, it needs events.csv",
        "event_occasions.csv: not loaded, it needs events.csv",
        "event_forms.csv: not loaded, it needs events.csv",
        "event_questions.csv: not loaded, it needs events.csv",
    ]
    assert [row.slug for row in Organization.objects.all()] == ["kommun-1490"]
    assert Overview.objects.count() == 1


@pytest.mark.django_db
def test_all_problems_of_a_file_are_named(load, directory):
    change(directory, "organisations.csv", "regional,1490", "everywhere,9999")
    change(directory, "organisations.csv", "lmh,LMH,region", "lmh,,nothing")

    _, problems = load()

    assert [problem.partition(": ")[2].partition(":")[0] for problem in problems[:-1]] == [
        "scope",
        "municipality",
        "name_sv",
        "organization_type",
    ]


@pytest.mark.django_db
def test_a_row_that_refers_to_a_refused_one_is_not_blamed(load, directory):
    change(directory, "organisations.csv", "vgr,VGR,region", "vgr,VGR,nothing")

    _, problems = load()

    assert problems[:-1] == ["organisations.csv:2: organization_type: 'nothing' is not known"]


@pytest.mark.django_db
def test_a_broken_overview_does_not_hold_up_the_others(load, directory):
    for language in ["sv", "en"]:
        text = FILES[f"overviews/tolk.{language}.md"]
        (directory / f"overviews/annan.{language}.md").write_text(text)
    change(directory, "overviews/tolk.en.md", "@sjo2015", "@ek2016")

    report, _ = load()

    assert "overviews: 1 added, 0 kept, 0 overwritten" in report
    assert [overview.slug for overview in Overview.objects.all()] == ["annan"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("}}]}", "}}", "municipalities.geojson:2: is not valid JSON"),
        ("coordinates", "places", "municipalities.geojson:1: is not GeoJSON with codes"),
        ('"1490"', '"1491"', "municipalities.csv:2: code: municipalities.geojson has no outline for it"),
    ],
)
def test_municipalities_are_refused_with_broken_outlines(load, directory, old, new, problem):
    change(directory, "municipalities.geojson", old, new)

    _, problems = load()

    assert problems[0].startswith(problem)
    assert not Area.objects.municipalities().exists()


@pytest.mark.django_db
def test_an_overview_needs_its_swedish_version(load, directory):
    (directory / "overviews/tolk.sv.md").unlink()

    _, problems = load()

    assert problems[0] == "overviews/tolk.en.md:1: there is no tolk.sv.md"


@pytest.mark.django_db
@pytest.mark.parametrize("directory", ["nowhere", ""])
def test_a_directory_without_files_is_refused(load, tmp_path, directory):
    _, problems = load("--directory", tmp_path / directory)

    assert len(problems) == 1


@pytest.mark.django_db
def test_spreadsheet_habits_do_no_harm(load, directory):
    path = directory / "countries.csv"
    path.write_bytes(b"\xef\xbb\xbfcode,name_sv,note\r\nSE,Sverige,\r\n\r\n")

    _, problems = load()

    assert problems == []
    assert Area.objects.get(code="SE").name_sv == "Sverige"


@pytest.mark.django_db
def test_lines_are_counted_in_the_file_not_in_rows(load, directory):
    path = directory / "countries.csv"
    path.write_text('code,name_sv\n"SE","Sve\nrige"\n\nX X,Fel\n')

    _, problems = load()

    assert problems[0].startswith("countries.csv:5: code: Enter a valid")


@pytest.mark.django_db
def test_what_belongs_to_a_service_is_loaded_with_it_and_not_twice(load):
    _, problems = load()
    again, _ = load("--overwrite")

    service = Service.objects.get(slug="stod")
    today = timezone.localdate()
    assert problems == []
    assert [
        line for line in again if line.startswith(("services", "loc", "contacts", "sch")) and "0 added" not in line
    ] == []
    assert {(one.language.code, one.mode) for one in service.service_languages.all()} == {
        ("sv", "spoken"), ("ar", "phone"),
    }  # fmt: skip
    assert (service.access_facts, service.assured_by) == (["free"], "chefen")
    assert service.assured_on == today - dt.timedelta(days=10)
    assert (service.alert_until, service.ends_on) == (today + dt.timedelta(days=5), today + dt.timedelta(days=20))
    assert [(one.address_1, one.post_town) for one in Address.protected.all()] == [("Gatan 1", "503 30 Borås")]
    assert [one.byday for one in service.schedules.all()] == [["MO", "TU"]]


@pytest.mark.django_db
def test_days_from_loading_are_for_demonstration_content_only(load, directory):
    change(directory, "services.csv", "true,10,5,20", "false,10,5,20")

    _, problems = load()

    assert problems[0].startswith("services.csv:2: demo_alert_days: is for demonstration content only")
