"""What the index holds of each kind of page, as each app declares it in its `search.py`, in SQL.

`settings.SEARCH_SOURCES` names the modules; each has a list `SOURCES`.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings

NONE = "ARRAY[]::int[]"


@dataclass(frozen=True)
class Source:
    """Public rows of one kind. The expressions read the row as `row`; `{code}` stands for a language.

    `touched` says, for each table that a document is made of, which rows' documents a change there concerns:
    a query of their ids that reads the changed rows as `changed`.
    """

    kind: str
    rows: str  # FROM and WHERE
    title: str
    touched: dict[str, str]
    slug: str = "row.slug"
    other_names: str = "''"
    summary: str = "''"
    subjects: str = "''"  # the vocabularies' words
    body: str = "''"
    topics: str = NONE
    target_groups: str = NONE
    places: str = NONE
    languages: str = NONE
    day: str = "NULL::date"
    is_past_after: str = "NULL::date"


def ids(table: str, column: str, owner: str = "content_object_id") -> str:
    """The ids in a table that joins rows to terms."""
    return f"ARRAY(SELECT DISTINCT {column}::int FROM {table} WHERE {owner} = row.id ORDER BY 1)"


def names(vocabulary: str, joined: str, column: str, owner: str = "content_object_id") -> str:
    """The names of a row's terms in one language, in one text."""
    return (
        f"coalesce((SELECT string_agg(term.name_{{code}}, ', ' ORDER BY term.id) FROM {vocabulary} term"
        f" JOIN {joined} joined ON joined.{column} = term.id WHERE joined.{owner} = row.id), '')"
    )


def term_touched(joined: str, column: str, owner: str = "content_object_id") -> str:
    """The rows that a changed term concerns."""
    return f"SELECT {owner} FROM {joined} WHERE {column} IN (SELECT id FROM changed)"


@cache
def sources() -> list[Source]:
    return [source for module in settings.SEARCH_SOURCES for source in import_module(module).SOURCES]


def kinds() -> list[str]:
    return [source.kind for source in sources()]
