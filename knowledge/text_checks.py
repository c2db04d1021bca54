"""What editors should know about a text before readers see it, a sentence each."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it.token import Token

from knowledge.editions import MARKDOWN, OF_FINDING, OF_IMPLICATION
from knowledge.text import cited_keys
from lmh_portal.core import markdown
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.core.models import Publishable

DEEPEST = 6  # lists and quotations within each other
NESTING = {"bullet_list", "ordered_list", "blockquote"}
FIRST_HEADING, LAST_HEADING = 2, 4  # levels
MARKED_UP = {*MARKDOWN, *OF_FINDING, *OF_IMPLICATION}
SAYS_NOTHING = {  # link texts that give no idea of where they lead, in small letters
    "sv": {"här", "klicka här", "läs mer", "läs mer här", "länk", "denna länk", "mer", "se här"},
    "en": {"here", "click here", "read more", "read more here", "link", "this link", "more", "see here"},
    "ar": {"هنا", "اضغط هنا", "انقر هنا", "اقرأ المزيد", "المزيد", "رابط", "هذا الرابط"},
}
ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)\S*", re.IGNORECASE)
PLACES = {  # that every page of an overview has, besides its headings
    "main", "in-brief", "in-practice", "implications", "findings", "text", "gaps", "methods", "references",
}  # fmt: skip
PLACE_OF_PART = {"findings": "finding", "implications": "practice"}


class Target(NamedTuple):
    """A page of the portal that has a row of its own."""

    model: type[Publishable]
    slug: str


def refusals(text: str) -> list[str]:
    """Why a text cannot be saved."""
    if len(text) > markdown.LONGEST:
        message = _("The text has %(length)s characters; it may have %(longest)s. Make two texts of it.")
        return [message % {"length": len(text), "longest": markdown.LONGEST}]
    if markdown.is_too_much(text):
        message = _("The text has more than %(most)s lines or square brackets. Make two texts of it.")
        return [message % {"most": markdown.MOST}]
    if _depth(markdown.tokens(text)) > DEEPEST:
        return [_("Lists and quotations lie more than %(levels)s levels deep in each other.") % {"levels": DEEPEST}]
    return []


def problems(texts: dict[str, str], language: str) -> Iterator[tuple[str, str]]:
    """What may be saved but should be put right in one language's texts of an overview: which text, and a sentence.

    The texts have the names of knowledge.editions.named_texts.
    """
    written = {name: text for name, text in texts.items() if text and name.rpartition(".")[2] in MARKED_UP}
    parsed = {name: markdown.tokens(text) for name, text in written.items() if not markdown.is_too_much(text)}
    places = _places(parsed, written)
    for name, parts in parsed.items():
        yield from ((name, problem) for problem in _problems(parts, language, places, is_body=name == "body"))


def _problems(parts: list[Token], language: str, places: set[str], *, is_body: bool) -> Iterator[str]:
    inline = [part for parent in parts if parent.type == "inline" for part in parent.children]
    links = list(_links(inline))
    yield from _heading_problems(parts, FIRST_HEADING if is_body else FIRST_HEADING + 1)
    yield from _image_problems(inline)
    yield from (problem for href, words in links if (problem := _wording_problem(href, words, language)))
    yield from _target_problems([href for href, _words in links], places)


def _depth(parts: list[Token]) -> int:
    """How deep lists and quotations lie in each other."""
    deepest = depth = 0
    for part in parts:
        if part.type.rpartition("_")[0] in NESTING:
            depth += part.nesting
            deepest = max(deepest, depth)
    return deepest


# --- headings and images


def _heading_problems(parts: list[Token], first: int) -> Iterator[str]:
    """`first` is the deepest level that a text may begin with."""
    before = first - 1
    for heading, title in pairwise(parts):
        if heading.type != "heading_open":
            continue
        level, shown = int(heading.tag[1]), _short(markdown.plain(title))
        if not shown:
            yield _("There is a heading without words.")
        if level < FIRST_HEADING:
            yield _("The heading “%(title)s” has one #, like the page's title. Start with ##.") % {"title": shown}
        elif level > LAST_HEADING:
            yield _("The heading “%(title)s” is not shown as one: headings have two to four #.") % {"title": shown}
        elif level > before + 1:
            yield _("The heading “%(title)s” skips a level: it has %(found)s # and may have %(wanted)s at most.") % {
                "title": shown, "found": level, "wanted": before + 1,
            }  # fmt: skip
        before = max(level, FIRST_HEADING)


def _image_problems(inline: list[Token]) -> Iterator[str]:
    for image in inline:
        if image.type == "image" and image.content.strip():
            yield _("Texts show no images: “%(description)s” is left out.") % {"description": _short(image.content)}
        elif image.type == "image":
            yield _("Texts show no images, and this one has no description either: %(address)s.") % {
                "address": _short(image.attrGet("src") or "")
            }


# --- links


def _links(inline: list[Token]) -> Iterator[tuple[str, str]]:
    """The address and the words of each link."""
    href, words = "", ""
    for part in inline:
        if part.type == "link_open":
            href, words = part.attrGet("href") or "", ""
        elif part.type == "link_close":
            yield href, words.strip()
        else:
            words += part.content


def _wording_problem(href: str, words: str, language: str) -> str:
    if not words:
        return _("The link to %(address)s has no words.") % {"address": _short(unquote(href))}
    if words.strip(" .:!→»>").casefold() in SAYS_NOTHING.get(language, set()) | SAYS_NOTHING["en"]:
        return _("The link “%(words)s” does not say where it leads. Write what readers find there.") % {
            "words": _short(words)
        }
    if ADDRESS.fullmatch(words):
        return _("The link “%(words)s” is an address. Write what readers find there.") % {"words": _short(words)}
    return ""


def _places(parsed: dict[str, list[Token]], texts: dict[str, str]) -> set[str]:
    """What links within the page can lead to; its headings have the addresses that editions give them."""
    headings = {
        str(part.attrGet("id")).replace("s-", f"{name.partition('.')[2].replace('.', '-') or name}-", 1)
        for name, parts in parsed.items()
        for part in parts
        if part.type == "heading_open" and part.tag in markdown.HEADINGS
    }
    parts = {
        f"{PLACE_OF_PART[kind]}-{code}" for kind, code, _field in (name.split(".") for name in texts if "." in name)
    }
    cited = {f"{kind}-{key}" for key in cited_keys(*texts.values()) for kind in ["ref", "cite"]}
    return headings | parts | cited | PLACES


def _target_problems(links: list[str], places: set[str]) -> Iterator[str]:
    targets = {href: _target(href, places) for href in links}
    pages = {target for target in targets.values() if isinstance(target, Target)}
    known, published = _slugs(pages, lambda rows: rows.all()), _slugs(pages, lambda rows: rows.published())
    for href, target in targets.items():
        reason = target if isinstance(target, str) else ""
        if target in pages - known:
            reason = _("The link to %(address)s leads to a page that does not exist.")
        elif target in pages - published:
            reason = _("The link to %(address)s leads to a page that is not published.")
        if reason:
            yield reason % {"address": _short(unquote(href))}


def _target(href: str, places: set[str]) -> Target | str:
    """The page of the portal that an address leads to, or what is wrong with it; empty where nothing is known."""
    try:
        address = urlsplit(href)
    except ValueError:
        return _("The link to %(address)s is no address.")
    own = urlsplit(settings.SITE_ADDRESS).netloc
    if address.scheme not in {"", "http", "https"} or address.netloc not in {"", own}:
        return ""
    path = unquote(address.path)
    if path.startswith("/"):
        return _page(path)
    if address.netloc or path:
        return _("The link to %(address)s leads nowhere: an address starts with https:// or, in this portal, with /.")
    return "" if unquote(address.fragment) in places else _("The link to %(address)s leads to no heading of this page.")


def _page(path: str) -> Target | str:
    if path.startswith(settings.STATIC_URL):
        return ""
    language = path.split("/")[1]
    with override(language if language in LANGUAGES else SOURCE_LANGUAGE):  # in which its words are
        match = _match(path) or _match(f"{path}/")  # visitors are sent on to the latter
    if match is None:
        return _("The link to %(address)s leads nowhere in the portal.")
    model = next((one for one in _pages() if one.detail_view == match.view_name), None)
    return Target(model, match.kwargs["slug"]) if model and "slug" in match.kwargs else ""


def _match(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _pages() -> list[type[Publishable]]:
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


def _slugs(pages: set[Target], choose) -> set[Target]:
    """Those of the pages that the database has among the chosen rows, in one query a model."""
    found = set()
    for model in {page.model for page in pages}:
        rows = choose(model._default_manager).filter(slug__in=[page.slug for page in pages if page.model is model])
        found |= {Target(model, slug) for slug in rows.values_list("slug", flat=True)}
    return found


def _short(text: str) -> str:
    return Truncator(text.strip()).chars(80)
