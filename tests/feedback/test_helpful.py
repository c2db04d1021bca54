"""“Did this help you?”: counted by day, one answer each, nothing kept about anybody."""

import datetime as dt
from threading import Barrier, Thread

import pytest
import time_machine
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from actors.models import Service
from knowledge import services as knowledge
from lmh_portal.feedback import pages, services
from lmh_portal.feedback.forms import Vote, comment_stamp, question_stamp
from lmh_portal.feedback.models import HelpfulCount, Message
from lmh_portal.feedback.pages import Subject
from lmh_portal.letters import services as letters
from lmh_portal.letters.models import Letter
from lmh_portal.visitors.models import Tally
from tests.make import make_editor, make_overview, make_service
from tests.reading import read

SOON = dt.timedelta(seconds=10)
COUNT = ["kind", "slug", "version", "language", "yes", "no"]


def stamped(make, what, after=SOON) -> str:
    with time_machine.travel(timezone.now() - after, tick=False):
        return make(what)


def counts() -> list[tuple]:
    return list(HelpfulCount.objects.order_by("version", "language").values_list(*COUNT))


def address(overview, view="helpful") -> str:
    return reverse(f"feedback:{view}", args=["overview", overview.slug])


def subject(overview, version=1) -> Subject:
    return Subject("overview", overview.slug, version)


def answer(client, overview, said="yes", after=SOON, **sent):
    """Press a button as a browser would, from a browser of that name."""
    browser = {"user-agent": sent.pop("browser", "Firefox")} | sent.pop("headers", {})
    values = {"answer": said, "stamp": stamped(question_stamp, subject(overview), after), "nickname": ""}
    return client.post(address(overview), values | sent, headers=browser)


@pytest.fixture
def overview(db):
    return make_overview(slug="tolk", title_sv="Tolk")


# --- the question


def test_page_asks_with_two_buttons_and_no_cookie(client, overview):
    page = read(client, overview.get_absolute_url())

    assert f'<form class="stack stack--tight" method="post" action="{address(overview)}">' in page.html
    assert page.html.count('name="answer"') == 2


def test_stamp_is_new_each_time_though_the_page_is_remembered(client, overview):
    first = read(client, overview.get_absolute_url()).html
    with time_machine.travel(timezone.now() + dt.timedelta(hours=5), tick=False):
        second = read(client, overview.get_absolute_url()).html

    stamps = [html.split('name="stamp" value="')[1].split('"')[0] for html in [first, second]]
    assert stamps[0] != stamps[1]
    assert first.replace(stamps[0], "") == second.replace(stamps[1], "")


def test_question_asks_the_database_nothing(client, overview):
    client.get(overview.get_absolute_url())

    with CaptureQueriesContext(connection) as captured:
        client.get(overview.get_absolute_url())

    assert not any("feedback" in query["sql"] for query in captured.captured_queries)


def test_versions_drafts_and_archived_pages_do_not_ask(client, overview):
    version = reverse("knowledge:overview_version", args=[overview.slug, 1])
    archived = make_overview()
    knowledge.archive(archived)

    asking = ['name="answer"' in client.get(url).content.decode() for url in [version, archived.get_absolute_url()]]

    assert asking == [False, False]


# --- the answer


@pytest.mark.parametrize(("said", "yes", "no"), [("yes", 1, 0), ("no", 0, 1)])
def test_answer_is_counted_and_thanked_for_without_a_cookie(client, overview, said, yes, no):
    response = answer(client, overview, said)

    assert counts() == [("overview", "tolk", 1, "sv", yes, no)]
    assert HelpfulCount.objects.get().day == timezone.localdate()
    assert response.url.startswith(address(overview, "helpful_comment"))
    assert not response.cookies
    assert "Ditt svar är räknat." in read(client, response.url).words


def test_answers_add_up_by_version_and_language(client, overview):
    for browser in ["Firefox", "Chrome", "Safari"]:
        answer(client, overview, browser=browser)
    answer(client, overview, "no", browser="Edge")
    with time_machine.travel(timezone.now() - SOON, tick=False):
        stamp = question_stamp(subject(overview, 2))
    client.post(f"/en/helpful/overview/{overview.slug}/", {"answer": "yes", "stamp": stamp})

    assert counts() == [("overview", "tolk", 1, "sv", 3, 1), ("overview", "tolk", 2, "en", 1, 0)]


def test_answer_is_about_the_version_that_was_read(client, overview):
    overview.title_sv = "Nytt"
    overview.save()
    knowledge.publish_from_files(overview)

    answer(client, overview)

    assert [count[2] for count in counts()] == [1]


