"""What a version of an overview says: written once as plain data, read as a page in one language.

The data (JSON, shape below) holds every text in every language, as Markdown and as sanitised HTML, so that
a version can be shown, compared and exported without asking any other table.

    {"texts": {field: {code: Markdown or plain text}}, "html": {field: {code: HTML}}, "facts": {name: value},
     "topics": [slug], "target_groups": [code], "staff_groups": [code],
     "findings": [{"code", "scale", "certainty", "studies", "texts", "html"}],
     "implications": [{"code", "finding", "action", "settings": [code], "staff_groups": [code], "texts", "html"}],
     "references": [{"key", "kind", "authors", "year", "title", "container", "details", "doi", "pmid" (if any), "url"}]}
"""

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.utils.safestring import mark_safe
from django.utils.text import capfirst

from knowledge import text
from knowledge.differences import Piece, difference, is_same
from knowledge.models import Finding, Implication, Overview, Reference
from lmh_portal.core.languages import LANGUAGES, text_order
from lmh_portal.core.translated import Text, page_language
from lmh_portal.vocabulary.glossary import Word, explain

PLAIN = ["title", "question", "summary", "key_messages", "review_function"]
MARKDOWN = ["practice", "body", "gaps", "methods"]
FACTS = ["overview_type", "license", "published_on", "searched_until", "reviewed_on", "is_demo"]
FIRST = ["title", "question", "summary", "key_messages", "practice"]  # before the findings on a page
LAST = ["body", "gaps", "methods", "review_function"]
EXPLAINED = ["practice", "body"]  # in which words of the glossary are marked
BETWEEN = "\n\ue000\n"  # texts that are explained as one; a character that no text has
OF_FINDING = ["statement", "reasons"]
OF_IMPLICATION = ["text"]
OF_REFERENCE = ["key", "kind", "authors", "year", "title", "container", "details", "doi", "pmid", "url"]


# --- writing


def content_of(overview: Overview) -> dict[str, Any]:
    """Everything that readers see of an overview as it is now, as plain data."""
    findings = list(overview.findings.all())
    codes = {finding.pk: finding.code for finding in findings}
    implications = overview.implications.prefetch_related("settings", "staff_groups")
    references = [citation.reference for citation in overview.citations.with_references()]
    return {
        "texts": _texts(overview, [*PLAIN, *MARKDOWN]),
        "html": _html(overview, MARKDOWN),
        "facts": {name: _plain(getattr(overview, name)) for name in FACTS},
        "topics": sorted(overview.topics.values_list("slug", flat=True)),
        "target_groups": _codes(overview.target_groups),
        "staff_groups": _codes(overview.staff_groups),
        "findings": [
            {name: getattr(finding, name) for name in ["code", "scale", "certainty", "studies"]}
            | {"texts": _texts(finding, OF_FINDING), "html": _html(finding, OF_FINDING, f"{finding.code}-")}
            for finding in findings
        ],
        "implications": [_implication(one, codes) for one in implications],
        "references": [reference_data({name: getattr(one, name) for name in OF_REFERENCE}) for one in references],
    }


def reference_data(values: dict[str, str]) -> dict[str, str]:
    """A PubMed ID only where there is one: a list without any is the same as before versions kept them."""
    return {name: values.get(name, "") for name in OF_REFERENCE if name != "pmid" or values.get(name)}


def _implication(one: Implication, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "code": one.code,
        "finding": codes.get(one.finding_id, ""),
        "action": one.action,
        "settings": _codes(one.settings),
        "staff_groups": _codes(one.staff_groups),
        "texts": _texts(one, OF_IMPLICATION),
        "html": _html(one, OF_IMPLICATION, f"{one.code}-"),
    }


def _texts(row, fields: list[str]) -> dict[str, dict[str, str]]:
    return {field: {code: getattr(row, f"{field}_{code}") or "" for code in LANGUAGES} for field in fields}


def _html(row, fields: list[str], prefix: str = "") -> dict[str, dict[str, str]]:
    return {
        field: {code: text.render(markdown, f"{prefix}{field}") for code, markdown in by_language.items()}
        for field, by_language in _texts(row, fields).items()
    }


