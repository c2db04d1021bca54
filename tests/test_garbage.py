"""Whatever an address, a header or a form holds: the portal answers with a page or a clear refusal.

The test client lets every exception through, so a 500 fails here with its cause. Run with -s to see how many
inputs were tried.
"""

import datetime as dt
import json
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import time_machine
from django.core import signing
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.models import ChangeProposal, VerificationRequest
from actors.partner_forms import ProposalForm
from events import contributing, evaluating, registering
from events.models import Attendance, EvaluationTally
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.feedback.models import HelpfulCount, Message
from lmh_portal.wsgi import application
from tests import make
from tests.kinds import LISTS
from tests.sites import CARDS, FEEDS, PROPOSALS, addresses, public_views
from tests.test_pages import make_something_of_everything

pytestmark = pytest.mark.django_db

CANARY = "zq9"
RAW = [f"<{CANARY}", f'" {CANARY}=', f"' {CANARY}='", "\x00", "\x1b"]  # never in a page
NASTY = [
    "", "%00", "a%00b", "%ED%A0%80", "%ED%B0%80%ED%A0%80", "%FF", "%C3", "%C0%AF", "%F4%90%80%80", "%", "%zz",
    "%25%30%30", "a" * 10_000, "%C3%A5" * 5_000, "a+" * 5_000, "-1", "0", "1.5", "1e999", "NaN", "inf", "9" * 400,
    "9" * 5_000, "%D9%A3", "%EF%BC%91", "+1", "%E2%80%AE%D8%A7", "%E2%80%8B", "%EF%BB%BF",
    "%0D%0ASet-Cookie:+a=b", "%7F%1B%5B31m", quote(f"'\"><{CANARY}>"), quote(f"</title><{CANARY} onload=x>"),
    quote(f'" {CANARY}="'), quote(f"' {CANARY}='"), quote("' OR 1=1; DROP TABLE actors_service; --"),
    quote("\\'; SELECT pg_sleep(9)--"), "%25", "_", "%5C", "%25%5C%25", quote("%s%d%(x)s{0}{{x}}{% now %}${x}"),
    quote("../../etc/passwd"), quote("[@x](javascript:x)"), "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80" * 50,
    "e%CC%81" * 100, quote("ﷺ" * 300), "null", "undefined", "None", "[]", "{}", quote("İıſK"), "%20", "%C2%A0",
    "%E2%80%A8", "a%26b%3Dc%23d",
]  # fmt: skip
READ = {  # what each view reads of its address; the others only give it back in their links
    view: ["q", "page", "sort", "s", *(facet.name for facet in filters.facets)]
    for view, (filters, _rows) in LISTS.items()
} | {
    "search:search": ["q"],
    "actors:handout": ["s", "second"],
    "actors:service_detail": ["s", "second"],
    "events:check_in": ["code"],
    "feedback:contact": ["kind", "page"],
    "feedback:helpful_comment": ["vote", "again"],
    "knowledge:overview_changes": ["older", "newer", "page"],
}
READ |= {view: ["by"] for view in ["actors:propose_new", *PROPOSALS]}
READ["knowledge:feed"] = READ["knowledge:overview_list"]
READ["events:feed"] = READ["events:calendar"] = READ["events:event_list"]
VIEWS = [*public_views(), *sorted(FEEDS), *CARDS]
NAMES = [
    *sorted({name for names in READ.values() for name in names}),
    "nonsense", "q[]", "topic[a]", "__proto__", "pk__in", "%00", "%FF", "", "next",
]  # fmt: skip
TRIES = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,  # the same inputs every time: a red build is not a matter of luck
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
values = st.sampled_from(NASTY) | st.text(max_size=40).map(lambda text: quote(text, safe="", errors="replace"))
pairs = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6)
languages = st.sampled_from(list(LANGUAGES))


def is_feed(answer) -> bool:
    """Whether it is Atom that a parser takes."""
    if not answer.headers.get("Content-Type", "").startswith("application/atom+xml"):
        return False
    return answer.content == b"" or ElementTree.fromstring(answer.content).tag.endswith("feed")


