"""How well search answers questions whose answers people have judged: queries.csv on the starter content."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from lmh_portal.index.finding import find
from lmh_portal.index.models import Document

QUESTIONS = Path(__file__).parent / "queries.csv"
OVERALL, OF_CLASS = 0.9, 0.8  # at least: nDCG@10
PLACES = 10
USEFUL = 2  # the least grade that recall and MRR ask for
NONE_AT_MOST = 2  # answers to a question that nothing answers
KINDS = {"organization": "organisation"}  # where our name differs from that of the judgements
JUDGED = {"overview", "resource", "organisation", "service", "event"}


@dataclass(frozen=True)
class Question:
    """A question as it was typed; `expected` are grades by kind and slug."""

    id: str
    text: str
    page_language: str
    group: str
    language: str
    expected: dict[str, int]


@dataclass(frozen=True)
class Judged:
    question: Question
    found: list[str]

    @property
    def ndcg(self) -> float:
        ideal = _dcg(sorted(self.question.expected.values(), reverse=True))
        return _dcg([self.question.expected.get(one, 0) for one in self._top]) / ideal

    @property
    def recall(self) -> float:
        return len(self._useful & set(self._top)) / min(PLACES, len(self._useful))

    @property
    def reciprocal_rank(self) -> float:
        return next((1 / place for place, one in enumerate(self._top, 1) if one in self._useful), 0.0)

    @property
    def is_passed(self) -> bool:
        """Of a question that nothing answers."""
        return len(self.found) <= NONE_AT_MOST

    @property
    def _top(self) -> list[str]:
        return self.found[:PLACES]

    @property
    def _useful(self) -> set[str]:
        expected = self.question.expected
        return {one for one, grade in expected.items() if grade >= USEFUL} or set(expected)


def _dcg(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades[:PLACES], 1))


def questions() -> list[Question]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return [_question(row) for row in csv.DictReader(file)]


def _question(row: dict[str, str]) -> Question:
    pairs = [pair.rsplit("=", 1) for pair in row["expected"].split(";") if pair]
    expected = {key: int(grade) for key, grade in pairs if key.partition(":")[0] in JUDGED}
    language = row["note"].partition(";")[0].removeprefix("ql=").strip()
    return Question(row["id"], row["query"], row["lang"], row["class"], language, expected)


def judge(asked: Iterable[Question]) -> list[Judged]:
    slugs = {(kind, pk): slug for kind, pk, slug in Document.objects.values_list("kind", "object_id", "slug")}
    judged = []
    for question in asked:
        hits = [(KINDS.get(hit.kind, hit.kind), slugs[hit.kind, hit.object_id]) for hit in find(question.text).hits]
        judged.append(Judged(question, [f"{kind}:{slug}" for kind, slug in hits if kind in JUDGED]))
    return judged


def _groups(judged: list[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.question.group != "none":
            found["all"].append(one)
            found[f"class {one.question.group}"].append(one)
            found[f"page {one.question.page_language}"].append(one)
            found[f"question {one.question.language}"].append(one)
    return {name: found[name] for name in sorted(found)}


def table(judged: list[Judged]) -> str:
    lines = ["| questions | number | nDCG@10 | recall@10 | MRR |", "|---|---|---|---|---|"]
    for name, some in _groups(judged).items():
        figures = [mean(one.ndcg for one in some), mean(one.recall for one in some)]
        figures.append(mean(one.reciprocal_rank for one in some))
        lines.append(f"| {name} | {len(some)} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    none = [one for one in judged if one.question.group == "none"]
    lines += ["", f"Without answer, as it should be: {sum(one.is_passed for one in none)} of {len(none)}."]
    return "\n".join(lines) + "\n"


def missed(judged: list[Judged]) -> list[str]:
    """The goals that were missed, a sentence each."""
    sentences = []
    for name, some in _groups(judged).items():
        goal = OVERALL if name == "all" else OF_CLASS if name.startswith("class ") else 0
        if (figure := mean(one.ndcg for one in some)) < goal:
            sentences.append(f"{name}: nDCG@10 {figure:.3f}, goal at least {goal}")
    return sentences + [
        f"{one.question.id}: {len(one.found)} answers to a question that nothing answers"
        for one in judged
        if one.question.group == "none" and not one.is_passed
    ]
