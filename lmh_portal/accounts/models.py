"""Who signs in: editors and administrators; visitors have no accounts."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Our own model from the first migration, so that it can grow."""