def is_card(answer) -> bool:
    """Whether it is a vCard or a calendar, which have no markup."""
    return answer.headers.get("Content-Type", "").startswith(("text/vcard", "text/calendar"))


class Tried:
    """Sends garbage and judges the answers."""

    def __init__(self, client: Client):
        self.client, self.number, self.refused = client, 0, 0

    def send(self, path: str, *, method: str = "GET", may: frozenset = frozenset({200, 400, 404}), **sent):
        self.client.cookies.clear()
        answer = self.client.generic(method, path, **sent)
        self.number += 1
        self.refused += answer.status_code >= 400
        assert answer.status_code in may, f"{method} {path[:200]} answered {answer.status_code}"
        html = answer.content.decode()
        if method != "HEAD" and answer.status_code not in {301, 302}:
            assert "<h1" in html or is_feed(answer) or is_card(answer), (
                f"{path[:200]}: {answer.status_code} without words"
            )
        raws = [] if is_card(answer) else RAW[:1] if is_feed(answer) else RAW
        for raw in raws:  # in the text of XML a quotation mark ends nothing
            assert raw not in html, f"{path[:200]} gives back {raw!r}"
        assert not answer.cookies or "HTTP_COOKIE" in sent
        return answer


@pytest.fixture
def tried(request):
    tried = Tried(Client(enforce_csrf_checks=True))
    yield tried
    print(f"\n{request.node.name}: {tried.number} inputs, {tried.refused} refused")  # noqa: T201


@pytest.fixture(scope="module")
def urls(django_db_setup, django_db_blocker):
    """An address of every view, by language and view. The content is made once: each test undoes what it adds."""
    with django_db_blocker.unblock(), transaction.atomic(), override("sv"):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS refresh_touched DEFERRED")
        make_something_of_everything()
        yield _addresses()
        transaction.set_rollback(True)


def _addresses() -> dict[str, dict[str, str]]:
    return {code: {view: addresses(view, code)[0] for view in VIEWS} for code in LANGUAGES}


@pytest.mark.parametrize("view", VIEWS)
def test_any_value_of_any_parameter_gives_a_page(tried, urls, view):
    codes = list(LANGUAGES)
    asked = [(name, value) for name in READ.get(view, ["q"]) for value in NASTY]

    for number, (name, value) in enumerate(asked):
        tried.send(urls[codes[number % len(codes)]][view], QUERY_STRING=f"{name}={value}")

    assert tried.number == len(asked)


def test_any_mixture_of_parameters_gives_a_page(tried, urls):
    @TRIES
    @given(language=languages, view=st.sampled_from(VIEWS), asked=pairs)
    def try_one(language, view, asked):
        query = "&".join(f"{name}={value}" for name, value in asked)
        tried.send(urls[language][view], QUERY_STRING=query)

    try_one()


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"a{number}=" for number in range(2_000)),
        "&".join(f"topic={number}" for number in range(900)),
        "&" * 5_000, "=" * 5_000, "?" * 100, ";".join("ab"), "q", "q&q&q", "q=a&q=b&q=%00", "page=1&page=-1",
        "\xff\xfe=\xff", "q=\xc3\xa5", "q=\xff", "q=\xed\xa0\x80",
    ],
    ids=lambda query: repr(query[:12]),
)  # fmt: skip
def test_odd_query_strings_give_a_page(tried, urls, query):
    for language in LANGUAGES:
        for url in urls[language].values():
            tried.send(url, QUERY_STRING=query)


def test_any_path_gives_a_page_or_says_that_there_is_none(tried, urls):
    starts = sorted({*(url for some in urls.values() for url in some.values()), "/", "/health/"})

    @TRIES
    @given(start=st.sampled_from(starts), rest=values, end=st.sampled_from(["", "/", "//", "/.", "?", "/%00/"]))
    def try_one(start, rest, end):
        tried.send(f"{start}{rest}{end}".replace("//", "/%2F"), may=frozenset({200, 301, 302, 400, 404}))

    try_one()


