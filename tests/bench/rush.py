"""`./dev bench rush`: 300 people sign up for 40 seats, through the public form, 60 of them at any moment.

Three times: calmly, with seats given back while others sign up, and with the database killed in the middle. A real
gunicorn, a real worker that writes mail into a folder, and a database of the bench's own, which it may kill. Ends
with status 1 and a sentence for each rule that was broken.
"""

import argparse
import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import partial
from http.client import HTTPConnection, HTTPException
from io import StringIO
from itertools import pairwise
from pathlib import Path
from queue import Empty, PriorityQueue
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Lock, Thread
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from actors.models import Organization
from events.models import Event, Quota, Registration, RegistrationForm
from lmh_portal import devdb
from lmh_portal.letters.models import Letter
from lmh_portal.visitors.forms import OPEN_AT_LEAST
from lmh_portal.vocabulary.models import EventType, OrganizationType
from tests.bench import database
from tests.bench.servers import Server

NAME = "rush"  # of the database
RUNS = ["calm", "mixed", "killed"]
PLACES_OF_ORGANIZATION = 5  # fewer than would come by their share of the seats, so that the quota is full
SHARE_OF_ORGANIZATION = 5  # every fifth comes from there
SHARE_CANCELLING = 4  # every fourth gives a seat back
DOWN = 3  # seconds from the kill until the database is started again
PATIENCE = 100  # seconds for one run
PAUSE = 0.05  # seconds between two looks
RETRY_AFTER = 0.5  # seconds until somebody whose answer was a fault tries again
WORKERS_CONCURRENCY = 2  # letters that may be on their way when the database is killed
STAMP = re.compile(r'name="stamp" value="([^"]+)"')
LINK = re.compile(r"https?://\S+?(/sv/\S+)")
MAIL_END = b"\n" + b"-" * 79 + b"\n"
COUNT = """
    SELECT count(*), count(*) FILTER (WHERE organization_id IS NOT NULL)
    FROM events_registration WHERE event_id = %s AND holds_seat
"""
State = Registration.State


@dataclass
class Person:
    """Somebody who signs up, and when each deed was sent and answered with success."""

    number: int
    stamp: str = ""
    done: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"person-{self.number}@example.org"

    @property
    def is_of_organization(self) -> bool:
        return self.number % SHARE_OF_ORGANIZATION == 0

    @property
    def cancels(self) -> bool:
        return self.number % SHARE_CANCELLING == 1


class Mail(NamedTuple):
    message_id: str
    to: str
    link: str  # to confirm with, or to the personal page
    gives_seat: bool


class Answer(NamedTuple):
    status: int  # 0: there was none
    body: str
    seconds: float


# --- what runs


@contextmanager
def own_database(folder: Path) -> Iterator[None]:
    """A PostgreSQL of the bench's own, for this process and those that it starts."""
    folder.chmod(0o755)  # the server of root's bench is another user's
    os.environ["DEVDB_DIR"] = str(folder / "database")
    connection.settings_dict["HOST"] = str(devdb.socket_dir())
    devdb.start()
    try:
        yield
    finally:
        connection.close()
        devdb.reset()


