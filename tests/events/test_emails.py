"""Letters about events: what they say in each language, to whom the link to join is told, what nobody can slip in."""

import datetime as dt
import os
import re
import smtplib
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import emails, mail_texts, registering
from events.models import Event, Invitation, Mailing, MailText, Occasion, Registration
from events.models.mailing import Kind
from lmh_portal.core.templatetags.portal import absolute
from lmh_portal.letters import services
from lmh_portal.letters.models import Letter
from tests import make
from tests.events.participants import JOIN, NAMES, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evaluation")]
PICTURES = os.environ.get("PICTURES")  # a folder, for those who want to look
STATE_OF = {
    Kind.CONFIRM: "unconfirmed", Kind.APPLIED: "applied", Kind.REFUSED: "refused", Kind.WAITING: "waiting",
    Kind.OFFER: "offered", Kind.EXPIRED: "expired", Kind.CANCELLED: "cancelled",
}  # fmt: skip


def sent(letter: Letter):
    services.send(letter.pk)
    return mail.outbox[-1]


def html_of(message) -> str:
    return message.alternatives[0].content


def calendar_of(letter: Letter) -> str:
    return letter.attachments[0]["content"].replace("\r\n ", "") if letter.attachments else ""


# --- each kind, in each language


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
@pytest.mark.parametrize("kind", Kind)
def test_letter_is_whole_in_text_and_html(event, kind, language):
    event.materials.add(make.make_resource(title_sv="Bilder från dagen"))
    if kind in emails.INVITATIONS:
        invitation = Invitation.objects.create(event=event, email="anna@example.org", language=language)
        letter = emails.invite(invitation) if kind == Kind.INVITATION else emails.remind(invitation)
    else:
        letter = emails.tell(registered(event, STATE_OF.get(kind, "confirmed"), language=language), kind)

    message = sent(letter)

    direction = "rtl" if language == "ar" else "ltr"
    html = html_of(message)
    assert message.message()["Content-Language"] == language
    assert html.count(f'lang="{language}" dir="{direction}"') == 2  # of the page, and where programs drop that
    assert NAMES[f"name_{language}"] in message.subject
    for body in [message.body, html]:
        assert NAMES[f"name_{language}"] in body or kind == Kind.MESSAGE
        assert absolute("/") in body
        assert "«unknown" not in body
        assert re.findall(r"\{\w*\}|\*\*|\\", body.partition("<body>")[2] or body) == []
    assert re.findall(r"<(?:img|script|link|iframe)|\ssrc=|url\(|@import", html) == []
    if PICTURES:
        Path(PICTURES, f"letter-{language}-{kind}.html").write_text(html)
        Path(PICTURES, f"letter-{language}-{kind}.txt").write_text(f"{message.subject}\n\n{message.body}")


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_portals_texts_use_placeholders_that_they_have(language):
    for kind in Kind:
        for facts in [[], mail_texts.FACTS, *([fact] for fact in mail_texts.FACTS)]:
            subject, text = mail_texts.portal_text(kind, language, facts)
            mail_texts.check(kind, subject, text)
            assert subject
            assert text or kind == Kind.MESSAGE


def test_confirmation_says_when_where_and_how_to_change_it(event):
    registration = registered(event)

    letter = emails.tell(registration, Kind.CONFIRMED)

    lines = letter.body.splitlines()
    with override("sv"):
        page = absolute(reverse("events:my_registration", args=[registering.token_of(registration)]))
    assert letter.subject == "Du har en plats: Trauma och tolk"
    assert lines[0] == "Hej Anna Berg!"
    assert lines[2] == "Du har en plats på Trauma och tolk. Välkommen!"
    assert "När: torsdag 10 december 2037, 09.00–12.00" in lines
    assert "Var: Regionens hus, Göteborg" in lines
    assert page in lines
    assert f'<p class="action"><a href="{page}">Min anmälan</a></p>' in letter.html
    assert (letter.kind, letter.about) == ("events.confirmed", f"events.registration:{registration.pk}")


def test_each_meeting_has_its_time_and_place(event):
    starts_at = event.starts_at + dt.timedelta(days=7)
    Occasion.objects.create(
        event=event, position=2, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), venue_sv="Biblioteket"
    )
    event.refresh_from_db()

    letter = emails.tell(registered(event), Kind.CONFIRMED)

    assert (
        "- torsdag 10 december 2037, 09.00–12.00\n- torsdag 17 december 2037, 09.00–11.00, Biblioteket" in letter.body
    )
    assert letter.html.count("<li>") == 2
    assert calendar_of(letter).count("BEGIN:VEVENT") == 2


@pytest.mark.parametrize(("precision", "expected"), [("day", "När: torsdag 10 december 2037"), ("year", "När: 2037")])
def test_letter_says_no_more_of_the_time_than_is_known(event, precision, expected):
    event.date_precision = precision

    assert expected in emails.tell(registered(event), Kind.CONFIRMED).body.splitlines()


