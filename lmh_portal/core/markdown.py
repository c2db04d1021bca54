"""Markdown to safe HTML. What this returns may be shown as it is; nothing else may."""

import re
from collections import Counter
from itertools import pairwise

import nh3
from django.utils.html import escape
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 100_000  # characters: some 15,000 words, a book's chapter and a half
MOST = 5_000  # lines, and opening brackets: what costs most; with these any text is rendered in about a second
HEADINGS = ["h2", "h3", "h4"]

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_marks = re.compile(r"[!-/:-@\[-`{-~]")  # ASCII punctuation: a backslash before it makes it mean itself
_unwanted = dict.fromkeys(map(ord, "\x00\u202d\u202e"))  # no text, and overrides of the direction of reading
_allowed_tags = {
    "p", *HEADINGS, "ul", "ol", "li", "strong", "em", "s", "a", "blockquote", "code", "pre", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_allowed_attributes = {"*": set(), "a": {"href"}, "ol": {"start"}} | {tag: {"id"} for tag in HEADINGS}


def to_html(markdown: str) -> str:
    """HTML of the allowed tags only: no images, no HTML of the author's, links to http(s), mailto and tel.

    A text that is too much, which forms refuse, is shown as it was written.
    """
    if is_too_much(markdown):
        paragraphs = markdown.translate(_unwanted).split("\n\n")
        return "\n".join(f"<p>{escape(one.strip())}</p>" for one in paragraphs if one.strip())
    return nh3.clean(
        _parser.renderer.render(tokens(markdown), _parser.options, {}),
        tags=_allowed_tags,
        attributes=_allowed_attributes,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def is_too_much(markdown: str) -> bool:
    return len(markdown) > LONGEST or markdown.count("\n") > MOST or markdown.count("[") > MOST


def tokens(markdown: str) -> list[Token]:
    """The parts of a text, headings with the ids that links can lead to."""
    parts = _parser.parse(markdown.translate(_unwanted))
    ids: set[str] = set()
    times: Counter[str] = Counter()  # of a title so far: counting on from there keeps a thousand equal ones cheap
    for heading, title in pairwise(parts):
        if heading.type == "heading_open" and heading.tag in HEADINGS:
            slug = f"s-{slugify(plain(title), allow_unicode=True)}"
            while (id_ := f"{slug}-{times[slug]}" if times[slug] else slug) in ids:
                times[slug] += 1
            ids.add(id_)
            heading.attrSet("id", id_)
    return parts


def literal(text: str) -> str:
    """Text in one line as Markdown that shows it as it is, whatever marks are in it."""
    return _marks.sub(r"\\\g<0>", " ".join(text.split()))


def plain(inline: Token) -> str:
    """The words of a part that holds text, without the marks."""
    return "".join(
        " " if part.type in {"softbreak", "hardbreak"} else part.content if part.type != "image" else ""
        for part in inline.children or []
    )