def test_any_kind_of_page_can_ask(client, db, monkeypatch):
    monkeypatch.setitem(pages.KINDS, "service", Service)
    monkeypatch.setattr(pages, "READ", {"slug", "name_sv"})
    service = make_service()
    stamp = stamped(question_stamp, Subject("service", service.slug, 0))

    client.post(reverse("feedback:helpful", args=["service", service.slug]), {"answer": "yes", "stamp": stamp})

    assert counts() == [("service", service.slug, 0, "sv", 1, 0)]


def test_each_visitor_is_counted_once_a_day_and_told_so(client, overview):
    answer(client, overview)

    again = answer(client, overview, "no", after=dt.timedelta(seconds=30))

    assert counts() == [("overview", "tolk", 1, "sv", 1, 0)]
    assert "redan räknats" in read(client, again.url).words
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        answer(client, overview)
    assert sum(count[4] for count in counts()) == 2


def test_replayed_answer_is_counted_once(client, overview):
    stamp = stamped(question_stamp, subject(overview))

    for _number in range(5):
        client.post(address(overview), {"answer": "yes", "stamp": stamp})

    assert counts() == [("overview", "tolk", 1, "sv", 1, 0)]


def test_colleagues_behind_one_address_are_counted_up_to_a_limit(client, overview, monkeypatch):
    monkeypatch.setattr(services, "ANSWERS_FROM_AN_ADDRESS", 3)

    for number in range(5):
        answer(client, overview, browser=f"Robot {number}")

    assert counts() == [("overview", "tolk", 1, "sv", 3, 0)]


def test_flood_of_answers_is_stopped_with_a_sentence_and_can_be_sent_later(client, overview, monkeypatch):
    monkeypatch.setattr(services, "ANSWERS_AN_HOUR", 1)
    answer(client, overview, browser="Firefox")

    refused = answer(client, overview, browser="Chrome")

    assert refused.context["form"].non_field_errors()
    assert counts()[0][4] == 1
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False):
        answer(client, overview, browser="Chrome")
    assert sum(count[4] for count in counts()) == 2


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "counted"),
    [
        (True, ["192.0.2.1", "192.0.2.2"], 2),
        (True, ["198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1"], 1),  # what comes first is the visitor's own
        (True, ["2001:db8:1:1::1", "2001:db8:1:1::2"], 1),  # a visitor has all of these
        (True, ["2001:db8:1:1::1", "2001:db8:1:2::1"], 2),
        (False, ["192.0.2.1", "192.0.2.2"], 1),  # nobody but our own proxy is believed
        (True, ["not an address", "[::1"], 2),
    ],
)
def test_visitors_are_told_apart_by_the_address_that_our_proxy_saw(
    client, overview, settings, behind_proxy, forwarded, counted
):
    settings.BEHIND_PROXY = behind_proxy

    for value in forwarded:
        answer(client, overview, headers={"x-forwarded-for": value})

    assert counts()[0][4] == counted


def test_nothing_tells_who_answered(client, overview):
    answer(client, overview, browser="A rare browser", headers={"accept-language": "sv"})

    rows = [str(row) for model in [HelpfulCount, Tally] for row in model.objects.values()]
    assert len(rows) == 4
    assert not any(secret in row for row in rows for secret in ["127.0.0.1", "rare"])


