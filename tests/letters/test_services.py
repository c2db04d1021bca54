"""Letters: posted with their cause, sent once, tried again, silent about persons, forgotten in time."""

import datetime as dt
import logging
import smtplib
from threading import Event, Thread

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone
from django.utils.translation import get_language

from lmh_portal.core import version
from lmh_portal.letters import services
from lmh_portal.letters.models import Letter
from tests.jobs import attempts, forget_jobs, make_due, run_jobs, waiting_jobs
from tests.make import make_letter

NOBODY = smtplib.SMTPRecipientsRefused({"marked@example.org": (550, b"no marked@example.org here")})
GREYLISTED = smtplib.SMTPRecipientsRefused({"marked@example.org": (451, b"marked@example.org later")})


class Server(EmailBackend):
    """A mail server that refuses with what stands in `refusals`, first to last, and then takes every letter."""

    refusals: list[Exception] = []

    def send_messages(self, messages):
        if self.refusals:
            raise self.refusals.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def refusals(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.refusals = []
    return Server.refusals


@pytest.fixture
def real_jobs(transactional_db):
    forget_jobs()
    yield
    forget_jobs()


@pytest.fixture
def templates(tmp_path, settings):
    """Two templates that say what the context says."""
    folder = tmp_path / "emails"
    folder.mkdir()
    says = "{% get_current_language as code %}{{ code }}: {{ text }}\n"
    for ending, words in {"subject": "{{ subject }}", "txt": says}.items():
        (folder / f"greeting.{ending}").write_text("{% autoescape off %}" + words + "{% endautoescape %}")
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]


def post(**values) -> Letter:
    context = {"subject": values.pop("subject", "Hej"), "text": values.pop("text", "God dag & välkommen")}
    given = {"to": "anna@example.org", "kind": "tests.greeting", "template": "greeting", "language": "sv"}
    return services.post(context=context, **given | values)


# --- posting


def test_letter_is_written_in_its_language_and_sent_by_the_worker(real_jobs, templates):
    letter = post(language="ar", about="actors.verification:12")

    run_jobs()

    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["anna@example.org"], "Hej", "ar: God dag & välkommen\n")
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error, letter.about) == ("sent", 1, "", "actors.verification:12")
    assert timezone.now() - letter.sent_at < dt.timedelta(minutes=1)
    assert get_language() == "sv"


def test_letter_of_what_was_rolled_back_is_never_sent(real_jobs, templates):
    with transaction.atomic():
        post()
        transaction.set_rollback(True)

    run_jobs()

    assert (mail.outbox, Letter.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_job_holds_the_letters_number_alone(templates):
    letter = post()

    assert waiting_jobs() == [("lmh_portal.letters.jobs.send_letter", {"letter_id": letter.pk})]


@pytest.mark.django_db
def test_letter_of_plain_text_has_html_that_says_the_same(templates):
    text = "God dag\n# <b>*Anna*</b>\nhttps://portal.example.org/a_b/?c=1&d\n\nTills [vi](https://x.example) ses"

    letter = post(text=text, language="ar", subject="<Hej>")

    direction = 'lang="ar" dir="rtl"'
    link = '<a href="https://portal.example.org/a_b/?c=1&amp;d">https://portal.example.org/a_b/?c=1&amp;d</a>'
    assert f"<p>ar: God dag<br>\n# &lt;b&gt;*Anna*&lt;/b&gt;<br>\n{link}</p>" in letter.html
    assert "<p>Tills [vi](https://x.example) ses</p>" in letter.html
    assert (letter.html.count(direction), "<title>&lt;Hej&gt;</title>" in letter.html) == (2, True)
    assert letter.body == f"ar: {text}\n"


@pytest.mark.django_db
def test_letter_goes_as_text_and_html(templates):
    letter = post()

    services.send(letter.pk)

    message = mail.outbox[0].message()
    parts = [(part.get_content_type(), part.get_payload(decode=True).decode()) for part in message.get_payload()]
    assert message.get_content_type() == "multipart/alternative"
    assert parts == [("text/plain", letter.body), ("text/html", letter.html)]


@pytest.mark.django_db
def test_letter_written_before_there_was_html_goes_as_text():
    services.send(make_letter(html="").pk)

    assert mail.outbox[0].message().get_content_type() == "text/plain"


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["\r\nBcc: evil@example.org", "\nBcc: evil@example.org", "\u2028Bcc: x", "\x85Bcc: x"])
def test_subject_is_one_line_whatever_is_in_it(templates, end):
    services.send(post(subject=f"  Hej{end}").pk)

    [sent] = mail.outbox
    assert len(sent.subject.splitlines()) == 1
    assert sent.message()["Bcc"] is None
    assert sent.recipients() == ["anna@example.org"]


