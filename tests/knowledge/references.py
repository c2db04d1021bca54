"""References for property tests: whatever a file might say, and files that say nothing sensible."""

from hypothesis import strategies as st

from knowledge.csl import INQUIRY

ODD = [
    "van der Berg", "WHO", "A", "LS", "Åsa", "m.fl.", "et al.", "others", "and", "x and y", "{a}", "\\", "%", "--",
    "''", "$", "~", "#", "^", "_", "&", "a,b", "12", "12-3", "1–2", "(3)", ":", "e1:2", "2007", "2014:821", "”", "عربي",
    "<i>x</i>", "İ", "ß", "-5", "a--b", "`", "?`", "@a{x}", "\n@a{", "TY  - ", "ER  - ", '"', "\x00", "\x1b",
    "\ud800", "\u202e",
]  # fmt: skip
words = st.lists(st.text(max_size=12) | st.sampled_from(ODD), max_size=4).map(" ".join)
names = words | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(["family", "given", "literal", "suffix", "non-dropping-particle"], words),
)
TYPES = ["article-journal", "book", "chapter", "report", "legislation", "webpage", "thesis", ""]
TEXTS = ["container-title", "publisher", "publisher-place", "volume", "issue", "page", "number", "section", "note"]
csl = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "title": words,
        "author": st.lists(names, max_size=4),
        "issued": st.sampled_from([{"date-parts": [[2007]]}, {"date-parts": [["2007", 3, 1]]}, {"raw": "2010-1"}]),
    },
    optional=dict.fromkeys(TEXTS, words)
    | {
        "genre": st.sampled_from([INQUIRY, ""]),
        "DOI": words | st.sampled_from(["10.1000/a{b}_c%20", "https://doi.org/10.1000/X", "10.1/x"]),
        "URL": st.sampled_from(["https://x.org/a_b%20c?d=e&f#g", "https://x.org/{a}", "file:///x", "x"]),
        "PMID": st.sampled_from(["123", "x"]),
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*TEXTS, "author", "issued"]), inner),
    max_leaves=8,
)
