"""The register as tables: out and in again without loss, all or nothing, with a reason for every line."""

import csv
import datetime as dt
import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from actors.models import Address, Contact, Location, Organization, Schedule, Service, ServiceLanguage
from actors.tables import files
from actors.tables.cells import RISKY, guarded, storable, unguarded
from actors.tables.importing import import_tables
from actors.tables.sheets import TABLES, OrganizationTable, ServiceTable
from lmh_portal.core.archives import Refusal
from lmh_portal.vocabulary.models import InterventionLevel, Language, TargetGroup
from tests import make

PAGE = reverse("admin:actors_tables")
AWKWARD = "=1+1 \"citat\"; 'apostrof'\nny rad\r\noch en till\tمرحبا بكم, +46"


@pytest.fixture
def full_register(db):
    """A row of every table with every field filled in, and awkward texts."""
    town, topic = make.make_area(), make.make_topic()
    group, level = make.make_term(TargetGroup), make.make_term(InterventionLevel)
    arabic, somali = (make.make_term(Language, code=code) for code in ["ar", "so"])
    texts = {f"{name}_{code}": AWKWARD + code for name in ["name", "description"] for code in ["sv", "en", "ar"]}
    known = {"certainty": "known", "assured_on": dt.date(2026, 10, 2), "assured_by": "-LMH", "is_demo": True}
    contact_data = {"website": "https://example.org/?a=b;c", "email": "a@example.org"}
    above = make.make_organization(slug="z-above")
    organization = make.make_organization(
        [topic], [group], [arabic, somali], parent_organization=above, alternate_name="@alias", scope="regional",
        organization_number="232100-0131", municipality=town, slug="a-unit", **texts, **known, **contact_data,
    )  # fmt: skip
    more = [f"{name}_{code}" for name in SERVICE_TEXTS for code in ["sv", "en", "ar"]]
    service = make.make_service(
        [topic], [group], [town, town.within], organization=organization, audience="both", access="booking",
        access_facts=["free", "anonymous"], kind="project", level=level, minimum_age=0, maximum_age=18,
        operation="paused", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2027, 1, 1),
        alert_until=dt.date(2026, 12, 1), **texts, **known, **contact_data, **dict.fromkeys(more, AWKWARD),
    )  # fmt: skip
    for mode in ["spoken", "phone"]:
        ServiceLanguage.objects.create(service=service, language=arabic, mode=mode)
    make.make_schedule(
        service=service, freq="MONTHLY", byday=["SU", "MO"], bysetpos=-1, interval=2, opens_at=dt.time(9, 5),
        closes_at=dt.time(23, 59, 30), valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 12, 31),
        is_open_on_holidays=True, notes_sv="=drop-in", notes_ar="دون موعد",
    )  # fmt: skip
    make.make_schedule(service=service, byday=["FR"], opens_at=None, closes_at=None)
    make.make_location(
        [service], {"attention": "c/o", "address_1": "=Gatan", "postal_code": "411 01", "city": "Ort",
                    "latitude": "57.700000", "longitude": "-11.5"},
        organization=organization, municipality=town, visibility="hidden", url="https://example.org/",
        transportation_sv=AWKWARD, accessibility_ar="مصعد",
    )  # fmt: skip
    make.make_contact(
        [service], organization=organization, is_function=False, consent_on=dt.date(2026, 1, 1), phone="+46 31",
        title_sv=AWKWARD, department_en="-x", confirms=True,
    )  # fmt: skip


SERVICE_TEXTS = ["eligibility_description", "application_process", "fees_description", "alert"]


def snapshot() -> list:
    """Everything that the tables hold, as the database has it."""
    models = [Organization, Service, Location, Contact, Address, ServiceLanguage, Schedule]
    found = [
        list(model._base_manager.order_by("pk").rewrite(False).values())
        if hasattr(model._base_manager, "rewrite")
        else list(model._base_manager.order_by("pk").values())
        for model in models
    ]
    through = [model._base_manager.count() for model in [Location.services.through, Contact.services.through]]
    return [*found, through, [sorted(row.topics.values_list("pk", flat=True)) for row in Organization.objects.all()]]


GIVEN = {  # by the portal
    "id", "created_at", "updated_at", "verification", "location_id", "organization_id", "service_id",
    "parent_organization_id",
}  # fmt: skip


