"""Certificates: earned, drawn, checked, withdrawn."""

import datetime as dt
import logging

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import certifying
from events.certifying_views import CheckForm
from events.models import Certificate
from events.registering import token_of
from lmh_portal.core.languages import LANGUAGES
from tests import make
from tests.reading import read

pytestmark = pytest.mark.django_db


def make_course(meetings=1, **form):
    """A course whose last meeting was yesterday."""
    starts_at = timezone.localtime().replace(hour=9, minute=0) - dt.timedelta(days=7 * meetings)
    event = make.make_event_of_today(
        starts_at=starts_at, name_sv="Tolk i vården", name_ar="الترجمة", form={"certificate_percent": 80} | form
    )
    for number in range(1, meetings):
        make.make_occasion(event, days=7 * number)
    event.refresh_from_db()
    return event


def make_certificate(**fields):
    event = make_course()
    registration = make.make_participant(event=event, present=event.occasions.all(), **fields)
    certifying.issue_all()
    return registration.certificate


def address(view, certificate, language="sv") -> str:
    with override(language):
        return reverse(view, args=[token_of(certificate.registration)])


# --- earned


@pytest.mark.parametrize(
    ("percent", "attended", "meetings", "is_earned"),
    [(80, 4, 5, True), (80, 3, 5, False), (100, 2, 3, False), (67, 2, 3, False), (66, 2, 3, True), (1, 0, 2, False)],
)
def test_certificate_is_for_enough_of_the_meetings(percent, attended, meetings, is_earned):
    event = make_course(meetings, certificate_percent=percent)
    make.make_participant(event=event, present=event.occasions.all()[:attended])

    assert certifying.issue_all() == is_earned
    assert Certificate.objects.count() == is_earned


@pytest.mark.parametrize("form", [{"certificate_percent": None}])
def test_no_certificate_where_the_event_has_none(form):
    event = make_course(**form)
    make.make_participant(event=event, present=event.occasions.all())

    assert certifying.issue_all() == 0


def test_certificate_comes_the_day_after_the_last_meeting():
    event = make.make_event_of_today(form={"certificate_percent": 100})
    make.make_participant(event=event, present=event.occasions.all())

    with time_machine.travel(event.ends_at + dt.timedelta(minutes=1), tick=False):
        assert certifying.issue_all() == 0
    with time_machine.travel(event.ends_at + dt.timedelta(days=1), tick=False):
        assert certifying.issue_all() == 1
        assert certifying.issue_all() == 0


def test_coordinator_issues_as_soon_as_the_last_meeting_is_over():
    event = make.make_event_of_today(form={"certificate_percent": 100})
    make.make_participant(event=event, present=event.occasions.all())

    with time_machine.travel(event.ends_at - dt.timedelta(minutes=1), tick=False):
        assert certifying.issue(event) == 0
    with time_machine.travel(event.ends_at + dt.timedelta(minutes=1), tick=False):
        assert certifying.issue(event) == 1


@pytest.mark.parametrize(("told", "hours"), [(None, "9.0"), ("6.5", "6.5"), ("0", "0.0")])
def test_hours_are_told_or_those_of_the_meetings_together(told, hours):
    event = make_course(3, certificate_hours=told)
    make.make_participant(event=event, present=event.occasions.all())
    certifying.issue_all()

    assert str(Certificate.objects.get().hours) == hours


def test_withdrawn_certificate_is_not_issued_anew():
    certificate = make_certificate()
    certifying.withdraw(Certificate.objects.all())

    assert certifying.issue_all() == 0
    assert Certificate.objects.get() == certificate


@pytest.mark.parametrize("how_many", [1, 3, 30])
def test_issuing_costs_the_same_however_many_deserve_it(how_many):
    event = make_course()
    for _number in range(how_many):
        make.make_participant(event=event, present=event.occasions.all())

    with CaptureQueriesContext(connection) as queries:
        assert certifying.issue_all() == how_many

    assert len(queries) == 5  # who, how long, all at once; and the two ends of the transaction


# --- drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_what_is_certified(client, language):
    certificate = make_certificate(name="Anna Berg")

    page = read(client, address("events:certificate", certificate, language))

    assert "Anna Berg" in page.words
    assert certifying.readable(certificate.code) in page.words
    assert ("الترجمة" if language == "ar" else "Tolk i vården") in page.words
    assert "Anna" not in page.title


