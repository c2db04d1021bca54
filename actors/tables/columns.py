"""What the columns of tables mean: a field, read from a text and written as one."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from actors.organization_numbers import normalized
from actors.tables.cells import storable

CLOCK = re.compile(r"[.:]")  # between hours, minutes and seconds
YES, NO = {"yes", "true", "1", "ja", "sant", "نعم"}, {"no", "false", "0", "nej", "falskt", "لا"}


class Lookup:
    """Rows of a model by code, and codes by row: read once, for one import or export."""

    def __init__(self, model: type[models.Model], code: str, which: dict[str, str]):
        self.name = model._meta.verbose_name
        pairs = list(model._base_manager.filter(**which).values_list(code, "pk"))
        self.ids = dict(pairs)
        self.codes = {pk: code for code, pk in pairs}

    def add(self, code: str, pk: int) -> None:
        self.ids[code], self.codes[pk] = pk, code

    def find(self, code: str) -> int:
        if code not in self.ids:
            raise ValueError(_("There is no “%(code)s” (%(kind)s).") % {"code": code, "kind": self.name})
        return self.ids[code]


class Lookups:
    """The lookups of one import or export, each made when it is first asked for."""

    def __init__(self):
        self._made: dict[tuple, Lookup] = {}

    def __call__(self, model: type[models.Model], code: str, **which: str) -> Lookup:
        key = model, code, *which.items()
        if key not in self._made:
            self._made[key] = Lookup(model, code, which)
        return self._made[key]


class Text(Widget):
    """A text as it is."""

    note = ""

    def clean(self, value: str, row=None, **kwargs) -> Any:
        return value.strip()

    def render(self, value: Any, obj=None, **kwargs) -> str:
        return storable(str(value)) if value is not None else ""

    def is_same(self, old: str, new: str) -> bool:
        return old.strip() == new.strip()


class Parsed(Text):
    """Something that can be written in several ways."""

    def is_same(self, old, new):
        try:
            return self.clean(old) == self.clean(new)
        except ValueError:
            return False


class OrganizationNumber(Parsed):
    def clean(self, value, row=None, **kwargs):
        return normalized(value.strip())


class Choice(Parsed):
    """One of a few values, or none where the field may be null."""

    def __init__(self, choices: Iterable, *, is_optional: bool = False):
        super().__init__()
        self.values = {str(value).lower(): value for value, _label in choices}
        self.is_optional = is_optional

    @property
    def note(self) -> str:
        return _("One of: %(values)s") % {"values": ", ".join(map(str, self.values.values()))}

    def clean(self, value, row=None, **kwargs):
        value = value.strip().lower()
        if not value and self.is_optional:
            return None
        if value not in self.values:
            raise ValueError(self.note)
        return self.values[value]


class Day(Parsed):
    note = gettext_lazy("A day, for example 2026-10-02")

    def clean(self, value, row=None, **kwargs):
        try:
            return dt.date.fromisoformat(value.strip()) if value.strip() else None
        except ValueError as error:
            raise ValueError(self.note) from error


class Clock(Parsed):
    note = gettext_lazy("A time, for example 13:30")

    def clean(self, value, row=None, **kwargs):
        if not value.strip():
            return None
        try:
            return dt.time(*map(int, CLOCK.split(value.strip())))
        except (ValueError, TypeError) as error:
            raise ValueError(self.note) from error

    def render(self, value, obj=None, **kwargs):
        return value.isoformat("seconds" if value.second else "minutes") if value is not None else ""


class Whole(Parsed):
    note = gettext_lazy("A whole number")

    def clean(self, value, row=None, **kwargs):
        value = value.strip()
        if value and not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise ValueError(self.note)
        return int(value) if value else None


class Degrees(Parsed):
    note = gettext_lazy("Degrees, for example 57.708870")

    def clean(self, value, row=None, **kwargs):
        try:
            number = Decimal(value.strip().replace(",", ".")) if value.strip() else None
        except InvalidOperation as error:
            raise ValueError(self.note) from error
        if number is not None and not number.is_finite():
            raise ValueError(self.note)
        return number


class YesNo(Parsed):
    note = gettext_lazy("yes or no")

    def clean(self, value, row=None, **kwargs):
        value = value.strip().lower()
        if value not in YES | NO:
            raise ValueError(self.note)
        return value in YES

    def render(self, value, obj=None, **kwargs):
        return "yes" if value else "no"


class One(Text):
    """A row of another table, by its code."""

    def __init__(self, model: type[models.Model], code: str = "code", **which: str):
        super().__init__()
        self.model, self.code, self.which = model, code, which

    def lookup(self, lookups: Lookups) -> Lookup:
        return lookups(self.model, self.code, **self.which)

    @property
    def note(self) -> str:
        return _("The code of one (%(kind)s)") % {"kind": self.model._meta.verbose_name}

    def clean(self, value, row=None, lookups=None, **kwargs):
        return self.lookup(lookups).find(value.strip()) if value.strip() else None

    def render(self, value, obj=None, lookups=None, **kwargs):
        return self.lookup(lookups).codes[value] if value else ""


def parts(text: str) -> list[str]:
    """The entries of a list, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


