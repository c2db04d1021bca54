from lmh_portal.index.sources import Source

SOURCES = [
    Source(
        kind="term",
        rows="vocabulary_glossaryterm row WHERE row.use_instead_id IS NULL",
        slug="row.code",
        title="row.name_{code}",
        other_names="row.synonyms_{code}",
        summary="row.definition_{code}",
        touched={"vocabulary_glossaryterm": "SELECT id FROM changed UNION ALL SELECT use_instead_id FROM changed"},
    ),
    Source(  # never an answer itself: lets its words be known, so that they are split and corrected
        kind="concept",
        rows="vocabulary_concept row WHERE true",
        slug="row.code",
        title="row.terms_{code}",
        other_names="CASE '{code}' WHEN 'sv' THEN"
        " regexp_replace(row.other_languages, '^[a-z]+:', '', 'gn') ELSE '' END",
        touched={"vocabulary_concept": "SELECT id FROM changed"},
    ),
]
