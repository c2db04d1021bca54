"""The message catalogues, kept with Babel where others need GNU gettext.

The code speaks English; `locale/<language>/LC_MESSAGES/django.po` holds every other language of the
table. The files hold no line numbers and no dates, so a diff shows words and nothing else.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from tokenize import TokenError

import django
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

MESSAGE_LANGUAGE = "en"  # that of the messages themselves: it needs no catalogue
PATH_CONTEXT = "URL path"  # words of addresses; English in every language but the source language
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """\
# The portal's messages. `manage.py update_messages` keeps this file in step with the code.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return [code for code in LANGUAGES if code != MESSAGE_LANGUAGE]


def update_all() -> None:
    """Bring every catalogue in step with the code; translations stay, what is no longer used goes."""
    found = extract_all()
    for language in languages():
        write(merge(found, read(language), language), language)


def check_all() -> list[str]:
    """What is wrong with the catalogues, a line each; empty when nothing is."""
    found = extract_all()
    return [f"{language}: {finding}" for language in languages() for finding in check(found, read(language), language)]


def compile_all() -> list[Path]:
    """Write the .mo files that are missing or older than their .po, and name them."""
    written = []
    for language in languages():
        source = catalogue_path(language)
        target = source.with_suffix(".mo")
        if source.exists() and not (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            _write_whole(target, _compiled(read(language), language))
            written.append(target)
    return written


# --- the code's messages


def extract_all(root: Path | None = None) -> Catalog:
    """All messages of our packages (not their migrations) and of templates/."""
    root = root or settings.BASE_DIR
    found = Catalog()
    for path in _python_files(root):
        _add_messages(found, path.read_text(encoding="utf-8"), path)
    for path in _template_files(root):
        _add_messages(found, _as_python(path), path)
    return found


def _python_files(root: Path) -> Iterator[Path]:
    for package in sorted(root.glob("*/__init__.py")):
        if package.parent.name != "tests":
            yield from sorted(path for path in package.parent.rglob("*.py") if path.parent.name != "migrations")


def _template_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "templates").rglob("*") if path.is_file() and path.name[0] != ".")


def _as_python(template: Path) -> str:
    """The template with its tags as gettext calls, and nothing left that Python's tokens stumble over."""
    calls = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    return "\n".join(re.sub(r"[^\S ]", " ", line).strip() for line in calls.split("\n"))


def _add_messages(found: Catalog, code: str, path: Path) -> None:
    try:
        for _, id_, comments, context in extract(
            "python",
            BytesIO(code.encode()),
            KEYWORDS,
            ["Translators:"],
            {"encoding": "utf-8"},
            strip_comment_tags=True,
        ):
            found.add(id_, context=context, auto_comments=[" ".join(comments)] if comments else [])
    except (TokenError, SyntaxError) as error:
        raise ValueError(f"The messages of {path} cannot be read: {error}") from error


# --- the files


def catalogue_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.po"


def plural_forms(language: str) -> str:
    """As Django's own catalogue has it, for both are read as one; Babel's rule where Django has none."""
    own = Path(django.__file__).parent / "conf" / "locale" / to_locale(language) / "LC_MESSAGES" / "django.mo"
    if own.exists():
        with own.open("rb") as file:
            return GNUTranslations(file).info()["plural-forms"]
    return str(get_plural(to_locale(language)))


def new_catalogue(language: str) -> Catalog:
    """An empty catalogue with the language's plural forms."""
    catalogue = Catalog(locale=to_locale(language))
    catalogue.mime_headers = [("Plural-Forms", plural_forms(language))]
    return catalogue


def read(language: str) -> Catalog:
    """The catalogue's file; an empty catalogue where there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return new_catalogue(language)
    with path.open("rb") as file:
        return read_po(file, locale=to_locale(language), ignore_obsolete=True, abort_invalid=True)


def write(catalogue: Catalog, language: str) -> None:
    content = BytesIO()
    content.write(HEADER.format(locale=to_locale(language), plural_forms=plural_forms(language)).encode())
    write_po(content, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    _write_whole(catalogue_path(language), content.getvalue().rstrip(b"\n") + b"\n")


def merge(found: Catalog, old: Catalog, language: str) -> Catalog:
    """The code's messages with the translations that we have: of exactly these messages, no guesses."""
    merged = new_catalogue(language)
    for message in _messages(found):
        known = old.get(message.id, message.context)
        if known is None or known.id != message.id:
            string, flags, user_comments = _first_translation(message, language), [], []
        else:
            string, flags, user_comments = known.string, known.flags, known.user_comments
        merged.add(message.id, string, (), flags, message.auto_comments, user_comments, context=message.context)
    return merged


