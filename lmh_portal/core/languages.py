"""The portal's languages: the one table that settings, templates, search and sorting read.

To add a language: an entry here, `makemigrations` and a catalogue under `locale/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language of the interface.

    `search` names a PostgreSQL text search configuration, `fallback` the languages tried in turn
    where a text has no version in this one.
    """

    code: str
    name: str
    direction: str = "ltr"
    search: str = "simple"
    fallback: tuple[str, ...] = ("en", "sv")


LANGUAGES = {
    language.code: language
    for language in [
        Language("sv", "Svenska", search="swedish", fallback=("en",)),
        Language("en", "English", search="english", fallback=("sv",)),
        Language("ar", "العربية", direction="rtl", search="arabic"),
    ]
}
SOURCE_LANGUAGE = "sv"


def text_order(code: str) -> tuple[str, ...]:
    """The languages in which a text is looked for on a page in this one, best first."""
    return (code, *LANGUAGES[code].fallback)