def stored_texts(rows: list[dict]) -> list[str]:
    """What the rows say, but for what the portal gives them; line ends and spaces around a text do not count."""
    left_out = GIVEN | SORTED | {name.removesuffix("_sv") for name in rows[0] if name.endswith("_sv")}
    values = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
    return sorted(
        repr({name: storable(value).strip() if isinstance(value, str) else value for name, value in row.items()})
        for row in values
    )


SORTED = {f"name_sort_{code}" for code in ["sv", "en", "ar"]}


def exported() -> io.BytesIO:
    file = io.BytesIO()
    files.write_xlsx([(table := kind(), table.rows()) for kind in TABLES], file)
    return file


def taken(file: io.BytesIO, name="fil.xlsx", *, dry_run=False, **more):
    sheets = files.read(file, name, len(file.getvalue()))
    with override("en"):
        return import_tables(sheets, permitted=TABLES, dry_run=dry_run, **more)


def workbook(sheet: str, *rows: dict) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    book.active.title = sheet
    header = list(dict.fromkeys(name for row in rows for name in row))
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(name) for name in header])
    book.save(file)
    return file


def comma_separated(*rows: list[str], delimiter=";") -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def problems(report) -> list[tuple]:
    return [(problem.line, problem.column, problem.reason) for problem in report.problems]


def new_organization(**values) -> dict:
    kind = make.make_organization().organization_type.code
    return {"slug": "ny", "name_sv": "Ny", "organization_type": kind} | values


# --- without loss


def test_workbook_that_comes_back_changes_nothing(full_register):
    before = snapshot()

    report = taken(exported())

    assert report.problems == []
    assert report.changes == []
    assert [row[1:] for row in report.summary] == [(0, 0, 2), (0, 0, 1), (0, 0, 2), (0, 0, 1), (0, 0, 1)]
    assert snapshot() == before


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.sheet)
def test_table_that_comes_back_changes_nothing(full_register, kind):
    text, table = io.StringIO(newline=""), kind()
    files.write_csv(table, table.rows(), text)

    report = taken(io.BytesIO(text.getvalue().encode()), "fil.csv")

    assert (report.problems, report.changes) == ([], [])


def test_register_is_made_anew_from_its_workbook(full_register):
    """What is not there is added: places and contacts, which the portal numbers, as new rows."""
    file = exported()
    book = load_workbook(file)
    for cell in ["places!A2", "contacts!A2", "schedules!A2", "schedules!A3"]:
        sheet, _, place = cell.partition("!")
        book[sheet][place] = None
    file = io.BytesIO()
    book.save(file)
    before = snapshot()
    for model in [Contact, Location, Service]:
        model._base_manager.all().delete()
    Organization.objects.filter(slug="a-unit").delete()
    Organization.objects.all().delete()

    report = taken(file)

    assert report.problems == []
    for old, new in zip(before[:7], snapshot()[:7], strict=True):
        assert stored_texts(new) == stored_texts(old)
    unit = Organization.objects.get(slug="a-unit")
    assert unit.parent_organization.slug == "z-above"
    assert Location.protected.get().services.through.protected.get().service.organization == unit


SPECIAL = [AWKWARD, "'=x", "''+", "\t", "\r", "#N/A", "_x0041_", "١=", " =1", "1e5", "007"]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(max_size=40) | st.sampled_from([AWKWARD, "'=x", "''+", "\t", "\r", "#N/A", "_x0041_"]), min_size=2)
)
def test_any_text_comes_back(db, texts):
    clean = [text.replace("\x00", "") for text in texts if text.isprintable() or "\n" in text or "\r" in text]
    clean = [text for text in clean if not any("\ud800" <= sign <= "\udfff" for sign in text)]
    Organization.objects.all().delete()
    for number, text in enumerate(clean):
        make.make_organization(slug=f"o-{number}", name_sv="Namn", description_sv=text, description_ar=text)
    for report in [taken(exported()), taken(as_csv(OrganizationTable), "fil.csv")]:
        assert (report.problems, report.changes) == ([], [])


def as_csv(kind) -> io.BytesIO:
    text, table = io.StringIO(newline=""), kind()
    files.write_csv(table, table.rows(), text)
    return io.BytesIO(text.getvalue().encode())


