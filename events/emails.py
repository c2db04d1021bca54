"""Letters to those who have signed up or are invited, written in the transaction of their cause.

A letter is a greeting, a text that coordinators may replace, when and where, one link, and what the page behind it
is for. What coordinators write never holds more than the text: no link can be lost.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from events import mail_texts
from events.calendars import event_calendar
from events.models import Event, Invitation, Mailing, Moment, Occasion, Registration
from events.models.mailing import Kind
from lmh_portal.core.languages import text_order
from lmh_portal.core.markdown import literal
from lmh_portal.core.templatetags.portal import absolute
from lmh_portal.core.translated import translated
from lmh_portal.letters.models import Letter
from lmh_portal.letters.services import post_text
from lmh_portal.letters.writing import as_markdown

Mode = Event.AttendanceMode
State = Registration.State
Person = Registration | Invitation
LOOKS_LIKE_A_LINK = ["/", "@", "www.", "://"]
KEYS = {  # who makes the last part of an address; by name, for these modules write letters themselves
    "events:my_registration": "events.registering.token_of",
    "events:confirm_registration": "events.registering.token_of",
    "events:invitation": "events.inviting.token_of",
    "events:evaluate": "events.evaluating.token_of",
}
MOMENTS = {Kind.THANKS: Moment.AFTER, Kind.LATER: Moment.LATER}
INVITATIONS = {Kind.INVITATION, Kind.INVITATION_REMINDER}
ENDED = {Kind.REFUSED, Kind.EXPIRED, Kind.CANCELLED, Kind.CANCELLATION}
WITHOUT_FACTS = {*ENDED, *MOMENTS}
WITH_CALENDAR = {Kind.CONFIRMED, Kind.OFFER, Kind.REMINDER_WEEK, Kind.REMINDER_DAY, Kind.CHANGE}


class Written(NamedTuple):
    """What a letter says, and in which language."""

    subject: str
    markdown: str
    language: str


def tell(
    registration: Registration, kind: str, *, mailing: Mailing | None = None, is_again: bool = False, **extra
) -> Letter:
    """Write to a participant; `extra` is that of `written`. Who is told again has the calendar file already."""
    letter = written(registration, kind, mailing=mailing, **extra)
    about = f"events.mailing:{mailing.pk}" if mailing else f"events.registration:{registration.pk}"
    return _posted(registration, kind, letter, about, [] if is_again else _calendar(registration, kind))


def invite(invitation: Invitation) -> Letter:
    return _invited(invitation, Kind.INVITATION)


def remind(invitation: Invitation) -> Letter:
    return _invited(invitation, Kind.INVITATION_REMINDER)


def _invited(invitation: Invitation, kind: str) -> Letter:
    return _posted(invitation, kind, written(invitation, kind), f"events.invitation:{invitation.pk}", [])


def _posted(person: Person, kind: str, letter: Written, about: str, attachments: list[dict]) -> Letter:
    return post_text(
        to=person.email,
        kind=f"events.{kind}",
        subject=letter.subject,
        markdown=letter.markdown,
        language=letter.language,
        about=about,
        attachments=attachments,
    )


def _calendar(registration: Registration, kind: str) -> list[dict[str, str]]:
    """The event for the calendars of those who have a seat or are offered one, or what takes it out of them."""
    event = registration.event
    left = kind == Kind.CANCELLED and registration.confirmed_at is not None
    is_over = left or (kind == Kind.CANCELLATION and registration.holds_seat)
    is_known = kind in WITH_CALENDAR and registration.holds_seat and not is_postponed(event)
    if not (is_over or is_known):
        return []
    with override(registration.language):
        join_url = event.registration_form.join_url if _may_join(registration) else None
        content = event_calendar(event, with_join_url=join_url).decode()
    content, method = (_withdrawn(content), "CANCEL") if is_over else (content, "PUBLISH")
    return [{"name": f"{event.slug}.ics", "content_type": f"text/calendar; method={method}", "content": content}]


def _withdrawn(calendar: str) -> str:
    """The same events, cancelled: RFC 5546, 3.2.5."""
    calendar = re.sub(r"(?m)^(STATUS|METHOD):.*\r?\n", "", calendar)
    calendar = re.sub(r"(?m)^BEGIN:VCALENDAR\r?\n", "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\n", calendar)
    return re.sub(r"(?m)^BEGIN:VEVENT\r?\n", "BEGIN:VEVENT\r\nSTATUS:CANCELLED\r\n", calendar)


def _may_join(registration: Registration) -> bool:
    """Whether the link to join is for this participant: who has a seat, online."""
    has_seat = registration.state == State.CONFIRMED and registration.attendance_mode == Mode.ONLINE
    return has_seat and bool(registration.event.registration_form.join_url)


# --- what it says


def written(
    person: Person,
    kind: str,
    *,
    is_handed_over: bool = False,
    reason: str = "",
    mailing: Mailing | None = None,
    occasion: Occasion | None = None,
) -> Written:
    """A letter as it would be sent now; the mailing's own text goes first, and one meeting stands for all if told."""
    language = text_language(mailing, person.language) if mailing else person.language
    meetings = [occasion] if occasion else list(person.event.occasions.all())
    with override(language):
        values = _values(person, kind, meetings)
        facts = {*_facts(person), *(["is_handed_over"] if is_handed_over else [])}
        subject, text = _texts(person.event, kind, language, facts, mailing)
        parts = [
            _greeting(values["name"]),
            mail_texts.fill_text(text, values),
            as_markdown(reason) if reason else "",
            "" if kind in WITHOUT_FACTS or is_postponed(person.event) else _card(person, meetings),
            _materials(person.event) if kind == Kind.THANKS else "",
            _action(person, kind),
            "---",
            *_footer(person, kind, values["link"]),
        ]
        return Written(mail_texts.fill_subject(subject, values), "\n\n".join(filter(None, parts)), language)


