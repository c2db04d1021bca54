"""Overviews as files: Markdown with front matter, one file `<slug>.<language>.md` for each language.

The source language's file holds what is the same in all languages. What is written and read again is the same
but for this: a text has no space around it, CR and CRLF are LF, key messages have no blank lines between them.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from knowledge.editions import FACTS, MARKDOWN, OF_FINDING, OF_IMPLICATION, OF_REFERENCE, PLAIN, reference_data
from knowledge.models import Finding, Implication, Overview
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

FILE_NAME = re.compile(r"(?P<slug>[^./\\]+)\.(?P<language>[a-z]{2,3})\.md")
FRONT_MATTER = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
BODY = "body"  # the text under the front matter
LINES = {"key_messages"}  # of which each entry is a line
PARTS: dict[str, type[models.Model]] = {"findings": Finding, "implications": Implication}
TRANSLATED = [
    "title", "question", "summary", "key_messages", "practice", "gaps", "methods", "review_function", *PARTS,
]  # fmt: skip
OF_PART = {"findings": OF_FINDING, "implications": OF_IMPLICATION}
PLAIN_OF_PART = {"findings": ["code", "scale", "certainty", "studies"], "implications": ["code", "finding", "action"]}
TERMS_OF_PART = {"findings": [], "implications": ["settings", "staff_groups"]}
KEYS_OF_PART = {  # in the order of a file
    "findings": ["code", "statement", "scale", "certainty", "reasons", "studies"],
    "implications": ["code", "finding", "action", "settings", "staff_groups", "text"],
}
TERMS = ["topics", "target_groups", "staff_groups"]
SHARED = [*FACTS, "review_due", *TERMS, "references"]
ENTRIES_AT_MOST, DEEPEST = 20_000, 6  # of a file's front matter


@dataclass(frozen=True)
class Problem:
    """Why something is refused, and where it stands."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self):
        return ": ".join(part for part in [f"{self.file}:{self.line}", self.column, self.reason] if part)


class Entry(NamedTuple):
    """What stands under a key: a text, a list of texts, or a list of mappings of these; and on which line."""

    value: str | list
    line: int


class Item(dict):
    """A mapping in a list, with the line that it begins on."""

    line = 0


class PartError(ValidationError):
    """What is wrong with a finding or an implication in the file of a language."""

    def __init__(self, reason: str, language: str, item: dict):
        super().__init__(reason)
        self.language = language
        self.line = getattr(item, "line", 0)


