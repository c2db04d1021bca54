"""What letters about events say: the portal's texts, those that coordinators put in their place, and placeholders.

A text is Markdown. A placeholder is a word of a fixed list in braces; its value is put in as plain text, once.
"""

import re
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from events.models import Event, Occasion
from events.models.mailing import Kind
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.markdown import literal
from lmh_portal.core.templatetags.portal import clock, day
from lmh_portal.core.translated import page_language

PLACEHOLDERS = ["name", "event", "when", "where", "link"]
OF_ONE_KIND = {Kind.CONFIRM: ["deadline"], Kind.OFFER: ["deadline"], Kind.WAITING: ["position"]}
NEEDED = {Kind.CONFIRM: "deadline", Kind.OFFER: "deadline"}
FACTS = [  # what the portal's texts depend on
    "holds_seat", "had_seat", "is_in_line", "is_handed_over", "is_postponed", "asks_evaluation",
]  # fmt: skip
WEEKDAY_AND_DATE = "l j F Y"
_placeholder = re.compile(r"\{([^{}\n]*)\}")
_isolated = "\u2068{}\u2069"  # a value of unknown direction leaves that of the sentence alone


def placeholders(kind: str) -> list[str]:
    return PLACEHOLDERS + OF_ONE_KIND.get(kind, [])


def portal_text(kind: str, language: str, facts: Iterable[str] = ()) -> tuple[str, str]:
    """The portal's own subject and text of a letter, with their placeholders, where these facts hold."""
    context = {fact: fact in facts for fact in FACTS}
    with override(language):
        subject = render_to_string(f"emails/events/{kind}.subject", context)
        return subject.strip(), render_to_string(f"emails/events/{kind}.txt", context).strip()


def example_text(kind: str, language: str) -> tuple[str, str]:
    """The portal's text as coordinators start from it."""
    return portal_text(kind, language, ["holds_seat", "had_seat", "asks_evaluation"])


def check(kind: str, subject: str, text: str) -> None:
    """Refuse a placeholder that this letter has not, and a text without what its reader must know."""
    known = placeholders(kind)
    shown = ", ".join(f"{{{name}}}" for name in known)
    for name in _placeholder.findall(f"{subject}\n{text}"):
        if name not in known:
            raise ValidationError(
                _("“%(wrong)s” cannot be filled in here. You can use: %(known)s."),
                params={"wrong": f"{{{name}}}", "known": shown},
            )
    needed = NEEDED.get(kind)
    if needed and text and f"{{{needed}}}" not in text:
        raise ValidationError(
            _("This letter must say until when to answer: write %(needed)s where the time stands."),
            params={"needed": f"{{{needed}}}"},
        )


def fill_subject(subject: str, values: Mapping[str, str]) -> str:
    return _filled(subject, values)


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """The text with each value as plain text, and `link` as a link."""
    shown = {name: value and isolated(literal(value)) for name, value in values.items()}
    return _filled(text, shown | {"link": f"<{values['link']}>"})


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _placeholder.sub(lambda found: values.get(found[1], found[0]), text)


def isolated(text: str) -> str:
    """Text amid a right-to-left sentence that keeps its own direction."""
    return _isolated.format(text) if LANGUAGES[page_language()].direction == "rtl" else text


# --- times in words


def time_of(event: Event, meeting: Occasion) -> str:
    """When a meeting is, as exactly as it is known, in the letter's language and Swedish time."""
    if event.date_precision == Event.DatePrecision.YEAR:
        return day(meeting.starts_at, "Y")
    first, last = day(meeting.starts_at, WEEKDAY_AND_DATE), day(meeting.ends_at, WEEKDAY_AND_DATE)
    if event.date_precision == Event.DatePrecision.DAY:
        return first if first == last else f"{first} – {last}"
    if first == last:
        return _with_time(first, f"{clock(meeting.starts_at)}–{clock(meeting.ends_at)}")
    return f"{_with_time(first, clock(meeting.starts_at))} – {_with_time(last, clock(meeting.ends_at))}"


def moment(value) -> str:
    """A day with its time of day."""
    return _with_time(day(value, WEEKDAY_AND_DATE), clock(value))


def _with_time(date: str, time: str) -> str:
    return pgettext("list separator", ", ").join([date, time])
