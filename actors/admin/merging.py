"""The page on which an editor merges entries that are in the register twice."""

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Field
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors.admin.links import change_address
from actors.merging import comparable_fields, merge
from actors.models import Location
from actors.models.entry import Entry
from lmh_portal.core.admin import list_address
from lmh_portal.core.languages import LANGUAGES

MERGED_AT_MOST = 5
COUNTED = [  # what refers to an entry, by related name; places as everybody sees them
    ("units", gettext_lazy("units")),
    ("services", gettext_lazy("services")),
    ("contacts", gettext_lazy("contacts")),
    ("events", gettext_lazy("events")),
    ("locations", Location._meta.verbose_name_plural),
    ("schedules", gettext_lazy("opening hours")),
]


class Choice(NamedTuple):
    pk: int
    text: str
    is_chosen: bool


class Difference(NamedTuple):
    name: str
    label: str
    language: str
    choices: list[Choice]


def merge_page(model_admin, request):
    """Show the rows side by side; then merge them as the editor says."""
    if not model_admin.has_merge_permission(request):
        raise PermissionDenied
    rows = _rows(model_admin, request)
    if len(rows) < 2:
        messages.warning(request, _("Choose the entries to merge in the list."))
        return HttpResponseRedirect(list_address(model_admin.model))
    kept = next((row for row in rows if str(row.pk) == request.POST.get("keep")), rows[0])
    if request.method == "POST":
        try:
            return _merged(model_admin, request, kept, [row for row in rows if row.pk != kept.pk])
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Merge into one"),
        "opts": model_admin.opts,
        "rows": [(row, change_address(row), _counts(row)) for row in rows],
        "kept": kept,
        "list_address": list_address(model_admin.model),
        "differences": _differences(rows, kept, request.POST),
    }
    return TemplateResponse(request, "admin/actors/merge.html", context)


def _rows(model_admin, request) -> list[Entry]:
    """Those that the address names; the list is where they come from."""
    ids = {part for part in request.GET.get("ids", "").split(",") if part.isascii() and part.isdecimal()}
    if len(ids) > MERGED_AT_MOST or any(len(part) > 18 for part in ids):
        return []
    return list(model_admin.get_queryset(request).filter(pk__in=ids).order_by("created_at", "pk"))


def _differences(rows: list[Entry], kept: Entry, answers) -> list[Difference]:
    """The fields in which the rows differ, each with the values that there are."""
    found = []
    for field in comparable_fields(type(kept)):
        values = {row.pk: _shown(row, field) for row in rows}
        if len(set(values.values())) > 1:
            chosen = answers.get(field.name) or next((str(pk) for pk in [kept.pk, *values] if values[pk]), "")
            choices = [Choice(pk, text, str(pk) == chosen) for pk, text in values.items()]
            found.append(Difference(field.name, _label(field), getattr(field, "language", ""), choices))
    return found


def _label(field: Field) -> str:
    """In its language, if it has one."""
    original = getattr(field, "translated_field", field)
    label = capfirst(str(original.verbose_name))
    return f"{label} ({LANGUAGES[field.language].name})" if hasattr(field, "language") else label


def _shown(row: Entry, field: Field) -> str:
    """The value as people read it."""
    if field.is_relation:
        return str(getattr(row, field.name) or "")
    if hasattr(field, "base_field"):
        labels = dict(field.base_field.choices)
        return ", ".join(str(labels.get(value, value)) for value in getattr(row, field.name))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.attname)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)


def _counts(row: Entry) -> list[tuple[str, int]]:
    counted = ((label, getattr(row, name)) for name, label in COUNTED if hasattr(row, name))
    return [(label, count) for label, rows in counted if (count := rows.count())]


@transaction.atomic
def _merged(model_admin, request, kept: Entry, others: list[Entry]):
    rows = {str(row.pk): row for row in [kept, *others]}
    values = {
        field.name: getattr(rows[answer], field.name)
        for field in comparable_fields(type(kept))
        if (answer := request.POST.get(field.name)) in rows
    }
    names = ", ".join(f"{other} ({other.slug})" for other in others)
    model_admin.log_deletions(request, others)
    left = merge(kept=kept, others=others, values=values)
    model_admin.log_change(request, kept, _("Merged with: %(names)s") % {"names": names})
    messages.success(request, _("Merged. The old addresses lead here from now on."))
    if left:
        messages.info(request, _("Left out because it was here already: %(rows)s") % {"rows": ", ".join(left)})
    return HttpResponseRedirect(change_address(kept))
