"""Logs hold ids, never persons, and no link that is a key."""

import logging
import re

TOKEN = re.compile(r"\b\d+\.[\w.-]{20,}")  # a number, a secret and a signature, as links in letters have them


class WithoutTokens(logging.Filter):
    """Takes the secret part out of addresses that Django complains of, such as “Not Found: …”."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub("…", arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
