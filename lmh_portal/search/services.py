"""Recommended answers, suggestions while typing, and counting what is asked without knowing who asks."""

import json
from difflib import get_close_matches

from django.db import connection
from django.db.models import F
from django.utils import timezone

from lmh_portal.core.languages import text_order
from lmh_portal.core.version import remembered, remembered_of_vocabulary
from lmh_portal.index.finding import BY_INDEX, TITLE, Hit
from lmh_portal.index.folding import fold
from lmh_portal.index.models import Document
from lmh_portal.index.phrases import phrases
from lmh_portal.index.words import words_of
from lmh_portal.search.kinds import KINDS
from lmh_portal.search.models import BestBet, QueryCount, normalized
from lmh_portal.visitors.services import Visitor, times_today

SUGGESTED = 8
READ_AT_MOST = 200  # documents from which the suggestions are chosen
TOLD_FROM = 3  # visitors who ask the same: fewer leave no trace
# Titles that have the words typed so far, the last one perhaps unfinished: short ones first.
SUGGESTIONS = f"""
    SELECT kind, slug, titles FROM (
      SELECT kind, slug, titles, title_words, id FROM index_document
      WHERE {TITLE} @@ %s::tsquery AND kind = ANY(%s) LIMIT %s) AS near
    ORDER BY array_position(%s, kind::text), title_words, id LIMIT %s
"""  # noqa: S608 (nothing in it but ours)


def recommended(text: str) -> list[tuple[str, int]]:
    """Kind and id of the pages that editors put first for this question."""
    asked = normalized(text)
    bets = remembered("recommended answers", _read_bets)
    return bets.get(asked, [])


def _read_bets() -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    bets = {(bet.kind, bet.slug): bet for bet in BestBet.objects.all()}
    if not bets:
        return found
    documents = Document.objects.filter(slug__in=[slug for _, slug in bets]).values_list("kind", "slug", "object_id")
    for kind, slug, pk in documents:
        for question in bets[kind, slug].normalized_questions if (kind, slug) in bets else []:
            found.setdefault(question, []).append((kind, pk))
    return found


def with_recommended(hits: list[Hit], first: list[tuple[str, int]]) -> list[Hit]:
    """The recommended pages before all others, whether they were found or not."""
    by_page = {(hit.kind, hit.object_id): hit for hit in hits}
    put = [by_page.get(page) or Hit(*page, 1.0, [], [], [], [], None) for page in first]
    return [*put, *(hit for hit in hits if (hit.kind, hit.object_id) not in set(first))]


def suggestions(text: str, language: str) -> list[tuple[str, str, str]]:
    """Kind, slug and title of the pages that somebody who types this may mean."""
    words = [fold(word) for word in words_of(text)]
    if not words or len(words[-1]) < 2:
        return []
    query = " & ".join(f"'{word}':*A" for word in words)
    order = list(KINDS)
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX + SUGGESTIONS, [query, order, READ_AT_MOST, order, SUGGESTED])
        cursor.nextset()
        rows = cursor.fetchall()
    return [(kind, slug, _best(json.loads(titles), language)) for kind, slug, titles in rows]


def _best(titles: dict[str, str], language: str) -> str:
    return next((titles[code] for code in text_order(language) if titles.get(code)), "")


def nearest(text: str) -> list[str]:
    """Terms that look most like the question, for somebody whose words found nothing."""
    known = remembered_of_vocabulary("terms to suggest", _read_terms)
    found = get_close_matches(normalized(text), known, n=5, cutoff=0.6)
    return list(dict.fromkeys(known[one] for one in found))


def _read_terms() -> dict[str, str]:
    """Each known term by its folded form, as it is written."""
    return {normalized(term): term for concept in phrases().concepts for _, term in concept.terms}


def count(question: str, language: str, results: int, who: Visitor) -> None:
    """Note the question once enough visitors have asked it today; until then nothing of it is kept."""
    asked = normalized(question)
    if not asked or times_today("search", language, asked, *who) > 1:
        return
    visits = times_today("searches", language, asked)
    if visits < TOLD_FROM:
        return
    QueryCount.objects.update_or_create(
        day=timezone.localdate(),
        language=language,
        question=asked[:200],
        defaults={"visits": F("visits") + 1, "results": results},
        create_defaults={"visits": visits, "results": results},
    )
