"""The two bodies of a letter, plain text and HTML: both from one text in Markdown."""

import re
from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override
from markdown_it.token import Token

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.markdown import literal, to_html, tokens

ADDRESS = re.compile(r"https?://[^\s<>]+")
LINK_ALONE = re.compile(r'<p>(<a href="[^"]*">[^<]*</a>)</p>')


def as_markdown(text: str) -> str:
    """Plain text as Markdown that shows it as it is; a line that is an address becomes a link."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join("\\\n".join(map(_line, paragraph.splitlines())) for paragraph in paragraphs)


def _line(line: str) -> str:
    return f"<{line.strip()}>" if ADDRESS.fullmatch(line.strip()) else literal(line)


def as_html(subject: str, markdown: str, language: str) -> str:
    """A page of its own that asks nobody for anything; a link in a paragraph of its own looks like a button."""
    content = SafeString(LINK_ALONE.sub(r'<p class="action">\1</p>', to_html(markdown)))  # sanitised there
    context = {"subject": subject, "content": content, "language": LANGUAGES[language]}
    with override(language):
        return render_to_string("emails/letter.html", context)


def as_text(markdown: str) -> str:
    """The words with lists as lists; what a link leads to stands behind it, or below it if it stands alone."""
    text, list_before, list_number = "", 0, 0
    marks: list[int] = []  # of the lists around: the next number, or 0 for points
    is_new_item = False
    for part in tokens(markdown):
        if part.type in {"bullet_list_open", "ordered_list_open"}:
            list_number += not marks
            marks.append(int(part.attrGet("start") or 1) if part.type == "ordered_list_open" else 0)
        elif part.type in {"bullet_list_close", "ordered_list_close"}:
            marks.pop()
        elif part.type == "list_item_open":
            is_new_item = True
        elif part.type in {"inline", "fence", "code_block"}:
            words = _words(part.children) if part.children else part.content.strip()
            this_list = list_number if marks else 0
            text += ("\n" if this_list and this_list == list_before else "\n\n") + _item(words, marks, is_new_item)
            list_before, is_new_item = this_list, False
    return f"{text.strip()}\n"


def _item(words: str, marks: list[int], is_new: bool) -> str:
    """A block of text, indented as its lists are; a numbered list counts on."""
    if not marks:
        return words
    mark = f"{marks[-1]}. " if marks[-1] else "- "
    if is_new and marks[-1]:
        marks[-1] += 1
    indent = "  " * (len(marks) - 1)
    return indent + (mark if is_new else "  ") + words.replace("\n", f"\n{indent}  ")


def _words(parts: list[Token]) -> str:
    is_alone = [part.type for part in parts if part.type != "text" or part.content] == [
        "link_open", "text", "link_close",
    ]  # fmt: skip
    return "".join(_written(parts, is_alone))


def _written(parts: list[Token], is_alone: bool) -> Iterator[str]:
    address = label = ""
    for part in parts:
        if part.type == "link_open":
            address, label = str(part.attrGet("href")), ""
        elif part.type == "link_close":
            if label != address:
                yield f":\n{address}" if is_alone else f" <{address}>"
            address = ""
        elif part.type in {"softbreak", "hardbreak"}:
            yield "\n"
        else:
            label += part.content if address else ""
            yield part.content
