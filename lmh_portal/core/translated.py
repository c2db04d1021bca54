"""Reading translated fields, always knowing in which language the text is."""

from typing import NamedTuple

from django.db.models import F, Func, GeneratedField, Index, Q, TextField, Value
from django.db.models.functions import Coalesce, Collate, NullIf
from django.utils.translation import get_language

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE, text_order


class Text(NamedTuple):
    """A text and the language that it is in."""

    value: str
    language: str

    @property
    def direction(self) -> str:
        return LANGUAGES[self.language].direction

    @property
    def is_fallback(self) -> bool:
        return self.language != page_language()


def page_language() -> str:
    """The language of the page being made; the source language outside any."""
    code = get_language() or SOURCE_LANGUAGE
    return code if code in LANGUAGES else SOURCE_LANGUAGE


def translated(row, field: str) -> Text:
    """The field's text in the page's language, else in the next best that has one; else empty."""
    language = page_language()
    for code in text_order(language):
        if value := getattr(row, f"{field}_{code}"):
            return Text(value, code)
    return Text("", language)


def columns(*fields: str) -> list[str]:
    """The database columns of translated fields, for `only()` and `values()`."""
    return [f"{field}_{code}" for field in fields for code in LANGUAGES]


def localized(field: str, language: str | None = None) -> Coalesce:
    """The same choice as `translated`, made by the database: for filters, orders and annotations."""
    prefix, _, name = field.rpartition("__")
    prefix = prefix and f"{prefix}__"
    tried = [NullIf(F(f"{prefix}{name}_{code}"), Value("")) for code in text_order(language or page_language())]
    return Coalesce(*tried, Value(""), output_field=TextField())


def sort_key(field: str, language: str | None = None) -> Collate:
    """Order by a translated field: å, ä, ö after z, whatever collation the server has (migration 0001)."""
    return Collate(Func(localized(field, language), function="portal_sort_key", output_field=TextField()), "C")


def sort_columns(field: str) -> dict[str, GeneratedField]:
    """A column in each language that keeps `sort_key` ready, for the body of a model with long sorted lists."""
    return {
        f"{field}_sort_{code}": GeneratedField(
            expression=Func(template=_sort_key_sql(field, code), output_field=TextField()),
            output_field=TextField(db_collation="C"),
            db_persist=True,
        )
        for code in LANGUAGES
    }


def _sort_key_sql(field: str, language: str) -> str:
    """In SQL: a column made of `F()` would come after its own index in the migration of a new language."""
    texts = [f"NULLIF({field}_{code}, '')" for code in text_order(language)]
    return f"portal_sort_key(COALESCE({', '.join(texts)}, ''))"


def sort_column(field: str) -> str:
    """The column to order by on a page in this language."""
    return f"{field}_sort_{page_language()}"


def sort_indexes(field: str, name: str, condition: Q | None = None) -> list[Index]:
    """An index for each of `sort_columns`; `name` starts their names."""
    return [
        Index(fields=[f"{field}_sort_{code}", "id"], name=f"{name}_{code}", condition=condition) for code in LANGUAGES
    ]
