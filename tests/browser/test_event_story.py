"""A hybrid workshop of two meetings in a browser, from its first field to the last name that is erased.

One story, in the order in which it happens: what the portal kept of one act is what the next begins with.
"""

import datetime as dt
import re
import time
from typing import NamedTuple

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect

from events import attending, evaluating, mailings, registering
from events.models import Attendance, Certificate, Event, ProtectedData, Registration
from events.models.mailing import Kind
from lmh_portal.letters import services
from lmh_portal.letters.models import Letter
from lmh_portal.visitors import forms
from lmh_portal.vocabulary.models import EventType
from tests import make
from tests.browser.conftest import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = dt.timedelta(days=1)
NAME = {"sv": "Samtal via tolk", "ar": "الحديث عبر مترجم"}
COORDINATOR = [
    "add_event", "change_event", "view_event", "view_eventtype", "view_organization", "view_resource",
    "view_registration", "change_registration", "erase_registration", "view_attendance", "change_attendance",
    "add_certificate", "view_mailing", "change_mailing", "view_evaluationtally", "view_figures",
    "view_workshopinput", "change_workshopinput",
]  # fmt: skip
WORDS = {
    "sv": {
        "sign me up": "Anmäl mig",
        "yes": "Ja, anmäl mig",
        "seat": "Du har en plats",
        "had seat": "Du hade en plats",
        "cancel": "Avboka min plats",
        "cancelled": "Du har avbokat",
    },
    "ar": {
        "sign me up": "سجّلني",
        "join the line": "ضعني على قائمة الانتظار",
        "yes": "نعم، سجّلني",
        "seat": "لك مكان",
        "waiting": "رقمك على قائمة الانتظار هو 1",
    },
}


class Person(NamedTuple):
    name: str
    email: str
    language: str
    mode: str


ANNA = Person("Anna Bergstrand", "anna@example.org", "sv", "offline")
AMAL = Person("أمل الحداد", "amal@example.org", "ar", "offline")
BO = Person("Bo Digitalsson", "bo@example.org", "sv", "online")
FATIMA = Person("فاطمة الزهراني", "fatima@example.org", "ar", "offline")
LATE = [Person(f"{name} Efteranmäld", f"{name.lower()}@example.org", "sv", "offline") for name in ["Eva", "Fia", "Gun"]]
EVERYBODY = [ANNA, AMAL, BO, FATIMA, *LATE]
NEEDS, ANSWER = "حلقة سمعية مغناطيسية", "Återhållsamma tolkar"


def at(moment: dt.datetime):
    return time_machine.travel(moment, tick=False)