def _first_translation(message: Message, language: str) -> str | tuple[str, ...]:
    if message.pluralizable:
        return ()
    return message.id if message.context == PATH_CONTEXT and language != SOURCE_LANGUAGE else ""


def _compiled(catalogue: Catalog, language: str) -> bytes:
    """A .mo with what is fully translated; the rest falls back to the next language, not to half of this."""
    complete = new_catalogue(language)
    for message in _messages(catalogue):
        if not message.fuzzy and all(_strings(message)):
            complete.add(message.id, message.string, context=message.context)
    content = BytesIO()
    write_mo(content, complete)
    return content.getvalue()


def _write_whole(path: Path, content: bytes) -> None:
    """All or nothing, so that nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


# --- what can be wrong

PERCENT = re.compile(r"%\(\w+\)[a-z]|%[-+#0-9.]*[sdifrx](?![a-z])|%%|%")
BRACES = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}")
TAG = re.compile(r"</?[a-zA-Z][\w-]*")


def check(found: Catalog, catalogue: Catalog, language: str) -> Iterator[str]:
    """One language's findings: messages that file and code do not share, translations that are wrong."""
    expected = new_catalogue(language)
    if (catalogue.num_plurals, catalogue.plural_expr) != (expected.num_plurals, expected.plural_expr):
        yield f"the header's Plural-Forms should be {plural_forms(language)}"
    for message in _messages(found):
        known = catalogue.get(message.id, message.context)
        if known is None or known.id != message.id:
            yield f"{_name(message)} is missing: run update_messages"
        else:
            yield from (f"{_name(message)} {problem}" for problem in problems(known))
    for message in _messages(catalogue):
        if not _has(found, message):
            yield f"{_name(message)} is no longer used: run update_messages"


def problems(message: Message) -> Iterable[str]:
    """What is wrong with one translation; only that it is unfinished, if it is."""
    strings = _strings(message)
    if message.fuzzy:
        return ["is fuzzy: look at it and remove the flag"]
    if not any(strings):
        return ["is not translated"]
    if not all(strings):
        missing = [str(number) for number, string in enumerate(strings) if not string]
        return [f"lacks plural form {', '.join(missing)}"]
    return [*_placeholder_problems(message), *_tag_problems(message), *_edge_problems(message)]


def _placeholder_problems(message: Message) -> Iterator[str]:
    """Each form has the message's placeholders; plural forms but the last may leave out one, the count."""
    ids = _ids(message)
    needed = set().union(*map(_placeholders, ids))
    *others, last = map(_placeholders, _strings(message))
    left_out = set().union(*(needed - form for form in others))
    invented = set().union(last, *others) - needed
    lost = (needed - last) | (left_out if len(left_out) > 1 else set())
    if lost:
        yield f"loses {', '.join(sorted(lost))}"
    if invented:
        yield f"has {', '.join(sorted(invented))}, which the message has not"
    if len(ids) == 1 and not lost and not invented and _count(PERCENT, ids[0]) != _count(PERCENT, message.string):
        yield "repeats a placeholder differently"


def _tag_problems(message: Message) -> Iterator[str]:
    allowed = [_count(TAG, id_) for id_ in _ids(message)]
    if any(_count(TAG, string) not in allowed for string in _strings(message)):
        yield "has other markup than the message"


def _edge_problems(message: Message) -> Iterator[str]:
    """White space at the ends, and the shape of an address, are part of the message."""
    first = _ids(message)[0]
    for string in _strings(message):
        if (string[0].isspace(), string[-1].isspace()) != (first[0].isspace(), first[-1].isspace()):
            yield "starts or ends with other white space than the message"
        elif message.context == PATH_CONTEXT and (
            string.count("/") != first.count("/") or string[-1] != first[-1] or re.search(r"[\s?#%]", string)
        ):
            yield "is not shaped like the message's address"


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if message.pluralizable else (message.id,)


def _placeholders(text: str) -> set[str]:
    return set(PERCENT.findall(text)) | set(BRACES.findall(text))


def _count(pattern: re.Pattern, text: str) -> Counter:
    return Counter(pattern.findall(text))


def _has(found: Catalog, message: Message) -> bool:
    match = found.get(message.id, message.context)
    return match is not None and match.id == message.id


def _name(message: Message) -> str:
    context = f" ({message.context})" if message.context else ""
    return f"{_ids(message)[0]!r}{context}"
