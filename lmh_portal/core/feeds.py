"""What all Atom feeds of the portal have in common."""

import datetime as dt
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed

ENTRIES = 50
BEGINNING = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # before the first version
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """The text without the few characters that XML cannot hold."""
    return NO_XML.sub(" ", text)


def identity(path: str) -> str:
    """A name that stays the same whatever becomes of addresses (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_ADDRESS).hostname},{BEGINNING.year}:{path}"


class Atom(Atom1Feed):
    def item_attributes(self, item):
        return {"xml:lang": item["title_language"]}

    def latest_post_date(self):
        """The newest entry's; a feed without entries does not pretend to be new at every visit."""
        return super().latest_post_date() if self.items else BEGINNING
