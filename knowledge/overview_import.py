"""Overviews from files become drafts; what would become of them can be seen before it does."""

import re
from copy import deepcopy
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from knowledge import services, text_checks
from knowledge.editions import MARKDOWN, content_of
from knowledge.models import Citation, Overview, Reference
from knowledge.overview_files import TERMS, FilesOfOverview, Problem, bare, normal
from knowledge.text import cited_keys
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.vocabulary.models import CareSetting, StaffGroup, TargetGroup, Topic

Status = Overview.Status
MODELS = {"topics": Topic, "target_groups": TargetGroup, "staff_groups": StaffGroup, "settings": CareSetting}


class Deed(models.TextChoices):
    NEW = "new", pgettext_lazy("what importing does", "New draft")
    NEXT = "next", pgettext_lazy("what importing does", "Becomes a next version, as a draft")
    CHANGED = "changed", pgettext_lazy("what importing does", "Replaces what the draft says")
    UNCHANGED = "unchanged", pgettext_lazy("what importing does", "Unchanged")


class Known:
    """What files may refer to: the portal's terms and references, and those that the files bring."""

    def __init__(self, overviews: list[FilesOfOverview]):
        keys = {one["key"] for files in overviews for one in files.content["references"]}
        self.references = {row.key: row for row in Reference.objects.filter(key__in=keys)}
        self.terms = {
            name: set(model.objects.values_list("slug" if model is Topic else "code", flat=True))
            for name, model in MODELS.items()
        }


class Plan:
    """What is to become of the files of one overview; `target` is the draft to write on, if it exists."""

    def __init__(self, files: FilesOfOverview, known: Known):
        self.files = files
        self.public = Overview.objects.filter(slug=files.slug, revises=None).first()
        self.target = self.public and (Overview.objects.filter(revises=self.public).first() or self.public)
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.new_references: list[Reference] = []
        self._judge_terms(known)
        self._judge_references(known)
        self._judge_texts()
        self._judge_state()
        self.content = self._content()

    @cached_property
    def deed(self) -> Deed:
        if self.target is None:
            return Deed.NEW
        if bare(self.content) == bare(content_of(self.target)):
            return Deed.UNCHANGED
        return Deed.NEXT if self.target.status == Status.PUBLISHED else Deed.CHANGED

    @property
    def mark(self) -> str:
        """Another one if something has happened to the overview meanwhile."""
        seen = f"{self.target.pk}/{self.target.edition}" if self.target else ""
        return f"{self.files.slug}:{self.deed}:{seen}"

    def _content(self) -> dict[str, Any]:
        """What the files say, and in languages without a file what is said now."""
        content = deepcopy(self.files.content)
        if self.target is None:
            return content
        now = content_of(self.target)
        _fill_in(content["texts"], now["texts"], self.files.languages)
        for kind in ["findings", "implications"]:
            texts = {one["code"]: one["texts"] for one in now[kind]}
            for part in content[kind]:
                _fill_in(part["texts"], texts.get(part["code"], {}), self.files.languages)
        return content

    def _refuse(self, name: str, reason: str, language: str = SOURCE_LANGUAGE, further_down: int = 0) -> None:
        problem = self.files.problem(name, reason, language)
        self.problems.append(Problem(problem.file, problem.line + further_down, name, problem.reason))

    def _judge_terms(self, known: Known) -> None:
        content, message = self.files.content, _("“%(code)s” is not known")
        for name in TERMS:
            for code in [code for code in content[name] if code not in known.terms[name]]:
                self._refuse(name, message % {"code": code})
        findings = {one["code"] for one in content["findings"]} | {""}
        for part in content["implications"]:
            for name in ["settings", "staff_groups"]:
                for code in [code for code in part[name] if code not in known.terms[name]]:
                    self._refuse("implications", f"{part['code']}: {message % {'code': code}}")
            if part["finding"] not in findings:
                self._refuse("implications", f"{part['code']}: {message % {'code': part['finding']}}")

    def _judge_references(self, known: Known) -> None:
        for values in self.files.content["references"]:
            key = values["key"]
            if key in known.references:
                if _differs(values, known.references[key]):
                    note = _("The portal has other facts about the reference %(key)s; they stay.")
                    self.notes.append(note % {"key": key})
            elif len(values) == 1:
                self._refuse("references", _("“%(code)s” is not known") % {"code": key})
            else:
                self._add_reference(values, known)

    def _add_reference(self, values: dict[str, str], known: Known) -> None:
        reference = Reference(**values)
        try:
            reference.full_clean()
        except ValidationError as error:
            for reason in error.messages:
                self._refuse("references", f"{values['key']}: {reason}")
        for other in known.references.values():
            keys = {"key": reference.key, "other": other.key}
            if reference.doi and reference.doi.lower() == other.doi.lower():
                self._refuse("references", _("%(key)s has the DOI of %(other)s") % keys)
            if reference.pmid and reference.pmid == other.pmid:
                self._refuse("references", _("%(key)s has the PubMed ID of %(other)s") % keys)
        known.references[reference.key] = reference
        self.new_references.append(reference)

    def _judge_texts(self) -> None:
        content = self.files.content
        listed = {one["key"] for one in content["references"]}
        for language, entries in self.files.entries.items():
            for name in MARKDOWN:
                text = content["texts"][name][language]
                for reason in text_checks.refusals(text):
                    self._refuse(name, reason, language)
                self._judge_citations(name, text, listed, language)
            for kind in ["findings", "implications"]:
                for texts in [part["texts"] for part in content[kind] if kind in entries]:
                    for text in [by_language[language] for by_language in texts.values()]:
                        self._judge_citations(kind, text, listed, language)
        values = {f"key_messages_{code}": text for code, text in content["texts"]["key_messages"].items()}
        try:
            Overview(**values).clean()
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                field, _name, language = name.rpartition("_")
                self._refuse(field, reasons[0], language)

    def _judge_citations(self, name: str, text: str, listed: set[str], language: str) -> None:
        for key in [key for key in cited_keys(text) if key not in listed]:
            lines_above = text.count("\n", 0, re.search(rf"@{key}\b", text).start()) if name in MARKDOWN else 0
            reason = _("cites %(key)s, which is not among the references") % {"key": key}
            self._refuse(name, reason, language, lines_above)

    def _judge_state(self) -> None:
        if self.target and self.target.status == Status.IN_REVIEW:
            self._refuse("", _("This overview is in review: take it back first, or wait for the reviewer."))
        elif self.target and self.target.status == Status.ARCHIVED:
            self._refuse("", _("This overview is archived: make it public again first."))