@pytest.mark.django_db
def test_very_long_subject_is_cut(templates):
    assert len(post(subject="Hej " * 200).subject) == 300


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["", "anna", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org", "@"])
def test_letter_to_no_address_is_refused(templates, to):
    with pytest.raises(ValidationError):
        post(to=to)

    assert (Letter.objects.count(), waiting_jobs()) == (0, [])


@pytest.mark.django_db
def test_attachment_arrives_as_it_is(templates):
    calendar = {"name": "möte.ics", "content_type": "text/calendar; method=PUBLISH", "content": "BEGIN:VCALENDAR\r\nå"}

    services.send(post(attachments=[calendar]).pk)

    part = mail.outbox[0].message().get_payload()[1]
    assert (part.get_filename(), part.get_content_type()) == ("möte.ics", "text/calendar")
    assert part.get_param("method") == "PUBLISH"
    assert part.get_payload(decode=True).decode().splitlines() == ["BEGIN:VCALENDAR", "å"]


@pytest.mark.django_db
def test_letter_says_that_a_machine_wrote_it_and_in_which_language(templates):
    services.send(post(language="ar").pk)

    message = mail.outbox[0].message()
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "ar")


@pytest.mark.django_db
def test_content_is_as_old_as_before(templates):
    before = version.current()

    services.send(post().pk)
    services.withdraw(Letter.objects.all())

    assert version.current() == before


# --- sending


def test_failed_letter_is_tried_again_and_stays_the_same_letter(real_jobs, templates, refusals):
    refusals.append(ConnectionRefusedError("marked"))
    letter = post()

    run_jobs()
    letter.refresh_from_db()
    seen = (letter.state, letter.attempts, letter.last_error, attempts())
    make_due()
    run_jobs()

    assert seen == ("queued", 1, "ConnectionRefusedError", [1])
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error) == ("sent", 2, "")
    assert mail.outbox[0].message()["Message-ID"] == letter.message_id


def test_letter_is_given_up_with_its_last_attempt(real_jobs, templates, refusals):
    refusals += [TimeoutError()] * 99
    letter = post()

    states = []
    for _number in range(8):
        make_due()
        run_jobs()
        letter.refresh_from_db()
        states.append(letter.state)

    assert states == ["queued"] * 6 + ["failed"] * 2
    assert (letter.attempts, letter.last_error, waiting_jobs()) == (7, "TimeoutError", [])


@pytest.mark.django_db
@pytest.mark.parametrize("refusal", [NOBODY, UnicodeEncodeError("idna", "marked", 0, 1, "marked")])
def test_letter_to_nobody_is_given_up_at_once(templates, refusals, refusal):
    refusals.append(refusal)
    letter = post()

    services.send(letter.pk)

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.last_error) == ("failed", 1, type(refusal).__name__)


@pytest.mark.django_db
def test_letter_that_is_refused_for_now_is_not_given_up(templates, refusals):
    refusals.append(GREYLISTED)
    letter = post()

    with pytest.raises(services.NotSent):
        services.send(letter.pk)

    letter.refresh_from_db()
    assert letter.state == "queued"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["sent", "failed", "withdrawn"])
def test_letter_that_does_not_wait_is_not_sent(state):
    services.send(make_letter(state=state).pk)

    assert mail.outbox == []


@pytest.mark.django_db
def test_letter_that_is_gone_is_not_sent():
    services.send(0)

    assert mail.outbox == []


class SlowServer(EmailBackend):
    """Takes letters only once it may, and says when one has come."""

    has_come = Event()
    may_take = Event()

    def send_messages(self, messages):
        self.has_come.set()
        assert self.may_take.wait(20)
        return super().send_messages(messages)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_letter_once_and_nobody_withdraws_it_meanwhile(settings):
    settings.EMAIL_BACKEND = f"{__name__}.SlowServer"
    letter = make_letter()

    def work():
        try:
            services.send(letter.pk)
        finally:
            connection.close()

    workers = [Thread(target=work), Thread(target=work)]
    workers[0].start()
    assert SlowServer.has_come.wait(20)
    workers[1].start()
    withdrawn = services.withdraw(Letter.objects.all())
    again = services.send_again(Letter.objects.all())
    SlowServer.may_take.set()
    for worker in workers:
        worker.join()

    letter.refresh_from_db()
    assert (withdrawn, again) == ([], [])
    assert (len(mail.outbox), letter.state, letter.attempts) == (1, "sent", 1)


