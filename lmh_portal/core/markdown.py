"""Markdown to safe HTML. What this returns may be shown as it is; nothing else may."""

import nh3
from django.utils.text import slugify
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

_parser = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .use(
        anchors_plugin,
        min_level=2,
        max_level=4,
        slug_func=lambda text: f"s-{slugify(text, allow_unicode=True)}",
    )
)
_allowed_tags = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "s", "a", "blockquote", "code", "pre", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_allowed_attributes = {"*": set(), "a": {"href"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "ol": {"start"}}


def to_html(markdown: str) -> str:
    """HTML of the allowed tags only: no images, no HTML of the author's, links to http(s), mailto and tel."""
    return nh3.clean(
        _parser.render(markdown.replace("\x00", "")),
        tags=_allowed_tags,
        attributes=_allowed_attributes,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
