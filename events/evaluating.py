"""Evaluation: what participants think, in figures that name nobody, and free text that an editor reads first.

An answer is added to tallies and forgotten; that somebody has answered is noted on the sign-up in the same
transaction, without a time and without what was answered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.links import seal, sealed_registration
from events.models import EvaluationComment, EvaluationTally, Event, Moment, Registration
from events.suppression import SMALLEST, Sum, protect

SCALE = [1, 2, 3, 4, 5]


@dataclass(frozen=True)
class Question:
    """What is asked. On a scale the words stand at both ends; else each value has its word."""

    name: str
    text: str | Promise
    words: dict[int, str | Promise]
    is_scale: bool = True
    takes_several: bool = False

    @property
    def values(self) -> list[int]:
        return SCALE if self.is_scale else list(self.words)

    def label(self, value: int) -> str:
        """“3”, or “5 – very much”, or the word alone."""
        word = str(self.words.get(value, ""))
        return (f"{value} – {word}" if word else str(value)) if self.is_scale else word


def _ends(lowest, highest) -> dict:
    return {1: lowest, 5: highest}


QUESTIONS = {
    Moment.AFTER: [
        Question("useful", _("How useful was it for your work?"), _ends(_("not at all"), _("very"))),
        Question("new", _("How much of it was new to you?"), _ends(_("nothing"), _("a great deal"))),
        Question("clear", _("How easy was it to follow?"), _ends(_("very hard"), _("very easy"))),
        Question("arranged", _("How well did place, time and form suit you?"), _ends(_("badly"), _("very well"))),
        Question("will_use", _("Will you use it in your work?"), _ends(_("certainly not"), _("certainly"))),
    ],
    Moment.LATER: [
        Question(
            "used",
            _("Have you used it in your work?"),
            {
                4: pgettext_lazy("have you used it?", "Yes, often"),
                3: pgettext_lazy("have you used it?", "Yes, once or twice"),
                2: pgettext_lazy("have you used it?", "Not yet"),
                1: pgettext_lazy("have you used it?", "No"),
            },
            is_scale=False,
        ),
        Question(
            "hindered",
            _("What has hindered you?"),
            {
                1: _("No time"),
                2: _("No support where I work"),
                3: _("It does not fit my work"),
                4: _("I do not know how"),
                5: _("I lack material or tools"),
                6: _("Something else"),
            },
            is_scale=False,
            takes_several=True,
        ),
    ],
}


# --- links and answers


def _purpose(moment: str) -> str:
    return f"evaluation {moment}"


def token_of(registration: Registration, moment: str) -> str:
    """What the address in a letter ends with: `reverse("events:evaluate", args=[token_of(…)])`."""
    return seal(_purpose(moment), registration.pk, registration.key)


class Asked(NamedTuple):
    registration: Registration
    moment: Moment

    @property
    def has_answered(self) -> bool:
        return self.moment in self.registration.evaluated


def asked_by(token: str) -> Asked | None:
    """Who is asked when; none for a link that was never written, or whose holder has left."""
    for moment in Moment:
        registration = sealed_registration(token, _purpose(moment))
        if registration and registration.state == Registration.State.CONFIRMED:
            return Asked(registration, moment)
    return None


@transaction.atomic
def receive(asked: Asked, answers: dict[str, list[int]], comment: str = "") -> bool:
    """Add an answer to the tallies; whether it was the first, for only that one counts."""
    registration = Registration.objects.select_for_update().get(pk=asked.registration.pk)
    if asked.moment in registration.evaluated:
        return False
    registration.evaluated = sorted([*registration.evaluated, asked.moment])
    registration.save(update_fields=["evaluated"])
    given = [(question, value) for question, values in answers.items() for value in values]
    for question, value in sorted(given):  # in one order, so that two who answer do not wait for each other
        _count(registration, asked.moment, question, value)
    if comment:
        EvaluationComment.objects.create(event_id=registration.event_id, moment=asked.moment, text=comment)
    return True


def _count(registration: Registration, moment: str, question: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_evaluationtally (event_id, moment, question, value, staff_group_id, count)"
            " VALUES (%s, %s, %s, %s, %s, 1) ON CONFLICT (event_id, moment, question, value, staff_group_id)"
            " DO UPDATE SET count = events_evaluationtally.count + 1",
            [registration.event_id, moment, question, value, registration.staff_group_id],
        )


# --- results


class Bar(NamedTuple):
    """A line of a chart and of its table."""

    label: str
    number: int
    percent: int


class QuestionResult(NamedTuple):
    question: Question
    bars: list[Bar]
    mean: float | None


class GroupResult(NamedTuple):
    """Means of the scales in a staff group of at least five; from its number other tables could be undone."""

    staff_group: int | None
    means: list[float]


class Result(NamedTuple):
    """What was answered at a moment; nothing but the moment where fewer than five have answered."""

    moment: Moment
    number: int = 0
    questions: list[QuestionResult] = []
    groups: list[GroupResult] = []
    comments: list[EvaluationComment] = []

    @property
    def is_enough(self) -> bool:
        return self.number >= SMALLEST

    @property
    def scales(self) -> list[Question]:
        return [question for question in QUESTIONS[self.moment] if question.is_scale]


def results(event: Event) -> list[Result]:
    """Of both moments, in two queries."""
    return results_of(EvaluationTally.objects.filter(event=event), shown_comments().filter(event=event))


def shown_comments() -> QuerySet:
    return EvaluationComment.objects.filter(state=EvaluationComment.State.SHOWN).order_by("pk")


def results_of(all_tallies: Iterable[EvaluationTally], shown: Iterable[EvaluationComment]) -> list[Result]:
    tallies, comments = defaultdict(list), defaultdict(list)
    for tally in all_tallies:
        tallies[tally.moment].append(tally)
    for comment in shown:
        comments[comment.moment].append(comment)
    return [_result(moment, tallies[moment], comments[moment]) for moment in Moment]


def _result(moment: Moment, tallies: list[EvaluationTally], comments: list[EvaluationComment]) -> Result:
    first = QUESTIONS[moment][0].name  # everybody answers it
    number = sum(tally.count for tally in tallies if tally.question == first)
    if number < SMALLEST:
        return Result(moment)
    counts: dict[str, Counter] = defaultdict(Counter)
    for tally in tallies:
        counts[tally.question][tally.value] += tally.count
    questions = [_question_result(question, counts[question.name], number) for question in QUESTIONS[moment]]
    return Result(moment, number, questions, _groups(moment, tallies, first), comments)


def _question_result(question: Question, counts: Counter, number: int) -> QuestionResult:
    bars = [Bar(question.label(value), counts[value], round(100 * counts[value] / number)) for value in question.values]
    return QuestionResult(question, bars, _mean(counts) if question.is_scale else None)


def _mean(counts: Counter) -> float | None:
    number = counts.total()
    return round(sum(value * count for value, count in counts.items()) / number, 1) if number else None


def _groups(moment: Moment, tallies: list[EvaluationTally], first: str) -> list[GroupResult]:
    """Staff groups of at least five; where one smaller group could be computed from the others, not the next either."""
    scales = [question.name for question in QUESTIONS[moment] if question.is_scale]
    if not scales:
        return []
    numbers, counts = Counter(), defaultdict(Counter)
    for tally in tallies:
        numbers[tally.staff_group_id] += tally.count * (tally.question == first)
        counts[tally.staff_group_id, tally.question][tally.value] += tally.count
    shown = protect({**numbers, "all": numbers.total()}, [Sum("all", list(numbers))])
    return [
        GroupResult(group, [_mean(counts[group, scale]) for scale in scales])
        for group in numbers
        if isinstance(shown[group], int)
    ]
