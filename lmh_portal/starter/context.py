"""What the loaders of one run share: the directory, the day, and the rows that others refer to."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from django.db import models
from django.utils import timezone


def key_of(model: type[models.Model]) -> str:
    """The field by which files know a model's rows; empty if they are known by others only."""
    names = {one.name for one in model._meta.fields}
    return next((name for name in ["slug", "key", "code"] if name in names), "")


class Index(dict):
    """The rows of each model by their stable key, read from the database at first use."""

    def __missing__(self, model: type[models.Model]) -> dict[str, models.Model]:
        self[model] = {getattr(row, key_of(model)): row for row in model._default_manager.all()}
        return self[model]


@dataclass
class Loading:
    """One run of the loaders."""

    directory: Path
    overwrite: bool = False
    language: str = ""  # whose texts are filled in where a row that is left alone has none
    today: dt.date = field(default_factory=timezone.localdate)
    index: Index = field(default_factory=Index)


class Links:
    """The rows of one many-to-many table: read together, written together."""

    def __init__(self, relation):
        self.through = relation.remote_field.through
        self.owner, self.target = relation.m2m_column_name(), relation.m2m_reverse_name()
        self.in_order = any(one.name == "position" for one in self.through._meta.fields)
        self.present: dict[int, list[int]] = defaultdict(list)
        self.new: list[models.Model] = []
        rows = self.through._base_manager.order_by("position" if self.in_order else self.target)
        for owner, target in rows.values_list(self.owner, self.target):
            self.present[owner].append(target)

    def differ(self, owner: models.Model, targets: list[models.Model]) -> bool:
        wanted = [target.pk for target in targets]
        return self.present[owner.pk] != (wanted if self.in_order else sorted(wanted))

    def replace(self, owner: models.Model, targets: list[models.Model]) -> None:
        if not self.differ(owner, targets):
            return
        if self.present[owner.pk]:
            self.through._base_manager.filter(**{self.owner: owner.pk}).delete()
        for position, target in enumerate(targets, 1):
            place = {"position": position} if self.in_order else {}
            self.new.append(self.through(**{self.owner: owner.pk, self.target: target.pk} | place))

    def write(self) -> None:
        self.through._base_manager.bulk_create(self.new)
