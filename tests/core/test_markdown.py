"""Markdown becomes HTML that can do no harm, quickly, whatever it holds."""

import re
import time

import pytest

from lmh_portal.core.markdown import LONGEST, MOST, to_html
from tests.reading import Elements

TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "s", "a", "blockquote", "code", "pre", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}}
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)  # as browsers read it, without spaces and line ends

XSS = [
    "<script>alert(1)</script>", "<ScRiPt src=//x.example>", "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>", "<img src=x:alert(alt) onerror=eval(src) alt=0>", '<img srcset="x 1x" onload=a>',
    "<svg onload=alert(1)>", "<svg><script>alert&#40;1)</script></svg>", "<svg><a xlink:href=javascript:a><text>x",
    "<svg><animate onbegin=alert(1) attributeName=x>", '<svg><use href="data:image/svg+xml,<svg id=x>#x">',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<math href=javascript:a>x</math>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>", "<style>@import 'javascript:alert(1)';</style>",
    "<p style=background:url(javascript:alert(1))>x", '<div style="width:expression(alert(1))">', "<style><img src=x>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<template><script>alert(1)</script></template>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id='</textarea><img onerror=a src=1>'>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<iframe src=javascript:alert(1)>", "<object data=javascript:a>",
    "<embed src=javascript:alert(1)>", "<base href=//x.example>", "<link rel=stylesheet href=//x.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<form action=javascript:a><button>x</button>",
    "<button formaction=javascript:alert(1)>x", "<input autofocus onfocus=alert(1)>", "<details open ontoggle=a>x",
    "<video><source onerror=alert(1)></video>", "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>x",
    "<body onload=alert(1)>", "<a href='https://example.org' onclick='alert(1)'>x</a>", "<a href=javascript:a>x</a>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>", "<!--<img src='--><img src=x onerror=alert(1)//'>", "<![CDATA[<b>",
    "<?xml version='1.0'?><b>", "<!DOCTYPE html><b>", "<b\x00 onclick=a>", "`<script>`\x00<script>", "<\x0bscript>a",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "\\<script>alert(1)</script>",
    "<a name=body>x</a>", "<img name=getElementById>", "<form id=document><input name=cookie></form>",
    "<div popover id=main></div>", "<button popovertarget=term-x>x</button>", "<dfn>x</dfn><span class=citation>x",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x]( javascript:alert(1))", "[x](<javascript:alert(1)>)",
    "[x](java\tscript:alert(1))", "[x](<java\nscript:alert(1)>)", "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript:alert(1))", "[x](javascript&colon;alert(1))", "[x](javascript&#58;alert(1))",
    "[x](java&Tab;script:alert(1))", "[x](java&NewLine;script:alert(1))", "[x](\x01javascript:alert(1))",
    "[x](\u00a0javascript:alert(1))", "[x](\u200bjavascript:alert(1))", "[x](javascript\\:alert(1))",
    "[x](%6A%61vascript:alert(1))", "[x](javascript%3Aalert(1))", "[x](//javascript:alert(1))", "[x](:javascript:a)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](DATA:text/html,<script>)", "[x](data:image/png;base64,AAAA)",
    "[x](data:image/svg+xml,<svg/onload=a>)", "[x](vbscript:msgbox(1))", "[x](file:///etc/passwd)", "[x](blob:x)",
    "[x](filesystem:x)", "[x](view-source:x)", "[x](feed:javascript:a)", "[x](jar:x!/y)", "[x](intent://x#Intent;end)",
    '[x](https://example.org "onmouseover=alert(1)")', '[x](https://example.org/"onclick="alert(1))',
    "[x](<https://example.org/'onclick='a>)", "[x](https://example.org/><script>alert(1)</script>)",
    '[x](https://example.org/?a="><img src=x>)', "[<img src=x onerror=a>](https://example.org)", "[a]\n\n[a]: data:x,y",
    "[a]\n\n[a]: javascript:alert(1)", '[a]\n\n[a]: https://example.org "\\"onclick=a"', "[a]: <javascript:a>\n\n[a]",
    "[^1]\n\n[^1]: <script>alert(1)</script>", "![x](https://example.org/pixel.png)", "![x](javascript:alert(1))",
    '![x" onerror="a](x)', "![x][a]\n\n[a]: https://example.org/x.png", "[![x](javascript:a)](javascript:b)",
    "<javascript:alert(1)>", "<data:text/html,x>", "<vbscript:x>", "<https://example.org/\"onclick='a'>", "<x:y>",
    "<a@b.example\"onclick=a>", "<mailto:a@example.org>", "## <img src=x onerror=a>", '## x" onclick="alert(1)',
    "## __proto__", "## document\n## body\n## cookie", "## x'y\"z>", "# h1", "##### h5", "## a {#main onclick=a}",
    "x {onclick=alert(1)}", "```html\n<script>alert(1)</script>\n```", '```x" onclick="alert(1)\na\n```',
    "    <script>",
    "| <script> | b |\n|:-:|-:|\n| <img src=x onerror=a> | [x](javascript:a) |", "> <script>alert(1)</script>",
    "- <svg onload=a>", "1000000000. x", "999999999. x", "**<b onclick=a>x</b>**", "~~<s onclick=a>~~", "a\u202eb",
    "[\u202egro.elpmaxe](https://example.org)", "\u2066x\u202d", "\ufeff<script>", "\ud7ff\ue000", "<\u200bscript>",
    "+ADw-script+AD4-alert(1)", "[@<b>x</b>]", "[@a](javascript:x)", "{{ settings.SECRET_KEY }}{% now 'Y' %}", "$x$",
]  # fmt: skip


