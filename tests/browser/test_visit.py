"""What a visit costs and what the browser says of it: few requests, few bytes, one script at most, no complaints."""

import gzip
from functools import partial
from urllib.parse import urlsplit

import pytest

from lmh_portal.core.languages import LANGUAGES
from tests.kinds import every_kind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REQUESTS_AT_MOST = 6
FIRST_PAGE_AT_MOST = 60_000  # bytes, compressed, without fonts
NEXT_PAGE_AT_MOST = 15_000
SCRIPTS_AT_MOST = 10_000
RUNNING_SCRIPTS = """
[...document.scripts].filter(one => one.type !== "application/ld+json").map(one => one.src.split("/").pop())
"""  # data for machines does not run


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_light_have_no_needless_scripts_and_nothing_to_complain_of(visit, starter, language):
    answers, kinds = [], every_kind(language)
    visit.awaited = {kinds["missing"]}
    visit.context.new_cdp_session(visit.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    visit.page.on("response", partial(list.append, answers))  # Playwright cannot take a bare built-in
    for name, url in kinds.items():
        visit.page.goto("about:blank")
        answers.clear()
        visit.open(url)
        visit.page.evaluate("document.fonts.ready")
        bodies = {urlsplit(answer.url).path: answer.body() for answer in list(answers)}
        icon = visit.page.locator("link[rel=icon]").get_attribute("href")
        bodies[icon] = visit.page.request.get(visit.address + icon).body()  # comes late, or only with a window
        assert any(path.endswith(".css") for path in bodies), name  # asked for anew at every visit
        sizes = {path: len(gzip.compress(body)) for path, body in bodies.items() if not path.endswith("woff2")}
        page = sizes[urlsplit(url).path]

        assert len(bodies) <= REQUESTS_AT_MOST, f"{name}: {list(bodies)}"
        assert sum(sizes.values()) <= FIRST_PAGE_AT_MOST, f"{name}: {sizes}"
        assert page <= NEXT_PAGE_AT_MOST, f"{name}: {page}"
        assert sum(size for path, size in sizes.items() if path.endswith(".js")) < SCRIPTS_AT_MOST
        scripts = visit.page.evaluate(RUNNING_SCRIPTS)
        assert scripts == (["suggest.js"] if visit.page.locator("[data-suggest]").count() else []), name

    assert visit.faults == []
    assert len(visit.requests) > len(kinds)


def test_next_page_asks_for_nothing_but_itself(visit, starter):
    visit.open(every_kind("sv")["home:front_page"])
    visit.requests.clear()

    visit.page.locator("main .card__title a").first.click()
    visit.page.wait_for_load_state("load")

    again = [url for url in visit.requests if "/static/" not in url]  # the test server lets nothing be kept
    assert again == [visit.page.url]
