"""Markdown becomes HTML that can do no harm."""

from html.parser import HTMLParser

import pytest

from lmh_portal.core.markdown import to_html


def test_headings_can_be_linked_to_and_tables_drawn():
    html = to_html("## Vad vet vi?\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n")

    assert '<h2 id="s-vad-vet-vi">Vad vet vi?</h2>' in html
    assert "<td>1</td><td>2</td>" in html.replace("\n", "")
    assert "style" not in html


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.org/pixel.png)",
        "<a href='https://example.org' onclick='alert(1)'>x</a>",
        '[x](https://example.org "onmouseover=alert(1)")',
        "`<script>`\x00<script>",
    ],
)
def test_nothing_active_gets_through(markdown):
    page = Elements()
    page.feed(to_html(markdown))

    assert {tag for tag, _ in page.found} <= {"p", "a", "code"}
    assert [attributes for _, attributes in page.found if attributes.keys() - {"href"}] == []
    assert [a["href"] for _, a in page.found if not a.get("href", "https://").startswith("https://")] == []


class Elements(HTMLParser):
    """What a browser would make of some HTML."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
