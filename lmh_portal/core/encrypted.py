"""Texts that are encrypted at rest, with keys that can be changed."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _keys() -> MultiFernet:
    """The first key encrypts, every one of them decrypts."""
    return MultiFernet([Fernet(key) for key in settings.PROTECTED_DATA_KEYS])


class EncryptedTextField(models.TextField):
    """A text that the database holds only in encrypted form (Fernet: AES-128-CBC with HMAC-SHA256).

    It can be read and written, not searched. A value that no key opens raises InvalidToken.
    """

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return _keys().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value, expression, connection):
        return _keys().decrypt(value.encode()).decode() if value else value


def changed_key(encrypted: str) -> str:
    """The same text under the first key."""
    return _keys().rotate(encrypted.encode()).decode()