HEADERS = [
    "ACCEPT_LANGUAGE", "HOST", "ORIGIN", "REFERER", "USER_AGENT", "COOKIE", "X_FORWARDED_HOST", "X_FORWARDED_FOR",
    "X_FORWARDED_PROTO", "IF_MODIFIED_SINCE", "IF_NONE_MATCH", "ACCEPT", "ACCEPT_ENCODING", "RANGE", "X_CSRFTOKEN",
]  # fmt: skip
HEADER_VALUES = [
    "", " ", "a" * 10_000, "\xff\xfe", "\xed\xa0\x80", "-1", "1e999", "sv;q=nan", "sv;q=1e999", "sv" + "-x" * 5_000,
    "*", ",,,;;;===", ",".join(["sv;q=0.5"] * 2_000), "http://[", "https://[::1", "http://testserver:99999999",
    "null", "//", "testserver:x", "[", "]", "test_server", "testserver.", "a@b", "x\ty", "../..", "%00", "%s{0}",
    "sessionid=%00; csrftoken=\xff", "sessionid=" + "a" * 5_000, "=; =; a", '"\\"', "bytes=0-,-1",
    "Thu, 99 Foo 99999 99:99:99 GMT", f"<{CANARY}>",
]  # fmt: skip


def test_any_header_gives_a_page_or_is_refused(tried, urls):
    pages = list(urls["sv"].values())
    for number, (name, value) in enumerate((name, value) for name in HEADERS for value in HEADER_VALUES):
        tried.send(pages[number % len(pages)], **{f"HTTP_{name}": value}, may=frozenset({200, 304, 400, 404}))
        tried.send("/", **{f"HTTP_{name}": value}, may=frozenset({302, 400}))


CODECS = ["hex", "rot13", "base64", "zip", "idna", "punycode", "undefined"]  # Python's own that are no charsets
CHARSETS = [
    "utf-16", "utf-7", "unicode_escape", "raw_unicode_escape", "cp1252", "mbcs", "utf-8-sig", "nonsense", "\xff", "",
    "%00", '"', "a" * 5_000,
]  # fmt: skip
BOUNDARIES = ["", "x", "\xff", '"', "a" * 500, "x; charset=utf-7"]
TYPES = [
    *[f"application/x-www-form-urlencoded; charset={charset}" for charset in CHARSETS],
    *[f"multipart/form-data; boundary={boundary}" for boundary in BOUNDARIES],
    "multipart/form-data", "multipart/form-data; charset=utf-16; boundary=x", "application/json", "x", "/", ";", "",
    "text/plain; charset=utf-7", "\xff\xfe", "a" * 5_000, f"<{CANARY}>",
    "application/x-www-form-urlencoded; charset*=utf-8''utf-16",
]  # fmt: skip


@pytest.mark.parametrize("query", ["q=+2AA-&topic=+2AA-", "q=\\ud800&kind=\\ud800", "q=%5Cud800&page=%2B2AA-"])
def test_any_content_type_gives_a_page_or_is_refused(tried, urls, query):
    for url in [urls["en"][view] for view in ["home:front_page", *READ]]:
        for content_type in TYPES:
            tried.send(url, CONTENT_TYPE=content_type, QUERY_STRING=query)


@pytest.fixture
def connection_kept():
    """Let the server's own application use the test's transaction, as the test client does."""
    for signal in [request_started, request_finished]:
        signal.disconnect(close_old_connections)
    yield
    for signal in [request_started, request_finished]:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("connection_kept")