@pytest.mark.django_db(transaction=True)
def test_answers_at_the_same_time_are_all_counted():
    overview = make_overview()
    barrier = Barrier(8)

    def press(number):
        barrier.wait()
        try:
            answer(Client(), overview, browser=f"Browser {number % 4}")
        finally:
            connection.close()

    threads = [Thread(target=press, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [count[4] for count in counts()] == [4]


# --- answers that are refused


def others_stamp(overview):
    return stamped(question_stamp, Subject("overview", make_overview().slug, 1))


STAMPS = {
    "none": lambda overview: "",
    "forged": lambda overview: f"overview:{overview.slug}:1:1uXyZa:forged",
    "of another page": others_stamp,
    "of another kind": lambda overview: stamped(question_stamp, Subject("service", overview.slug, 1)),
    "of another form": lambda overview: stamped(comment_stamp, Vote(subject(overview), "yes")),
    "of the contact form": lambda overview: signing.TimestampSigner(salt="feedback.contact").sign("form"),
    "too old": lambda overview: stamped(question_stamp, subject(overview), dt.timedelta(hours=25)),
    "too new": lambda overview: stamped(question_stamp, subject(overview), dt.timedelta(seconds=1)),
    "with a version changed": lambda overview: stamped(question_stamp, subject(overview)).replace(":1:", ":9:"),
}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_answer_with_a_wrong_stamp_says_so_and_can_be_given_again(client, overview, stamp):
    refused = client.post(address(overview), {"answer": "yes", "stamp": stamp(overview)})

    form = refused.context["form"]
    assert form.non_field_errors()
    assert counts() == []
    with time_machine.travel(timezone.now() + SOON, tick=False):
        client.post(address(overview), {"answer": "yes", "stamp": form["stamp"].value()})
    assert len(counts()) == 1


@pytest.mark.parametrize("sent", [{"nickname": "robot"}, {"answer": "perhaps"}, {"answer": ""}, {"answer": "yes\0"}])
def test_answer_that_is_none_is_refused_with_a_sentence(client, overview, sent):
    response = answer(client, overview, **sent)

    assert response.status_code == 200
    assert "Ditt svar har inte räknats än." in response.content.decode()
    assert counts() == []


@pytest.mark.parametrize("view", ["helpful", "helpful_comment"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "https://testserver.evil.example"])
def test_answer_from_another_site_is_refused(client, overview, view, origin):
    values = {"answer": "yes", "text": "Hej", "stamp": stamped(question_stamp, subject(overview))}

    response = client.post(address(overview, view), values, headers={"origin": origin})

    assert response.status_code == 403
    assert (counts(), Message.objects.count()) == ([], 0)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_post_counts(client, overview, method):
    stamp = stamped(question_stamp, subject(overview))

    response = getattr(client, method)(f"{address(overview)}?answer=yes&stamp={stamp}")

    assert response.status_code == 200
    assert counts() == []


@pytest.mark.parametrize("view", ["helpful", "helpful_comment", "helpful_sent"])
def test_pages_that_do_not_ask_are_missing(client, overview, view):
    draft, archived = make_overview(status="draft"), make_overview()
    knowledge.archive(archived)
    names = [("overview", draft.slug), ("overview", archived.slug), ("overview", "no-such"), ("nothing", overview.slug)]
    client.force_login(make_editor())

    for name in names:
        url = reverse(f"feedback:{view}", args=name)
        stamp = stamped(question_stamp, Subject(*name, 1))
        assert client.get(url).status_code == 404
        assert client.post(url, {"answer": "yes", "stamp": stamp, "text": "Hej"}).status_code in {404, 405}

    assert (counts(), Message.objects.count()) == ([], 0)


def test_answer_is_not_counted_to_a_page_archived_meanwhile(client, overview):
    stamp = stamped(question_stamp, subject(overview))
    knowledge.archive(overview)

    assert client.post(address(overview), {"answer": "yes", "stamp": stamp}).status_code == 404
    assert counts() == []


# --- comments


def comment(client, overview, text="Bra lista.", said="yes", after=SOON, **sent):
    values = {"text": text, "stamp": stamped(comment_stamp, Vote(subject(overview), said), after), "nickname": ""}
    return client.post(address(overview, "helpful_comment"), values | sent)


def test_comment_goes_into_the_inbox_with_page_version_and_answer(client, overview):
    response = comment(client, overview, said="no")

    message = Message.objects.get()
    assert response.url == address(overview, "helpful_sent")
    assert (message.kind, message.text, message.page, message.version, message.answer, message.language) == (
        "helpful", "Bra lista.", overview.get_absolute_url(), 1, "no", "sv",
    )  # fmt: skip
    assert (message.state, message.email, message.assigned_to) == ("new", "", None)
    assert Letter.objects.get().about == f"feedback.message:{message.pk}"
    read(client, response.url)


def test_comment_follows_from_an_answer_by_its_own_form(client, overview):
    thanks = answer(client, overview, "no")
    page = client.get(thanks.url)
    assert (
        gettext("At most 5,000 characters. Do not write about patients or other individuals.")
        in read(client, thanks.url).words
    )

    with time_machine.travel(timezone.now() + SOON, tick=False):
        client.post(
            address(overview, "helpful_comment"), {"text": "Hej", "stamp": page.context["form"]["stamp"].value()}
        )

    assert (Message.objects.get().answer, Message.objects.get().version) == ("no", 1)


WRONG = [
    {"text": ""}, {"text": " \n"}, {"text": "x" * 10_000}, {"nickname": "robot"}, {"stamp": "forged"}, {"stamp": ""},
    {"after": dt.timedelta(seconds=1)}, {"after": dt.timedelta(hours=25)},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:30])
def test_refused_comment_says_why_and_keeps_the_text(client, overview, wrong):
    response = comment(client, overview, **wrong)

    form = response.context["form"]
    assert form.errors
    assert form["text"].value() == wrong.get("text", "Bra lista.")
    assert not Message.objects.exists()


@pytest.mark.parametrize(("wrong", "said"), [({"after": dt.timedelta(hours=25)}, "no"), ({"stamp": "forged"}, "")])
def test_refused_comment_can_be_sent_again(client, overview, wrong, said):
    refused = comment(client, overview, said="no", **wrong).context["form"]

    with time_machine.travel(timezone.now() + SOON, tick=False):
        again = {"text": refused["text"].value(), "stamp": refused["stamp"].value()}
        client.post(address(overview, "helpful_comment"), again)

    assert [message.answer for message in Message.objects.all()] == [said]


def test_stamp_of_a_question_or_of_another_page_is_none_for_a_comment(client, overview):
    for stamp in [
        stamped(question_stamp, subject(overview)),
        stamped(comment_stamp, Vote(Subject("overview", make_overview().slug, 1), "yes")),
    ]:
        assert comment(client, overview, stamp=stamp).context["form"].non_field_errors()

    assert not Message.objects.exists()


def test_replayed_comment_is_kept_once(client, overview):
    stamp = stamped(comment_stamp, Vote(subject(overview), "yes"))

    answers = [comment(client, overview, stamp=stamp, text=f"Nummer {number}") for number in range(3)]

    assert [response.status_code for response in answers] == [302, 200, 200]
    assert [message.text for message in Message.objects.all()] == ["Nummer 0"]
    assert answers[1].context["form"]["text"].value() == "Nummer 1"


def test_flood_of_comments_is_stopped_with_a_sentence(client, overview, monkeypatch):
    monkeypatch.setattr(services, "COMMENTS_FROM_AN_ADDRESS", 2)

    answers = [comment(client, overview, after=dt.timedelta(seconds=10 + number)) for number in range(4)]

    assert [response.status_code for response in answers] == [302, 302, 200, 200]
    assert Message.objects.count() == 2


def test_comment_with_control_characters_and_headers_does_no_harm(client, overview):
    comment(client, overview, text="Rad\0ett\r\nBcc: offer@example.org\r\n\r\n<script>alert(1)</script>")

    message = Message.objects.get()
    letters.send(Letter.objects.get().pk)

    assert message.text.startswith("Rad ett")
    assert "Bcc" not in mail.outbox[0].message().as_string()


@pytest.mark.parametrize("query", ["", "?vote=forged", "?vote=", "?again=1"])
def test_who_has_not_answered_is_asked_first(client, overview, query):
    page = read(client, address(overview, "helpful_comment") + query)

    assert page.html.count('name="answer"') == 2
    assert "<textarea" not in page.html


def test_contact_form_takes_no_comments_on_pages(client, db):
    form = client.get(reverse("feedback:contact") + "?kind=helpful").context["form"]

    assert "helpful" not in dict(form.fields["kind"].choices)
    assert "kind" in client.post(reverse("feedback:contact"), {"kind": "helpful", "text": "x"}).context["form"].errors


# --- for editors


def test_overview_says_on_the_desk_whom_it_helped(client, overview):
    day = timezone.localdate()
    for version, yes, no in [(2, 22, 4), (3, 12, 1)]:
        HelpfulCount.objects.create(
            kind="overview", slug="tolk", version=version, language="sv", day=day, yes=yes, no=no
        )
    HelpfulCount.objects.create(kind="overview", slug="other", version=3, language="sv", day=day, yes=99)
    client.force_login(make_editor())

    page = read_desk(client, reverse("admin:knowledge_overview_change", args=[overview.pk]))

    assert "Hjälpte: 34 ja, 5 nej</a> (version 3: 12/1)" in page
    listed = client.get("/admin/feedback/helpfulcount/?kind=overview&slug=tolk").context["cl"].result_list
    assert [(count.version, count.yes) for count in listed] == [(3, 12), (2, 22)]


def read_desk(client, url) -> str:
    return client.get(url, headers={"accept-language": "sv"}).content.decode()


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_counts_are_not_written_at_the_desk(client, db, page):
    count = HelpfulCount.objects.create(kind="overview", slug="tolk", language="sv", day=timezone.localdate())
    client.force_login(make_editor())

    assert client.get("/admin/feedback/helpfulcount/" + page.format(pk=count.pk)).status_code == 403
    client.post(f"/admin/feedback/helpfulcount/{count.pk}/change/", {"yes": "1000"})
    count.refresh_from_db()
    assert count.yes == 0