def kill_database() -> None:
    """Postmaster and all that works for it, as when the machine's memory is full."""
    pid = int((devdb.cluster() / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in [pid, *map(int, children)]:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


class Worker:
    """A background worker, started again when it ends, as compose.yaml does it."""

    def __enter__(self):
        self.starts, self.is_over = 0, Signal()
        self.keeper = Thread(target=self._keep)
        self.keeper.start()
        return self

    def __exit__(self, *exception):
        self.is_over.set()
        self.process.terminate()
        self.keeper.join()

    def _keep(self) -> None:
        names = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_DATABASE": database.name(NAME)}
        command = [sys.executable, "manage.py", "procrastinate", "worker"]
        while not self.is_over.is_set():
            self.starts += 1
            with open(Path(os.environ["BENCH_MAIL"]).parent / "worker.log", "ab") as log:
                self.process = subprocess.Popen(
                    command, cwd=settings.BASE_DIR, env=os.environ | names, stdout=log, stderr=log
                )
                self.process.wait()
            self.is_over.wait(1)


class Mailbox:
    """Reads each letter once, from files that the worker appends to."""

    def __init__(self, folder: Path):
        self.folder, self.read = folder, Counter()

    def new(self) -> list[Mail]:
        found = []
        for file in sorted(self.folder.glob("*.log")):
            content = file.read_bytes()[self.read[file] :]
            whole, end, _rest = content.rpartition(MAIL_END)
            if end:
                self.read[file] += len(whole) + len(end)
                found += [_mail(one) for one in whole.split(MAIL_END)]
        return found


def _mail(content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    links = LINK.findall(message.get_body(["plain"]).get_content())
    with override("sv"):
        ours = [reverse(f"events:{view}", args=["-"])[:-2] for view in ["confirm_registration", "my_registration"]]
    link = next((one.strip("<>") for start in ours for one in links if one.startswith(start)), "")
    gives_seat = any("method=PUBLISH" in str(part["Content-Type"]).replace('"', "") for part in message.walk())
    return Mail(message["Message-ID"].strip(), message["To"], link, gives_seat)


def request(port: int, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
    """One request on a connection of its own."""
    start = time.perf_counter()
    client = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Accept-Language": "sv", "Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    try:
        client.request(method, path, urlencode(fields) if fields else None, headers)
        response = client.getresponse()
        status, body = response.status, response.read().decode()
    except (OSError, HTTPException):
        status, body = 0, ""
    finally:
        client.close()
    return Answer(status, body, time.perf_counter() - start)


# --- one run


@dataclass
class Run:
    """300 people and one event; what was seen while they signed up, and the rules that were broken."""

    kind: str
    event: Event
    people: list[Person]
    seats: int
    clients: int
    port: int
    mailbox: Mailbox
    deeds: PriorityQueue = field(default_factory=PriorityQueue)
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    mail: list[Mail] = field(default_factory=list)
    mail_times: list[float] = field(default_factory=list)
    most: tuple[int, int] = (0, 0)  # seats, and those of the organisation
    looks: int = 0
    pages: list[float] = field(default_factory=list)  # milliseconds of the event's page meanwhile
    sign_up_seconds: float = 0
    killed_at: float = 0
    started_at: float = 0  # the database answered again
    back_at: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    is_over: Signal = field(default_factory=Signal)
    working: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self):
        self.by_email = {person.email: person for person in self.people}
        with override("sv"):
            self.page = reverse("events:event_detail", args=[self.event.slug])
            self.form = reverse("events:sign_up", args=[self.event.slug])
            self.sent = reverse("events:sign_up_sent", args=[self.event.slug])
            self.fault = gettext("Something went wrong here")
        self.names = list(Organization.objects.filter(slug=NAME).values_list("pk", flat=True))

    def go(self) -> None:
        self.get_stamps()
        time.sleep(OPEN_AT_LEAST + 1.1)  # stamps have whole seconds
        self.mailbox.new()  # of earlier runs
        for person in self.people:
            self.deeds.put((1, person.number, "sign up", self.form))
        watchers = [Thread(target=look) for look in [self.count_seats, self.visit_page]]
        clients = [Thread(target=self.do_deeds) for _ in range(self.clients)]
        start = time.perf_counter()
        for thread in [*watchers, *clients]:
            thread.start()
        try:
            self.read_mail(start)
        finally:
            self.is_over.set()
            for thread in [*watchers, *clients]:
                thread.join()
        self.sign_up_seconds = max(p.done["sign up"][1] for p in self.people if "sign up" in p.done) - start
        self.judge()

    def get_stamps(self) -> None:
        for person in self.people:
            person.stamp = STAMP.search(request(self.port, "GET", self.form).body)[1]

    def do_deeds(self) -> None:
        """One client, who does what is next and tries again what failed."""
        while not self.is_over.is_set():
            try:
                _urgency, number, deed, path = self.deeds.get(timeout=PAUSE)
            except Empty:
                continue
            with self.lock:
                self.working += 1
            self.do(self.people[number], deed, path)
            with self.lock:
                self.working -= 1

    def do(self, person: Person, deed: str, path: str) -> None:
        fields = {"sign up": self.sign_up_fields(person), "confirm": {}, "cancel": {"deed": "cancel"}}[deed]
        sent = time.perf_counter()
        while not self.is_over.is_set():
            answer = request(self.port, "POST", path, fields or {"-": ""})
            now = time.perf_counter()
            self.answers[deed].append(answer)
            if answer.status == 302:
                person.done[deed] = sent, now
                if self.started_at and now - answer.seconds > self.killed_at:
                    self.back_at.setdefault(deed, now)
                return
            if answer.status and answer.status < 500:
                self.broken.append(f"{deed} of {person.email} was answered {answer.status}: {_heard(answer.body)}")
                return
            time.sleep(RETRY_AFTER)

    def sign_up_fields(self, person: Person) -> dict[str, str]:
        organization = str(self.names[0]) if person.is_of_organization else "other"
        return {
            "name": f"Person {person.number}", "email": person.email, "organization": organization,
            "organization_name": "" if person.is_of_organization else "Vårdcentralen Norr", "language": "sv",
            "staff_group": "", "municipality": "", "diet": "", "access_needs": "", "nickname": "",
            "stamp": person.stamp,
        }  # fmt: skip

    def read_mail(self, start: float) -> None:
        """Give each letter's reader the next deed, until nobody has one and no letter waits."""
        is_quiet, is_killed = 0, self.kind != "killed"
        while is_quiet < 3:
            new = self.mailbox.new()
            for mail in new:
                self.mail_times.append(time.perf_counter())
                self.follow(mail)
            self.mail += new
            done = sum("sign up" in person.done for person in self.people)
            if not is_killed and done >= len(self.people) // 2:
                is_killed = True
                Thread(target=self.kill).start()
            is_idle = not new and self.deeds.empty() and not self.working and is_killed
            is_quiet = is_quiet + 1 if is_idle and self.are_letters_sent() else 0
            if time.perf_counter() - start > PATIENCE:
                self.broken.append(f"not all deeds were done and letters sent in {PATIENCE} seconds")
                return
            time.sleep(PAUSE)

    def follow(self, mail: Mail) -> None:
        person = self.by_email.get(mail.to)
        if person is None:
            return
        with override("sv"):
            is_to_confirm = mail.link.startswith(reverse("events:confirm_registration", args=["-"])[:-2])
        urgency = 2 if self.kind == "calm" else 0
        if is_to_confirm and "confirm" not in person.done:
            self.deeds.put((urgency, person.number, "confirm", mail.link))
        elif mail.gives_seat and person.cancels and self.kind != "calm" and "cancel" not in person.done:
            self.deeds.put((urgency, person.number, "cancel", mail.link))

    def are_letters_sent(self) -> bool:
        with suppress(DatabaseError):
            return not Letter.objects.filter(state=Letter.State.QUEUED).exists()
        connection.close()
        return False

    def kill(self) -> None:
        self.killed_at = time.perf_counter()
        kill_database()
        time.sleep(DOWN)
        devdb.start()
        self.started_at = time.perf_counter()

    def count_seats(self) -> None:
        """Nobody else's count: straight from the table, all the time."""
        while not self.is_over.is_set():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(COUNT, [self.event.pk])
                    now = cursor.fetchone()
                self.looks += 1
                self.most = max(self.most[0], now[0]), max(self.most[1], now[1])
            except DatabaseError:
                connection.close()
            time.sleep(PAUSE)
        connection.close()

    def visit_page(self) -> None:
        while not self.is_over.is_set():
            answer = request(self.port, "GET", self.page)
            now = time.perf_counter()
            if answer.status == 200:
                self.pages.append(answer.seconds * 1000)
                if self.started_at and now - answer.seconds > self.killed_at:
                    self.back_at.setdefault("page", now)
            time.sleep(PAUSE)

    # --- the rules

    def judge(self) -> None:
        rows = {row.email: row for row in Registration.objects.filter(event=self.event)}
        letters = list(Letter.objects.filter(about__in=[f"events.registration:{row.pk}" for row in rows.values()]))
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [self.event.pk])
            seats, of_organization = map(max, zip(self.most, cursor.fetchone(), strict=True))
        self.most = seats, of_organization
        self.need(seats <= self.seats, f"{seats} seats were given, of {self.seats}")
        self.need(of_organization <= PLACES_OF_ORGANIZATION, f"{of_organization} seats went to one organisation")
        self.judge_people(rows)
        self.judge_line(rows, letters)
        self.judge_letters(rows, letters)
        self.judge_answers()

    def need(self, is_so: bool, sentence: str) -> None:
        if not is_so:
            self.broken.append(sentence)

    def judge_people(self, rows: dict[str, Registration]) -> None:
        for person in self.people:
            row = rows.get(person.email)
            self.need("sign up" in person.done, f"{person.email} could never sign up")
            self.need(row is not None, f"{person.email} was lost")
            if row and "cancel" in person.done:
                self.need(row.state == State.CANCELLED, f"{person.email} gave the seat back, but is {row.state}")
            elif row:
                settled = row.state in {State.CONFIRMED, State.WAITING}
                self.need(settled, f"{person.email} is {row.state} in the end")
        states = Counter(row.state for row in rows.values())
        self.need(states[State.CONFIRMED] == self.seats, f"{states[State.CONFIRMED]} of {self.seats} seats are taken")

    def judge_line(self, rows: dict[str, Registration], letters: list[Letter]) -> None:
        """Numbers rise with arrival, and nobody who stood in line saw a later one get a seat that fitted."""
        line = sorted((row for row in rows.values() if row.queue_number), key=lambda row: row.queue_number)
        for one, next_one in pairwise(line):
            self.need(one.created_at <= next_one.created_at, f"number {next_one.queue_number} came first")
            (sent, _), (_, answered) = (self.by_email[row.email].done.get("sign up", (0, 0)) for row in (one, next_one))
            self.need(sent <= answered, f"number {next_one.queue_number} had its answer before the one before")
        since = {one.about: one.queued_at for one in letters if one.kind == "events.waiting"}
        for waited in line:
            stood_from = since.get(f"events.registration:{waited.pk}")
            stood_to = waited.confirmed_at or waited.ended_at or timezone.now()
            for later in line:
                is_passed = later.confirmed_at and stood_from and stood_from < later.confirmed_at < stood_to
                fits = later.organization_id or not waited.organization_id
                if is_passed and fits and later.queue_number > waited.queue_number:
                    self.broken.append(f"number {later.queue_number} passed number {waited.queue_number} by")

    def judge_letters(self, rows: dict[str, Registration], letters: list[Letter]) -> None:
        files = Counter(mail.message_id for mail in self.mail)
        addresses = {mail.message_id: mail.to for mail in self.mail}
        known = {letter.message_id: letter for letter in letters}
        told = {
            letter.recipient for letter in letters if letter.kind == "events.confirmed" and files[letter.message_id]
        }
        for email, row in rows.items():
            if row.confirmed_at:
                self.need(email in told, f"{email} has a seat and no letter")
        for letter in told - {email for email, row in rows.items() if row.confirmed_at}:
            self.broken.append(f"{letter} was promised a seat and has none")
        strangers = [one for one in files if one not in known or known[one].recipient != addresses[one]]
        self.need(not strangers, f"{len(strangers)} letters are nobody's")
        unsent = [one for one in known if not files[one]]
        self.need(not unsent, f"{len(unsent)} letters never came")
        allowed = WORKERS_CONCURRENCY if self.kind == "killed" else 0
        self.need(self.repeated <= allowed, f"{self.repeated} letters came twice")

    @property
    def repeated(self) -> int:
        return sum(number - 1 for number in Counter(mail.message_id for mail in self.mail).values())

    def judge_answers(self) -> None:
        faults = [one for answers in self.answers.values() for one in answers if one.status == 0 or one.status >= 500]
        silent = sum(one.status == 0 for one in faults)
        strange = [one for one in faults if one.status and self.fault not in one.body]
        self.need(not silent, f"{silent} requests had no answer")
        self.need(not strange, f"{len(strange)} faults were not said in words")
        if self.kind != "killed":
            self.need(not faults, f"{len(faults)} requests were answered with a fault")
        else:
            self.need({"page", "sign up"} <= set(self.back_at), "the portal did not come back")

    # --- the table

    def lines(self, starts: int) -> Iterator[str]:
        times = [one.seconds * 1000 for one in self.answers["sign up"] if one.status == 302]
        statuses = Counter(one.status for answers in self.answers.values() for one in answers)
        span = max(self.mail_times) - min(self.mail_times)
        yield f"| {self.kind}: sign-ups/s | {len(times) / self.sign_up_seconds:.1f} |"
        yield f"| {self.kind}: sign-up p50 / p95 / p99 ms | {_percentiles(times)} |"
        for deed in ["confirm", "cancel"]:
            if own := [one.seconds * 1000 for one in self.answers[deed] if one.status == 302]:
                yield f"| {self.kind}: {deed} p50 / p95 / p99 ms ({len(own)}) | {_percentiles(own)} |"
        yield f"| {self.kind}: event page meanwhile p50 / p95 / p99 ms | {_percentiles(self.pages)} |"
        yield f"| {self.kind}: letters, letters/s | {len(self.mail)}, {len(self.mail) / span:.1f} |"
        yield f"| {self.kind}: answers by status | {', '.join(f'{s}: {n}' for s, n in sorted(statuses.items()))} |"
        most = f"{self.most[0]}, {self.most[1]}, {self.looks}"
        yield f"| {self.kind}: most seats, of the organisation, in looks | {most} |"
        if self.kind == "killed" and self.started_at:
            yield f"| killed: database away, s | {self.started_at - self.killed_at:.1f} |"
            for what, when in self.back_at.items():
                yield f"| killed: from the database's answer to the first {what}, s | {when - self.started_at:.1f} |"
            yield f"| killed: letters that came twice, worker starts | {self.repeated}, {starts} |"


def _heard(body: str) -> str:
    words = re.sub(r"<[^>]+>|\s+", " ", body.partition("<main")[2])
    return " ".join(words.split())[:200]


def _percentiles(times: list[float]) -> str:
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return " / ".join(f"{cuts[number - 1]:.0f}" for number in [50, 95, 99])


# --- all of them


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench rush", description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=300, help="who sign up (default: %(default)s)")
    parser.add_argument("--seats", type=int, default=40, help="for them (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=60, help="at a time (default: %(default)s)")
    parser.add_argument("--runs", default=",".join(RUNS), help="which of them (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    asked = parser.parse_args(argv)
    asked.runs = asked.runs.split(",")
    if unknown := set(asked.runs) - set(RUNS):
        parser.error(f"there is no run {', '.join(sorted(unknown))}")
    return asked


def main(argv: list[str]) -> int:
    asked = arguments(argv)
    if not sys.platform.startswith("linux") or not devdb.is_wanted():
        raise SystemExit("The rush kills its own embedded database: it needs Linux, and DATABASE_URL unset.")
    with TemporaryDirectory(prefix="rush-") as place, own_database(folder := Path(place)):
        runs = measure(asked, folder / "mail")
    text = "\n".join(["| what | figure |", "|---|---|", *(line for _run, lines in runs for line in lines)]) + "\n"
    sys.stdout.write(text)
    if asked.output:
        asked.output.write_text(text, "utf-8")
    broken = [f"{run.kind}: {sentence}" for run, _lines in runs for sentence in run.broken]
    for sentence in broken:
        say(f"Rule broken: {sentence}.")
    return 1 if broken else 0


def measure(asked: argparse.Namespace, mail: Path) -> list[tuple[Run, list[str]]]:
    mail.mkdir()
    os.environ |= {"BENCH_MAIL": str(mail), "SIGN_UPS_FROM_AN_ADDRESS": "100000"}
    database.prepare(NAME, keep=False, fill=partial(call_command, "load_starter", only="vocabulary", stdout=StringIO()))
    mailbox, runs = Mailbox(mail), []
    with Server("rush", "lmh_portal.wsgi:application", NAME, options=[]) as portal, Worker() as worker:
        for kind in asked.runs:
            load = os.getloadavg()[0]
            say(f"{kind}: {asked.people} people, {asked.seats} seats, {asked.clients} at a time; load {load:.1f} …")
            people = [Person(number) for number in range(asked.people)]
            run = Run(kind, make_event(kind, asked.seats), people, asked.seats, asked.clients, portal.port, mailbox)
            run.go()
            runs.append((run, [f"| {kind}: load of the machine before | {load:.1f} |", *run.lines(worker.starts)]))
    return runs


def make_event(kind: str, seats: int) -> Event:
    """To come, with sign-up and a quota for one organisation."""
    values = {"status": "published", "name_sv": "Vårdcentralen Söder"}
    values["organization_type"] = OrganizationType.objects.first()
    organization, _is_new = Organization.objects.get_or_create(slug=NAME, defaults=values)
    starts_at = timezone.now() + dt.timedelta(days=60)
    event = Event.objects.create(
        slug=f"rush-{kind}", status="published", name_sv=f"Workshop {kind}", event_type=EventType.objects.first(),
        organizer=organization, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=3),
        attendance_mode=Event.AttendanceMode.OFFLINE,
    )  # fmt: skip
    RegistrationForm.objects.create(event=event, maximum_physical_attendee_capacity=seats)
    Quota.objects.create(event=event, organization=organization, places=PLACES_OF_ORGANIZATION)
    return event


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