def text_language(mailing: Mailing, language: str) -> str:
    """The language in which a mailing speaks to readers of this one; the portal's own texts are in every language."""
    if mailing.kind != Kind.MESSAGE:
        return language
    return next((code for code in text_order(language) if getattr(mailing, f"body_{code}")), language)


def _texts(event: Event, kind: str, language: str, facts: Iterable[str], mailing: Mailing | None) -> tuple[str, str]:
    """Subject and text, each of the mailing, else of the event, else of the portal."""
    own = [mailing, *(row for row in event.mail_texts.all() if row.kind == kind)]
    subject, text = mail_texts.portal_text(kind, language, facts)
    return (
        next(filter(None, (getattr(row, f"subject_{language}", "") for row in own)), subject),
        next(filter(None, (getattr(row, f"body_{language}", "") for row in own)), text),
    )


def usual_text(event: Event, kind: str, language: str) -> tuple[str, str]:
    """What a letter to somebody with a seat says if nobody writes another text."""
    return _texts(event, kind, language, _facts(example(event, language)), None)


def example(event: Event, language: str) -> Registration:
    """Somebody with a seat, for previews."""
    with override(language):
        name = _("Kim Example")
    mode = Mode.ONLINE if event.attendance_mode == Mode.ONLINE else Mode.OFFLINE
    return Registration(
        event=event,
        name=name,
        language=language,
        attendance_mode=mode,
        state=State.CONFIRMED,
        holds_seat=True,
        confirmed_at=timezone.now(),
        expires_at=timezone.now(),
        queue_number=1,
    )


def _facts(person: Person) -> Iterator[str]:
    event = person.event
    if is_postponed(event):
        yield "is_postponed"
    if _asks_evaluation(event):
        yield "asks_evaluation"
    if isinstance(person, Registration):
        held = {"holds_seat": person.holds_seat, "had_seat": person.confirmed_at, "is_in_line": person.queue_number}
        yield from (name for name, holds in held.items() if holds)


def is_postponed(event: Event) -> bool:
    return event.event_status == Event.EventStatus.POSTPONED


def _asks_evaluation(event: Event) -> bool:
    form = getattr(event, "registration_form", None)
    return form is not None and form.asks_evaluation


def _values(person: Person, kind: str, meetings: list[Occasion]) -> dict[str, str]:
    event = person.event
    values = {
        "name": getattr(person, "name", "") if kind != Kind.CONFIRM else "",  # nobody knows yet whose address it is
        "event": str(event),
        "when": "; ".join(mail_texts.time_of(event, meeting) for meeting in meetings),
        "where": _place(person, meetings),
        "link": _own_page(person, kind),
    }
    if kind in {Kind.CONFIRM, Kind.OFFER}:
        values["deadline"] = mail_texts.moment(person.expires_at)
    if kind == Kind.WAITING:
        values["position"] = str(import_string("events.registering.position")(person))
    return values


def _greeting(name: str) -> str:
    """By name, unless that is written so that mail programs would make a link of it."""
    if not name or any(mark in name for mark in LOOKS_LIKE_A_LINK):
        return pgettext("start of a letter", "Hello!")
    return pgettext("start of a letter", "Hello {name}!").format(name=_shown(name))


