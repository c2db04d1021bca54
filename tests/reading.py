"""Reading a page as a careful visitor: what must be true of every one."""

import json
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

from lmh_portal.core.languages import LANGUAGES

HANDLERS = {"onclick", "onchange", "onload", "onsubmit", "oninput", "onerror", "onfocus", "onblur"}


class Elements(HTMLParser):
    """What a browser would make of a piece of HTML: its elements in order, and what text is in them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self._texts: list[tuple[str, str]] = []
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    def texts(self, tag: str) -> list[str]:
        return [text for inside, text in self._texts if inside == tag]

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        self._texts.append((self._inside[-1] if self._inside else "", data))


class Page(HTMLParser):
    """A response's HTML, taken apart; `faults` lists what breaks the portal's promises."""

    def __init__(self, response):
        super().__init__()
        self.status = response.status_code
        self.html = response.content.decode()
        self.language = self.direction = self.title = ""
        self.headings: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.text: list[str] = []
        self.data: list[dict] = []  # JSON-LD, which no browser runs
        self._inside: list[str] = []
        self._ids: set[str] = set()
        self.feed(self.html)
        self._judge(response)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self._inside.append(tag)
        if tag == "html":
            self.language, self.direction = values.get("lang"), values.get("dir")
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(tag)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if values.get("id") in self._ids:
            self.faults.append(f"id {values['id']} twice")
        self._ids.add(values.get("id") or f"#{len(self._ids)}")
        if "style" in values or tag == "style" or HANDLERS & values.keys():
            self.faults.append(f"inline style or handler on <{tag}>")
        if tag == "script" and "src" not in values and values.get("type") != "application/ld+json":
            self.faults.append("inline script")
        self._judge_source(tag, values)

    def _judge_source(self, tag, values):
        loads = values.get("src") or (
            values.get("href") if tag == "link" and values.get("rel") == "stylesheet" else None
        )
        if loads and urlsplit(loads).netloc:
            self.faults.append(f"loads {loads} from elsewhere")

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if self._inside and self._inside[-1] == "title" and "svg" not in self._inside:
            self.title += data
        elif self._inside and self._inside[-1] == "script" and data.strip():
            self._take_in(data)
        elif not {"script", "style"} & set(self._inside):
            self.text.append(data)

    def _take_in(self, data):
        try:
            self.data.append(json.loads(data))
        except ValueError:
            self.faults.append("has data for machines that is no JSON")

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def _judge(self, response):
        expected = LANGUAGES.get(response.request["PATH_INFO"].split("/")[1])
        if expected and (self.language, self.direction) != (expected.code, expected.direction):
            self.faults.append(f"says it is in {self.language} {self.direction}")
        if self.headings.count("h1") != 1:
            self.faults.append(f"has {self.headings.count('h1')} h1")
        levels = [int(heading[1]) for heading in self.headings]
        self.faults += [f"h{after} follows h{before}" for before, after in pairwise(levels) if after > before + 1]
        if not self.title.strip(" –\n"):
            self.faults.append("has no title")
        if "«unknown" in self.html:
            self.faults.append(f"uses an unknown variable: {self.html.split('«unknown')[1][:60]}")
        if response.cookies:
            self.faults.append(f"sets cookies: {list(response.cookies)}")


def read(client, url: str, status: int = 200) -> Page:
    """Get a page and be strict about it."""
    page = Page(client.get(url))
    assert page.status == status, f"{url} answered {page.status}"
    assert page.faults == [], f"{url}: {page.faults}"
    return page