@given(st.text())
def test_cell_is_never_a_formula_and_comes_back(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r")


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_exported_cells_begin_with_nothing_that_runs(db, start):
    make.make_organization(name_sv=f"{start}cmd|' /C calc'!A0")

    rows = list(csv.reader(io.StringIO(as_csv(OrganizationTable).getvalue().decode("utf-8-sig")), delimiter=";"))
    cells = [cell for row in load_workbook(exported())["organisations"].iter_rows() for cell in row]

    assert not [cell for row in rows for cell in row if cell and cell[0] in "=+-@\t\r"]
    assert not [
        cell
        for cell in cells
        if cell.data_type == "f" or RISKY.match(str(cell.value or "")) and str(cell.value)[0] != "'"
    ]


# --- what an import does


def test_changed_cell_is_written_and_nothing_else(full_register):
    file = workbook("services", {"slug": Service.objects.get().slug, "name_en": "New name"})
    before = Service.objects.get()

    report = taken(file)

    after = Service.objects.get()
    assert [(one.is_new, one.columns) for one in report.changes] == [(False, ["name_en"])]
    assert (after.name_en, after.name_sv, after.description_en) == ("New name", before.name_sv, before.description_en)
    assert after.service_languages.count() == 2


def test_empty_cell_empties_and_a_missing_column_does_not(full_register):
    service = Service.objects.get()

    taken(workbook("services", {"slug": service.slug, "topics": "", "minimum_age": "", "email": ""}))

    service.refresh_from_db()
    assert (service.topics.count(), service.minimum_age, service.email) == (0, None, "")
    assert service.areas.count() == 2


def test_languages_are_read_with_their_modes(full_register):
    service = Service.objects.get()

    taken(workbook("services", {"slug": service.slug, "languages": "so:written; ar:on-site;so:written"}))

    modes = service.service_languages.values_list("language__code", "mode")
    assert sorted(modes) == [("ar", "on-site"), ("so", "written")]


def test_same_file_changes_nothing_the_second_time(db):
    row = new_organization(description_sv=" Med mellanrum \n", organization_number="2321000131", is_demo="Ja")

    taken(workbook("organisations", row))

    assert taken(workbook("organisations", row)).changes == []


def test_unit_may_stand_before_its_organization(db):
    kind = make.make_organization().organization_type.code
    rows = [
        {"slug": "enhet", "name_sv": "Enhet", "organization_type": kind, "parent_organization": "moder"},
        {"slug": "moder", "name_sv": "Moder", "organization_type": kind},
    ]

    report = taken(workbook("organisations", *rows))

    assert report.problems == []
    assert Organization.objects.get(slug="enhet").parent_organization.slug == "moder"


def test_confirmed_day_says_whether_it_still_holds(db):
    organization = make.make_organization()

    taken(workbook("organisations", {"slug": organization.slug, "assured_on": dt.date(2026, 10, 2)}))

    organization.refresh_from_db()
    assert organization.assured_on == dt.date(2026, 10, 2)
    assert organization.verification == organization.verification_on(dt.date.today())


def test_opening_hours_of_a_new_service_are_rows_of_their_own(db):
    organization = make.make_organization()
    book = load_workbook(
        workbook("services", {"slug": "ny", "organization": organization.slug, "name_sv": "Ny", "access": "open"})
    )
    sheet = book.create_sheet("schedules")
    sheet.append(["id", "service", "byday", "opens_at", "closes_at", "freq", "bysetpos", "valid_from", "notes_sv"])
    sheet.append([None, "ny", "TU; MO", dt.time(9), dt.time(16, 30), None, None, dt.date(2026, 12, 1), "Drop-in"])
    sheet.append([None, "ny", "sa", "10.00", "12:00", "monthly", -1, None, None])
    file = io.BytesIO()
    book.save(file)

    report = taken(file, user=make.make_editor())

    weekly, monthly = Schedule.objects.order_by("pk")
    assert report.problems == []
    assert (weekly.byday, weekly.opens_at, weekly.closes_at) == (["TU", "MO"], dt.time(9), dt.time(16, 30))
    assert (weekly.freq, weekly.valid_from, weekly.notes_sv) == ("WEEKLY", dt.date(2026, 12, 1), "Drop-in")
    assert (monthly.rrule, monthly.opens_at) == ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=-1", dt.time(10))
    assert {(entry.content_type.model, entry.object_repr) for entry in LogEntry.objects.all()} == {
        ("service", "Ny"), ("service", "ny"),
    }  # fmt: skip


def test_opening_hours_keep_their_number(full_register):
    known, other = Schedule.objects.order_by("pk")

    report = taken(workbook("schedules", {"id": known.pk, "closes_at": "23:00", "valid_to": ""}))

    known.refresh_from_db()
    assert [(one.is_new, one.columns) for one in report.changes] == [(False, ["closes_at", "valid_to"])]
    assert (known.closes_at, known.valid_to, known.byday) == (dt.time(23), None, ["SU", "MO"])
    assert Schedule.objects.count() == 2


WRONG_HOURS = [
    ({"service": "ingen"}, "service", "There is no “ingen”"),
    ({"service": ""}, "service", "must be filled in"),
    ({"byday": "MO;XX"}, "byday", "MO, TU"),
    ({"byday": ""}, "byday", "must be filled in"),
    ({"opens_at": "halv nio"}, "opens_at", "A time, for example"),
    ({"opens_at": "25:00"}, "opens_at", "A time, for example"),
    ({"closes_at": ""}, "", "Give both times"),
    ({"freq": "DAILY"}, "freq", "One of: WEEKLY, MONTHLY"),
    ({"freq": "MONTHLY"}, "", "Say which day in the month"),
    ({"bysetpos": "5"}, "bysetpos", "One of: 1, 2, 3, 4, -1"),
    ({"interval": "2"}, "", "needs a first day"),
    ({"valid_from": "2026-02-30"}, "valid_from", "A day, for example"),
    ({"valid_from": "2026-02-02", "valid_to": "2026-02-01"}, "", "must not lie before"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "column", "reason"), WRONG_HOURS, ids=lambda value: str(value)[:40])
def test_hours_that_cannot_be_are_said_with_line_and_column(db, values, column, reason):
    good = {"id": "", "service": make.make_service().slug, "byday": "MO", "opens_at": "9:00", "closes_at": "12:00"}

    report = taken(workbook("schedules", good, good | values))

    [(line, where, why)] = problems(report)
    assert (line, where) == (3, column)
    assert reason in why
    assert not Schedule.objects.exists()


def test_organization_number_is_written_with_its_hyphen(db):
    taken(workbook("organisations", new_organization(organization_number=2321000131)))

    assert Organization.objects.get(slug="ny").organization_number == "232100-0131"


def test_dry_run_says_the_same_and_writes_nothing(full_register):
    before = snapshot()
    row = {"slug": Service.objects.get().slug, "name_en": "New"}

    tried, done = taken(workbook("services", row), dry_run=True), None
    assert snapshot() == before
    done = taken(workbook("services", row))

    assert (tried.changes, tried.counts) == (done.changes, done.counts)


def test_history_names_the_editor_and_no_place(full_register):
    editor, place = make.make_editor(), Location.protected.get()

    taken(workbook("places", {"id": place.pk, "name_sv": "Hemligt namn"}), user=editor)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.action_flag) == (editor, str(place.pk), 2)
    assert "Hemligt" not in entry.object_repr + entry.change_message