def _place(person: Person, meetings: list[Occasion]) -> str:
    """Where this person takes part: of several meetings each may say that it is elsewhere."""
    event = person.event
    if getattr(person, "attendance_mode", event.attendance_mode) == Mode.ONLINE:
        return _("Online")
    venue = translated(meetings[0], "venue").value if len(meetings) == 1 else ""
    place = venue or translated(event, "venue").value or str(event.municipality or "")
    is_choice = isinstance(person, Invitation) and event.attendance_mode == Mode.MIXED
    return pgettext("list separator", ", ").join(filter(None, [place, _("or online") if is_choice else ""]))


def _card(person: Person, meetings: list[Occasion]) -> str:
    """When, where and how to join, set apart as a quotation."""
    others = []
    if place := _place(person, meetings):
        others.append(_labelled(_("Where:"), _shown(place)))
    if isinstance(person, Registration) and _may_join(person):
        others.append(_labelled(_("Join here:"), f"<{person.event.registration_form.join_url}>"))
    times = [_meeting(person, meeting) for meeting in meetings]
    if len(times) == 1:
        lines = "\\\n".join([_labelled(_("When:"), times[0]), *others])
    else:
        lines = "\n".join([_labelled(_("When:")), "", *(f"- {time}" for time in times), "", "\\\n".join(others)])
    return "\n".join(f"> {line}".rstrip() for line in lines.strip().splitlines())


def _labelled(label: str, value: str = "") -> str:
    return f"**{label}** {value}".rstrip()


def _shown(value: str) -> str:
    return mail_texts.isolated(literal(value))


def _meeting(person: Person, meeting: Occasion) -> str:
    """The time of a meeting, and its place where the event's several have different ones."""
    venue = translated(meeting, "venue").value if person.event.meetings > 1 else ""
    is_there = getattr(person, "attendance_mode", Mode.OFFLINE) == Mode.OFFLINE
    shown = [mail_texts.time_of(person.event, meeting), venue if is_there else ""]
    return pgettext("list separator", ", ").join(_shown(part) for part in shown if part)


def _materials(event: Event) -> str:
    links = [
        f"- {_link(str(row), absolute(row.get_absolute_url()))}" for row in event.materials.all() if not row.is_draft
    ]
    return "\n".join([_labelled(_("Material from the event:")), "", *links]) if links else ""


def _action(person: Person, kind: str) -> str:
    """The one link that the letter is about, in a paragraph of its own."""
    event_page = absolute(person.event.get_absolute_url())
    if kind == Kind.CONFIRM:
        return _link(_("Confirm my sign-up"), _address("events:confirm_registration", person))
    if kind in MOMENTS and _asks_evaluation(person.event):
        return _link(_("Answer the questions"), _address("events:evaluate", person, MOMENTS[kind]))
    if kind in ENDED:
        return _link(_("To the event's page"), event_page)
    labels = {Kind.OFFER: _("Accept or decline the place")} | dict.fromkeys(INVITATIONS, _("Answer the invitation"))
    return _link(labels.get(kind, _("My sign-up")), _own_page(person, kind))


def _own_page(person: Person, kind: str) -> str:
    return _address("events:invitation" if kind in INVITATIONS else "events:my_registration", person)


def _address(view: str, person: Person, *purpose: str) -> str:
    """The address of a page for this person alone; that of a person in a preview leads nowhere."""
    key = import_string(KEYS[view])(person, *purpose) if person.pk else "-"
    return absolute(reverse(view, args=[key]))


def _link(label: str, address: str) -> str:
    return f"[{literal(label)}](<{address}>)"


def _footer(person: Person, kind: str, own_page: str) -> Iterator[str]:
    """What the link is for, and who writes."""
    if kind == Kind.CONFIRM:
        yield _("You have not signed up? Then somebody has given your address by mistake. You need not do anything.")
    elif kind in INVITATIONS:
        yield _("You cannot come? Answer no with the same link. It is for you alone.")
    elif kind in MOMENTS:
        yield _link(_("Your sign-up, and your certificate if you have one"), own_page) + "."
    elif kind not in ENDED:
        yield _purpose(person)
    organizer = _shown(str(person.event.organizer))
    questions = _link(_("Questions? Write to us"), absolute(reverse("feedback:contact")))
    who = _("{organizer} arranges the event.").format(organizer=organizer)
    yield f"{who} {questions}."


def _purpose(registration: Registration) -> str:
    if registration.state in {State.WAITING, State.APPLIED}:
        return _("On your own page you can change your sign-up or take it back. The link is for you alone.")
    return _("On your own page you can change your sign-up, cancel it or send a colleague. The link is for you alone.")