def test_times_are_swedish_also_in_summer(event):
    event.starts_at = dt.datetime(2038, 6, 1, 7, tzinfo=dt.UTC)
    event.ends_at = event.starts_at + dt.timedelta(days=1)
    event.save()

    body = emails.tell(registered(event), Kind.CONFIRMED).body

    assert "tisdag 1 juni 2038, 09.00 – onsdag 2 juni 2038, 09.00" in body


# --- who is told what


@pytest.mark.parametrize(
    ("state", "mode", "kind", "is_told"),
    [
        ("confirmed", "online", Kind.CONFIRMED, True),
        ("confirmed", "online", Kind.REMINDER_DAY, True),
        ("confirmed", "offline", Kind.CONFIRMED, False),
        ("offered", "online", Kind.OFFER, False),
        ("waiting", "online", Kind.WAITING, False),
        ("unconfirmed", "online", Kind.CONFIRM, False),
        ("cancelled", "online", Kind.CANCELLED, False),
    ],
)
def test_link_to_join_is_told_to_those_with_a_seat_online(event, state, mode, kind, is_told):
    letter = emails.tell(registered(event, state, attendance_mode=mode), kind)

    assert [JOIN in part for part in [letter.body, letter.html]] == [is_told] * 2
    assert JOIN in calendar_of(letter) if is_told else JOIN not in calendar_of(letter)


@pytest.mark.parametrize(
    ("state", "kind", "status"),
    [
        ("confirmed", Kind.CONFIRMED, "CONFIRMED"),
        ("offered", Kind.OFFER, "CONFIRMED"),
        ("confirmed", Kind.REMINDER_WEEK, "CONFIRMED"),
        ("confirmed", Kind.CHANGE, "CONFIRMED"),
        ("confirmed", Kind.CANCELLATION, "CANCELLED"),
        ("cancelled", Kind.CANCELLED, "CANCELLED"),
        ("waiting", Kind.WAITING, None),
        ("waiting", Kind.CHANGE, None),
        ("waiting", Kind.CANCELLATION, None),
        ("unconfirmed", Kind.CONFIRM, None),
        ("expired", Kind.EXPIRED, None),
    ],
)
def test_calendar_file_goes_to_those_with_a_seat(event, state, kind, status):
    letter = emails.tell(registered(event, state), kind)

    assert re.findall(r"STATUS:(\w+)", calendar_of(letter)) == ([status] if status else [])
    if status:
        method = "CANCEL" if status == "CANCELLED" else "PUBLISH"
        part = sent(letter).message().get_payload()[1]
        assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", method)
        assert part.get_filename() == "trauma.ics"


def test_whoever_left_the_line_has_nothing_to_take_out_of_a_calendar(event):
    letter = emails.tell(registered(event, "cancelled", confirmed_at=None), Kind.CANCELLED)

    assert letter.attachments == []
    assert "bifogade" not in letter.body


def test_letter_to_an_address_that_nobody_confirmed_holds_nothing_that_was_typed(event):
    registration = registered(event, "unconfirmed", name="Vinn en miljon")

    letter = emails.tell(registration, Kind.CONFIRM)

    assert "Vinn" not in letter.body + letter.html + letter.subject
    with override("sv"):
        assert reverse("events:confirm_registration", args=[registering.token_of(registration)]) in letter.body


def test_postponed_event_has_no_time_to_tell(event):
    event.event_status = Event.EventStatus.POSTPONED

    letter = emails.tell(registered(event), Kind.CHANGE)

    assert letter.subject == "Framflyttat: Trauma och tolk"
    assert "2037" not in letter.body
    assert letter.attachments == []


def test_reason_is_told_as_it_was_written(event):
    letter = emails.tell(registered(event, "refused"), Kind.REFUSED, reason="Vi har *tyvärr*\nfått <många>.\n\nHej då")

    assert "Vi har *tyvärr*\nfått <många>.\n\nHej då\n" in letter.body
    assert "<p>Vi har *tyvärr*<br>\nfått &lt;många&gt;.</p>" in letter.html


def test_colleagues_are_told_of_the_seat_that_goes_from_one_to_the_other(event):
    before = emails.tell(registered(event), Kind.CANCELLED, is_handed_over=True)
    after = emails.tell(registered(event, email="bo@example.org"), Kind.CONFIRMED, is_handed_over=True)

    assert before.subject == "Din kollega har din plats: Trauma och tolk"
    assert "En kollega har lämnat över en plats till dig" in after.body


# --- texts of one's own


def test_coordinators_text_takes_the_place_of_the_portals_in_its_language_alone(event):
    MailText.objects.create(
        event=event,
        kind=Kind.CONFIRMED,
        subject_sv="Välkommen, {name}",
        body_sv="Vi ses **{when}** på [sidan]({link}).",
    )

    swedish = emails.tell(registered(event), Kind.CONFIRMED)
    english = emails.tell(registered(event, language="en", email="b@example.org"), Kind.CONFIRMED)

    assert swedish.subject == "Välkommen, Anna Berg"
    assert "Vi ses torsdag 10 december 2037, 09.00–12.00 på sidan <http://localhost:8000/sv/" in swedish.body
    assert "<strong>torsdag 10 december" in swedish.html
    assert "Var: Regionens hus" in swedish.body
    assert "You have a place at Trauma and interpreters" in english.body