# --- what is wrong


WRONG = [
    ({"slug": ""}, 'slug', "The first column is empty"),
    ({"slug": "två ord"}, "slug", "slug"),
    ({"name_sv": ""}, "name_sv", "must be filled in"),
    ({"name_sv": "x" * 201}, "name_sv", "200"),
    ({"organization_type": "nonsense"}, "organization_type", "There is no “nonsense”"),
    ({"organization_type": ""}, "organization_type", "must be filled in"),
    ({"scope": "galactic"}, "scope", "One of: local, regional, national, international"),
    ({"municipality": "9999"}, "municipality", "There is no “9999”"),
    ({"municipality": "14"}, "municipality", "There is no “14”"),
    ({"topics": "a;b"}, "topics", "There is no “a”"),
    ({"website": "javascript:alert(1)"}, "website", "URL"),
    ({"email": "nobody"}, "email", "email"),
    ({"organization_number": "1234"}, "organization_number", "ten digits"),
    ({"organization_number": "232100-0131"}, "", "in the register already"),
    ({"assured_on": "igår"}, "assured_on", "A day, for example"),
    ({"is_demo": "perhaps"}, "is_demo", "yes or no"),
    ({"parent_organization": "ingen"}, "parent_organization", "There is no “ingen”"),
    ({"parent_organization": "ny"}, "parent_organization", "part of itself"),
    ({"status": "secret"}, "status", "One of: draft, published"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "column", "reason"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_said_with_line_and_column(db, values, column, reason):
    make.make_organization(organization_number="232100-0131")
    make.make_area()
    rows = [new_organization(slug="bra"), new_organization(**values)]

    report = taken(workbook("organisations", *rows))

    [(line, where, why)] = problems(report)
    assert (line, where) == (3, column)
    assert reason in why
    assert not Organization.objects.filter(slug__in=["bra", "ny"]).exists()


def test_entry_that_stands_there_twice_is_refused(db):
    report = taken(workbook("organisations", new_organization(), new_organization()))

    assert problems(report) == [(3, "slug", "It stands in line 2 already.")]


def test_columns_that_are_not_ours_are_named(db):
    report = taken(workbook("organisations", new_organization(shoe_size=42, id=7)))

    assert {(column, reason) for _line, column, reason in problems(report)} == {
        ("shoe_size", "There is no such column."), ("id", "There is no such column."),
    }  # fmt: skip


def test_formula_is_no_value(db):
    report = taken(workbook("organisations", new_organization(name_sv='=HYPERLINK("https://evil.example")')))

    assert problems(report) == [(2, "name_sv", "This is a formula or an error, no value.")]


def test_number_that_is_no_place_is_refused(full_register):
    report = taken(workbook("places", {"id": 999_999, "name_sv": "X"}))

    assert problems(report) == [(2, "id", "There is no row with this number. Leave it empty for a new one.")]


def test_table_that_one_may_not_import_is_refused(full_register):
    file = workbook("places", {"id": "", "name_sv": "X"})
    sheets = files.read(file, "fil.xlsx", len(file.getvalue()))

    report = import_tables(sheets, permitted=[OrganizationTable, ServiceTable], dry_run=True)

    assert [problem.column for problem in report.problems] == [""]


def test_reports_end_somewhere(db):
    rows = [{"slug": f"o-{number}", "name_sv": "", "organization_type": "x"} for number in range(400)]

    report = taken(workbook("organisations", *rows))

    assert len(report.problems) == 500
    assert report.is_enough


# --- files


def bomb() -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty."),
        (b"PK\x03\x04 broken", "damaged"),
        (bomb().getvalue(), "a trap"),
        (b"\xff\xfe\x00", "neither a workbook"),
        (b"a;b\n1;2", "its first row"),
        (b"slug;name_sv;name_sv\n", "stands there twice"),
        (b"\x00", "its first row"),
    ],
)
def test_file_that_cannot_be_read_is_refused(content, reason):
    with override("en"), pytest.raises(Refusal, match=reason):
        files.read(io.BytesIO(content), "fil", len(content))