@pytest.mark.parametrize("charset", [*CODECS, *CHARSETS])
@pytest.mark.parametrize("kind", ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_charset_that_is_none_gives_a_page_from_the_server(urls, kind, charset):
    statuses = []
    address = {"PATH_INFO": quote(urls["en"]["search:search"]), "QUERY_STRING": "q=+2AA-"}
    environ = RequestFactory()._base_environ(**address, CONTENT_TYPE=f"{kind}; charset={charset}")

    html = b"".join(application(environ, lambda status, headers: statuses.append(status)))

    assert statuses[0][:3] in {"200", "400"}
    assert b"<h1" in html


# --- the contact form

ANSWERS = frozenset({200, 302, 400, 403, 413})
FORM = "application/x-www-form-urlencoded"
signer = signing.TimestampSigner(salt="feedback.contact")
STAMPS = [
    "",
    "x",
    "form",
    "form::",
    "form:1:x",
    ":::",
    "%00",
    "\xff",
    "a" * 10_000,
    "form:" + "9" * 5_000 + ":x",
]


def form_of(**fields: str) -> bytes:
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode("latin-1")


def test_any_value_of_any_field_of_the_form_gives_a_page(tried, urls):
    sound = {"kind": "question", "text": "Hej", "email": "", "page": "", "nickname": "", "stamp": ""}
    for number, (name, value) in enumerate((name, value) for name in sound for value in [*NASTY, *STAMPS]):
        url = urls[list(LANGUAGES)[number % len(LANGUAGES)]]["feedback:contact"]
        stamp = {} if name == "stamp" else {"stamp": quote(signer.sign("form"))}
        tried.send(url, method="POST", data=form_of(**sound | stamp | {name: value}), content_type=FORM, may=ANSWERS)

    assert Message.objects.count() == 0  # all were sent too fast or with a wrong stamp


def test_any_body_of_the_form_gives_a_page_or_is_refused(tried, urls):
    url = urls["sv"]["feedback:contact"]
    part = b'--x\r\nContent-Disposition: form-data; name="text"'
    bodies = [
        b"", b"\x00" * 1_000, b"text=" + b"a" * 1_000_000, b"text=" + b"%C3%A5" * 170_000, b"text=\xff\xfe",
        b"text=" + b"a" * 3_000_000, b"&".join(b"a%d=" % number for number in range(5_000)), b"text=%ED%A0%80",
        json.dumps({"text": []}).encode(), part + b"\r\n\r\nHej\r\n--x--\r\n", part, part[:30],
        part + b'; filename="a\x00.exe"\r\n\r\n' + b"a" * 100_000 + b"\r\n--x--\r\n",
        part + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n", b"--x\r\n" * 5_000, b"--x--",
        b"text[]=a&kind[0]=b", b"kind=question&kind=work&text=a&text=b&stamp=a&stamp=b",
    ]  # fmt: skip

    for body in bodies:
        for content_type in [FORM, "multipart/form-data; boundary=x", *TYPES[::3]]:
            tried.send(url, method="POST", data=body, content_type=content_type, may=ANSWERS)


def test_any_origin_of_the_form_gives_a_page_or_is_refused(tried, urls):
    url = urls["sv"]["feedback:contact"]
    for value in [
        *HEADER_VALUES,
        "https://testserver.evil.example",
        "https://testserver@evil.example",
        "file://",
    ]:
        tried.send(url, method="POST", data=form_of(text="x"), content_type=FORM, HTTP_ORIGIN=value, may=ANSWERS)


def test_fields_of_the_form_in_any_mixture_give_a_page(tried, urls):
    names = st.sampled_from(["kind", "text", "email", "page", "nickname", "stamp", "nonsense", "text[]", "%00"])

    @TRIES
    @given(language=languages, fields=st.lists(st.tuples(names, values), max_size=8))
    def try_one(language, fields):
        body = "&".join(f"{name}={value}" for name, value in fields).encode("latin-1")
        tried.send(urls[language]["feedback:contact"], method="POST", data=body, content_type=FORM, may=ANSWERS)

    try_one()


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "<zq9>", "POST"])
def test_any_method_gives_a_page_or_is_refused(tried, urls, method):
    for url in urls["sv"].values():
        tried.send(url, method=method, data=b"text=\x00", content_type=FORM, may=frozenset({200, 403, 405}))


# --- partners' proposals and their answers to a confirmation round


