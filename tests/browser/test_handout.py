"""From the directory to a sheet of paper, in a browser and in Arabic."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "إضافة إلى ورقة المعلومات"
COLUMNS = """[...document.querySelectorAll('.handout__services .handout__columns')].map(row =>
  [...row.children].map(one => Math.round(one.getBoundingClientRect().y)))"""


def test_somebody_finds_services_in_arabic_and_takes_a_sheet_along(visit, starter):
    visit.open("/ar/services/?municipality=1490&group=without-permit&facts=free&language=ar")
    visit.page.get_by_role("link", name=ADD).first.click()
    visit.page.get_by_role("link", name="إضافة المزيد من الخدمات").click()
    visit.page.locator("#q").fill("محادثات صحية")
    visit.page.locator("#q").press("Enter")
    visit.page.locator("a", has_text="محادثات صحية في المنزل").click()
    visit.page.get_by_role("link", name=ADD).click()

    page = visit.page
    page.emulate_media(media="print")

    assert page.url.endswith("/ar/handout/?s=demo-vardlots&s=demo-halsosamtal")
    assert [len(set(tops)) for tops in page.evaluate(COLUMNS)] == [1, 1]  # side by side
    assert not any(one.is_visible() for one in page.locator(".no-print").all())
    assert page.locator(".qr").is_visible()
    assert "مرشد الرعاية لمن لا أوراق لهم" in page.inner_text("main")
    assert "Vårdlots för papperslösa" in page.inner_text("main")
    assert visit.context.cookies() == []
    assert visit.faults == []


def test_narrow_screen_has_one_language_below_the_other(new_visit, starter):
    visit = new_visit(390)
    visit.open("/sv/informationsblad/?s=demo-vardlots&second=ar")

    tops = visit.page.evaluate(COLUMNS)

    assert len(set(tops[0])) == 2
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
