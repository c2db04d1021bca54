"""Certificates: issued to those who were at enough of the meetings, checked by anybody, withdrawn by the centre.

What is drawn of one, as a page or as a PDF, is drawn when it is asked for and kept nowhere (decision 0019).
"""

import datetime as dt
import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import typst
from django.db import transaction
from django.db.models import Count, ExpressionWrapper, F, IntegerField, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.attending import plain_code
from events.models import Certificate, Event, Occasion, Registration, start_of_today
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.templatetags.portal import absolute, day
from lmh_portal.core.translated import Text, page_language, translated

TEMPLATE = Path(__file__).parent / "certificate" / "certificate.typ"
FONTS = TEMPLATE.parent / "fonts"
CHECKS_A_DAY = 60  # of one network address and kind of browser
GROUP = 4  # letters of a code that are written together


class NotDrawable(Exception):
    """A letter of the name is in none of the fonts: the page can be printed instead."""


# --- issued


def issue_all() -> int:
    """For every event whose last meeting was before today; how many certificates were issued."""
    return _issue(_deserving().filter(event__finishes_at__lt=start_of_today()))


def issue(event: Event) -> int:
    """For one event as soon as its last meeting is over."""
    return _issue(_deserving().filter(event=event, event__finishes_at__lte=timezone.now()))


def _deserving() -> QuerySet:
    """Those who were at enough of the meetings and have no certificate, neither valid nor withdrawn."""
    share = ExpressionWrapper(F("there") * 100, output_field=IntegerField())
    enough = F("event__registration_form__certificate_percent") * F("event__meetings")
    return (
        Registration.objects.filter(event__registration_form__certificate_percent__isnull=False)
        .filter(certificate=None, anonymized_at=None)
        .exclude(name="")
        .annotate(there=Count("attendances"))
        .annotate(share=share)
        .filter(there__gt=0, share__gte=enough)
        .select_related("event__registration_form")
        .order_by("pk")
    )


@transaction.atomic
def _issue(registrations: QuerySet) -> int:
    deserving = list(registrations)
    lengths = _lengths({one.event_id for one in deserving})
    rows = [Certificate(registration=one, hours=_hours(one, lengths)) for one in deserving]
    Certificate.objects.bulk_create(rows, ignore_conflicts=True)  # two at the same time issue one
    return len(rows)


def _lengths(events: set[int]) -> dict[int, dt.timedelta]:
    meetings = Occasion.objects.filter(event__in=events).order_by()
    return dict(meetings.values_list("event").annotate(length=Sum(F("ends_at") - F("starts_at"))))


def _hours(registration: Registration, lengths: dict[int, dt.timedelta]) -> Decimal:
    told = registration.event.registration_form.certificate_hours
    if told is not None:
        return told
    hours = Decimal(lengths[registration.event_id].total_seconds()) / 3600
    return min(hours.quantize(Decimal("0.1")), Decimal("9999.9"))


def withdraw(certificates: QuerySet) -> int:
    return certificates.filter(revoked_at=None).update(revoked_at=timezone.now())


def restore(certificates: QuerySet) -> int:
    return certificates.exclude(revoked_at=None).update(revoked_at=None)


def is_valid(code: str) -> bool:
    """All that anybody learns of a code. One question to the database, whatever the code is."""
    return Certificate.objects.filter(code=plain_code(code), revoked_at=None).exists()


def certificate_of(registration: Registration) -> Certificate | None:
    """A valid one; none where the name is erased already."""
    valid = Certificate.objects.filter(registration=registration, revoked_at=None, registration__anonymized_at=None)
    return valid.select_related("registration__event__organizer").first()


# --- drawn


class Fact(NamedTuple):
    label: str
    text: Text


class Statement(NamedTuple):
    """What a certificate says, in the language of the page."""

    name: Text
    event: Text
    facts: list[Fact]
    code: str
    address: str


def statement_of(certificate: Certificate) -> Statement:
    registration = certificate.registration
    event = registration.event
    meetings = Occasion.objects.filter(attendances__registration=registration)
    days = [day(meeting.starts_at) for meeting in meetings]
    return Statement(
        name=Text(registration.name, _script_language(registration.name)),
        event=translated(event, "name"),
        facts=[
            Fact(_("Hours"), _here(number_format(certificate.hours.normalize(), use_l10n=True))),
            Fact(_("Dates"), _here(pgettext("list separator", ", ").join(dict.fromkeys(days)))),
            Fact(capfirst(_("organiser")), translated(event.organizer, "name")),
            Fact(capfirst(_("issued")), _here(day(certificate.issued_at))),
        ],
        code=readable(certificate.code),
        address=absolute(reverse("events:certificate_check")),
    )


def _here(value: str) -> Text:
    return Text(value, page_language())


def _script_language(name: str) -> str:
    """A language that is written in the direction of the name."""
    strong = (unicodedata.bidirectional(letter) for letter in name)
    is_rtl = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"
    direction = "rtl" if is_rtl else "ltr"
    return next(language.code for language in LANGUAGES.values() if language.direction == direction)


def readable(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def as_pdf(certificate: Certificate) -> bytes:
    """Tagged for readers of screens (PDF/UA-1), made in memory."""
    try:
        return typst.compile(
            TEMPLATE,
            sys_inputs={"data": json.dumps(_data(statement_of(certificate)))},
            font_paths=[FONTS],
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            format="pdf",
        )
    except typst.TypstError:
        raise NotDrawable from None  # its words quote the name


def _data(statement: Statement) -> dict:
    return {
        "title": _("Certificate of participation"),
        "heading": _("Certificate of participation"),
        "language": page_language(),
        "direction": LANGUAGES[page_language()].direction,
        "portal": _("Learning Centre for Migration and Health"),
        "certifies": _("This is to certify that"),
        "attended": _("has taken part in"),
        "name": _told(statement.name),
        "event": _told(statement.event),
        "facts": [{"label": fact.label, "text": _told(fact.text)} for fact in statement.facts],
        "organizer": _("Learning Centre for Migration and Health"),
        "check": _("Whether this certificate is valid can be checked with its code:"),
        "code": statement.code,
        "address": statement.address,
    }


def _told(text: Text) -> dict:
    return {"value": text.value, "language": text.language, "direction": text.direction}