def test_workbook_without_a_sheet_of_ours_is_refused():
    file = workbook("Blad1", {"slug": "x"})

    with override("en"), pytest.raises(Refusal, match="no sheet with one of these names"):
        files.read(file, "fil.xlsx", len(file.getvalue()))


def test_file_that_is_too_large_is_not_read():
    with override("en"), pytest.raises(Refusal, match="larger than 20 MB"):
        files.read(io.BytesIO(b""), "fil", files.SIZE_AT_MOST + 1)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_usual_delimiter_is_read(db, delimiter):
    organization = make.make_organization()
    file = comma_separated(["slug", "name_en"], [organization.slug, "Changed"], delimiter=delimiter)

    assert taken(file, "fil.csv").problems == []
    organization.refresh_from_db()
    assert organization.name_en == "Changed"


def test_template_explains_itself(db):
    file = io.BytesIO()
    with override("en"):
        files.write_xlsx([(table := kind(), table.rows().none()) for kind in TABLES], file)
    book = load_workbook(file)

    assert book.sheetnames == ["instructions", "organisations", "services", "schedules", "places", "contacts"]
    assert book["services"].max_row == 1
    assert all(cell.comment for cell in book["services"][1])
    explained = {row[1].value for row in book["instructions"].iter_rows() if row[0].value == "services"}
    assert explained == set(ServiceTable().get_export_headers())


# --- by command


def test_command_imports_and_says_what_it_did(db, tmp_path, capsys):
    path = tmp_path / "register.xlsx"
    path.write_bytes(workbook("organisations", new_organization()).getvalue())

    call_command("import_register", str(path), "--dry-run")
    assert not Organization.objects.filter(slug="ny").exists()
    call_command("import_register", str(path), "--editor", make.make_editor().username)

    out = capsys.readouterr()
    assert "organisations: 1 new, 0 changed, 0 unchanged" in out.out
    assert "organisations: line 2" in out.err
    assert Organization.objects.filter(slug="ny").exists()
    assert LogEntry.objects.count() == 1