# --- writing


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Lines as a block where YAML can hold them so, and everything that it would fold or trim in double quotes."""
    is_odd = re.search("[\x85\u2028\u2029]|[ \t]\n|\n[ \t]*\\Z", text) or text != text.strip()
    style = '"' if is_odd else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def normal(text: str) -> str:
    """A text as files keep it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def written(content: dict[str, Any], language: str) -> str:
    """The file of an edition's content (see knowledge.editions) in a language."""
    texts = {name: normal(by_language.get(language) or "") for name, by_language in content["texts"].items()}
    front: dict[str, Any] = {name: texts[name] for name in TRANSLATED if name in texts}
    front |= {name: _lines(texts[name]) for name in LINES}
    if language == SOURCE_LANGUAGE:
        front |= {name: content["facts"][name] for name in FACTS} | {name: content[name] for name in TERMS}
        front["references"] = [
            _filled({name: reference.get(name, "") for name in OF_REFERENCE}) for reference in content["references"]
        ]
    front |= {kind: [_part(one, kind, language) for one in content[kind]] for kind in PARTS}
    matter = yaml.dump(_filled(front), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return f"---\n{matter}---\n\n{texts[BODY]}\n"


def all_written(slug: str, content: dict[str, Any]) -> dict[str, str]:
    """The files of an overview by name: the source language's, and those of languages with a text of their own."""
    codes = [code for code in LANGUAGES if code == SOURCE_LANGUAGE or _says_something(content, code)]
    return {f"{slug}.{code}.md": written(content, code) for code in codes}


def _part(part: dict[str, Any], kind: str, language: str) -> dict[str, Any]:
    texts = {name: normal(by_language.get(language) or "") for name, by_language in part["texts"].items()}
    keys = KEYS_OF_PART[kind] if language == SOURCE_LANGUAGE else ["code", *OF_PART[kind]]
    return _filled({name: (part | texts)[name] for name in keys})


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, which is how it is read again."""
    return {name: normal(value) if isinstance(value, str) else value for name, value in values.items() if _is(value)}


def _is(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None and value != []


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _says_something(content: dict[str, Any], code: str) -> bool:
    parts = [content, *content["findings"], *content["implications"]]
    return any(normal(texts.get(code) or "") for part in parts for texts in part["texts"].values())


# --- reading one file


def decoded(data: bytes) -> str:
    """The text of a file; bytes that are not UTF-8 become surrogates, so that their place can be named."""
    return data.decode("utf-8-sig", errors="surrogateescape").replace("\r\n", "\n")


def unreadable(text: str) -> str:
    """Why a text cannot be stored, if it cannot."""
    if any("\udc80" <= character <= "\udcff" for character in text):
        return _("is not valid UTF-8")
    return _("contains a NUL character") if "\x00" in text else ""


def by_overview(names: Iterable[str]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """For each slug the name of the file in each language, as they come; and the names that are none."""
    found: dict[str, dict[str, str]] = {}
    others = []
    for name in names:
        if match := FILE_NAME.fullmatch(name):
            found.setdefault(match["slug"], {})[match["language"]] = name
        else:
            others.append(name)
    return found, others


def read_file(file: str, text: str, language: str) -> tuple[dict[str, Entry], list[Problem]]:
    """All entries of a file, its body among them."""
    for number, line in enumerate(text.split("\n"), 1):
        if reason := unreadable(line):
            return {}, [Problem(file, number, "", reason)]
    parts = FRONT_MATTER.fullmatch(text)
    if not parts:
        return {}, [Problem(file, 1, "", _("does not start with front matter between lines of ---"))]
    try:
        entries = _front_matter(parts[1])
    except yaml.YAMLError as error:
        return {}, [_yaml_problem(file, error)]
    allowed = {*TRANSLATED, *(SHARED if language == SOURCE_LANGUAGE else [])}
    unknown = [(name, entry.line) for name, entry in entries.items() if name not in allowed]
    body_line = text.count("\n", 0, len(text) - len(parts[2].lstrip())) + 1
    found = {name: entry for name, entry in entries.items() if name in allowed}
    found[BODY] = Entry(parts[2].strip(), body_line)
    return found, [Problem(file, line, name, _("is not known here")) for name, line in unknown]


class _Loader(yaml.SafeLoader):
    """Without what makes a small file large when it is read: aliases, towers of brackets, very many entries."""

    count = depth = 0

    def compose_node(self, parent, index):
        mark = self.peek_event().start_mark
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem=_("an alias is not used here"), problem_mark=mark)
        self.count, self.depth = self.count + 1, self.depth + 1
        if self.count > ENTRIES_AT_MOST or self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=_("there is too much in it"), problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _front_matter(text: str) -> dict[str, Entry]:
    node = yaml.compose(text, _Loader)
    if not isinstance(node, yaml.MappingNode):
        raise yaml.MarkedYAMLError(problem=_("keys with values are expected"))
    found: dict[str, Entry] = {}
    for key, value in node.value:
        name = _scalar(key, _("keys are texts"))
        if name in found:
            raise yaml.MarkedYAMLError(problem=_("%(key)s stands twice") % {"key": name}, problem_mark=key.start_mark)
        found[name] = Entry(_value(name, value), key.start_mark.line + 2)
    return found


def _value(name: str, node: yaml.Node) -> str | list:
    if name in PARTS or (name == "references" and _holds_mappings(node)):
        if isinstance(node, yaml.ScalarNode) and not node.value.strip():
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise yaml.MarkedYAMLError(problem=_("a list is expected"), problem_mark=node.start_mark)
        return [_item(one) for one in node.value]
    return _texts(node)


def _holds_mappings(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode) and any(isinstance(one, yaml.MappingNode) for one in node.value)


def _item(node: yaml.Node) -> Item:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.MarkedYAMLError(problem=_("keys with values are expected"), problem_mark=node.start_mark)
    found = Item()
    found.line = node.start_mark.line + 2
    for key, value in node.value:
        name = _scalar(key, _("keys are texts"))
        if name in found:
            raise yaml.MarkedYAMLError(problem=_("%(key)s stands twice") % {"key": name}, problem_mark=key.start_mark)
        found[name] = _texts(value)
    return found


def _texts(node: yaml.Node) -> str | list[str]:
    expected = _("a text or a list of texts is expected")
    if isinstance(node, yaml.SequenceNode):
        return [_scalar(one, expected) for one in node.value]
    return _scalar(node, expected)


def _scalar(node: yaml.Node, expected: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.MarkedYAMLError(problem=expected, problem_mark=node.start_mark)
    return normal(node.value)


def _yaml_problem(file: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", "")
    message = _("the front matter is not valid YAML: %(reason)s") % {"reason": reason}
    return Problem(file, mark.line + 2 if mark else 1, "", message)


def joined_parts(kind: str, by_language: dict[str, list[dict]]) -> list[dict[str, Any]]:
    """The findings or implications of all files, in the shape of an edition's content."""
    parts = {}
    for item in by_language.get(SOURCE_LANGUAGE, []):
        part = _joined_part(kind, item)
        if part["code"] in parts:
            raise PartError(_("%(key)s stands twice") % {"key": part["code"]}, SOURCE_LANGUAGE, item)
        parts[part["code"]] = part
    for code, items in by_language.items():
        for item in items:
            if item.get("code") not in parts:
                message = _("“%(code)s” stands in %(language)s only")
                raise PartError(message % {"code": item.get("code", ""), "language": code}, code, item)
            for name, text in item.items():
                if name in OF_PART[kind]:
                    value = _of_model(PARTS[kind], f"{name}_{code}", text, code, item)
                    parts[item["code"]]["texts"][name][code] = value or ""
                elif code != SOURCE_LANGUAGE and name != "code":
                    raise PartError(_("%(key)s is not known here") % {"key": name}, code, item)
    return list(parts.values())


def _joined_part(kind: str, item: dict) -> dict[str, Any]:
    if unknown := [name for name in item if name not in KEYS_OF_PART[kind]]:
        raise PartError(_("%(key)s is not known here") % {"key": unknown[0]}, SOURCE_LANGUAGE, item)
    if not item.get("code"):
        raise PartError(_("%(key)s is missing") % {"key": "code"}, SOURCE_LANGUAGE, item)
    part: dict[str, Any] = {}
    for name in PLAIN_OF_PART[kind]:
        field = "code" if name == "finding" else name
        part[name] = _of_model(PARTS[kind], field, item.get(name, ""), SOURCE_LANGUAGE, item)
    needed = OF_PART[kind][0]
    if not item.get(needed):
        raise PartError(_("%(key)s is missing") % {"key": needed}, SOURCE_LANGUAGE, item)
    for name in TERMS_OF_PART[kind]:
        given = item.get(name, [])
        part[name] = sorted({given} - {""} if isinstance(given, str) else set(given))
    return part | {"texts": {name: dict.fromkeys(LANGUAGES, "") for name in OF_PART[kind]}}


def _of_model(model: type[models.Model], name: str, value: str | list, language: str, item: dict) -> Any:
    if not isinstance(value, str):
        raise PartError(f"{name}: {_('a text is expected')}", language, item)
    try:
        return cleaned(model._meta.get_field(name), value)
    except ValidationError as error:
        raise PartError(f"{name}: {error.messages[0]}", language, item) from error


def cleaned(field: models.Field, text: str) -> Any:
    """The value of a model's field that a text stands for; an empty one for the field's default."""
    if isinstance(field, models.BooleanField) and text:
        if text not in {"true", "false"}:
            raise ValidationError(_("must be true or false"))
        return text == "true"
    value = field.clean(text or (None if field.null else field.get_default()), None)
    if isinstance(value, str) and field.max_length and len(value) > field.max_length:
        message = _("has %(length)d characters; it may have %(longest)d")
        raise ValidationError(message % {"length": len(value), "longest": field.max_length})
    return value


# --- reading the files of an overview


class FilesOfOverview:
    """What the files of one overview say: `content` is in the shape of knowledge.editions, without HTML.

    A fact that they do not give is None; a reference may be its key alone. `problems` says what is wrong.
    """

    def __init__(self, slug: str, files: dict[str, bytes]):
        """The files by language."""
        self.slug = slug
        self.problems: list[Problem] = []
        self.entries: dict[str, dict[str, Entry]] = {}
        for language, data in files.items():
            entries, problems = read_file(self.name(language), decoded(data), language)
            self.entries[language] = entries
            self.problems += problems
        if SOURCE_LANGUAGE not in files:
            missing = _("there is no %(file)s") % {"file": self.name(SOURCE_LANGUAGE)}
            self.problems.append(Problem(self.name(next(iter(files))), 1, "", missing))
        self.content = {} if self.problems else self._content()

    @property
    def languages(self) -> list[str]:
        return list(self.entries)

    def name(self, language: str) -> str:
        return f"{self.slug}.{language}.md"

    def problem(self, name: str, reason: str, language: str = SOURCE_LANGUAGE, line: int = 0) -> Problem:
        """What is wrong with an entry, or with what stands on the line."""
        entry = self.entries[language].get(name)
        return Problem(self.name(language), line or (entry.line if entry else 1), name, str(reason))

    def _content(self) -> dict[str, Any]:
        self._try("slug", lambda: cleaned(Overview._meta.get_field("slug"), self.slug))
        self.review_due = self._fact("review_due")
        return {
            "texts": {name: self._texts(name) for name in [*PLAIN, *MARKDOWN]},
            "facts": {name: self._fact(name) for name in FACTS},
            **{name: sorted(set(self._list(name))) for name in TERMS},
            **{kind: self._parts(kind) for kind in PARTS},
            "references": self._references(),
        }

    def _try(self, name: str, make: Callable[[], Any], language: str = SOURCE_LANGUAGE) -> Any:
        try:
            return make()
        except ValidationError as error:
            self.problems += [self.problem(name, reason, language) for reason in error.messages]
            return None

    def _texts(self, name: str) -> dict[str, str]:
        found = dict.fromkeys(LANGUAGES, "")
        for language, entries in self.entries.items():
            value = entries[name].value if name in entries else ""
            text = normal("\n".join(value)) if isinstance(value, list) else value
            if name in LINES:
                text = "\n".join(_lines(text))
            elif isinstance(value, list):
                self.problems.append(self.problem(name, _("a text is expected"), language))
            field = Overview._meta.get_field(f"{name}_{language}")
            found[language] = self._try(name, lambda field=field, text=text: cleaned(field, text), language) or ""
        return found

    def _list(self, name: str) -> list:
        value = self.entries[SOURCE_LANGUAGE].get(name, Entry("", 0)).value
        return value if isinstance(value, list) else [value] if value else []

    def _fact(self, name: str) -> Any:
        """The value as an edition's content has it; None for a date that is not given."""
        value = self.entries[SOURCE_LANGUAGE].get(name, Entry("", 0)).value
        field = Overview._meta.get_field(name)
        if isinstance(value, list):
            self.problems.append(self.problem(name, _("a text is expected")))
            return None
        if not value and isinstance(field, models.DateField):
            return None
        found = self._try(name, lambda: cleaned(field, value))
        return found.isoformat() if isinstance(found, dt.date) else found

    def _parts(self, kind: str) -> list[dict[str, Any]]:
        given = {code: entries[kind].value for code, entries in self.entries.items() if kind in entries}
        try:
            return joined_parts(kind, given)
        except PartError as error:
            self.problems.append(self.problem(kind, error.messages[0], error.language, error.line))
            return []

    def _references(self) -> list[dict[str, str]]:
        """Each by its key alone, or with all that is known of it."""
        found: dict[str, dict[str, str]] = {}
        for one in self._list("references"):
            item = {"key": one} if isinstance(one, str) else one
            line = getattr(item, "line", 0)
            wrong = [name for name, text in item.items() if name not in OF_REFERENCE or not isinstance(text, str)]
            if wrong:
                reason = _("%(key)s is not known here") % {"key": wrong[0]}
            elif not item.get("key"):
                reason = _("%(key)s is missing") % {"key": "key"}
            elif item["key"] in found:
                reason = _("%(key)s stands twice") % {"key": item["key"]}
            else:
                found[item["key"]] = _reference(item)
                continue
            self.problems.append(self.problem("references", reason, line=line))
        return list(found.values())


def _reference(item: dict[str, str]) -> dict[str, str]:
    return reference_data(item) if len(item) > 1 else dict(item)


def read(files: dict[str, bytes]) -> tuple[list[FilesOfOverview], list[Problem]]:
    """The overviews in files by name, and everything that is wrong with the files."""
    slugs, others = by_overview(files)
    problems = [Problem(name, 1, "", _("the name is not <slug>.<language>.md")) for name in others]
    overviews = []
    for slug, names in slugs.items():
        for language in [code for code in names if code not in LANGUAGES]:
            message = _("the portal has no language “%(code)s”") % {"code": language}
            problems.append(Problem(names[language], 1, "", message))
        known = {code: files[name] for code, name in names.items() if code in LANGUAGES}
        if known:
            overviews.append(FilesOfOverview(slug, known))
    return overviews, problems + [problem for one in overviews for problem in one.problems]


# --- comparing

SET_WHEN_APPROVED = {"published_on", "reviewed_on"}


def bare(content: dict[str, Any]) -> dict[str, Any]:
    """What files say of a content and an import can change: equal for files that bring nothing new."""
    facts = {name: value for name, value in content["facts"].items() if name not in SET_WHEN_APPROVED}
    return {
        "texts": _bare_texts(content["texts"]),
        "facts": facts,
        **{name: sorted(content[name]) for name in TERMS},
        **{kind: [_bare_part(one) for one in content[kind]] for kind in PARTS},
        "references": [one["key"] for one in content["references"]],
    }


def _bare_texts(texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {code: "\n".join(_lines(text)) if name in LINES else normal(text) for code, text in by_language.items()}
        for name, by_language in texts.items()
    }


def _bare_part(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "html"} | {"texts": _bare_texts(part["texts"])}