def _differs(values: dict[str, str], reference: Reference) -> bool:
    return len(values) > 1 and any(normal(getattr(reference, name)) != value for name, value in values.items())


def _fill_in(texts: dict[str, dict[str, str]], now: dict[str, dict[str, str]], languages: list[str]) -> None:
    for name, by_language in texts.items():
        for code, text in now.get(name, {}).items():
            if code not in languages:
                by_language[code] = text


def plans_for(overviews: list[FilesOfOverview]) -> list[Plan]:
    """What is to become of the overviews; their files have been read without a problem."""
    known = Known(overviews)
    return [Plan(files, known) for files in overviews]


@transaction.atomic
def carry_out(plans: list[Plan], user) -> list[Overview]:
    """Write the drafts; a published overview stays as it is, and its next version is written on."""
    return [_write(plan, user) for plan in plans if plan.deed != Deed.UNCHANGED]


def lock(overviews: list[FilesOfOverview]) -> None:
    """Let nobody else change the overviews until the transaction ends."""
    rows = Overview.objects.select_for_update().filter(slug__in=[files.slug for files in overviews])
    list(rows.order_by(F("revises").asc(nulls_first=True), "pk").values_list("pk"))  # in the order of services


def _write(plan: Plan, user) -> Overview:
    for reference in plan.new_references:
        reference.save()
    overview = plan.target or Overview(slug=plan.files.slug, owner=user)
    if overview.status == Status.PUBLISHED:
        overview = services.start_revision(overview)
    content = plan.content
    values = {f"{name}_{code}": text for name, texts in content["texts"].items() for code, text in texts.items()}
    values |= {name: value for name, value in content["facts"].items() if value is not None or name == "searched_until"}
    if plan.files.review_due:
        values["review_due"] = plan.files.review_due
    for name, value in values.items():
        setattr(overview, name, value)
    overview.edition += 1
    overview.save()
    _link(overview, content)
    overview.written_by.add(user)
    return overview


def _link(overview: Overview, content: dict[str, Any]) -> None:
    overview.topics.set(Topic.objects.filter(slug__in=content["topics"]))
    for name in ["target_groups", "staff_groups"]:
        getattr(overview, name).set(MODELS[name].objects.filter(code__in=content[name]))
    services.set_parts(overview, content["findings"], content["implications"])
    rows = {row.key: row for row in Reference.objects.filter(key__in=[one["key"] for one in content["references"]])}
    overview.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(overview=overview, reference=rows[one["key"]], position=number)
        for number, one in enumerate(content["references"], 1)
    )
    services.list_cited_references(overview)
