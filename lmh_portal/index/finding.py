"""Answering a question: the best documents of the index, in order.

First the documents are chosen, at most `CHOSEN_AT_MOST` of them, by one cheap rank over titles and summaries;
long texts are read only where these do not give enough. Then each chosen one gets its score: how well it meets each
group of the question, rare words counting more (0 to 1), and what the topics that it shares with the best add to that.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from lmh_portal.index.query import Group, Question, understand

CHOSEN_AT_MOST = 400
RANKED_AT_MOST = 2000  # of the matches of a common word; to rank all of them would take a second
ENOUGH = 60  # documents that have every word in title or summary: no others are looked for
THRESHOLD = 0.08  # lower scores are no answers
THRESHOLD_OF_UNKNOWN = 0.35  # more is asked of the others, the more a question is about what nothing has
_WEIGHT = re.compile(r"':(\*?)")
WEIGHTS = "{0.15, 0.35, 0.7, 1.0}"  # of vocabularies' words, summary, other names, title
BY_LABEL = {"A": 1.0, "AB": 0.8, "ABC": 0.55, "": 0.45}
IN_BODY = 0.3
ON_TOPIC = 0.22
MEETS = 0.08  # so much at least is a word met
BY_RANK = 0.05  # of the score, for how often and where the words stand
PAST = 0.85  # of its score, for what is over
# PostgreSQL thinks that to compare a text with a query costs nothing, and would rather read every text there is.
# Sent with the statement that it is for, as one transaction; cursor.nextset() leads to that one's rows.
BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true);"
COLUMNS = "kind, object_id, topics, target_groups, municipalities, languages, day"
TITLE = """ts_filter(head, '{a,b}'::"char"[])"""  # titles and other names, which have an index of their own
RANK = "ts_rank(%(weights)s, head, %(any)s::tsquery)"
WITH_SUBJECT = 0.35
ON_SUBJECT = 0.35  # for the topics of the best answers, of what those are worth
LEADING = 4  # answers that say what the question is about
FEW = 40  # answers; where there are more, nothing is added that has none of the words
ELSEWHERE = 0.65  # of the worth of a word, for a place


@dataclass(frozen=True)
class Hit:
    """A document that answers."""

    kind: str
    object_id: int
    score: float
    topics: list[int]
    target_groups: list[int]
    municipalities: list[int]
    languages: list[int]
    day: dt.date | None


@dataclass(frozen=True)
class Filters:
    """What the answers must be about; empty means anything."""

    kinds: list[str] = field(default_factory=list)
    topics: list[int] = field(default_factory=list)
    target_groups: list[int] = field(default_factory=list)
    municipalities: list[int] = field(default_factory=list)
    languages: list[int] = field(default_factory=list)
    since: dt.date | None = None


@dataclass(frozen=True)
class Answer:
    question: Question
    hits: list[Hit]

    @property
    def is_capped(self) -> bool:
        return len(self.hits) >= CHOSEN_AT_MOST


def find(text: str, filters: Filters = Filters()) -> Answer:
    return answer(understand(text), filters)


def answer(question: Question, filters: Filters = Filters()) -> Answer:
    """The answer to a question, the best first."""
    if not any(group.tsquery or group.areas for group in question.groups):
        return Answer(question, [])
    statement, values = _statement(question, filters)
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX + statement, values)
        cursor.nextset()
        hits = [Hit(*row) for row in cursor.fetchall()]
    return Answer(question, hits)


def _statement(question: Question, filters: Filters) -> tuple[str, dict]:
    values: dict = {"weights": WEIGHTS, "today": timezone.localdate(), "limit": CHOSEN_AT_MOST}
    where = _conditions(filters, values)
    groups = question.groups
    worths = [
        group.information(question.total) * (ELSEWHERE if group.areas and len(groups) > 1 else 1) for group in groups
    ]
    unknown = sum(worth for worth, group in zip(worths, groups, strict=True) if group.is_unknown)
    values["threshold"] = THRESHOLD + THRESHOLD_OF_UNKNOWN * unknown / sum(worths)
    scores = ", ".join(f"{_group_score(place, group, values)} AS g{place}" for place, group in enumerate(groups))
    tests = "".join(f", {test}" for place, group in enumerate(groups) for test in _tests(place, group, values))
    settled = " AND ".join(_settled(place, group, values) for place, group in enumerate(groups))
    score = " + ".join(f"{worth / sum(worths):.5f} * g{place}" for place, worth in enumerate(worths))
    met = " + ".join(f"(g{place} > {MEETS})::int" for place in range(len(groups)))
    steps = _steps(groups, where, values)
    chosen = ", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in steps.items())
    return (
        f"""
        WITH {chosen},
        met AS (
          SELECT *, {scores} FROM (
            SELECT *, CASE WHEN {settled} THEN NULL ELSE body || '' END AS long{tests} FROM (
              SELECT {COLUMNS}, id, title_words, places, is_past_after, body, head || '' AS head FROM index_document
              WHERE id IN (SELECT id FROM {list(steps)[-1]}) OFFSET 0) AS unpacked
            OFFSET 0) AS tested
          OFFSET 0),
        scored AS MATERIALIZED (
          SELECT {COLUMNS}, id, title_words, {met} AS met,
            ({1 - BY_RANK} * ({score}) + {BY_RANK} * least(1, 4 * {RANK}))
            * CASE WHEN is_past_after < %(today)s THEN {PAST} ELSE 1 END AS score FROM met),
        foremost AS (SELECT topics, score FROM scored ORDER BY score DESC, title_words, id LIMIT {LEADING}),
        subject AS (
          SELECT topic, sum(score) / (SELECT sum(score) FROM foremost) AS share
          FROM foremost, unnest(topics) AS topic GROUP BY topic HAVING sum(score) > 0),
        found AS (
          SELECT * FROM scored
          UNION ALL (
            SELECT {COLUMNS}, id, title_words, 0, 0 FROM index_document
            WHERE (SELECT count(*) FROM scored WHERE met > 1 OR score >= %(threshold)s) BETWEEN 1 AND {FEW}
              AND topics && ARRAY(SELECT topic::int FROM subject WHERE share >= 0.4)
              AND id NOT IN (SELECT id FROM scored) {where} LIMIT %(limit)s)),
        final AS (
          SELECT *, score + ({ON_SUBJECT} * (SELECT max(score) FROM foremost) + {WITH_SUBJECT} * score)
            * least(1, coalesce((SELECT sum(share) FROM subject WHERE topic = ANY(topics)), 0)) AS total FROM found)
        SELECT kind, object_id, total::float, topics, target_groups, municipalities, languages, day FROM final
        WHERE total >= CASE WHEN met > 1 THEN {THRESHOLD} ELSE %(threshold)s END
        ORDER BY total DESC, title_words, kind, object_id LIMIT %(limit)s""",
        values,
    )


def _steps(groups: list[Group], where: str, values: dict) -> dict[str, str]:
    """Queries of ids to choose from, the best first; a later one reads nothing where the earlier ones found enough."""
    texts = [group for group in groups if group.tsquery]
    values["asked_areas"] = [area for group in groups for area in group.areas]
    values["asked_topics"] = sorted({topic for group in groups for topic in group.topics})
    for name, queries in [("", [group.tsquery for group in texts]), ("strong_", [group.strong for group in texts])]:
        values[f"{name}all"] = labelled(" & ".join(f"({query})" for query in queries), "")
        values[f"{name}any"] = labelled(" | ".join(f"({query})" for query in queries), "")
    steps: dict[str, str] = {}
    seen, enough = "", ""

    def add(name: str, condition: str, *, is_ranked: bool = True) -> None:
        nonlocal seen
        unless = f"AND (SELECT count(*) FROM {seen}) < %(limit)s {enough}" if seen else ""
        order = "ORDER BY ts_rank(%(weights)s, head, %(strong_any)s::tsquery) DESC, id" if is_ranked else ""
        steps[name] = (
            f"SELECT id FROM (SELECT id, head FROM index_document WHERE {condition} {where} {unless}"
            f" LIMIT {RANKED_AT_MOST}) AS matching {order} LIMIT %(limit)s"
        )
        before = f"SELECT id FROM {seen} UNION " if seen else ""
        seen = f"seen_{name}"
        steps[seen] = f"{before}SELECT id FROM {name}"

    if not texts:
        add("placed", "municipalities && %(asked_areas)s::int[]", is_ranked=False)
        return steps
    add("titled", f"{TITLE} @@ %(strong_all)s::tsquery")
    add("exact", "head @@ %(strong_all)s::tsquery")
    add("best", "head @@ %(all)s::tsquery")
    enough = f"AND (SELECT count(*) FROM {seen}) < {ENOUGH}"
    add("titled_partly", f"{TITLE} @@ %(strong_any)s::tsquery")
    add("partly", "head @@ %(strong_any)s::tsquery")
    add("deep", "body @@ %(strong_all)s::tsquery", is_ranked=False)
    add("good", "head @@ %(any)s::tsquery")
    add("deep_partly", "body @@ %(any)s::tsquery", is_ranked=False)
    if values["asked_topics"]:
        add("topical", "topics && %(asked_topics)s::int[]", is_ranked=False)
    return steps


def _tests(number: int, group: Group, values: dict) -> Iterator[str]:
    """For each tier of a group whether the head meets it."""
    for tier, query in enumerate(group.tiers().values()):
        values[f"q{number}_{tier}"] = labelled(query, "")
        yield f"head @@ %(q{number}_{tier})s::tsquery AS h{number}_{tier}"


def _settled(number: int, group: Group, values: dict) -> str:
    """Whether the head meets a group so well that the long text cannot do better."""
    tiers = group.tiers()
    strong = [query for weight, query in tiers.items() if BY_LABEL[""] * weight >= IN_BODY * max(tiers)]
    values[f"strong{number}"] = labelled(" | ".join(f"({query})" for query in strong), "")
    return f"head @@ %(strong{number})s::tsquery" if tiers else "true"


def _group_score(number: int, group: Group, values: dict) -> str:
    worths = {}  # by condition
    for tier, (weight, query) in enumerate(group.tiers().items()):
        name = f"q{number}_{tier}"
        worths[f"long @@ %({name})s::tsquery"] = IN_BODY * weight
        for label, worth in BY_LABEL.items():
            values[f"{name}{label}"] = labelled(query, label)
            test = f"head @@ %({name}{label})s::tsquery" if label else "true"
            worths[f"h{number}_{tier} AND {test}"] = worth * weight
    best_first = sorted(worths.items(), key=lambda one: -one[1])
    parts = ["CASE", *(f"WHEN {condition} THEN {worth:.4f}" for condition, worth in best_first), "ELSE 0 END"]
    parts = [" ".join(parts)] if worths else []
    if group.areas:
        values[f"areas{number}"] = group.areas
        here = f"%(areas{number})s::int[]"
        parts.append(f"CASE WHEN places && {here} THEN 1 WHEN municipalities && {here} THEN 0.5 ELSE 0 END")
    if group.topics:
        values[f"topics{number}"] = group.topics
        parts.append(f"CASE WHEN topics && %(topics{number})s::int[] THEN {ON_TOPIC} ELSE 0 END")
    return f"GREATEST({', '.join(parts)}, 0)"


def labelled(query: str, label: str) -> str:
    """The text query asked of words with one of these weights only; with any weight if none is named."""
    return _WEIGHT.sub(lambda match: f"':{match[1]}{label}" if label or match[1] else "'", query)


def _conditions(filters: Filters, values: dict) -> str:
    found = []
    if filters.kinds:
        values["kinds"] = filters.kinds
        found.append("kind = ANY(%(kinds)s)")
    else:
        found.append("kind <> 'concept'")
    for name in ["topics", "target_groups", "municipalities", "languages"]:
        if chosen := getattr(filters, name):
            values[name] = chosen
            found.append(f"{name} && %({name})s::int[]")
    if filters.since:
        values["since"] = filters.since
        found.append("day >= %(since)s")
    return "".join(f" AND {condition}" for condition in found)