def texts_of(overview: Overview) -> dict[str, Any]:
    """The part of an overview's content that `named_texts` reads."""
    parts = {
        kind: [{"code": one.code, "texts": _texts(one, fields)} for one in getattr(overview, kind).all()]
        for kind, fields in [("findings", OF_FINDING), ("implications", OF_IMPLICATION)]
    }
    return {"texts": _texts(overview, [*PLAIN, *MARKDOWN])} | parts


def _codes(terms) -> list[str]:
    return sorted(term.code for term in terms.all())


def _plain(value):
    return value.isoformat() if isinstance(value, dt.date) else value


def all_texts(content: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Each text of the content, by language, in the order of the page."""
    yield from (content["texts"][field] for field in ["question", "summary", "key_messages", "practice"])
    for part in [*content["findings"], *content["implications"]]:
        yield from part["texts"].values()
    yield from (content["texts"][field] for field in ["body", "gaps", "methods"])


def all_html(content: dict[str, Any]) -> Iterator[str]:
    """Each text of the content as HTML, in every language."""
    for part in [content, *content["findings"], *content["implications"]]:
        for by_language in part["html"].values():
            yield from by_language.values()


# --- comparing


class Named(NamedTuple):
    """One text of an edition under a name that stays the same through all versions."""

    label: str
    text: str


def named_texts(content: dict[str, Any], code: str) -> dict[str, Named]:
    """What an edition says in one language, in the order of the page."""
    found = {field: Named(_label(Overview, field), content["texts"][field].get(code, "")) for field in FIRST}
    for kind, model in [("findings", Finding), ("implications", Implication)]:
        for number, part in enumerate(content[kind], 1):
            for field, by_language in part["texts"].items():
                label = _numbered(model, number, field)
                found[f"{kind}.{part['code']}.{field}"] = Named(label, by_language.get(code, ""))
    return found | {field: Named(_label(Overview, field), content["texts"][field].get(code, "")) for field in LAST}


def named_facts(content: dict[str, Any]) -> dict[str, Named]:
    """What an edition says without words of its own: certainties, actions, dates, references."""
    found = {name: Named(_label(Overview, name), str(content["facts"][name] or "")) for name in FACTS}
    for number, one in enumerate(content["findings"], 1):
        rated = f"{Finding.Certainty(one['certainty']).label} ({Finding.Scale(one['scale']).label})"
        found[f"findings.{one['code']}.certainty"] = Named(_numbered(Finding, number, "certainty"), rated)
    for number, one in enumerate(content["implications"], 1):
        action = str(Implication.Action(one["action"]).label)
        found[f"implications.{one['code']}.action"] = Named(_numbered(Implication, number, "action"), action)
    references = [" ".join([one["authors"], one["year"], one["title"]]) for one in content["references"]]
    return found | {"references": Named(capfirst(str(Reference._meta.verbose_name_plural)), "\n".join(references))}


def differing_parts(old: dict[str, Named], new: dict[str, Named]) -> list[tuple[str, list[Piece]]]:
    """Label and pieces of each text that is not the same in both, in the order of the newer page."""
    nothing = Named("", "")
    found = [
        ((new.get(name) or old[name]).label, difference(old.get(name, nothing).text, new.get(name, nothing).text))
        for name in dict.fromkeys([*new, *old])
    ]
    return [(label, pieces) for label, pieces in found if not is_same(pieces)]


def _label(model, field: str) -> str:
    return capfirst(str(model._meta.get_field(field).verbose_name))


def _numbered(model, number: int, field: str) -> str:
    return f"{capfirst(str(model._meta.verbose_name))} {number}: {model._meta.get_field(field).verbose_name}"


# --- reading


def _best(by_language: dict[str, str]) -> Text:
    """The text in the page's language, else in the next best that has one; else empty."""
    language = page_language()
    for code in text_order(language):
        if value := by_language.get(code):
            return Text(value, code)
    return Text("", language)


class Edition:
    """The content of a version, ready for a page in the language of the request."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.facts = content["facts"]
        self.references = [
            SimpleNamespace(number=number, reference=Reference(**reference))
            for number, reference in enumerate(content["references"], 1)
        ]
        self._citations = text.Citations({one["key"]: number for number, one in enumerate(content["references"], 1)})
        # what cites is drawn in the order of the page, so that a reference leads back to its first mention
        self.practice = self._drawn(content, "practice")
        self.implications = [self._implication(one) for one in content["implications"]]
        self.findings = [self._finding(one) for one in content["findings"]]
        self.body, self.gaps, self.methods = (self._drawn(content, field) for field in ["body", "gaps", "methods"])
        self.words = self._explain()

    def plain(self, field: str) -> Text:
        return _best(self.content["texts"][field])

    @property
    def title(self) -> Text:
        return self.plain("title")

    @property
    def question(self) -> Text:
        return self.plain("question")

    @property
    def summary(self) -> Text:
        return self.plain("summary")

    @property
    def review_function(self) -> Text:
        return self.plain("review_function")

    @property
    def key_messages(self) -> list[Text]:
        messages = self.plain("key_messages")
        return [Text(line.strip(), messages.language) for line in messages.value.splitlines() if line.strip()]

    @cached_property
    def headings(self) -> list[text.Heading]:
        return text.headings(self.body.value)

    @cached_property
    def links(self) -> dict[str, str]:
        """For paper: where the page's texts lead, and by which words."""
        parts = [one.text for one in self.implications] + [one.statement for one in self.findings]
        drawn = [self.practice, *parts, self.body, self.gaps, self.methods]
        return text.links("".join(one.value for one in drawn))

    @property
    def languages(self) -> set[str]:
        """Those that the page's texts are in."""
        texts = [self.title, self.summary, self.practice, self.body, *(one.statement for one in self.findings)]
        return {one.language for one in texts if one.value}

    @property
    def reading_minutes(self) -> int:
        """At 200 words a minute; at least one."""
        read = [self.plain(field).value for field in ["key_messages", "practice", "body", "gaps"]]
        return max(1, round(sum(len(one.split()) for one in read) / 200))

    def date(self, name: str) -> dt.date | None:
        return dt.date.fromisoformat(self.facts[name]) if self.facts[name] else None

    @property
    def published_on(self) -> dt.date | None:
        return self.date("published_on")

    @property
    def searched_until(self) -> dt.date | None:
        return self.date("searched_until")

    @property
    def reviewed_on(self) -> dt.date | None:
        return self.date("reviewed_on")

    @property
    def type_label(self) -> str:
        return Overview.Kind(self.facts["overview_type"]).label

    @property
    def license_label(self) -> str:
        return Overview.License(self.facts["license"]).label if self.facts["license"] else ""

    def _explain(self) -> list[Word]:
        """Mark the first use of each term of the glossary in the long texts; the terms that the page explains."""
        language = self.body.language
        names = [name for name in EXPLAINED if getattr(self, name).language == language]
        html, words = explain(BETWEEN.join(getattr(self, name).value for name in names), language)
        for name, part in zip(names, html.split(BETWEEN), strict=True):
            setattr(self, name, Text(mark_safe(part), language))  # noqa: S308 (sanitised before)
        return words

    def _drawn(self, part: dict[str, Any], field: str) -> Text:
        html = _best(part["html"][field])
        return html._replace(value=self._citations.linked(html.value))

    def _finding(self, one: dict[str, Any]) -> SimpleNamespace:
        return SimpleNamespace(
            code=one["code"],
            scale=Finding.Scale(one["scale"]).label,
            certainty=one["certainty"],
            certainty_label=Finding.Certainty(one["certainty"]).label,
            symbol=SYMBOLS[one["certainty"]],
            studies=one["studies"],
            statement=self._drawn(one, "statement"),
            reasons=self._drawn(one, "reasons"),
        )

    def _implication(self, one: dict[str, Any]) -> SimpleNamespace:
        return SimpleNamespace(
            code=one["code"],
            action=one["action"],
            action_label=Implication.Action(one["action"]).label,
            settings=one["settings"],
            staff_groups=one["staff_groups"],
            text=self._drawn(one, "text"),
        )


SYMBOLS = {"high": "⊕⊕⊕⊕", "moderate": "⊕⊕⊕◯", "low": "⊕⊕◯◯", "very-low": "⊕◯◯◯", "not-rated": "–"}
