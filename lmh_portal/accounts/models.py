"""Who signs in: editors and administrators; visitors have no accounts."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Our own model from the first migration, so that it can grow."""

    translates = ArrayField(
        models.CharField(max_length=10), verbose_name=_("translates into"), default=list, blank=True
    )  # codes of the languages in which this person may write