def at_local_time(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def test_story_of_a_workshop(desk, new_visit, monkeypatch, capsys):
    monkeypatch.setattr(
        forms, "OPEN_AT_LEAST", -1
    )  # nobody waits for the spam guard, least of all with a clock that stands
    make.make_organization(slug="vgr-lmh", name_sv="Lärcentrum")
    make.make_term(EventType, name_sv="Workshop", name_ar="ورشة عمل")
    first = timezone.localdate() + 30 * DAY
    coordinator = desk("coordinator", *COORDINATOR, email="coordinator@example.org")
    visits = {"sv": new_visit(locale="sv-SE"), "ar": new_visit(390, locale="ar")}

    with capsys.disabled():
        coordinator_publishes_a_hybrid_workshop(coordinator, first)
    visitors_find_it_in_two_languages(visits)
    three_sign_up_and_confirm_by_letter(visits)
    fourth_is_told_the_honest_position(visits["ar"])
    one_cancels_and_the_next_gets_the_place(visits)
    coordinator_moves_the_second_meeting_and_makes_room(coordinator, first + 8 * DAY)
    letter_about_the_change_is_reviewed_and_sent(coordinator)
    more_sign_up()
    everybody_is_reminded(first)
    first_meeting(coordinator, visits, first)
    second_meeting_and_certificates(coordinator, visits, first + 8 * DAY)
    thanks_and_evaluation(coordinator, visits, first + 9 * DAY)
    contributions_are_answered_in_public(coordinator, visits, first + 10 * DAY)
    needs_are_erased_first(first + (8 + 8) * DAY, capsys)
    three_months_later(visits["ar"], first + 100 * DAY)
    nobody_is_known_any_more(coordinator, visits, first + (8 + 181) * DAY)

    assert (coordinator.faults, *(visit.faults for visit in visits.values())) == ([], [], [])
    assert all(visit.context.cookies() == [] for visit in visits.values())


# --- means


def event() -> Event:
    return Event.objects.get()


def row_of(person: Person) -> Registration:
    return Registration.objects.get(email=person.email)


def letter_to(person: Person, kind: str) -> mail.EmailMultiAlternatives:
    """Have all letters sent that wait, and open the newest of this kind as it arrived."""
    for letter in Letter.objects.filter(state="queued").order_by("pk"):
        services.send(letter.pk)
    letter = Letter.objects.filter(recipient=person.email, kind=f"events.{kind}").latest("pk")
    (message,) = (one for one in mail.outbox if one.extra_headers["Message-ID"] == letter.message_id)
    ((html, _mime),) = message.alternatives
    direction = "rtl" if person.language == "ar" else "ltr"
    assert f'<html lang="{person.language}" dir="{direction}"' in html
    assert NAME[person.language] in message.subject
    return message


def follow(visit, message, part: str) -> None:
    """Open the letter's link whose address has this part, as the language of the letter writes it."""
    address = re.search(rf"http://localhost:8000(/\S*(?:{part})/\d+\.[\w.-]+/)", message.body).group(1)
    visit.open(address)


def path_of(name: str, person: Person, *args) -> str:
    with override(person.language):
        return reverse(f"events:{name}", args=args)


def press(visit, name: str) -> None:
    visit.page.get_by_role("button", name=name, exact=True).click()
    visit.page.wait_for_load_state()


def expect_heading(visit, text: str) -> None:
    expect(visit.page.locator("h1")).to_have_text(text)
    direction = "rtl" if "/ar/" in visit.page.url else "ltr"
    expect(visit.page.locator("html")).to_have_attribute("dir", direction)


def open_desk(visit, path: str) -> None:
    """Open a page of the desk; who has not been there for weeks signs in again."""
    visit.open(path)
    if visit.page.locator("#id_password").count():
        visit.page.fill("#id_username", "coordinator")
        visit.page.fill("#id_password", "a long pass phrase")
        visit.page.press("#id_password", "Enter")
        visit.page.wait_for_url(f"**{path}")


def expect_message(visit, text: str) -> None:
    expect(visit.page.locator(".messagelist")).to_contain_text(text)


# --- the coordinator registers it


def coordinator_publishes_a_hybrid_workshop(coordinator, first: dt.date):
    page, written = coordinator.page, []
    started = time.monotonic()

    def write(name: str, value: str) -> None:
        page.fill(f"#id_{name}", value)
        written.append(name)

    coordinator.open("/admin/events/event/add/")
    write("name_sv", NAME["sv"])
    write("description_sv", "Vi övar samtal via tolk.")
    write("venue_sv", "Regionens hus, Göteborg")
    page.locator("#tab-ar").click()
    write("name_ar", NAME["ar"])
    write("description_ar", "نتدرب على الحديث عبر مترجم.")
    page.locator("#tab-sv").click()
    write("starts_at_0", f"{first}")
    write("starts_at_1", "13:00")
    page.locator(".field-event_type .select2-selection").click()
    page.locator(".select2-results__option", has_text="Workshop").click()
    page.select_option("#id_attendance_mode", "mixed")
    written += ["event_type", "attendance_mode"]
    page.locator("#occasions-group .add-row a").click()
    write("occasions-0-starts_at_0", f"{first + 7 * DAY}")
    write("occasions-0-starts_at_1", "13:00")
    page.check("#id_registration_form-0-is_on")
    written.append("is_on")
    write("registration_form-0-maximum_physical_attendee_capacity", "2")
    write("registration_form-0-maximum_virtual_attendee_capacity", "1")
    write("registration_form-0-join_url", "https://video.example.org/tolk")
    page.locator("#registration_form-0 summary", has_text="Intyg").click()
    write("registration_form-0-certificate_percent", "80")
    page.locator("#questions-group .add-row a").click()
    write("questions-0-text_sv", "Vad vill du öva?")
    write("questions-0-purpose_sv", "Vi väljer övningar efter det.")
    picture(page, "event-story-01-written")
    page.locator("[name=_publish]").first.click()
    expect_message(coordinator, "Aktiviteten är publicerad.")

    seconds = time.monotonic() - started
    print(f"\nhybrid workshop published with {len(written)} fields in {seconds:.1f} s of the browser")  # noqa: T201
    assert (event().status, event().meetings) == ("published", 2)


def visitors_find_it_in_two_languages(visits):
    for language, visit in visits.items():
        with override(language):
            visit.open(reverse("events:event_list"))
        visit.page.get_by_role("link", name=NAME[language]).first.click()
        expect_heading(visit, NAME[language])
        expect(visit.page.locator("#meetings ~ ol li")).to_have_count(2)
        picture(visit.page, f"event-story-02-public-{language}")


# --- participants sign up


def sign_up(visit, person: Person, button: str) -> None:
    page = visit.page
    visit.open(path_of("sign_up", person, event().slug))
    page.fill("#name", person.name)
    page.fill("#email", person.email)
    page.check(f"[name=attendance_mode][value={person.mode}]")
    page.fill("[name^=question_]", ANSWER)
    page.fill("#access_needs", NEEDS)
    picture(page, f"event-story-03-form-{person.email}")
    press(visit, WORDS[person.language][button])
    page.wait_for_url(f"**{path_of('sign_up_sent', person, event().slug)}")


def confirm(visit, person: Person) -> None:
    follow(visit, letter_to(person, Kind.CONFIRM), "bekrafta-anmalan|confirm-sign-up")
    press(visit, WORDS[person.language]["yes"])


def three_sign_up_and_confirm_by_letter(visits):
    for person in [ANNA, AMAL, BO]:
        visit = visits[person.language]
        sign_up(visit, person, "sign me up")
        confirm(visit, person)
        expect_heading(visit, WORDS[person.language]["seat"])
        assert letter_to(person, Kind.CONFIRMED).attachments
    expect(visits["sv"].page.get_by_role("link", name="Delta digitalt")).to_have_attribute(
        "href", "https://video.example.org/tolk"
    )
    picture(visits["ar"].page, "event-story-04-seat-ar")


def fourth_is_told_the_honest_position(visit):
    visit.open(path_of("sign_up", FATIMA, event().slug))
    expect(visit.page.locator(".note--mark")).to_contain_text("سيكون رقمك 1")
    sign_up(visit, FATIMA, "join the line")
    confirm(visit, FATIMA)
    expect_heading(visit, WORDS["ar"]["waiting"])
    letter_to(FATIMA, Kind.WAITING)
    picture(visit.page, "event-story-05-waiting-ar")


def one_cancels_and_the_next_gets_the_place(visits):
    swede, arab = visits["sv"], visits["ar"]
    follow(swede, letter_to(ANNA, Kind.CONFIRMED), "min-anmalan|my-sign-up")
    press(swede, WORDS["sv"]["cancel"])
    expect_heading(swede, WORDS["sv"]["cancelled"])
    letter_to(ANNA, Kind.CANCELLED)

    follow(arab, letter_to(FATIMA, Kind.CONFIRMED), "my-sign-up")
    expect_heading(arab, WORDS["ar"]["seat"])


# --- the second meeting moves


def coordinator_moves_the_second_meeting_and_makes_room(coordinator, day: dt.date):
    page = coordinator.page
    open_desk(coordinator, f"/admin/events/event/{event().pk}/change/")
    for part in ["starts", "ends"]:
        page.fill(f"#id_occasions-0-{part}_at_0", f"{day}")
    page.fill("#id_registration_form-0-maximum_physical_attendee_capacity", "5")
    page.locator("[name=_continue]").first.click()
    expect_message(coordinator, "ett brev till dem väntar på din granskning")
    assert timezone.localdate(event().finishes_at) == day


def letter_about_the_change_is_reviewed_and_sent(coordinator):
    page = coordinator.page
    assert not Letter.objects.filter(kind="events.change").exists()
    open_desk(coordinator, "/admin/")
    page.locator(".todo__list a", has_text="väntar på granskning").click()
    page.locator("#result_list tbody a").first.click()
    previews = page.locator(".letter-preview__letter")
    expect(previews.nth(2)).to_have_attribute("dir", "rtl")
    expect(previews.nth(2)).to_contain_text(NAME["ar"])
    picture(page, "event-story-06-review")
    press(coordinator, "Skicka till 3 personer")
    expect_message(coordinator, "3 brev är på väg.")
    for person in [AMAL, BO, FATIMA]:
        assert letter_to(person, Kind.CHANGE).attachments
    assert not Letter.objects.filter(kind="events.change", recipient=ANNA.email).exists()


def more_sign_up():
    for person in LATE:
        registering.sign_up(event(), **person_fields(person), is_by_coordinator=True)
    assert Registration.objects.seated().count() == 6


def person_fields(person: Person) -> dict:
    return {"name": person.name, "email": person.email, "language": person.language, "attendance_mode": person.mode}


def everybody_is_reminded(first: dt.date):
    for days, kind in [(7, Kind.REMINDER_WEEK), (1, Kind.REMINDER_DAY)]:
        with at(at_local_time(first - days * DAY, 8)):
            for _ in range(2):  # the job runs each hour, and reminds once
                for due in mailings.due_reminders():
                    mailings.remind(*due)
            for person in [AMAL, BO, FATIMA]:
                assert letter_to(person, kind).attachments
        assert Letter.objects.filter(kind=f"events.{kind}").count() == 6


# --- the days


def first_meeting(coordinator, visits, day: dt.date):
    meeting, arab = event().occasions.first(), visits["ar"]
    with at(at_local_time(day, 14)):
        checklist = reverse("admin:events_occasion_change", args=[meeting.pk])
        open_desk(coordinator, reverse("admin:events_occasion_code", args=[meeting.pk]))
        code = coordinator.page.locator(".projector__code").inner_text()
        picture(coordinator.page, "event-story-07-code")

        follow(arab, letter_to(AMAL, Kind.REMINDER_DAY), "my-sign-up")
        arab.page.fill("#code", "XXXXXX")
        press(arab, "تسجيل الحضور")
        expect(arab.page.locator(".error")).to_contain_text("رمز")
        arab.page.fill("#code", code.lower())
        press(arab, "تسجيل الحضور")
        expect(arab.page.locator(".badge--lead")).to_contain_text("كنت حاضرًا")
        picture(arab.page, "event-story-08-checked-in-ar")

        open_desk(coordinator, checklist)
        coordinator.page.get_by_role("button", name=BO.name).click()
        expect(coordinator.page.locator("#present")).to_have_text("2")
        picture(coordinator.page, "event-story-09-checklist")
        for person in LATE:
            attending.note(meeting, row_of(person), is_present=True)
        something_is_said_at_a_table(coordinator, visits["sv"])
    doors = Attendance.objects.values_list("registration__email", "door")
    assert {(AMAL.email, "code"), (BO.email, "desk")} < set(doors)


def something_is_said_at_a_table(coordinator, note_taker):
    open_desk(coordinator, reverse("admin:events_note_link", args=[event().pk]))
    address = coordinator.page.locator(".review a").get_attribute("href")
    note_taker.open(address.removeprefix("http://localhost:8000"))
    note_taker.page.fill("#text", "Vi saknar tolkar på kvällen.")
    press(note_taker, "Anteckna")
    expect(note_taker.page.locator("main")).to_contain_text("Vi saknar tolkar på kvällen.")


def second_meeting_and_certificates(coordinator, visits, day: dt.date):
    meeting, arab, swede = event().occasions.last(), visits["ar"], visits["sv"]
    checklist = reverse("admin:events_occasion_change", args=[meeting.pk])
    with at(at_local_time(day, 14)):
        open_desk(coordinator, checklist)
        expect(coordinator.page.get_by_role("button", name="Utfärda intyg nu")).to_have_count(0)
        coordinator.page.get_by_role("button", name=AMAL.name).click()
        expect(coordinator.page.locator("#present")).to_have_text("1")
    with at(at_local_time(day, 17)):
        open_desk(coordinator, checklist)
        press(coordinator, "Utfärda intyg nu")
        expect_message(coordinator, "1 intyg utfärdades.")

        follow(arab, letter_to(AMAL, Kind.REMINDER_DAY), "my-sign-up")
        arab.page.get_by_role("link", name="شهادتك").click()
        expect_heading(arab, "شهادة مشاركة")
        expect(arab.page.locator("main")).to_contain_text(AMAL.name)
        picture(arab.page, "event-story-10-certificate-ar")
        answer = arab.page.request.get(arab.page.url + "certificate.pdf")
        assert (answer.headers["content-type"], answer.body()[:5]) == ("application/pdf", b"%PDF-")

        follow(swede, letter_to(BO, Kind.REMINDER_DAY), "min-anmalan|my-sign-up")
        expect_heading(swede, WORDS["sv"]["had seat"])
        expect(swede.page.get_by_role("link", name="Ditt intyg")).to_have_count(0)
        anybody_can_check_the_code(swede)


def anybody_can_check_the_code(visit):
    code = Certificate.objects.get().code
    for typed, sentence in [(code.lower(), "Giltigt"), ("ABCD-EFGH-JKLM", "Inte giltigt")]:
        with override("sv"):
            visit.open(reverse("events:certificate_check"))
        visit.page.fill("#code", typed)
        press(visit, "Kontrollera")
        expect(visit.page.locator(".note[role=status]")).to_have_text(sentence)
        expect(visit.page.locator("main")).not_to_contain_text(AMAL.name)


# --- afterwards


def thanks_and_evaluation(coordinator, visits, day: dt.date):
    page, arab = coordinator.page, visits["ar"]
    material = make.make_resource(title_sv="Övningar med tolk", title_ar="تمارين مع مترجم")
    with at(at_local_time(day, 9)):
        assert [mailings.thank(*due) for due in mailings.due_thanks()] == [0]  # it waits for the material
        open_desk(coordinator, f"/admin/events/event/{event().pk}/change/")
        page.locator("summary", has_text="Efter aktiviteten").click()
        page.locator(".field-materials .select2-selection").click()
        page.locator(".select2-results__option", has_text="Övningar med tolk").click()
        page.locator("[name=_continue]").first.click()
        page.wait_for_load_state()
        assert list(event().materials.all()) == [material]
        open_desk(coordinator, "/admin/events/mailing/?state__exact=draft")
        page.locator("#result_list tbody a").first.click()
        press(coordinator, "Skicka till 5 personer")
        expect_message(coordinator, "5 brev är på väg.")

        message = letter_to(AMAL, Kind.THANKS)
        assert "تمارين مع مترجم" in message.body
        follow(arab, message, "evaluation")
        answer_questions(arab)
        for person in [BO, *LATE]:
            letter_to(person, Kind.THANKS)
            asked = evaluating.Asked(row_of(person), "after")
            assert evaluating.receive(asked, {one.name: [4] for one in evaluating.QUESTIONS["after"]})
        assert not Letter.objects.filter(kind="events.thanks", recipient__in=[ANNA.email, FATIMA.email]).exists()

        open_desk(coordinator, reverse("admin:events_evaluation_results", args=[event().pk]))
        expect(page.locator(".review")).to_contain_text("5 personer har svarat.")
        expect(page.locator(".review b bdi").first).to_have_text("4,2")
        picture(page, "event-story-11-results")


def answer_questions(visit):
    expect_heading(visit, "ما رأيك؟")
    for question in evaluating.QUESTIONS["after"]:
        visit.page.check(f"[name={question.name}][value='5']")
    picture(visit.page, "event-story-12-evaluation-ar")
    press(visit, "إرسال الإجابات")
    expect_heading(visit, "شكرًا على إجابتك")


def contributions_are_answered_in_public(coordinator, visits, day: dt.date):
    page = coordinator.page
    with at(at_local_time(day, 9)):
        open_desk(coordinator, "/admin/events/workshopinput/?answered=no")
        page.locator("#result_list tbody th a").first.click()
        page.fill("#id_reply_sv", "Tolkar går att boka till klockan 21.")
        page.locator("#tab-ar").click()
        page.fill("#id_reply_ar", "يمكن حجز المترجمين حتى الساعة 21.")
        page.check("#id_is_public")
        page.locator("[name=_save]").first.click()
        page.wait_for_url("**/workshopinput/**")
        for language, reply in {"sv": "boka till klockan 21", "ar": "حتى الساعة 21"}.items():
            with override(language):
                visits[language].open(event().get_absolute_url())
            expect(visits[language].page.locator("#afterwards")).to_contain_text("Vi saknar tolkar på kvällen.")
            expect(visits[language].page.locator("#afterwards")).to_contain_text(reply)
            picture(visits[language].page, f"event-story-13-afterwards-{language}")


def three_months_later(visit, day: dt.date):
    with at(at_local_time(day, 9)):
        for due in mailings.due_thanks():
            mailings.thank(*due)
        follow(visit, letter_to(AMAL, Kind.LATER), "evaluation")
        expect_heading(visit, "هل استخدمته؟")
        visit.page.check("[name=used][value='4']")
        press(visit, "إرسال الإجابات")
        expect_heading(visit, "شكرًا على إجابتك")


# --- erased


def needs_are_erased_first(day: dt.date, capsys):
    with at(at_local_time(day, 3)):
        call_command("erase_participants", dry_run=True)
        assert ProtectedData.objects.count() == 4
        call_command("erase_participants")
    assert capsys.readouterr().out.count("protected data: 4") == 2
    assert not ProtectedData.objects.exists()


def nobody_is_known_any_more(coordinator, visits, day: dt.date):
    page, arab = coordinator.page, visits["ar"]
    token = registering.token_of(row_of(AMAL))
    places = where_somebody_is_named()
    assert {"events_registration", "letters_letter"} <= places
    with at(at_local_time(day, 9)):
        open_desk(coordinator, reverse("admin:events_person"))
        expect(page.locator(".review__facts dd")).to_have_text(["0", "4", "7", "0"])
        picture(page, "event-story-14-due")
        assert where_somebody_is_named() == places
        press(coordinator, "Radera nu det som ska bort")
        expect(page.locator(".review__facts dd")).to_have_text(["0", "0", "0", "0"])
        assert where_somebody_is_named() == set()

        for person, name in [(AMAL, "my_registration"), (AMAL, "certificate")]:
            address = path_of(name, person, token)
            arab.awaited.add(address)
            assert arab.open(address).status in {404, 410}
        open_desk(coordinator, reverse("admin:events_event_participants", args=[event().pk]))
        expect(page.locator("tbody", has_text="Anonymiserad").locator("tr")).to_have_count(7)
        open_desk(coordinator, f"{reverse('admin:events_figures_changelist')}?year={event().starts_at.year}")
        expect(page.locator("tbody tr").first).to_contain_text(NAME["sv"])
        picture(page, "event-story-15-figures")
        anybody_can_check_the_code(visits["sv"])
    assert Registration.objects.seated().count() == 6
    assert Attendance.objects.count() == 6


def where_somebody_is_named() -> set[str]:
    """The tables whose rows hold a name, an address, an answer or a need of a participant."""
    marks = [mark for person in EVERYBODY for mark in [person.name, person.email]] + [NEEDS, ANSWER]
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" one WHERE one::text ~ %s)', ["|".join(marks)])
            if cursor.fetchone()[0]:
                found.add(table)
    return found
