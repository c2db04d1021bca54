"""Opening hours in words, and when somebody is there next. All times are those of clocks on the wall."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from operator import attrgetter
from typing import NamedTuple

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
    """A day on which it opens, and from when to when, as far as that is still to come."""

    day: dt.date
    hours: str
    is_now: bool


@dataclass(frozen=True)
class OpeningHours:
    lines: list[Line]
    next: Occasion | None
    is_closed_on_holidays: bool
    changes_at: dt.datetime | None  # when `next` will be another, or is open; the day's end apart

    def __bool__(self):
        return bool(self.lines)


def opening_hours(
    schedules: list[Schedule], now: dt.datetime, *, starts: dt.date | None = None, until: dt.date | None = None
) -> OpeningHours:
    """The rules in the page's language, without those that are over, and the next occasion.

    `starts` and `until` are the first and the last day on which it opens at all, whatever the rules say.
    """
    first = max(now.date(), starts or now.date())
    current = [one for one in schedules if one.valid_to is None or one.valid_to >= first]
    spans = [span for one in current for span in _first(one, now, starts or dt.date.min, until or dt.date.max)]
    return OpeningHours(
        [_line(one, first) for one in current],
        _next(spans, now),
        any(not one.is_open_on_holidays for one in current),
        min((span.changes_after(now) for span in spans if span.schedule.opens_at), default=None),
    )


def is_holiday(date: dt.date) -> bool:
    return date in _holidays(date.year)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("SE", years=year, categories=OCCASIONS))


# --- when


class _Span(NamedTuple):
    """From opening to closing, or a day without hours."""

    opens: dt.datetime
    closes: dt.datetime
    schedule: Schedule

    @classmethod
    def of(cls, schedule: Schedule, day: dt.date) -> "_Span":
        next_day = dt.datetime.combine(day, dt.time.min) + dt.timedelta(days=1)
        if schedule.opens_at is None:
            return cls(dt.datetime.combine(day, dt.time.min), next_day, schedule)
        closes_on = next_day.date() if schedule.is_overnight else day
        opens = dt.datetime.combine(day, schedule.opens_at)
        return cls(opens, dt.datetime.combine(closes_on, schedule.closes_at), schedule)

    def is_open(self, now: dt.datetime) -> bool:
        return self.schedule.opens_at is not None and self.opens <= now < self.closes

    def changes_after(self, now: dt.datetime) -> dt.datetime:
        return self.closes if self.opens <= now else self.opens


def _first(schedule: Schedule, now: dt.datetime, starts: dt.date, until: dt.date) -> list[_Span]:
    """The first time that is not over yet, unless none is near."""
    tonight = now.date() - dt.timedelta(days=schedule.is_overnight)
    first = max(tonight, starts, schedule.valid_from or dt.date.min)
    counted_from = schedule.valid_from or first.replace(day=1)
    rule = rrulestr(schedule.rrule, dtstart=dt.datetime.combine(counted_from, dt.time.min))
    last = min(schedule.valid_to or dt.date.max, until)
    for moment in islice(rule.xafter(dt.datetime.combine(first, dt.time.min), inc=True), TRIED):
        if moment.date() > last:
            break
        span = _Span.of(schedule, moment.date())
        if span.closes > now and (schedule.is_open_on_holidays or not is_holiday(moment.date())):
            return [span]
    return []


def _next(spans: list[_Span], now: dt.datetime) -> Occasion | None:
    """Where it is open now, else the earliest day; with the hours of all rules that name it."""
    if not spans:
        return None
    is_now = any(span.is_open(now) for span in spans)
    day = min(span.opens.date() for span in spans if span.is_open(now) or not is_now)
    on_it = sorted((span for span in spans if span.opens.date() == day), key=attrgetter("opens", "closes"))
    return Occasion(day, _listed(filter(None, (_hours(span.schedule) for span in on_it))), is_now)


# --- in words


def _line(schedule: Schedule, today: dt.date) -> Line:
    return Line(capfirst(_days(schedule)), _hours(schedule), _period(schedule, today), translated(schedule, "notes"))


def _hours(schedule: Schedule) -> str:
    if schedule.opens_at is None:
        return ""
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
