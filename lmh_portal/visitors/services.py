"""Telling visitors apart for a day without knowing any of them.

What they are told apart by is their network address and what their browser says of itself. Neither is kept:
a tally stands under an HMAC of both and of the day, whose key is random, lives in the memory of the server's
processes alone and is gone when they stop. The tallies themselves are deleted every night.
"""

import hashlib
import hmac
from ipaddress import ip_network
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from lmh_portal.visitors.models import Tally


class Visitor(NamedTuple):
    """Staff of a whole hospital may share an address; their browsers differ a little."""

    address: str
    browser: str


def visitor(request) -> Visitor:
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:  # the last one is written by our own proxy, the others by anybody
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    browser = [request.headers.get(name, "") for name in ["User-Agent", "Accept-Language"]]
    return Visitor(_network(address), "\n".join(browser))


def _network(address: str) -> str:
    """Of an IPv6 address the half that a visitor cannot choose."""
    try:
        return str(ip_network((address, 64 if ":" in address else 32), strict=False))
    except ValueError:
        return address


def times_today(*what: object) -> int:
    """Count that it has happened once more; how often that makes today."""
    today = timezone.localdate()
    text = "\n".join([str(today), *(f"{len(str(part))} {part}" for part in what)])
    digest = hmac.digest(settings.VISITOR_KEY.encode(), text.encode(errors="replace"), hashlib.sha256).hex()
    with connection.cursor() as cursor:  # one statement, so that of two at the same time one is the second
        cursor.execute(
            "WITH unwaiting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"  # for the disk
            " INSERT INTO visitors_tally (digest, day, count) SELECT %s, %s, 1 FROM unwaiting"
            " ON CONFLICT (digest) DO UPDATE SET count = visitors_tally.count + 1 RETURNING count",
            [digest, today],
        )
        return cursor.fetchone()[0]


def forget_visitors() -> int:
    """Delete what is not of today; how many."""
    return Tally.objects.exclude(day=timezone.localdate()).delete()[0]
