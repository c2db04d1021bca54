"""Rows for the gallery of components: made up, never saved, with a text too long on purpose."""

import datetime as dt
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.html import escape

from actors.models import Address, Contact, Location, Organization, Schedule, Service
from actors.opening import opening_hours
from actors.parts import Place
from events.attending import Meeting, MyAttendance
from events.evaluating import QUESTIONS, Bar, QuestionResult, Result
from events.models import Event, Moment, Occasion
from knowledge.citing import Cited
from knowledge.models import Overview, Resource
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.core.translated import Text
from lmh_portal.vocabulary.facets import ActiveFilter, Choice, CountedChoice, Facet, Group, Loosened, Sort
from lmh_portal.vocabulary.glossary import explain
from lmh_portal.vocabulary.terms import terms

LONG = "Hälsokommunikatörsutbildningssamordnare i Västra Götaland"


class SampleForm(forms.Form):
    """What somebody sent who filled in nothing."""

    email = forms.EmailField(label=LONG, help_text=LONG)
    mode = forms.ChoiceField(label=LONG, choices=[("one", LONG), ("two", LONG)], widget=forms.RadioSelect)

    @property
    def faults(self) -> list[SimpleNamespace]:
        targets = {"email": "id_email", "mode": "id_mode_0"}
        return [
            SimpleNamespace(target=targets[name], label=LONG, sentence=sentence)
            for name, sentences in self.errors.items()
            for sentence in sentences
        ]


def samples() -> dict:
    """What home/gallery.html draws."""
    topics = list(terms("topic"))[:3]
    first = {kind: next(iter(terms(kind)), None) for kind in ["organization_type", "event_type", "resource_type"]}
    overview = Overview(slug="x", status="draft", is_demo=True, title_sv=LONG, summary_sv=LONG, words_sv=900)
    overview.review_due, overview.topic_ids = dt.date(2020, 1, 1), topics
    resource = Resource(slug="x", status="draft", is_demo=True, title_sv=LONG, description_sv=LONG, publisher=LONG)
    resource.resource_type_id, resource.valid_until = first["resource_type"], dt.date(2020, 1, 1)
    resource.language_ids, resource.formats = list(terms("language"))[:3], ["pdf", "mp4"]
    organization = Organization(slug="x", status="published", name_sv=LONG, description_sv=LONG)
    organization.organization_type_id = first["organization_type"]
    service = Service(slug="x", status="published", organization=organization, name_sv=LONG, certainty="generic")
    service.area_ids = list(terms("area"))[:2]
    service.language_ids, service.access_facts, service.minimum_age = list(terms("language")), ["free"], 13
    organization.verification, organization.assured_by = "confirmed", LONG
    organization.assured_on = timezone.localdate()
    monday = Schedule(byday=["MO"], opens_at=dt.time(9), closes_at=dt.time(12), notes_sv=LONG)
    now = timezone.now()
    event = Event(slug="x", status="published", name_sv=LONG, starts_at=now, ends_at=now + dt.timedelta(hours=3))
    event.event_type_id, event.is_demo, event.meetings, event.event_status = (
        first["event_type"],
        True,
        3,
        "postponed",
    )
    event.has_free_places = False
    first_term = next(iter(terms("glossary").values()), None)
    explained, words = explain(escape(first_term.names[SOURCE_LANGUAGE] if first_term else LONG), SOURCE_LANGUAGE)
    return {
        "explained": explained,
        "words": words,
        "overview": overview,
        "resource": resource,
        "cited": Cited("x", LONG, SOURCE_LANGUAGE, overview.review_due, "https://example.org/", dt.date(2026, 1, 1), 3),
        "organization": organization,
        "service": service,
        "contacts": [Contact(name_sv=LONG, title_sv=LONG, phone="031-123 45 67", email="reception@example.org")],
        "places": [_place("public"), _place("area")],
        "hours": opening_hours([monday], timezone.localtime().replace(tzinfo=None)),
        "event": event,
        "meetings": [Occasion(starts_at=event.starts_at, ends_at=event.ends_at, venue_sv=LONG)] * 2,
        "sample_form": SampleForm({}),
        "topics": topics,
        "page": Paginator(range(100), 20).page(3),
        "sample_filters": _filters(),
        "mine": _attendance(now),
        "results": [_result()],
        "fallback": Text(LONG, SOURCE_LANGUAGE),
        "today": timezone.localdate(),
    }


def _attendance(now: dt.datetime) -> MyAttendance:
    occasion = Occasion(starts_at=now, ends_at=now + dt.timedelta(hours=3))
    meetings = [Meeting(occasion, is_present=False, is_today=True), Meeting(occasion, is_present=True, is_today=True)]
    return MyAttendance("x", True, False, meetings, "/", None)


def _result() -> Result:
    question = QUESTIONS[Moment.AFTER][0]
    bars = [Bar(question.label(value), value, value * 6) for value in question.values]
    return Result(Moment.AFTER, 15, [QuestionResult(question, bars, 3.7)])


def _place(visibility: str) -> Place:
    area = next(iter(terms("area")), None)
    location = Location(name_sv=LONG, visibility=visibility, municipality_id=area, accessibility_sv=LONG)
    return Place(location, Address(address_1=LONG, postal_code="411 01", city="Göteborg"))


def _filters() -> SimpleNamespace:
    facet = Facet("sample", LONG, "none")
    choices = [
        Choice("one", "1", Text(LONG, SOURCE_LANGUAGE)),
        Choice("two", "2", Text(LONG, SOURCE_LANGUAGE), True),
    ]
    counted = [CountedChoice(choice, 12, is_chosen=choice.code == "one") for choice in choices]
    sorts = [Sort("one", LONG, ()), Sort("two", LONG, ())]
    return SimpleNamespace(
        q="tolk",
        is_empty=False,
        groups=[Group(facet, counted, is_used=True)],
        total=12,
        has_unknown=True,
        active=[ActiveFilter(LONG, Text(LONG, SOURCE_LANGUAGE), "?")],
        parameters=[("q", "tolk")],
        loosened=[Loosened(LONG, [Text(LONG, SOURCE_LANGUAGE)], 12, "?")],
        sort=sorts[0],
        sort_links=[(sort, "?") for sort in sorts],
        beside=[],
        clear="?",
    )
