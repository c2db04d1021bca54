"""Changes to overviews and resources that are more than a save."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from knowledge import text
from knowledge.models import Citation, Overview, Reference, ResourceFile
from knowledge.models.resource import UPLOADS
from lmh_portal.core.languages import LANGUAGES

UNUSED_KEPT = dt.timedelta(days=1)  # a file is stored before its row is committed


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


def forget_unused_files() -> int:
    """Delete uploads that no row names any more: replaced, removed or never committed; how many."""
    storage = ResourceFile._meta.get_field("file").storage
    if not storage.exists(UPLOADS):
        return 0
    _folders, names = storage.listdir(UPLOADS)
    used = set(ResourceFile.objects.exclude(file="").values_list("file", flat=True))
    last_time = timezone.now() - UNUSED_KEPT
    unused = [name for name in (f"{UPLOADS}/{name}" for name in names) if name not in used]
    old = [name for name in unused if storage.get_modified_time(name) < last_time]
    for name in old:
        storage.delete(name)
    return len(old)
