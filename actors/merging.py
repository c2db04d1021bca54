"""Merging entries that are in the register twice: whatever refers to the one refers to the other from then on."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from modeltranslation.fields import TranslationField

from actors.models import FormerAddress
from actors.models.entry import Entry

OWN = {"slug", "assured_on", "assured_by"}  # of each entry, and never the other's


def comparable_fields(model: type[Entry]) -> list[models.Field]:
    """The fields of which one entry's value may be kept for both."""
    fields = model._meta.concrete_fields
    originals = {field.translated_field.name for field in fields if isinstance(field, TranslationField)}
    return [
        field
        for field in fields
        if field.editable and not (field.primary_key or field.generated or field.name in OWN | originals)
    ]


@transaction.atomic
def merge(*, kept: Entry, others: list[Entry], values: dict[str, Any]) -> list[str]:
    """Give the entry all that the others have, and the values; delete the others, whose addresses lead to it.

    Returns the kinds of what was not moved because the entry has the same already.
    """
    model = type(kept)
    locked = model._default_manager.select_for_update().in_bulk([kept.pk, *(other.pk for other in others)])
    if len(locked) != len(others) + 1:
        raise ValidationError(_("Somebody has changed something meanwhile. Look again at what would happen."))
    kept = locked.pop(kept.pk)
    left = []
    for other in locked.values():
        _step_out(kept, other)
        left += [row for references in _references(model) for row in _move(*references, other, kept)]
        other.delete()
        FormerAddress.objects.keep(kept, other.slug)
    gone = {other.pk for other in others} | {kept.pk}
    for name, value in values.items():
        if not (name == "parent_organization" and value and value.pk in gone):
            setattr(kept, name, value)
    kept.verification = kept.verification_on(timezone.localdate())
    kept.clean()
    kept.save()
    return left


def _step_out(kept: Entry, other: Entry) -> None:
    """A unit of the organisation that goes takes its place."""
    above = parent = getattr(kept, "parent_organization", None)
    while above and above.pk != other.pk:
        above = above.parent_organization
    if parent and above:
        kept.parent_organization = other.parent_organization
        kept.save()


def _references(model: type[Entry]) -> Iterator[tuple[type[models.Model], dict[str, str]]]:
    """Every model with rows that refer to this one, and by which fields: all there are, tables of relations too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model, {"pk": relation.field.attname}
    for other in apps.get_models(include_auto_created=True):
        for field in other._meta.private_fields:
            if isinstance(field, GenericForeignKey):
                yield other, {"type": f"{field.ct_field}_id", "pk": field.fk_field}


def _move(model, fields: dict[str, str], other: Entry, kept: Entry) -> list[str]:
    """Let the rows that refer to the one entry refer to the other; says what it has already, so that those went."""
    which = {fields["pk"]: other.pk}
    if "type" in fields:
        which[fields["type"]] = ContentType.objects.get_for_model(other).pk
    left = []
    for row in model._base_manager.filter(**which):  # hidden places too
        setattr(row, fields["pk"], kept.pk)
        if not _is_saved(row, fields["pk"]):
            _refuse_if_own(row, fields["pk"], other)
            left += [] if _is_link(row) else [str(row._meta.verbose_name)]  # no names: a place may be hidden
            row.delete()
    return left


def _is_saved(row: models.Model, column: str) -> bool:
    """Whether the row can stand beside those that the entry has. A constraint may wait for the commit: ask it now."""
    try:
        row.validate_unique()
        row.validate_constraints()
        with transaction.atomic():
            row.save(update_fields=[column])
    except (ValidationError, IntegrityError):
        return False
    return True


def _is_link(row: models.Model) -> bool:
    """Whether it says nothing but that two things belong together."""
    return all(field.primary_key or field.is_relation for field in row._meta.concrete_fields)


def _refuse_if_own(row: models.Model, column: str, other: Entry) -> None:
    """What is no part of the entry must not vanish with it."""
    relation = next((field for field in row._meta.concrete_fields if field.attname == column), None)
    if relation and relation.remote_field and relation.remote_field.on_delete is not models.CASCADE:
        message = _("“%(row)s” of “%(entry)s” cannot be moved: change it first.")
        raise ValidationError(message % {"row": row, "entry": other})
