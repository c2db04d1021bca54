"""From rows of text to rows of the database: what the loaders of all files have in common."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction

from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE
from lmh_portal.starter.context import Links, Loading, key_of
from lmh_portal.starter.files import Content, Problem, Row, read_csv

NOTE = "note"  # a column that every file may have, for those who read the file


class Loader:
    """Loads one file into one model; subclasses say which.

    A column is named after the field that it fills, a translated field has one for each language.
    `renamed` tells which field a column of another name fills; `extra` are columns that `complete`
    turns into values; `constant` are values of every row.
    """

    file: str
    model: type[models.Model]
    fields: list[str]
    renamed: dict[str, str] = {}
    extra: dict[str, models.Field] = {}
    constant: dict[str, Any] = {}
    row_by_row = False  # whether a row with a problem is refused alone, without the rest of the file

    def __init__(self, loading: Loading):
        self.loading = loading
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self.hindrance = ""  # why the file was not even read

    # --- what subclasses may change

    @property
    def title(self) -> str:
        return self.file

    @property
    def path(self) -> Path:
        return self.loading.directory / self.file

    def read(self) -> Content:
        return read_csv(self.path, self.file, self.header_problems)

    def complete(self, values: dict[str, Any], row: Row) -> dict[str, Any]:
        """The values of the model's fields, from those of the columns."""
        return values

    def existing(self) -> dict[Hashable, models.Model]:
        return dict(self.loading.index[self.model])

    def identity(self, values: dict[str, Any]) -> Hashable:
        return values[key_of(self.model)]

    def is_settled(self, identity: Hashable) -> bool:
        """Whether the database has its own version of the row, which only overwriting changes."""
        return identity in self.present

    def to_blame(self, row: Row) -> str:
        """The column to name when a rule concerns the row as a whole."""
        return next(iter(row.cells))

    def finish(self, rows: list[models.Model]) -> None:
        """Called when all rows are loaded."""

    # --- columns

    @classmethod
    @cache
    def columns(cls) -> dict[str, models.Field]:
        """The field behind each column, translated ones in all languages of the portal."""
        found = {}
        for name in cls.fields:
            names = [f"{name}_{code}" for code in LANGUAGES] if cls.is_translated(name) else [name]
            found |= {cls.column_of(one): cls.model._meta.get_field(one) for one in names}
        return found | cls.extra

    @classmethod
    def column_of(cls, name: str) -> str:
        return next((column for column, renamed in cls.renamed.items() if renamed == name), name)

    @classmethod
    def is_translated(cls, name: str) -> bool:
        return f"{name}_{SOURCE_LANGUAGE}" in {one.name for one in cls.model._meta.fields}

    @classmethod
    def header_problems(cls, header: list[str]) -> Iterator[tuple[str, str]]:
        translated = {name for name in cls.fields if cls.is_translated(name)}
        optional = {f"{name}_{code}" for name in translated for code in LANGUAGES if code != SOURCE_LANGUAGE}
        for column in cls.columns():
            if column not in header and column not in optional:
                yield column, "this column is missing"
        for column in header:
            name, _, language = column.rpartition("_")
            is_known = column in cls.columns() or column == NOTE or (name in translated and language.isalpha())
            if not is_known:
                yield column, "is not a column of this file"

    @classmethod
    def needs(cls) -> set[type[models.Model]]:
        """The models that rows of this file refer to."""
        return {one.related_model for one in cls.columns().values() if one.is_relation}

    # --- loading

    def load(self) -> None:
        """Load the rows, if none has a problem."""
        content = self.read()
        self.problems += content.problems
        self.present = self.existing()
        self.lines: dict[Hashable, int] = {}
        if self.row_by_row:
            for row in content.rows:
                self._load_together([row], len(self.problems))
        else:
            self._load_together(content.rows, 0)

    @transaction.atomic
    def _load_together(self, rows: list[Row], problems_before: int) -> None:
        relations = {name: self.model._meta.get_field(name) for name in self.fields}
        self.links = {name: Links(relation) for name, relation in relations.items() if relation.many_to_many}
        loaded = [self._load_row(row, values) for row, values in self._readable(rows)]
        for links in self.links.values():
            links.write()
        if len(self.problems) > problems_before:
            transaction.set_rollback(True)
            self.loading.index.pop(self.model, None)
            return
        self.finish([instance for instance, _ in loaded])
        self.counts.update(deed for _, deed in loaded)

    def _readable(self, rows: list[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
        for row in self._parents_first(rows):
            values = self._values(row)
            if values is None:
                self._register_refused(row)
            elif self._is_first(row, self.identity(values)):
                yield row, values

    def _is_first(self, row: Row, identity: Hashable) -> bool:
        if identity in self.lines:
            column = self.column_of(key_of(self.model) or "position")
            self.problems.append(row.problem(column, f"is already on line {self.lines[identity]}"))
            return False
        self.lines[identity] = row.line
        return True

    def _load_row(self, row: Row, values: dict[str, Any]) -> tuple[models.Model, str]:
        """Save the row if the database lacks it, or has another version that may be overwritten."""
        identity = self.identity(values)
        links = {name: values.pop(name) for name in self.links if name in values}
        known = self.present.get(identity)
        instance = copy(known) if known else self.model()
        changed = [name for name, value in values.items() if self._set(instance, name, value)]
        is_left = self.is_settled(identity) and not self.loading.overwrite
        is_sound = self._is_sound(row, instance, values, is_left)
        relinked = [name for name, targets in links.items() if self.links[name].differ(instance, targets)]
        if is_left and known and self._fill_in(row, known, values):
            return known, "filled in"
        if is_left or (known and not changed and not relinked):
            return known or instance, "kept"
        if is_sound:
            instance.save()
            for name in relinked:
                self.links[name].replace(instance, links[name])
        self._register(instance)
        return instance, "overwritten" if known else "added"

    def _set(self, instance: models.Model, name: str, value: Any) -> bool:
        """Set the field; tell whether its value was another."""
        attribute = self.model._meta.get_field(name).attname
        before = getattr(instance, attribute)
        setattr(instance, name, value)
        return getattr(instance, attribute) != before

    def _fill_in(self, row: Row, known: models.Model, values: dict[str, Any]) -> bool:
        """Give an existing row the texts that it lacks in the language that was asked for, if any."""
        names = {f"{name}_{self.loading.language}" for name in self.fields}
        gaps = {name: values[name] for name in names & values.keys() if values[name] and not getattr(known, name)}
        for name, value in gaps.items():
            setattr(known, name, value)
        if gaps and self._is_sound(row, known, values, is_left=False):
            known.save()
        return bool(gaps)

    # --- reading values

    def _values(self, row: Row) -> dict[str, Any] | None:
        """The model's values from the row's cells; nothing if one of them is a problem."""
        values = dict(self.constant)
        problems_before = len(self.problems)
        for column, behind in self.columns().items():
            if column in row.cells:
                try:
                    values[self.renamed.get(column, column)] = self._value(behind, row.cells[column].strip())
                except ValidationError as error:
                    self.problems += [row.problem(column, reason) for reason in error.messages]
        if len(self.problems) > problems_before:
            return None
        try:
            return self.complete(values, row)
        except ValidationError as error:
            self._blame(row, error)
            return None

    def _value(self, behind: models.Field, text: str) -> Any:
        if isinstance(behind, ArrayField):
            return behind.clean([one.strip() for one in text.split(";") if one.strip()], None)
        if behind.many_to_many:
            codes = dict.fromkeys(code.strip() for code in text.split(";") if code.strip())
            return [self._find(behind, code) for code in codes]
        if behind.is_relation and text:
            return self._find(behind, text)
        if isinstance(behind, models.BooleanField) and text:
            if text not in {"true", "false"}:
                raise ValidationError("must be true or false")
            return text == "true"
        return behind.clean(text or (None if behind.null else behind.get_default()), None)

    def _find(self, relation: models.Field, code: str) -> models.Model:
        found = self.loading.index[relation.related_model].get(code)
        limits = {} if relation.many_to_many else relation.get_limit_choices_to()
        if found is None or any(getattr(found, name) != value for name, value in limits.items()):
            raise ValidationError(f"{code!r} is not known")
        return found

    # --- the model's own rules

    def _is_sound(self, row: Row, instance: models.Model, values: dict[str, Any], is_left: bool) -> bool:
        """Other rows of the database matter only to a row that is written."""
        if any(isinstance(value, models.Model) and value.pk is None for value in values.values()):
            return False  # it refers to a row that is refused itself
        problems_before = len(self.problems)
        for rule in self._rules(instance, is_left):
            try:
                rule()
            except ValidationError as error:
                self._blame(row, error)
        return len(self.problems) == problems_before

    def _rules(self, instance: models.Model, is_left: bool) -> Iterator[Callable[[], None]]:
        yield instance.clean
        if not is_left:
            untranslated = {name for name in self.fields if self.is_translated(name)}
            yield lambda: instance.validate_unique(exclude=untranslated | {key_of(self.model)})
        for constraint in self.model._meta.constraints:
            if not is_left or isinstance(constraint, models.CheckConstraint):
                yield lambda constraint=constraint: constraint.validate(self.model, instance)

    def _blame(self, row: Row, error: ValidationError) -> None:
        reasons = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in reasons.items():
            column = self.column_of(name)
            if column not in row.cells:
                column = self.to_blame(row)
            self.problems += [row.problem(column, reason) for reason in messages]

    # --- rows that refer to others of the same file

    def _parents_first(self, rows: list[Row]) -> Iterator[Row]:
        """The rows, each after the one of this file that it refers to."""
        own = [column for column, one in self.columns().items() if one.is_relation and one.related_model is self.model]
        key = self.column_of(key_of(self.model))
        while rows:
            codes = {row.cells[key] for row in rows} if own else set()
            waiting = [row for row in rows if any(row.cells[column] in codes for column in own)]
            if len(waiting) == len(rows):
                self.problems += [row.problem(own[0], "these rows lie within each other") for row in rows]
                return
            waiting_ids = {id(row) for row in waiting}
            yield from (row for row in rows if id(row) not in waiting_ids)
            rows = waiting

    def _register(self, instance: models.Model) -> None:
        """Let later rows refer to this one."""
        if key := key_of(self.model):
            self.loading.index[self.model][getattr(instance, key)] = instance

    def _register_refused(self, row: Row) -> None:
        """Spare later rows the complaint that what they refer to is not known."""
        if code := row.cells.get(self.column_of(key_of(self.model))):
            self.loading.index[self.model].setdefault(code, self.model())


class FromReadFile(Loader):
    """Other rows, `made` from a file of which another loader has said what is wrong with its header."""

    made: str

    @property
    def title(self) -> str:
        return f"{self.file} as {self.made}"

    @classmethod
    def header_problems(cls, header: list[str]):
        return ()
