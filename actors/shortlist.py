"""A shortlist of services that lives in the address alone, for a handout: nothing of it is stored."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from lmh_portal.core.languages import LANGUAGES, Language
from lmh_portal.core.translated import page_language

AT_MOST = 12  # services: what somebody can read, and an address can hold
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")
NONE = "none"  # for a handout in one language


@dataclass(frozen=True)
class Shortlist:
    """The services that an address names, and the language to stand beside the page's."""

    slugs: tuple[str, ...] = ()
    chosen: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> "Shortlist":
        slugs = dict.fromkeys(slug for slug in data.getlist("s") if SLUG.fullmatch(slug))
        chosen = data.get("second", "")
        return cls(tuple(slugs)[:AT_MOST], chosen if chosen in {NONE, *LANGUAGES} else "")

    def __contains__(self, slug: str) -> bool:
        return slug in self.slugs

    @property
    def is_full(self) -> bool:
        return len(self.slugs) >= AT_MOST

    @property
    def second(self) -> Language | None:
        """The language chosen; else the first that the page is not in."""
        others = [code for code in LANGUAGES if code != page_language()]
        code = self.chosen if self.chosen in {NONE, *others} else (others or [NONE])[0]
        return LANGUAGES.get(code)

    def with_service(self, slug: str) -> "Shortlist":
        return replace(self, slugs=tuple(dict.fromkeys([*self.slugs, slug]))[:AT_MOST])

    def without(self, slugs: set[str]) -> "Shortlist":
        return replace(self, slugs=tuple(slug for slug in self.slugs if slug not in slugs))

    def beside(self, code: str) -> "Shortlist":
        return replace(self, chosen=code)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Its part of an address; nothing without services."""
        chosen = [("second", self.chosen)] if self.chosen and self.slugs else []
        return [*(("s", slug) for slug in self.slugs), *chosen]

    @property
    def choices(self) -> list[tuple[str, str, str]]:
        """Code, name and address of each second language that there may be."""
        others = {code: language.name for code, language in LANGUAGES.items() if code != page_language()}
        return [(code, name, self.beside(code).address) for code, name in [*others.items(), (NONE, "")]]

    @property
    def query(self) -> str:
        return f"?{urlencode(self.parameters)}" if self.slugs else ""

    @property
    def address(self) -> str:
        return reverse("actors:handout") + self.query