def assert_harmless(html: str):
    for tag, attributes in Elements(html).found:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set())
        scheme = SCHEME.match(re.sub(r"^[\x00-\x20]+|[\t\n\r]", "", attributes.get("href") or ""))
        assert scheme is None or scheme[1].lower() in {"http", "https", "mailto", "tel"}
        assert "id" not in attributes or re.fullmatch(r"s-[\w-]*", attributes["id"])
    assert not {"\x00", "\u202d", "\u202e"} & set(html)


@pytest.mark.parametrize("markdown", XSS)
def test_nothing_active_gets_through(markdown):
    assert_harmless(to_html(markdown))
    assert_harmless(to_html(f"- *a {markdown} b*\n\n> {markdown}\n\n## {markdown}\n\n[x]({markdown})"))


def test_examples_would_be_noticed_if_they_got_through():
    for html in ["<script>", "<p onclick=a>", "<a href='javascript:a'>", "<h2 id=body>", "<a href='java\nscript:x'>"]:
        with pytest.raises(AssertionError):
            assert_harmless(html)


def test_headings_can_be_linked_to_and_tables_drawn():
    html = to_html("## Vad vet vi?\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n")

    assert '<h2 id="s-vad-vet-vi">Vad vet vi?</h2>' in html
    assert "<td>1</td><td>2</td>" in html.replace("\n", "")
    assert "style" not in html


def test_every_heading_has_an_id_of_its_own():
    html = to_html("## a\n## a-1\n## a\n### a\n# a\n##### a\n## **A** `b`\n## ?\n")

    assert re.findall(r'id="([^"]*)"', html) == ["s-a", "s-a-1", "s-a-2", "s-a-3", "s-a-b", "s-"]


def test_text_too_long_is_shown_as_it_was_written():
    html = to_html(f"## <b>\n\n{'*a* ' * LONGEST}\n\n\x00\n\n&")

    assert html.startswith("<p>## &lt;b&gt;</p>\n<p>*a* *a* ")
    assert html.endswith("*a*</p>\n<p>&amp;</p>")


@pytest.mark.parametrize("mark", ["\n", "["])
def test_text_with_too_many_lines_or_brackets_is_shown_as_it_was_written(mark):
    assert "<strong>" in to_html("**a**" + mark * MOST)
    assert "<p>**a**" in to_html("**a**" + mark * (MOST + 1))


def repeated(text: str, length: int = LONGEST) -> str:
    return (text * (length // len(text) + 1))[:length]


HOSTILE = {
    "lists": "".join("  " * level + "- a\n" for level in range(10_000))[:LONGEST],
    "lists on a line": "- " * 10_000 + "a",
    "numbered": "1. " * 10_000,
    "quotations": ">" * 10_000 + "a",
    "lists in quotations": "> - " * 10_000,
    "quotations by line": repeated(">" * 100 + "a\n"),
    "brackets": "[" * 10_000 + "]" * 10_000,
    "open brackets": repeated("["),
    "open links": repeated("[a]("),
    "open images": repeated("!["),
    "links in links": "[" * 10_000 + "a" + "](b)" * 10_000,
    "emphasis": "*" * 10_000 + "a" + "*" * 10_000,
    "mixed emphasis": "*a **a _a " * 10_000,
    "struck": repeated("~~a "),
    "backticks": "".join("`" * number + " " for number in range(1, 440)),
    "equal headings": repeated("## a\n"),
    "underlined headings": repeated("a\n-\n"),
    "headings that count": "".join(f"## a-{number}\n## a\n" for number in range(5_000)),
    "columns": "a|" * 16_000 + "\n" + "-|" * 16_000 + "\n" + "b|" * 16_000,
    "rows": "|".join("a" * 300) + "\n" + "|".join("-" * 300) + "\n" + "a\n" * 40_000,
    "references": "".join(f"[a{number}]: b\n" for number in range(4_000)) + "\n" + "[a1]" * 10_000,
    "open reference": "[a]: b '" + repeated("c\n", 90_000),
    "entities": repeated("&#"),
    "autolinks": repeated("<http://a "),
    "comments": repeated("<!--"),
    "empty items": repeated("-\n*\n"),
    "most open images": "![ab *c" * MOST,
    "most links": "![](" * MOST,
    "most items": "> - > - > a\n" * MOST,
    "most headings": "## a\n" * MOST,
    "most cells": "|".join("a" * 300) + "\n" + "|".join("-" * 300) + "\n" + "a|b\n" * (MOST - 2),
    "five megabytes": repeated("En *text*, [en](länk)\n\n", 5_000_000),
    "five megabytes of lists": repeated("- ", 5_000_000),
    "five megabytes of nothing": "\n" * 5_000_000,
}


@pytest.mark.parametrize("markdown", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_rendered_in_time(markdown):
    started = time.process_time()

    html = to_html(markdown)

    assert time.process_time() - started < 5  # seconds; the slowest takes one
    assert {tag for tag, _ in Elements(html).found} <= TAGS