@pytest.mark.parametrize("refusal", [NOBODY, GREYLISTED, ValueError("marked"), OSError("marked@example.org"), None])
def test_neither_log_nor_queue_holds_what_is_in_a_letter(real_jobs, templates, refusals, caplog, capfd, refusal):
    caplog.set_level(logging.DEBUG)
    refusals += [refusal] if refusal else []

    post(to="marked@example.org", subject="marked subject", text="https://portal.example.org/marked")
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_jobs::text FROM procrastinate_jobs")
        rows = str(cursor.fetchall())
    run_jobs()

    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "send_letter" in logged
    assert "marked" not in logged + rows + "".join(capfd.readouterr())
    assert "marked" not in Letter.objects.get().last_error


# --- again, or not at all


def test_editor_has_letters_sent_again(real_jobs, templates):
    given_up, withdrawn = make_letter(state="failed", attempts=7), make_letter(state="withdrawn")
    waiting, sent, erased = make_letter(), make_letter(state="sent"), make_letter(state="failed", recipient="")

    chosen = services.send_again(Letter.objects.all())
    run_jobs()

    assert set(chosen) == {given_up, withdrawn, waiting}
    ids = {letter.message_id for letter in chosen}
    assert {message.message()["Message-ID"] for message in mail.outbox} == ids
    assert len(mail.outbox) == 3
    states = dict(Letter.objects.values_list("pk", "state"))
    assert (states[given_up.pk], states[sent.pk], states[erased.pk]) == ("sent", "sent", "failed")
    given_up.refresh_from_db()
    assert given_up.attempts == 1


def test_withdrawn_letter_is_not_sent(real_jobs, templates):
    letter, sent = post(), make_letter(state="sent")

    withdrawn = services.withdraw(Letter.objects.all())
    run_jobs()

    assert (withdrawn, mail.outbox, waiting_jobs()) == ([letter], [], [])
    sent.refresh_from_db()
    assert sent.state == "sent"


# --- forgetting

WHAT_IT_SAID = ["recipient", "subject", "body", "html", "attachments"]


def make_aged() -> dict[str, Letter]:
    old = timezone.now() - dt.timedelta(days=91)
    new = timezone.now() - dt.timedelta(days=89)
    return {
        "old": make_letter(state="sent", queued_at=old, sent_at=old),
        "given up": make_letter(state="failed", queued_at=old),
        "withdrawn": make_letter(state="withdrawn", queued_at=old),
        "waiting": make_letter(queued_at=old),
        "sent late": make_letter(state="sent", queued_at=old, sent_at=new),
        "new": make_letter(state="failed", queued_at=new),
    }


@pytest.mark.django_db
def test_old_letters_keep_kind_state_and_times_alone():
    letters = make_aged()

    assert services.forget_old_letters() == 3

    for name, letter in letters.items():
        now = Letter.objects.get(pk=letter.pk)
        said = [getattr(now, field) for field in WHAT_IT_SAID]
        is_erased = name in {"old", "given up", "withdrawn"}
        assert said == (["", "", "", "", []] if is_erased else [getattr(letter, field) for field in WHAT_IT_SAID]), name
        assert (now.kind, now.state, now.queued_at, now.sent_at) == (
            letter.kind, letter.state, letter.queued_at, letter.sent_at,
        )  # fmt: skip
    assert services.forget_old_letters() == 0


@pytest.mark.django_db
def test_how_long_letters_are_kept_is_a_setting(settings):
    settings.LETTERS_KEPT_DAYS = 10
    letter = make_letter(state="sent")

    with time_machine.travel(timezone.now() + dt.timedelta(days=9), tick=False):
        assert services.forget_old_letters() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=11), tick=False):
        assert services.forget_old_letters() == 1

    letter.refresh_from_db()
    assert letter.recipient == ""


@pytest.mark.django_db
def test_command_says_how_many_before_it_erases(capsys):
    make_aged()

    call_command("forget_old_letters", "--dry-run")
    kept = Letter.objects.exclude(recipient="").count()
    call_command("forget_old_letters")

    assert capsys.readouterr().out.splitlines() == ["Would be erased: 3 letters.", "Erased: 3 letters."]
    assert (kept, Letter.objects.exclude(recipient="").count()) == (6, 3)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"state": "sent", "sent_at": None}, {"sent_at": timezone.now()}, {"recipient": ""}])
def test_database_refuses_letters_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_letter(**wrong)
