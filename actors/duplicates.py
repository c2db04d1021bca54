"""Entries that may be in the register twice: a similar name in the same place, or the same number."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest

from actors.models import Organization, Service
from actors.models.entry import Entry
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

ALIKE = 0.6  # of pg_trgm: 1 is the same, and “Frölunda vårdcentral” resembles “Frölunda torgs vårdcentral” by 0.8
NAMED_AT_MOST = 10
NEAR = {Organization: "municipality", Service: "organization"}  # names are compared within one of these
TELLING = 20  # names in one place that have a word: of more, the word tells nothing
# Written out because comparing every name with all others in its place would take minutes in a large register.
DOUBLES = """
WITH words AS MATERIALIZED (
  SELECT DISTINCT id, coalesce({near}, 0) AS near, name_{code} AS name, word
    FROM {table}, unnest(string_to_array(name_sort_{code}, ' ')) AS word WHERE length(word) > 2),
telling AS (SELECT near, word FROM words GROUP BY near, word HAVING count(*) BETWEEN 2 AND %s)
SELECT one.id FROM words AS one JOIN telling USING (near, word) JOIN words AS other USING (near, word)
 WHERE one.id <> other.id AND similarity(one.name, other.name) >= %s
"""


def similar_to(entry: Entry) -> QuerySet:
    """The other entries that may be this one, the most similar first; the entry need not be saved."""
    names = {code: name for code in LANGUAGES if (name := getattr(entry, f"name_{code}"))}
    place = {NEAR[type(entry)]: getattr(entry, f"{NEAR[type(entry)]}_id")}
    similarities = [TrigramSimilarity(f"name_{code}", name) for code, name in names.items()]
    similarity = Greatest(*similarities) if len(similarities) > 1 else similarities[0]
    resembling = Q.create([(f"name_{code}__trigram_similar", name) for code, name in names.items()], Q.OR)
    same = Q.create([(f"name_sort_{code}", _folded(name)) for code, name in names.items()], Q.OR)
    found = Q(Q(resembling, similarity__gte=ALIKE) | same, **place) | _same_number(entry)
    rows = type(entry)._default_manager.exclude(pk=entry.pk).annotate(similarity=similarity).filter(found)
    return rows.order_by("-similarity", "pk")[:NAMED_AT_MOST]


def _folded(name: str) -> Func:
    """As columns to sort by have it. Servers whose locale is C find no trigrams in Arabic: then only this is found."""
    return Func(Value(name), function="portal_sort_key", output_field=TextField())


def _same_number(entry: Entry) -> Q:
    """A unit may carry the number of its organisation."""
    number = getattr(entry, "organization_number", "")
    if not number:
        return Q(pk__in=[])
    units = Organization.objects.filter(parent_organization=entry.pk).values("pk") if entry.pk else []
    return Q(organization_number=number) & ~Q(pk__in=units) & ~Q(pk__in=[entry.parent_organization_id or 0])


def with_double(rows: QuerySet) -> QuerySet:
    """Those of the rows that have a similar one beside them; for lists, so only such as share a telling word."""
    near = rows.model._meta.get_field(NEAR[rows.model]).column
    doubles = DOUBLES.format(table=rows.model._meta.db_table, near=near, code=SOURCE_LANGUAGE)
    return rows.filter(pk__in=RawSQL(doubles, (TELLING, ALIKE)))  # noqa: S611