@pytest.mark.parametrize("view", ["actors:propose_new", *PROPOSALS])
def test_any_value_of_any_field_of_a_proposal_gives_a_page(tried, urls, view):
    record = PROPOSALS[view].objects.published().first() if view in PROPOSALS else None
    with time_machine.travel(timezone.now() - dt.timedelta(seconds=10), tick=False), override("sv"):
        form = ProposalForm(record)
    url = urls["sv"][view] if record is None else reverse(view, args=[record.slug])
    sound = {"name": "Hej", "sender_email": "a@example.org", "sender_function": "Chef"}
    sound["stamp"] = quote(form["stamp"].value())
    parts = [*(name for name in form.fields if name != "languages"), "languages_code", "languages_mode"]

    for number, name in enumerate(parts):  # each field gets a third of them, neighbours another
        for value in [*NASTY, *STAMPS][number % 3 :: 3]:
            sent = form_of(**sound | {name: value})
            tried.send(url, method="POST", data=sent, content_type=FORM, may=ANSWERS)

    assert ChangeProposal.objects.count() <= 1  # one for each form that was given out


def test_any_token_and_answer_of_a_confirmation_gives_a_page(tried, urls):
    token = make.make_token(make.make_request())
    fields = {"answer": "maybe", "about": "", "sentence": ""}

    for value in [*NASTY, *STAMPS]:
        tried.send(f"/sv/bekrafta/{value}/".replace("//", "/%2F"), may=frozenset({301, 404}))
        tried.send(f"/sv/forslag/{value}/".replace("//", "/%2F"), may=frozenset({301, 404}))
        for name in fields:
            body = form_of(**fields | {name: value})
            tried.send(f"/sv/bekrafta/{token}/", method="POST", data=body, content_type=FORM, may=ANSWERS)

    assert VerificationRequest.objects.get().is_open


# --- the answers to “Did this help you?”


@pytest.mark.parametrize("view", ["feedback:helpful", "feedback:helpful_comment"])
def test_any_value_of_any_field_of_an_answer_gives_a_page(tried, urls, view):
    for number, (name, value) in enumerate(
        (name, value) for name in ["answer", "text", "stamp", "nickname"] for value in [*NASTY, *STAMPS]
    ):
        url = urls[list(LANGUAGES)[number % len(LANGUAGES)]][view]
        fields = form_of(**{"answer": "yes", "text": "Hej", "stamp": "", "nickname": "", name: value})
        tried.send(url, method="POST", data=fields, content_type=FORM, may=ANSWERS)

    assert (Message.objects.count(), HelpfulCount.objects.count()) == (0, 0)


# --- after an event


def after_event() -> dict[str, str]:
    """The addresses of the forms that participants fill in, those behind keys too."""
    event = make.make_event_of_today(starts_at=timezone.localtime().replace(hour=0, minute=0, second=0),
                                     ends_at=timezone.localtime().replace(hour=0, minute=1), form={})  # fmt: skip
    registration = make.make_participant(event=event)
    keys = {
        "check_in_own": registering.token_of(registration),
        "evaluate": evaluating.token_of(registration, "after"),
        "note": contributing.note_token(event),
    }
    found = {view: reverse(f"events:{view}", args=[key]) for view, key in keys.items()}
    return found | {view: reverse(f"events:{view}") for view in ["check_in", "certificate_check"]}


@pytest.mark.parametrize("view", ["check_in_own", "evaluate", "note", "check_in", "certificate_check"])
def test_any_value_of_any_field_after_an_event_gives_a_page(tried, view):
    url = after_event()[view]
    names = ["code", "email", "stamp", "nickname", "topic", "table", "text", "useful", "hindered", "comment", "print"]

    for name in names:
        for value in [*NASTY, *STAMPS]:
            fields = form_of(**{"code": "x", "email": "a@example.org", "stamp": "", "text": "", name: value})
            tried.send(url, method="POST", data=fields, content_type=FORM, may=ANSWERS)
    for name in [*names, "%00"]:
        for value in NASTY:
            tried.send(url, QUERY_STRING=f"{name}={value}")

    assert not Attendance.objects.exists()
    assert not EvaluationTally.objects.exists()


@pytest.mark.parametrize("path", ["incheckning", "intyg", "utvardering", "anteckna"])
def test_any_key_after_an_event_opens_nothing(tried, path):
    after_event()

    for value in [*NASTY, *STAMPS]:
        url = f"/sv/{path}/{value}/".replace("//", "/%2F")
        tried.send(url, may=frozenset({301, 302, 404}))
