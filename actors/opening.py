"""Opening hours in words, and the next day on which somebody is there."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import holidays
from dateutil.rrule import rrulestr
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from actors.models import Schedule
from lmh_portal.core.templatetags.portal import clock, day
from lmh_portal.core.translated import Text, translated

DAYS = Schedule.Day.values
TRIED = 100  # occasions of a rule that may be holidays or over before we give up
OCCASIONS = holidays.PUBLIC, holidays.DE_FACTO  # Midsummer Eve, Christmas Eve and New Year's Eve are kept, too


@dataclass(frozen=True)
class Line:
    """A rule in words."""

    days: str
    hours: str
    period: str
    note: Text


@dataclass(frozen=True)
class Occasion:
    """A day on which it is open, and from when to when."""

    day: dt.date
    hours: str


@dataclass(frozen=True)
class OpeningHours:
    lines: list[Line]
    next: Occasion | None
    is_closed_on_holidays: bool

    def __bool__(self):
        return bool(self.lines)


def opening_hours(schedules: list[Schedule], today: dt.date, *, until: dt.date | None = None) -> OpeningHours:
    """The rules in the page's language, without those that are over, and the next occasion from today on."""
    current = [one for one in schedules if one.valid_to is None or one.valid_to >= today]
    return OpeningHours(
        [_line(one, today) for one in current],
        _next([(occasion, one) for one in current for occasion in _first(one, today, until)]),
        any(not one.is_open_on_holidays for one in current),
    )


def is_holiday(date: dt.date) -> bool:
    return date in _holidays(date.year)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("SE", years=year, categories=OCCASIONS))


# --- when


def _first(schedule: Schedule, today: dt.date, until: dt.date | None) -> list[dt.date]:
    """The first day from today on that the rule names, unless none is near."""
    starts = schedule.valid_from or today.replace(day=1)
    rule = rrulestr(schedule.rrule, dtstart=dt.datetime.combine(starts, dt.time.min))
    after = dt.datetime.combine(max(today, starts), dt.time.min)
    ends = min(schedule.valid_to or dt.date.max, until or dt.date.max)
    for moment in islice(rule.xafter(after, inc=True), TRIED):
        if moment.date() > ends:
            break
        if schedule.is_open_on_holidays or not is_holiday(moment.date()):
            return [moment.date()]
    return []


def _next(found: list[tuple[dt.date, Schedule]]) -> Occasion | None:
    """The earliest day, with the hours of all rules that name it."""
    if not found:
        return None
    first = min(date for date, _schedule in found)
    on_it = sorted((one for date, one in found if date == first), key=lambda one: one.opens_at or dt.time.min)
    return Occasion(first, _listed(filter(None, map(_hours, on_it))))


# --- in words


def _line(schedule: Schedule, today: dt.date) -> Line:
    return Line(capfirst(_days(schedule)), _hours(schedule), _period(schedule, today), translated(schedule, "notes"))


def _hours(schedule: Schedule) -> str:
    if schedule.opens_at is None:
        return ""
    if schedule.closes_at is None:
        return _("from %(time)s") % {"time": clock(schedule.opens_at)}
    return f"{clock(schedule.opens_at)}–{clock(schedule.closes_at)}"


def _days(schedule: Schedule) -> str:
    names, number = _names(schedule.byday), schedule.interval
    if schedule.freq == Schedule.Frequency.WEEKLY:
        other = _("%(days)s, every other week")
        every = ngettext("%(days)s, every week", "%(days)s, every %(number)s weeks", number)
    else:
        position = Schedule.Position(schedule.bysetpos).label
        names = pgettext("opening hours", "%(position)s %(day)s of the month") % {"position": position, "day": names}
        other = _("%(days)s, every other month")
        every = ngettext("%(days)s, every month", "%(days)s, every %(number)s months", number)
    return names if number == 1 else (other if number == 2 else every) % {"days": names, "number": number}


def _names(days: Iterable[str]) -> str:
    """Days in a row as a range, if they are three or more."""
    numbers = sorted({DAYS.index(one) for one in days})
    labels = [str(Schedule.Day(DAYS[number]).label) for number in numbers]
    if len(numbers) > 2 and all(after == before + 1 for before, after in pairwise(numbers)):
        return pgettext("opening hours", "%(first)s–%(last)s") % {"first": labels[0], "last": labels[-1]}
    return _listed(labels)


def _listed(parts: Iterable[str]) -> str:
    return pgettext("list separator", ", ").join(parts)


def _period(schedule: Schedule, today: dt.date) -> str:
    """From and until when the rule holds, as far as that is still to come."""
    starts = schedule.valid_from if schedule.valid_from and schedule.valid_from > today else None
    parts = [_("from %(day)s") % {"day": day(starts)}] if starts else []
    parts += [_("until %(day)s") % {"day": day(schedule.valid_to)}] if schedule.valid_to else []
    return _listed(parts)