class Several(One):
    """Rows of another table, by their codes; their order says nothing."""

    @property
    def note(self) -> str:
        return _("Codes with semicolons between (%(kind)s)") % {"kind": self.model._meta.verbose_name}

    def clean(self, value, row=None, lookups=None, **kwargs):
        return [self.lookup(lookups).find(part) for part in parts(value)]

    def render(self, value, obj=None, lookups=None, **kwargs):
        return ";".join(sorted(self.lookup(lookups).codes[pk] for pk in value))

    def is_same(self, old, new):
        return set(parts(old)) == set(parts(new))


class SeveralValues(Several):
    """Some of a few values."""

    def __init__(self, choices: Iterable):
        Text.__init__(self)
        self.values = {value.lower(): value for value, _label in choices}

    @property
    def note(self) -> str:
        return _("Several of, with semicolons between: %(values)s") % {"values": ", ".join(self.values.values())}

    def clean(self, value, row=None, **kwargs):
        asked = parts(value.lower())
        if not set(asked) <= set(self.values):
            raise ValueError(self.note)
        return [self.values[one] for one in asked]

    def render(self, value, obj=None, **kwargs):
        return ";".join(value or [])


class WithMode(Several):
    """Languages with how each is used: `ar:spoken;so:phone`."""

    def __init__(self, model, choices: Iterable):
        super().__init__(model)
        self.modes = [value for value, _label in choices]

    @property
    def note(self) -> str:
        return _("code:how with semicolons between, for example ar:spoken;so:phone; how is one of: %(values)s") % {
            "values": ", ".join(self.modes)
        }

    def clean(self, value, row=None, lookups=None, **kwargs):
        return [self._pair(part, lookups) for part in parts(value)]

    def _pair(self, part: str, lookups: Lookups) -> tuple[int, str]:
        code, _colon, mode = part.partition(":")
        if mode.strip() not in self.modes:
            raise ValueError(self.note)
        return self.lookup(lookups).find(code.strip()), mode.strip()

    def render(self, value, obj=None, lookups=None, **kwargs):
        codes = self.lookup(lookups).codes
        return ";".join(sorted(f"{codes[pk]}:{mode}" for pk, mode in value))


class Column(Field):
    """A column with a stable name. `attribute` is what of the row it holds, `label` and `help_text` are for people."""

    def __init__(self, name: str, widget: Text | None = None, attribute: str = "", label="", help_text=""):
        super().__init__(attribute=attribute or name, column_name=name, widget=widget or Text())
        self.label, self.help_text = label, help_text

    @property
    def note(self) -> str:
        return str(self.widget.note)


def column(model: type[models.Model], name: str, *, within: str = "") -> Column:
    """The column of a plain field of a model, read and written as its kind asks for."""
    field = model._meta.get_field(name)
    original = getattr(field, "translated_field", field)
    attribute, widget = field.attname, None
    if field.is_relation:
        widget = One(field.related_model, _code_of(field.related_model), **field.get_limit_choices_to())
    elif field.choices:
        widget = Choice(field.choices, is_optional=field.null)
    elif name == "organization_number":
        widget = OrganizationNumber()
    else:
        widget = _widget(original)
    return Column(name, widget, f"{within}{attribute}", original.verbose_name, original.help_text)


def _widget(field: models.Field) -> Text:
    if isinstance(field, models.BooleanField):
        return YesNo()
    if isinstance(field, models.DateField):
        return Day()
    if isinstance(field, models.TimeField):
        return Clock()
    if isinstance(field, models.DecimalField):
        return Degrees()
    if isinstance(field, models.IntegerField):
        return Whole()
    if hasattr(field, "base_field"):
        return SeveralValues(field.base_field.choices)
    return Text()


def relation(model: type[models.Model], name: str) -> Column:
    """The column of a relation to several rows; the table reads their ids into `<name>_read`."""
    field = model._meta.get_field(name)
    other = field.related_model if name != "topics" else field.remote_field.model
    widget = Several(other, _code_of(other))
    return Column(name, widget, f"{name}_read", field.verbose_name, getattr(field, "help_text", ""))


def _code_of(model: type[models.Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}
    return "code" if "code" in names else "slug"
