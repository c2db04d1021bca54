"""Changes to overviews that are more than a save."""

from django.db import transaction

from knowledge import text
from knowledge.models import Citation, Overview, Reference
from lmh_portal.core.languages import LANGUAGES


@transaction.atomic
def list_cited_references(overview: Overview) -> None:
    """Put each reference that the text cites in its list, and number the list by first mention."""
    bodies = [getattr(overview, f"body_{code}") or "" for code in LANGUAGES]
    cited = list(dict.fromkeys(key for body in bodies for key in text.cited_keys(body)))
    rows = {row.reference.key: row for row in overview.citations.select_related("reference")}
    for reference in Reference.objects.filter(key__in=set(cited) - rows.keys()):
        rows[reference.key] = Citation(overview=overview, reference=reference, position=0)
    order = [key for key in cited if key in rows] + [key for key in rows if key not in cited]
    for number, key in enumerate(order, 1):
        if rows[key].position != number:
            rows[key].position = number
            rows[key].save()
