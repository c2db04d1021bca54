"""The SQL that keeps the index equal to the public rows, whatever door a change comes through.

Statement triggers on every table that documents are made of note in `index_touched` which documents a statement
concerns; a deferred trigger makes those anew when the transaction commits. What is made of one kind is said by a
function of the database, `index_made_<kind>`, composed here from the apps' declarations. Nothing is kept outside
the transaction: what is rolled back was never in the index.
"""

import hashlib

from django.db import connection, transaction

from lmh_portal.core.languages import LANGUAGES
from lmh_portal.index.sources import Source, sources

COLUMNS = (
    "kind text, object_id bigint, slug text, titles jsonb, other_names jsonb, summaries jsonb, subjects jsonb,"
    " bodies jsonb, topics int[], target_groups int[], places int[], languages int[], day date, is_past_after date"
)
STORED = [
    "slug", "titles", "summaries", "bodies", "topics", "target_groups", "places", "municipalities", "languages",
    "day", "is_past_after", "title_words", "head", "body", "words",
]  # fmt: skip
EVENTS = {"INSERT": "NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}
EVENTS |= {"UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows", "TRUNCATE": ""}


def install(**kwargs) -> None:
    """Bring functions and triggers up to date, and the index with them; runs after each migrate."""
    if connection.vendor != "postgresql":
        return
    statements = list(_statements())
    mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('index_document'::regclass)")
        if cursor.fetchone()[0] == mark:
            return
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SELECT index_rebuild()")
        cursor.execute(f"COMMENT ON TABLE index_document IS '{mark}'")


def _statements():
    yield _documents()
    for source in sources():
        yield f"DROP FUNCTION IF EXISTS index_made_{source.kind}(bigint[])"
        yield _made(source)
    yield from _touches()
    yield REFRESH
    yield RECOUNT
    yield _rebuild()
    yield REFRESH_TOUCHED
    yield "DROP TRIGGER IF EXISTS refresh_touched ON index_touched"
    yield (
        "CREATE CONSTRAINT TRIGGER refresh_touched AFTER INSERT ON index_touched DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION index_refresh_touched()"
    )


def _by_language(expression: str) -> str:
    pairs = ", ".join(f"'{code}', NULLIF({expression.format(code=code)}, '')" for code in LANGUAGES)
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


def _made(source: Source) -> str:
    texts = [source.title, source.other_names, source.summary, source.subjects, source.body]
    return f"""
        CREATE FUNCTION index_made_{source.kind}(ids bigint[]) RETURNS TABLE ({COLUMNS}) LANGUAGE sql STABLE AS $$
          SELECT '{source.kind}'::text, row.id::bigint, ({source.slug})::text,
            {", ".join(map(_by_language, texts))},
            {source.topics}, {source.target_groups}, {source.places}, {source.languages},
            {source.day}, {source.is_past_after}
          FROM {source.rows} AND (ids IS NULL OR row.id = ANY(ids))
        $$"""


def _folded(part: str, code: str) -> str:
    return f"folded_{part}_{code}"


def _vector(*parts: tuple[str, str]) -> str:
    """The lexemes of each (part, weight), each language's text as that language is read."""
    return " || ".join(
        f"setweight(to_tsvector('{language.search}', {_folded(part, code)}), '{weight}')"
        for part, weight in parts
        for code, language in LANGUAGES.items()
    )


def _documents() -> str:
    """`index_documents(kind, ids)`: the rows as the index should have them; of all rows where `ids` is null."""
    parts = ["titles", "other_names", "summaries", "subjects", "bodies"]
    folded = ", ".join(  # once, because it takes longer than all else
        f"index_fold(left(coalesce({part}->>'{code}', ''), 200000)) AS {_folded(part, code)}"
        for part in parts
        for code in LANGUAGES
    )
    head = _vector(("titles", "A"), ("other_names", "B"), ("summaries", "C"), ("subjects", "D"))
    plain = " || ".join(
        f"to_tsvector('simple', concat_ws(' ', {texts}))"
        for texts in [
            ", ".join(_folded(part, code) for part in ["titles", "other_names", "summaries", "bodies"])
            for code in LANGUAGES
        ]
    )
    return f"""
        CREATE OR REPLACE FUNCTION index_documents(the_kind text, ids bigint[]) RETURNS SETOF index_document
        LANGUAGE plpgsql STABLE AS $body$
        BEGIN
          RETURN QUERY EXECUTE format($query$
            SELECT NULL::bigint, kind::varchar(12), object_id, slug::varchar(200), titles, summaries, bodies,
              topics, target_groups, places,
              ARRAY(SELECT DISTINCT to_area_id::int FROM vocabulary_area_municipalities
                    WHERE from_area_id = ANY(places) ORDER BY 1),
              languages, day, is_past_after,
              coalesce((SELECT min(array_length(regexp_split_to_array(trim(value), '\\s+'), 1))
                        FROM jsonb_each_text(titles)), 1)::smallint,
              {head}, {_vector(("bodies", "D"))},
              ARRAY(SELECT word FROM unnest(tsvector_to_array({plain})) word
                    WHERE length(word) BETWEEN 2 AND 40 AND word !~ '[0-9@/.:_]' ORDER BY 1)
            FROM index_made_%s($1), LATERAL (SELECT {folded} OFFSET 0) AS folded
          $query$, the_kind) USING ids;
        END $body$"""


def _touches():
    """For each table a function for each kind of document, and triggers that call it."""
    yield """
        DO $$ DECLARE old record; BEGIN
          FOR old IN SELECT oid::regprocedure AS signature FROM pg_proc WHERE proname LIKE 'index\\_touch\\_%' LOOP
            EXECUTE 'DROP FUNCTION ' || old.signature || ' CASCADE';
          END LOOP;
        END $$"""
    for source in sources():
        for number, (table, ids) in enumerate(source.touched.items()):
            name = f"index_touch_{source.kind}_{number}"
            yield _touch(name, source.kind, ids)
            for event, rows in EVENTS.items():
                yield (
                    f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} {rows and f'REFERENCING {rows}'}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )


def _touch(name: str, kind: str, ids: str) -> str:
    def note(rows: str) -> str:
        return (
            f"INSERT INTO index_touched (kind, ids) SELECT '{kind}', touched.ids FROM (WITH changed AS ({rows})"
            f" SELECT array_agg(DISTINCT id) FROM ({ids}) AS concerned (id) WHERE id IS NOT NULL) AS touched (ids)"
            f" WHERE touched.ids IS NOT NULL;"
        )

    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN {note("SELECT * FROM new_rows")}
          ELSIF TG_OP = 'DELETE' THEN {note("SELECT * FROM old_rows")}
          ELSIF TG_OP = 'TRUNCATE' THEN
            INSERT INTO index_touched (kind, ids)
              SELECT kind, array_agg(object_id) FROM index_document WHERE kind = '{kind}' GROUP BY kind;
          ELSE {note("SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows")}
          END IF;
          RETURN NULL;
        END $$"""


def _rebuild() -> str:
    """`index_rebuild()`: all of it anew, while readers go on reading the old one until the commit."""
    columns = f"kind, object_id, {', '.join(STORED)}"
    inserts = "\n".join(
        f"INSERT INTO index_document ({columns}) SELECT {columns} FROM index_documents('{source.kind}', NULL);"
        for source in sources()
    )
    return f"""
        CREATE OR REPLACE FUNCTION index_rebuild() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(738, 0);
          DELETE FROM index_document;
          {inserts}
          PERFORM index_recount();
        END $$"""


_SET = ", ".join(f"{name} = excluded.{name}" for name in STORED)
_NEW = ", ".join(f"excluded.{name}" for name in STORED)
_OLD = ", ".join(f"old.{name}" for name in STORED)

# Whoever makes a document holds its lock until the commit, so that of two at once the second sees the first's rows.
REFRESH = f"""
CREATE OR REPLACE FUNCTION index_refresh(the_kind text, the_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH made AS MATERIALIZED (SELECT * FROM index_documents(the_kind, the_ids)),
    before AS MATERIALIZED (
      SELECT object_id, words FROM index_document WHERE kind = the_kind AND object_id = ANY(the_ids)),
    gone AS (
      DELETE FROM index_document WHERE kind = the_kind AND object_id = ANY(the_ids)
        AND object_id NOT IN (SELECT object_id FROM made)),
    put AS (
      INSERT INTO index_document AS old (kind, object_id, {", ".join(STORED)})
      SELECT kind, object_id, {", ".join(STORED)} FROM made
      ON CONFLICT (kind, object_id) DO UPDATE SET {_SET} WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})),
    changes AS (
      SELECT word, sum(number) AS number FROM (
        SELECT unnest(words) AS word, 1 AS number FROM made
        UNION ALL SELECT unnest(words), -1 FROM before) AS counted
      GROUP BY word HAVING sum(number) <> 0)
  INSERT INTO index_word AS known (word, docs) SELECT word, number FROM changes ORDER BY word
    ON CONFLICT (word) DO UPDATE SET docs = known.docs + excluded.docs;
  DELETE FROM index_word WHERE docs <= 0;
END $$"""

RECOUNT = """
CREATE OR REPLACE FUNCTION index_recount() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(738, 0);
  DELETE FROM index_word;
  INSERT INTO index_word (word, docs)
    SELECT word, count(*) FROM index_document, unnest(words) AS word GROUP BY word;
END $$"""

REFRESH_TOUCHED = """
CREATE OR REPLACE FUNCTION index_refresh_touched() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched jsonb;
  each record;
BEGIN
  WITH taken AS (DELETE FROM index_touched WHERE tx = pg_current_xact_id() RETURNING kind, ids)
  SELECT jsonb_object_agg(kind, ids) INTO touched FROM (
    SELECT kind, array_agg(DISTINCT id ORDER BY id) AS ids FROM taken, unnest(ids) AS id GROUP BY kind) AS all_ids;
  IF touched IS NULL THEN RETURN NULL; END IF;
  IF (SELECT sum(jsonb_array_length(value)) FROM jsonb_each(touched)) > 500 THEN
    PERFORM pg_advisory_xact_lock(738, 0);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(738, 0);
    FOR each IN SELECT hashtext(key || id) AS place FROM jsonb_each(touched), jsonb_array_elements_text(value) AS id
      ORDER BY 1 LOOP
      PERFORM pg_advisory_xact_lock(739, each.place);
    END LOOP;
  END IF;
  FOR each IN SELECT key AS kind, ARRAY(SELECT jsonb_array_elements_text(value)::bigint) AS ids
    FROM jsonb_each(touched) ORDER BY key LOOP
    PERFORM index_refresh(each.kind, each.ids);
  END LOOP;
  RETURN NULL;
END $$"""
