"""The tables of the register: organisations, services, opening hours, places and contacts, with their columns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from import_export.resources import Resource

from actors.models import Address, Contact, Location, Organization, Schedule, Service, ServiceLanguage
from actors.models.place import MAY_SEE_PROTECTED
from actors.tables.columns import Column, Lookups, WithMode, column, relation
from lmh_portal.core.translated import columns
from lmh_portal.vocabulary.models import Language
from lmh_portal.vocabulary.querysets import joins

BATCH = 500


def batches(rows: Iterable, size: int = BATCH) -> Iterator[list]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def named(made: Iterable[Column]) -> dict[str, Column]:
    """Columns for the body of a table, in their order."""
    return {one.column_name: one for one in made}


class Table(Resource):
    """One table. Rows are known by `key`; what refers to several rows is read and written for a whole batch."""

    model: type[models.Model]
    sheet = ""
    title = ""
    key = "slug"
    relations: list[str] = []  # read into `<name>_read`
    permission = ""  # beyond those for the model
    page: type[models.Model] | None = None  # whose rows the rows are part of, on the desk too

    class Meta:
        skip_diff = True
        clean_model_instances = True
        store_instance = True

    def __init__(self, lookups: Lookups | None = None, **kwargs):
        super().__init__(**kwargs)
        self.lookups = lookups or Lookups()

    def rows(self) -> models.QuerySet:
        """Everything that this table holds, in a stable order."""
        return self.model._base_manager.order_by(self.key)

    def read_relations(self, rows: list[models.Model]) -> None:
        """Bring along what the relations' columns show: a query for each."""
        for name in self.relations:
            self._read(rows, f"{name}_read", *_join(self.model, name))

    @staticmethod
    def _read(rows, attribute: str, through, source: str, *targets: str) -> None:
        found = defaultdict(list)
        which = {f"{source}__in": [row.pk for row in rows]}
        for pk, *values in through._base_manager.filter(**which).values_list(source, *targets):
            found[pk].append(values[0] if len(targets) == 1 else tuple(values))
        for row in rows:
            setattr(row, attribute, found[row.pk])

    def texts(self, row: models.Model) -> dict[str, str]:
        """What the row's cells hold."""
        return dict(zip(self.get_export_headers(), self.export_resource(row, lookups=self.lookups), strict=True))

    def exported(self, rows: models.QuerySet) -> Iterator[list[str]]:
        """The cells of many rows, a batch at a time."""
        for batch in batches(rows.iterator(BATCH)):
            self.read_relations(batch)
            for row in batch:
                yield list(self.texts(row).values())

    # --- in

    def init_instance(self, row=None):
        instance = self.model()
        for name in self.relations:
            setattr(instance, f"{name}_read", [])
        return instance

    def get_instance(self, instance_loader, row):
        return instance_loader.get(row.get(self.key, ""))

    def changes(self, instance: models.Model | None, row: dict[str, str]) -> dict[str, str]:
        """The cells that say something else than the register does; of a new row those that say anything."""
        if instance is None:
            return {name: text for name, text in row.items() if text.strip()}
        old = self.texts(instance)
        fields = {field.column_name: field for field in self.get_import_fields()}
        return {name: text for name, text in row.items() if not fields[name].widget.is_same(old[name], text)}

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """What a form would refuse too; names in the error are those of columns."""
        attributes = {field.attribute: field.column_name for field in self.get_import_fields()}
        errors = {attributes.get(name, name): text for name, text in (import_validation_errors or {}).items()}
        try:
            instance.clean_fields(exclude={*errors, *self._unasked(instance)})
        except ValidationError as error:
            errors |= {name: [_named(one) for one in found] for name, found in error.error_dict.items()}
        if not errors:
            try:
                instance.clean()
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _unasked(self, instance) -> set[str]:
        """Fields whose values we have looked up ourselves, and those that stand for others."""
        fields = self.model._meta.concrete_fields
        originals = {field.translated_field.name for field in fields if hasattr(field, "translated_field")}
        found = {field.name for field in fields if field.is_relation and getattr(instance, field.attname)}
        return found | originals | {field.name for field in fields if field.generated}

    def do_instance_save(self, instance, is_create):
        """Where the database refuses, let the constraint say why."""
        try:
            with transaction.atomic():
                instance.save(force_insert=is_create)
        except IntegrityError as error:
            instance.validate_constraints()
            raise ValidationError(_("The database refused this row.")) from error

    def save_m2m(self, instance, row, **kwargs):
        """What the cells of relations say waits for the end of the batch."""
        if self.key == "slug":
            self.lookups(self.model, "slug").add(instance.slug, instance.pk)
        for name in self.relations:
            if name in row:
                self.waiting[name].append(instance)

    def begin_batch(self) -> None:
        self.waiting = defaultdict(list)

    def finish(self) -> list[tuple[int, str, str]]:
        """What can be done only when all rows are there; returns line, column and reason of what cannot."""
        return []

    def end_batch(self) -> None:
        """Write the relations of the batch's rows."""
        for name, instances in self.waiting.items():
            self._write(instances, f"{name}_read", *_join(self.model, name))

    @staticmethod
    def _write(instances, attribute: str, through, source: str, *targets: str) -> None:
        through._base_manager.filter(**{f"{source}__in": [one.pk for one in instances]}).delete()
        rows = []
        for instance in instances:
            for value in getattr(instance, attribute):
                values = value if len(targets) > 1 else (value,)
                rows.append(through(**{source: instance.pk}, **dict(zip(targets, values, strict=True))))
        through._base_manager.bulk_create(rows, batch_size=2000)

    def noted(self, row: models.Model) -> tuple[int, str]:
        """The key and the name under which history knows the row."""
        return row.pk, str(row)[:200]