def test_command_names_what_is_wrong(db, tmp_path, capsys):
    path = tmp_path / "register.csv"
    path.write_bytes(comma_separated(["slug", "name_sv"], ["x", "y"]).getvalue())

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_register", str(path))

    assert "organisations, line 2, organization_type" in capsys.readouterr().err


def test_command_writes_a_workbook_that_changes_nothing(full_register, tmp_path, capsys):
    path = tmp_path / "register.xlsx"

    call_command("export_register", str(path))
    call_command("import_register", str(path))

    assert "organisations: 0 new, 0 changed, 2 unchanged" in capsys.readouterr().out


# --- on the desk


def upload(client, file: io.BytesIO, name="fil.xlsx"):
    file.seek(0)
    file.name = name
    return client.post(PAGE, {"file": file})


def test_editor_looks_first_and_then_imports(admin_client):
    looked = upload(admin_client, workbook("organisations", new_organization()))

    assert [(one.key, one.is_new) for one in looked.context["report"].changes] == [("ny", True)]
    assert not Organization.objects.filter(slug="ny").exists()

    done = admin_client.post(reverse("admin:actors_tables_import"), follow=True)

    assert done.redirect_chain == [(PAGE, 302)]
    assert Organization.objects.filter(slug="ny").exists()
    assert LogEntry.objects.count() == 1


def test_file_is_imported_once(admin_client):
    upload(admin_client, workbook("organisations", new_organization()))
    admin_client.post(reverse("admin:actors_tables_import"))
    Organization.objects.filter(slug="ny").delete()

    admin_client.post(reverse("admin:actors_tables_import"))

    assert not Organization.objects.filter(slug="ny").exists()


def test_what_has_changed_meanwhile_is_looked_at_again(admin_client):
    organization = make.make_organization()
    upload(admin_client, workbook("organisations", {"slug": organization.slug, "name_en": "New", "email": ""}))
    Organization.objects.filter(pk=organization.pk).update(email="a@example.org")

    admin_client.post(reverse("admin:actors_tables_import"))

    organization.refresh_from_db()
    assert (organization.name_en, organization.email) == (None, "a@example.org")


def test_page_shows_every_problem(admin_client):
    page = upload(admin_client, workbook("organisations", {"slug": "x", "name_sv": "X", "scope": "y"}))

    assert len(page.context["report"].problems) == 2
    assert "<bdi>scope</bdi>" in page.content.decode()


@pytest.mark.parametrize("content", [b"", b"\x00", b"PK\x03\x04", b"slug\n\x00", b"slug;name_sv\n\xe2\x80;x"])
def test_any_file_gets_an_answer(admin_client, content):
    assert upload(admin_client, io.BytesIO(content)).status_code == 200


def test_lists_export_what_is_chosen(admin_client):
    chosen, _other = make.make_organization(slug="vald"), make.make_organization(slug="annan")
    data = {"action": "export_csv", "_selected_action": [chosen.pk]}

    response = admin_client.post(reverse("admin:actors_organization_changelist"), data)

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["slug"] for row in rows] == ["vald"]


RIGHTS = {
    "nothing": ([], 403, 403),
    "view": (["view_organization", "view_service"], 403, 403),
    "export": (["view_organization", "export_register"], 200, 403),
    "import": (["view_organization", "add_organization", "change_organization", "import_register"], 403, 200),
}


@pytest.mark.parametrize("who", RIGHTS)
def test_rights_decide(db, client, who):
    codes, may_export, may_import = RIGHTS[who]
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(editor)

    assert client.get(reverse("admin:actors_tables_export")).status_code == may_export
    assert client.get(reverse("admin:actors_tables_template")).status_code == may_import
    assert upload(client, workbook("organisations", {"slug": "x"})).status_code == may_import
    assert client.post(reverse("admin:actors_tables_import")).status_code in {
        may_import,
        302 if may_import == 200 else 403,
    }
    assert client.get(PAGE).status_code == min(may_export, may_import)


def test_export_holds_only_the_tables_that_one_may_read(full_register, client):
    editor = make.make_editor(is_superuser=False)
    codes = ["view_organization", "view_service", "view_location", "export_register"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(editor)

    response = client.get(reverse("admin:actors_tables_export"))

    sheets = load_workbook(io.BytesIO(response.content)).sheetnames
    assert sheets == ["instructions", "organisations", "services", "schedules"]