@pytest.mark.parametrize(
    "text",
    ["{event.organizer}", "{name.__class__}", "{0}", "{}", "{name!r}", "{password}", "{event:>9}", "{position}"],
)
def test_unknown_placeholder_is_refused_in_words(text):
    with pytest.raises(ValidationError) as refusal, override("sv"):
        mail_texts.check(Kind.CONFIRMED, "", f"Hej {text}")

    assert refusal.value.messages == [
        f"”{text}” går inte att fylla i här. Du kan använda: {{name}}, {{event}}, {{when}}, {{where}}, {{link}}."
    ]


def test_offer_must_say_until_when():
    with pytest.raises(ValidationError):
        mail_texts.check(Kind.OFFER, "", "En plats är ledig.")


def test_placeholders_in_values_stay_as_they_are(event):
    letter = emails.tell(registered(event, name="{link} {event.pk} %s {"), Kind.CONFIRMED)

    assert letter.body.startswith("Hej {link} {event.pk} %s {!\n")


# --- what nobody can slip in


@pytest.mark.parametrize(
    "name",
    [
        "Anna\r\nBcc: evil@example.org",
        "Anna\nContent-Type: text/html\n\n<script>",
        "Anna\u2028Bcc: evil@example.org",
        "Anna\x85Bcc: evil@example.org",
        "=?utf-8?q?Anna=0ABcc=3A_evil=40example=2Eorg?=",
    ],
)
def test_no_name_adds_a_header(event, name):
    MailText.objects.create(event=event, kind=Kind.CONFIRMED, subject_sv="Välkommen {name}", body_sv="Hej {name}")

    message = sent(emails.tell(registered(event, name=name), Kind.CONFIRMED))

    raw = message.message().as_bytes().decode()
    headers = raw.partition("\n\n")[0]
    assert len(message.subject.splitlines()) == 1
    assert not re.search(r"(?m)^(Bcc|bcc):", headers)
    assert message.recipients() == ["anna@example.org"]
    assert "<script>" not in html_of(message)


@pytest.mark.parametrize("name", ["[Vinn](https://evil.example)", "<b>Anna</b>", "# Anna", "**Anna**", "![x](//evil)"])
def test_name_is_no_markup_and_no_link(event, name):
    letter = emails.tell(registered(event, name=name, organization_name=name), Kind.CONFIRMED)
    body = letter.html.partition("<body>")[2]

    assert 'href="https://evil' not in body
    assert re.findall(r"<(b|h1|img)>|<strong>Anna", body) == []


def test_names_of_ten_thousand_letters_are_sent(event):
    long = "Å" * 10_000
    event.name_sv = long
    registration = registered(event)
    registration.name = long

    letter = emails.tell(registration, Kind.CONFIRMED)
    message = sent(letter)

    assert len(letter.subject) == 300
    assert long in letter.body
    assert max(map(len, message.message().as_bytes().splitlines())) <= 998  # RFC 5322, 2.1.1


# --- not sent


class Server(EmailBackend):
    refusal: Exception | None = None

    def send_messages(self, messages):
        if self.refusal:
            raise self.refusal
        return super().send_messages(messages)


@pytest.mark.parametrize(
    ("code", "state", "is_tried_again"), [(550, "failed", False), (552, "failed", False), (451, "queued", True)]
)
def test_refused_letter_is_given_up_or_tried_again(event, settings, monkeypatch, code, state, is_tried_again):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    letter = emails.tell(registered(event), Kind.CONFIRMED)
    refusal = smtplib.SMTPRecipientsRefused({"anna@example.org": (code, b"no")})
    monkeypatch.setattr(Server, "refusal", refusal)

    if is_tried_again:
        with pytest.raises(services.NotSent):
            services.send(letter.pk)
    else:
        services.send(letter.pk)

    letter.refresh_from_db()
    assert (letter.state, letter.last_error) == (state, "SMTPRecipientsRefused")
    if is_tried_again:
        monkeypatch.setattr(Server, "refusal", None)
        services.send(letter.pk)
        assert html_of(mail.outbox[-1]) == letter.html


def test_html_is_forgotten_with_the_text(event):
    letter = emails.tell(registered(event), Kind.CONFIRMED)
    services.send(letter.pk)

    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        services.forget_old_letters()

    letter.refresh_from_db()
    assert (letter.recipient, letter.body, letter.html, letter.attachments) == ("", "", "", [])


def test_letter_costs_few_queries(event, django_assert_max_num_queries):
    registration = Registration.objects.select_related("event").get(pk=registered(event).pk)
    emails.tell(registration, Kind.CONFIRMED)

    registration = Registration.objects.select_related("event").get(pk=registration.pk)
    with django_assert_max_num_queries(9):
        emails.tell(registration, Kind.CONFIRMED)


def test_preview_writes_to_nobody(event):
    mailing = Mailing(event=event, kind=Kind.REMINDER_DAY)
    letter = emails.written(emails.example(event, "sv"), Kind.REMINDER_DAY, mailing=mailing)

    assert "Kim Exempel" in letter.markdown
    assert Letter.objects.count() == 0