def _named(error: ValidationError) -> ValidationError:
    """What is missing, in words for people."""
    return ValidationError(_("This column must be filled in.")) if error.code in {"null", "blank"} else error


def _join(model: type[models.Model], name: str) -> tuple:
    """The model that joins the rows to others, its key of the row and its key of the other."""
    return joins(model._meta.get_field("topic_items" if name == "topics" else name))


class EntryTable(Table):
    def after_init_instance(self, instance, new, row, **kwargs):
        if new and self.key in row:
            instance.slug = row[self.key].strip()

    def before_save_instance(self, instance, row, **kwargs):
        if "assured_on" in row:
            instance.verification = instance.verification_on(timezone.localdate())


CONFIRMATION = ["certainty", "assured_on", "assured_by", "status", "is_demo"]


class OrganizationTable(EntryTable):
    model = Organization
    sheet = "organisations"
    title = gettext_lazy("Organisations")
    relations = ["topics", "target_groups", "languages"]
    vars().update(
        named(
            [
                *(column(Organization, name) for name in ["slug", *columns("name"), "alternate_name"]),
                *(column(Organization, name) for name in columns("description")),
                *(
                    column(Organization, name)
                    for name in [
                        "organization_number", "organization_type", "parent_organization", "scope", "municipality",
                        "website", "email",
                    ]
                ),
                *(relation(Organization, name) for name in relations),
                *(column(Organization, name) for name in CONFIRMATION),
            ]
        )
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.later: list[tuple[int, str, str]] = []  # line, organisation, and that above it, which is not there yet

    def import_instance(self, instance, row, **kwargs):
        above = row.get("parent_organization", "").strip()
        if above and above not in self.lookups(Organization, "slug").ids:
            self.later.append((kwargs["row_number"], instance.slug, above))
            row = {name: text for name, text in row.items() if name != "parent_organization"}
        super().import_instance(instance, row, **kwargs)

    def finish(self):
        return [(line, "parent_organization", why) for line, *who in self.later if (why := self._put_below(*who))]

    def _put_below(self, slug: str, above: str) -> str:
        """Make the one a unit of the other; says why not."""
        try:
            unit = Organization.objects.get(pk=self.lookups(Organization, "slug").find(slug))
            unit.parent_organization_id = self.lookups(Organization, "slug").find(above)
            unit.clean()
        except ValueError as error:
            return str(error)
        except ValidationError as error:
            return " ".join(error.messages)
        unit.save(update_fields=["parent_organization"])
        return ""


LANGUAGE_MODES = Column(
    "languages",
    WithMode(Language, ServiceLanguage.Mode.choices),
    "languages_read",
    pgettext_lazy("spoken or written languages", "languages"),
)


class ServiceTable(EntryTable):
    model = Service
    sheet = "services"
    title = gettext_lazy("Services")
    relations = ["topics", "target_groups", "areas", "languages"]
    vars().update(
        named(
            [
                *(column(Service, name) for name in ["slug", "organization", *columns("name", "description")]),
                *(relation(Service, name) for name in relations[:-1]),
                LANGUAGE_MODES,
                *(
                    column(Service, name)
                    for name in [
                        "audience", "access", "access_facts", "website", "email", "kind", "level",
                        *columns("eligibility_description"), "minimum_age", "maximum_age",
                        *columns("application_process", "fees_description"), "operation", "starts_on", "ends_on",
                        *columns("alert"), "alert_until", *CONFIRMATION,
                    ]
                ),
            ]
        )
    )  # fmt: skip

    def read_relations(self, rows):
        super().read_relations(rows)
        self._read(rows, "languages_read", ServiceLanguage, "service_id", "language_id", "mode")

    def end_batch(self):
        spoken = self.waiting.pop("languages", [])
        super().end_batch()
        self._write(spoken, "languages_read", ServiceLanguage, "service_id", "language_id", "mode")


class NumberedTable(Table):
    """Rows known by a number, which the portal gives: it stays empty for a new row."""

    key = "id"

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        if instance.pk and instance._state.adding:
            reason = _("There is no row with this number. Leave it empty for a new one.")
            raise ValidationError({"id": [ValidationError(reason)]})
        super().validate_instance(instance, import_validation_errors, validate_unique)


class ScheduleTable(NumberedTable):
    """Opening hours, a rule of RFC 5545 in each row."""

    model = Schedule
    sheet = "schedules"
    title = gettext_lazy("Opening hours")
    page = Service
    vars().update(
        named(
            column(Schedule, name)
            for name in [
                "id", "service", "byday", "opens_at", "closes_at", "freq", "interval", "bysetpos", "valid_from",
                "valid_to", "is_open_on_holidays", *columns("notes"),
            ]
        )
    )  # fmt: skip

    def noted(self, row):
        return row.service_id, self.lookups(Service, "slug").codes[row.service_id]


class ContactTable(NumberedTable):
    model = Contact
    sheet = "contacts"
    title = gettext_lazy("Contacts")
    relations = ["services"]
    vars().update(
        named(
            [
                *(column(Contact, name) for name in ["id", "organization"]),
                relation(Contact, "services"),
                *(
                    column(Contact, name)
                    for name in [
                        "is_function", *columns("name", "title", "department"), "email", "phone", "consent_on",
                        "visibility", "confirms",
                    ]
                ),
            ]
        )
    )  # fmt: skip


ADDRESS = ["attention", "address_1", "postal_code", "city", "latitude", "longitude"]


class PlaceTable(NumberedTable):
    """Places with their addresses, the protected ones too: only for those who may see them."""

    model = Location
    sheet = "places"
    title = gettext_lazy("Places")
    relations = ["services"]
    permission = MAY_SEE_PROTECTED
    vars().update(
        named(
            [
                *(column(Location, name) for name in ["id", "organization"]),
                relation(Location, "services"),
                *(
                    column(Location, name)
                    for name in [
                        *columns("name"), "location_type", "visibility", "municipality",
                        *columns("transportation", "accessibility"), "url",
                    ]
                ),
                *(column(Address, name, within="address_read__") for name in ADDRESS),
            ]
        )
    )  # fmt: skip

    def init_instance(self, row=None):
        instance = super().init_instance(row)
        instance.address_read = Address()
        return instance

    def read_relations(self, rows):
        super().read_relations(rows)
        addresses = Address.protected.in_bulk([row.pk for row in rows])
        for row in rows:
            row.address_read = addresses.get(row.pk) or Address(location=row)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance, import_validation_errors, validate_unique)
        instance.address_read.clean_fields(exclude=["location"])
        instance.address_read.validate_constraints(exclude=["location"])

    def after_save_instance(self, instance, row, **kwargs):
        address, is_there = instance.address_read, not instance.address_read._state.adding
        address.location = instance
        if any(getattr(address, name) not in {"", None} for name in ADDRESS):
            address.save()
        elif is_there:
            address.delete()

    def noted(self, row):
        return row.pk, f"{row._meta.verbose_name} {row.pk}"  # no names: it may be hidden, or become so


TABLES: list[type[Table]] = [OrganizationTable, ServiceTable, ScheduleTable, PlaceTable, ContactTable]
BY_SHEET = {table.sheet: table for table in TABLES}


def permitted(user, deed: str) -> list[type[Table]]:
    """The tables with which this person may do it: import or export."""
    needed = ["view"] if deed == "export" else ["view", "add", "change"]
    return [
        table
        for table in TABLES
        if user.has_perm(f"actors.{deed}_register")
        and user.has_perms([f"actors.{action}_{(table.page or table.model)._meta.model_name}" for action in needed])
        and (not table.permission or user.has_perm(table.permission))
    ]