@pytest.mark.parametrize("name", ["Anna Berg", "Łukasz Şahin Đorđević", "أحمد محمود", "Олена", "Nguyễn Văn A"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_is_tagged_and_in_the_language_of_the_page(client, language, name):
    response = client.get(address("events:certificate_pdf", make_certificate(name=name), language))

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part>1<" in response.content
    assert f"/Lang({language})".encode() in response.content
    assert b"NotoSans" in response.content


@pytest.mark.parametrize("name", ['#panic("x")', '$ #[ ] * _ ` < @ \\ "', '= Heading\n\n#image("/etc/passwd")'])
def test_names_are_no_markup(client, name):
    response = client.get(address("events:certificate_pdf", make_certificate(name=name[:120])))

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["ትዕግስት", "王芳", "😀"])
def test_name_in_a_script_without_font_is_printed_from_the_page(client, caplog, name):
    certificate = make_certificate(name=name)

    response = client.get(address("events:certificate_pdf", certificate), follow=True)

    html = response.content.decode()
    assert name in html
    assert "certificate.pdf" not in html
    assert name not in caplog.text


@pytest.mark.parametrize("view", ["events:certificate", "events:certificate_pdf"])
def test_certificates_are_kept_in_no_cache_and_no_log(client, caplog, view):
    certificate = make_certificate(name="Anna Berg")
    token = token_of(certificate.registration)

    with caplog.at_level(logging.DEBUG):
        response = client.get(address(view, certificate))

    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Anna" not in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize("view", ["events:certificate", "events:certificate_pdf"])
@pytest.mark.parametrize("why", ["forged", "none", "withdrawn", "anonymised"])
def test_there_is_no_page_without_a_valid_certificate(client, view, why):
    certificate = make_certificate()
    if why == "withdrawn":
        certifying.withdraw(Certificate.objects.all())
    if why == "none":
        certificate.delete()
    url = address(view, certificate)
    if why == "anonymised":
        now = timezone.now()
        type(certificate.registration).objects.update(name="", email="", organization_name="", anonymized_at=now)
    if why == "forged":
        url = url.replace(".", ".x", 1)

    assert client.get(url).status_code == 404


# --- checked


def check(client, code):
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=10)):
        stamp = CheckForm.new_stamp()
    return client.post(reverse("events:certificate_check"), {"code": code, "stamp": stamp})


@pytest.mark.parametrize("written", [str, str.lower, certifying.readable, lambda code: f" {code} "])
def test_anybody_can_check_a_code(client, written):
    certificate = make_certificate()

    assert check(client, written(certificate.code)).context["is_valid"] is True


def test_check_tells_nothing_but_whether_it_is_valid(client):
    certificate = make_certificate(name="Anna Berg")

    valid, withdrawn = check(client, certificate.code).content.decode(), None
    certifying.withdraw(Certificate.objects.all())
    withdrawn, unknown = check(client, certificate.code), check(client, "ABCDEFGHJKLM")

    assert "Anna" not in valid
    assert "Tolk i vården" not in valid
    assert (withdrawn.context["is_valid"], unknown.context["is_valid"]) == (False, False)
    assert [len(one.content) for one in [withdrawn]] == [len(unknown.content)]


def test_check_costs_the_same_whatever_the_code_is(client):
    certificate = make_certificate()
    costs = []
    for code in [certificate.code, "ABCDEFGHJKLM", "x"]:
        with CaptureQueriesContext(connection) as queries:
            check(client, code)
        costs.append(len(queries))

    assert costs == [2, 2, 2]  # the tally and the code


def test_codes_cannot_be_checked_for_ever(client, monkeypatch):
    monkeypatch.setattr(certifying, "CHECKS_A_DAY", 1)
    certificate = make_certificate()
    check(client, "ABCDEFGHJKLM")

    response = check(client, certificate.code)

    assert response.context["is_valid"] is None
    assert response.context["form"].non_field_errors()


# --- on the desk


def test_withdrawing_and_restoring_are_for_those_who_may_change(client):
    certificate = make_certificate(name="Anna Berg")
    editor = make.make_editor(is_superuser=False)
    client.force_login(editor)
    address = reverse("admin:events_certificate_changelist")
    deed = {"action": "withdraw", "_selected_action": certificate.pk}

    editor.user_permissions.set(Permission.objects.filter(codename="view_certificate"))
    assert client.get(address).status_code == 403  # it names persons
    editor.user_permissions.add(Permission.objects.get(codename="view_registration"))
    client.post(address, deed)
    assert certifying.is_valid(certificate.code)
    editor.user_permissions.add(Permission.objects.get(codename="change_certificate"))
    client.post(address, deed)
    assert not certifying.is_valid(certificate.code)
    client.post(address, deed | {"action": "restore"})
    assert certifying.is_valid(certificate.code)


def test_checklist_issues_certificates_once_the_last_meeting_is_over(client):
    client.force_login(make.make_editor())
    event = make_course()
    make.make_participant(event=event, present=event.occasions.all())
    coming = make.make_event(starts_at=timezone.now() + dt.timedelta(days=1))
    pages = [
        reverse("admin:events_occasion_change", args=[one.occasions.get().pk]) for one in [event, coming]
    ]  # fmt: skip

    answers = [client.post(page, {"issue": "1"}).status_code for page in pages]

    assert answers == [302, 403]
    assert Certificate.objects.count() == 1
