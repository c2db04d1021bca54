"""Evaluation: answered once, kept as figures, shown from five on."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import evaluating
from events.models import EvaluationComment, EvaluationTally, Moment, Registration
from events.registering import token_of
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.vocabulary.models import StaffGroup
from tests import make
from tests.reading import Elements, read

pytestmark = pytest.mark.django_db
AFTER = {"useful": "5", "new": "3", "clear": "4", "arranged": "2", "will_use": "5"}


def make_past_event(**fields):
    return make.make_event_of_today(starts_at=timezone.now() - dt.timedelta(days=3), **fields)


def address(registration, moment=Moment.AFTER) -> str:
    return reverse("events:evaluate", args=[evaluating.token_of(registration, moment)])


def answer(registration, moment=Moment.AFTER, comment="", **answers):
    answers = {name: [int(value)] for name, value in (AFTER | answers).items()} if moment == Moment.AFTER else answers
    return evaluating.receive(evaluating.Asked(registration, moment), answers, comment)


def tallies() -> dict:
    return {(row.moment, row.question, row.value): row.count for row in EvaluationTally.objects.all()}


# --- answered


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moment", Moment)
def test_questions_are_asked_in_the_language_of_the_page(client, language, moment):
    registration = make.make_participant(event=make_past_event())
    with override(language):
        page = read(client, address(registration, moment))

    assert page.html.count("<fieldset") == {"after": 5, "later": 2}[moment]
    assert registration.name not in page.html


def test_answers_become_figures_and_nothing_else(client):
    registration = make.make_participant(event=make_past_event())

    response = client.post(address(registration), AFTER | {"comment": "Bra!"})

    assert response.url == address(registration)
    assert tallies() == {("after", name, int(value)): 1 for name, value in AFTER.items()}
    comment = EvaluationComment.objects.get()
    assert (comment.text, comment.state) == ("Bra!", "new")
    registration.refresh_from_db()
    assert registration.evaluated == ["after"]


def test_tables_of_answers_have_no_column_for_a_person_or_a_time():
    columns = {field.name for model in [EvaluationTally, EvaluationComment] for field in model._meta.fields}

    assert columns == {
        "id", "event", "moment", "question", "value", "staff_group", "count", "text", "state", "received_on",
    }  # fmt: skip


def test_second_answer_does_not_count(client):
    registration = make.make_participant(event=make_past_event())
    client.post(address(registration), AFTER)

    client.post(address(registration), AFTER | {"useful": "1", "comment": "Again"})

    assert tallies() == {("after", name, int(value)): 1 for name, value in AFTER.items()}
    assert not EvaluationComment.objects.exists()


def test_answers_of_several_add_up():
    event = make_past_event()
    for useful in [5, 5, 1]:
        answer(make.make_participant(event=event), useful=useful)

    assert {key: number for key, number in tallies().items() if key[1] == "useful"} == {
        ("after", "useful", 5): 2, ("after", "useful", 1): 1,
    }  # fmt: skip


def test_after_three_months_it_is_asked_whether_it_was_used(client):
    registration = make.make_participant(event=make_past_event())

    client.post(address(registration, Moment.LATER), {"used": "3", "hindered": ["1", "4"]})

    assert tallies() == {("later", "used", 3): 1, ("later", "hindered", 1): 1, ("later", "hindered", 4): 1}
    client.post(address(registration), AFTER)
    registration.refresh_from_db()
    assert registration.evaluated == ["after", "later"]


@pytest.mark.parametrize("missing", AFTER)
def test_each_question_of_the_scale_wants_an_answer(client, missing):
    registration = make.make_participant(event=make_past_event())

    response = client.post(address(registration), {name: value for name, value in AFTER.items() if name != missing})

    assert list(response.context["form"].errors) == [missing]
    assert tallies() == {}


@pytest.mark.parametrize("value", ["0", "6", "x", "", "٣", "9" * 400, "\x00", "5; DROP"])
def test_garbage_is_no_answer(client, value):
    registration = make.make_participant(event=make_past_event())

    client.post(address(registration), AFTER | {"useful": value})
    client.post(address(registration, Moment.LATER), {"used": "3", "hindered": [value]})

    assert {key for key in tallies() if key[0] == "after"} == set()


def test_questions_wait_until_the_event_is_over(client):
    registration = make.make_participant(event=make.make_event())

    response = client.post(address(registration), AFTER)

    assert response.status_code == 200
    assert tallies() == {}


@pytest.mark.parametrize("state", ["waiting", "cancelled", "refused"])
def test_who_had_no_seat_is_not_asked(client, state):
    registration = make.make_participant(event=make_past_event(), state=state)

    assert client.get(address(registration)).status_code == 404


def test_link_opens_nothing_but_its_questions(client):
    registration = make.make_participant(event=make_past_event())
    token = evaluating.token_of(registration, Moment.AFTER)

    assert evaluating.asked_by(evaluating.token_of(registration, Moment.LATER)).moment == "later"
    assert client.get(reverse("events:check_in_own", args=[token])).status_code == 404
    assert client.get(reverse("events:evaluate", args=[token_of(registration)])).status_code == 404
    assert client.get(address(registration)).headers["Referrer-Policy"] == "no-referrer"


def test_link_ends_when_a_colleague_takes_over_or_the_name_is_erased(client):
    registration = make.make_participant(event=make_past_event())
    url = address(registration)
    Registration.objects.update(key="other")
    taken_over = client.get(url).status_code
    Registration.objects.update(key=registration.key, name="", email="", organization_name="",
                                anonymized_at=timezone.now())  # fmt: skip

    assert (taken_over, client.get(url).status_code) == (404, 404)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_are_one_answer():
    registration = make.make_participant(event=make_past_event())
    start, counted = Barrier(4), []

    def send():
        start.wait()
        counted.append(answer(registration))
        connections.close_all()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counted) == [False, False, False, True]
    assert set(tallies().values()) == {1}


# --- results


def answered_event(number, groups=(), **answers):
    event = make_past_event()
    groups = list(groups) or [None] * number
    for staff_group in groups:
        answer(make.make_participant(event=event, staff_group=staff_group), **answers)
    return event


@pytest.mark.parametrize(("number", "is_shown"), [(0, False), (4, False), (5, True)])
def test_results_are_shown_from_five_answers_on(client, number, is_shown):
    event = answered_event(number)

    after, later = evaluating.results(event)

    assert (after.is_enough, later.is_enough) == (is_shown, False)
    assert after.number == (number if is_shown else 0)
    assert ("Vad deltagarna tyckte" in read(client, event.get_absolute_url()).words) is is_shown


def test_results_are_counts_shares_and_means():
    event = answered_event(4, useful=5)
    answer(make.make_participant(event=event), useful=1)

    useful = evaluating.results(event)[0].questions[0]

    assert [(bar.number, bar.percent) for bar in useful.bars] == [(1, 20), (0, 0), (0, 0), (0, 0), (4, 80)]
    assert useful.mean == 4.2


@pytest.mark.parametrize(
    ("sizes", "shown"), [((5, 6), 2), ((5, 6, 4), 1), ((10, 4), 0), ((5, 2, 2), 1), ((9, 8, 7), 3)]
)
def test_staff_groups_are_shown_from_five_on_unless_a_smaller_one_could_be_computed(sizes, shown):
    groups = [make.make_term(StaffGroup) for _ in sizes]
    event = answered_event(0, [group for group, size in zip(groups, sizes, strict=True) for _ in range(size)])

    assert len(evaluating.results(event)[0].groups) == shown


def test_results_are_of_their_event_alone():
    answered_event(5)

    assert not evaluating.results(make_past_event())[0].is_enough


@pytest.mark.parametrize("how_many", [5, 30])
def test_results_cost_the_same_however_many_answer(client, how_many):
    client.force_login(make.make_editor())
    event = answered_event(0, [make.make_term(StaffGroup) for _ in range(how_many)])
    url = reverse("admin:events_evaluation_results", args=[event.pk])
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200

    assert len(queries) == 5  # session, editor, event, tallies, comments


@pytest.mark.parametrize("language", LANGUAGES)
def test_chart_is_text_and_a_table(client, language):
    event = answered_event(5)
    with override(language):
        html = read(client, event.get_absolute_url()).html
    elements = Elements(html)

    bars = [attributes for tag, attributes in elements.found if tag == "rect"]
    cells = [text for text in elements.texts("td") if text.strip()]
    assert [bar["width"] for bar in bars] == ["2", "2", "2", "2", "330"]
    assert {bar["x"] for bar in bars if bar["width"] == "330"} == {"70" if language == "ar" else "0"}
    assert [tag for tag, _attributes in elements.found].count("caption") == 1
    assert "5" in cells


def test_comments_are_shown_when_an_editor_has_read_them(client):
    event = answered_event(5)
    comment = EvaluationComment.objects.create(event=event, moment="after", text="Mycket bra <b>dag</b>")
    editor = make.make_editor(is_superuser=False)
    names = ["view_evaluationcomment", "change_evaluationcomment", "view_evaluationtally"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(editor)
    results = reverse("admin:events_evaluation_results", args=[event.pk])
    deed = {"action": "show", "_selected_action": comment.pk}

    assert "Mycket bra" not in client.get(results).content.decode()
    client.post(reverse("admin:events_evaluationcomment_changelist"), deed)
    assert "Mycket bra &lt;b&gt;dag&lt;/b&gt;" in client.get(results).content.decode()
    client.post(reverse("admin:events_evaluationcomment_changelist"), deed | {"action": "hide"})
    assert "Mycket bra" not in client.get(results).content.decode()


@pytest.mark.parametrize(("permissions", "status"), [([], 403), (["view_evaluationtally"], 200)])
def test_results_are_for_those_who_may(client, permissions, status):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(editor)

    assert client.get(reverse("admin:events_evaluation_results", args=[make_past_event().pk])).status_code == status
    assert client.get(f"/admin/events/evaluationcomment/results/{'9' * 30}/").status_code in {403, 404}
