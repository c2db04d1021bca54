"""Citations are numbered when a text is shown."""

from knowledge import text


def test_citations_become_numbered_links_and_the_first_can_be_returned_to():
    html = text.with_citations("<p>Ja [@berg; @sjo]. Åter [@berg].</p>", {"berg": 1, "sjo": 2})

    assert html == (
        '<p>Ja <span class="citation">[<a href="#ref-berg" id="cite-berg">1</a>, '
        '<a href="#ref-sjo" id="cite-sjo">2</a>]</span>. '
        'Åter <span class="citation">[<a href="#ref-berg">1</a>]</span>.</p>'
    )


def test_citation_of_an_unknown_reference_shows_a_question_mark():
    assert text.with_citations("[@nobody]", {}) == '<span class="citation">[?]</span>'


def test_citation_inside_a_link_stays_as_it_is():
    html = '<a href="https://example.org">[@berg]</a>'

    assert text.with_citations(html, {"berg": 1}) == html


def test_cited_keys_come_in_order_of_first_mention():
    assert text.cited_keys("[@b; @a] och [@a, @c]") == ["b", "a", "c"]


def test_headings_make_the_table_of_contents():
    html = text.render("## Vad vet vi?\n\n### Mer\n\n## Vård & stöd")

    assert [tuple(heading) for heading in text.headings(html)] == [
        ("s-vad-vet-vi", "Vad vet vi?"),
        ("s-vård-stöd", "Vård &amp; stöd"),
    ]


def test_links_are_listed_once_with_their_first_words(settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    law = "https://example.org/?a=1&b=2"

    html = text.render(f"[Lag & *rätt*]({law}), [igen]({law}), [vår](/sv/)")

    assert list(text.links(html).items()) == [
        (law, "Lag &amp; rätt"),
        ("https://portal.example.org/sv/", "vår"),
    ]


def test_heading_with_a_citation_is_listed_without_it():
    html = text.render("## Tolkning [@berg]")

    assert [heading.title for heading in text.headings(html)] == ["Tolkning"]
