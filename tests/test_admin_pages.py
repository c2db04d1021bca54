"""Every address of the editors' desk: for editors only, nothing inline, nothing from elsewhere."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import ChangeProposal, Contact, Location, Organization, Service, VerificationRound
from events.models import (
    Certificate,
    EvaluationComment,
    Event,
    Figures,
    Invitation,
    Mailing,
    MailText,
    Occasion,
    Question,
    Quota,
    WorkshopInput,
)
from knowledge.models import Overview, OverviewTranslation, Reference, Resource
from lmh_portal.accounts.models import User
from lmh_portal.feedback.models import HelpfulCount, Message
from lmh_portal.letters.models import Letter
from lmh_portal.search.models import BestBet, QueryCount
from lmh_portal.stats.models import Link
from lmh_portal.vocabulary import models as vocabulary
from tests import make

DAY = dt.timedelta(days=1)
TERMS = [
    vocabulary.TargetGroup, vocabulary.StaffGroup, vocabulary.OrganizationType, vocabulary.EventType,
    vocabulary.ResourceType, vocabulary.InterventionLevel, vocabulary.Language,
    vocabulary.CareSetting,
]  # fmt: skip


def topics():
    return [make.make_topic(), make.make_topic()]


def make_full_overview():
    references = [make.make_reference(), make.make_reference()]
    return make.make_overview(topics(), references=references, findings=[{}], implications=[{}], status="draft")


def make_translation():
    return make.make_overview(findings=[{}]).translations.first()


def make_full_resource():
    resource = make.make_resource(topics(), languages=[make.make_term(vocabulary.Language)])
    make.make_upload(resource=resource)
    return resource


def make_link(number=0):
    return Link.objects.create(url=f"https://example.org/{Link.objects.count()}", used_on=[["Översikt", "/admin/"]])


def make_message():
    return Message.objects.create(kind="question", text="Hej!", page="/sv/", email="a@example.org", language="sv")


def make_count():
    day = timezone.localdate() - timezone.timedelta(days=HelpfulCount.objects.count())
    return HelpfulCount.objects.create(kind="overview", slug="tolk", version=1, language="sv", day=day, yes=3)


def make_round():
    """A round with an open request, an answered one and one whose contact is gone."""
    started = make.make_round(started_by=make.make_editor())
    make.make_request(round=started, contact=make.make_contact(confirms=True))
    answered_at = timezone.now()
    make.make_request(round=started, contact=make.make_contact(confirms=True), answer="ok", answered_at=answered_at)
    make.make_request(round=started, contact=None, organization=make.make_organization())
    return started


def make_full_organization():
    above = Organization.objects.first()
    organization = make.make_organization(topics(), municipality=make.make_area(), parent_organization=above)
    make.make_contact(organization=organization)
    make.make_location(organization=organization)
    return organization


def make_full_service():
    service = make.make_service(topics(), organization=make.make_organization(), areas=[make.make_area()])
    make.make_contact([service], organization=service.organization)
    make.make_schedule(service=service)
    make_full_place(service)
    return service


def make_full_occasion():
    """A meeting of today with somebody who is there."""
    occasion = make.make_event_of_today(form={"certificate_percent": 80}).occasions.get()
    make.make_participant(event=occasion.event, present=[occasion])
    make.make_participant(event=occasion.event, state="waiting")
    return occasion


def make_certificate():
    occasion = make_full_occasion()
    return Certificate.objects.create(registration=occasion.attendances.get().registration, hours=3)


def make_contribution():
    event, topic = make.make_event_of_today(), make.make_topic()
    return WorkshopInput.objects.create(event=event, topic=topic, text="Fler tolkar", language="sv", reply_sv="Ja.")


def make_comment():
    return EvaluationComment.objects.create(event=make.make_event(), moment="after", text="Bra!")


def make_best_bet():
    return BestBet.objects.create(questions="tolk\nboka tolk", kind="service", slug=make.make_service().slug)


def make_question():
    day = dt.date(2026, 11, 1) + dt.timedelta(days=QueryCount.objects.count())
    return QueryCount.objects.create(day=day, language="sv", question="tolk", visits=3, results=0)


def make_mailing():
    return Mailing.objects.create(event=make.make_event(), kind="message", subject_sv="Hej", body_sv="Vi ses.")


def make_mail_text():
    return MailText.objects.create(event=make.make_event(), kind="offer", subject_sv="Din tur")


def make_full_place(*services):
    return make.make_location(services or [make.make_service()], {"address_1": "Gatan 7", "city": "Borås"})


def make_full_event():
    """With rows in every part of its page, and somebody who has signed up, who waits and who is invited."""
    event = make.make_event(topics(), organizer=make.make_organization(), programme=["Start", "Slut"])
    make.make_sign_up_form(event, maximum_physical_attendee_capacity=1)
    Occasion.objects.create(event=event, starts_at=event.starts_at + DAY, ends_at=event.ends_at + DAY)
    Question.objects.create(event=event, text_sv="Varför?", purpose_sv="Plan")
    Quota.objects.create(event=event, places=5)
    for _ in range(2):
        make.make_registration(event)
    Invitation.objects.create(event=event, email="inbjuden@example.org", language="sv")
    return event


EVENT_PAGES = ["participants", "participants_add", "participants_needs", "invitations", "copy", "series"]


def further_pages(row) -> list[str]:
    """Pages of our own about a row."""
    if not isinstance(row, Event):
        return []
    person = row.registrations.first()
    return [
        reverse("admin:events_event_templates"),
        reverse("admin:events_person"),
        reverse("admin:events_event_participants_one", args=[row.pk, person.pk]),
        *(reverse(f"admin:events_event_{name}", args=[row.pk]) for name in EVENT_PAGES),
    ]


MAKERS = {
    ChangeProposal: lambda: make.make_proposal(make.make_service(organization=make.make_organization())),
    VerificationRound: make_round,
    Organization: make_full_organization,
    Service: make_full_service,
    Contact: lambda: make.make_contact([make.make_service()]),
    Location: make_full_place,
    Mailing: make_mailing,
    MailText: make_mail_text,
    Overview: make_full_overview,
    OverviewTranslation: make_translation,
    Reference: make.make_reference,
    Resource: make_full_resource,
    Event: make_full_event,
    Occasion: make_full_occasion,
    Certificate: make_certificate,
    WorkshopInput: make_contribution,
    EvaluationComment: make_comment,
    Figures: make_full_occasion,
    vocabulary.GlossaryTerm: lambda: make.make_glossary_term(use_instead=make.make_glossary_term()),
    vocabulary.Concept: lambda: vocabulary.Concept.objects.create(
        code=f"concept-{vocabulary.Concept.objects.count()}",
        terms_sv="tolk\nspråktolk",
        other_languages="so: turjumaan",
    ),
    BestBet: make_best_bet,
    QueryCount: make_question,
    vocabulary.Topic: lambda: make.make_topic(broader=make.make_topic()),
    vocabulary.Area: make.make_area,
    Message: make_message,
    HelpfulCount: make_count,
    Link: make_link,
    Letter: make.make_letter,
    User: make.make_editor,
    Group: lambda: Group.objects.create(name=f"Grupp {Group.objects.count()}"),
} | {model: (lambda model=model: make.make_term(model)) for model in TERMS}

READ_ONLY = {Certificate, ChangeProposal, Occasion, Link, Letter, HelpfulCount, OverviewTranslation, QueryCount}
MODELS = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__.lower())


def address(model, page, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def addresses(model) -> list[str]:
    """Every page of a model with one row that an editor may open."""
    row = MAKERS[model]()
    model_admin = admin.site.get_model_admin(model)
    if model is Figures:  # one page
        return [address(model, "changelist"), reverse("admin:app_list", args=[model_admin.opts.app_label])]
    pages = [
        address(model, "changelist"),
        address(model, "change", row.pk),
        address(model, "history", row.pk),
    ]
    if model not in {EvaluationComment, Message, *READ_ONLY}:
        pages.append(address(model, "add"))
    if model not in {VerificationRound, Mailing, *READ_ONLY}:
        pages.append(address(model, "delete", row.pk))
    return [*pages, *further_pages(row), reverse("admin:app_list", args=[model_admin.opts.app_label])]


class Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy refuses."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in values and "json" not in values.get("type", "")):
            self.found.append(f"<{tag}>")
        loads = {"script": "src", "img": "src", "link": "href", "iframe": "src", "form": "action"}.get(tag)
        if loads and (values.get(loads) or "/").startswith(("http:", "https:", "//", "javascript:")):
            self.found.append(f"<{tag} {values[loads]}>")


def inline_in(response) -> list[str]:
    return Inline(response.content.decode()).found


@pytest.fixture
def editor(db, client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def test_every_model_of_the_desk_is_tested():
    assert set(admin.site._registry) == set(MAKERS)


@MODELS
@pytest.mark.parametrize("language", ["sv", "ar"])
def test_pages_open_and_hold_nothing_inline(editor, client, model, language):
    direction = "rtl" if language == "ar" else "ltr"

    for page in addresses(model):
        response = client.get(page, headers={"accept-language": language})

        assert response.status_code == 200, page
        assert f'<html lang="{language}" dir="{direction}">' in response.content.decode()
        assert inline_in(response) == [], page


@pytest.mark.parametrize("page", ["index", "password_change", "logged_out", "login"])
def test_pages_of_the_desk_itself_hold_nothing_inline(editor, client, page):
    if page == "login":
        client.logout()
    response = client.post(reverse("admin:logout")) if page == "logged_out" else client.get(reverse(f"admin:{page}"))

    assert response.status_code == 200
    assert inline_in(response) == []


@MODELS
def test_pages_are_for_those_who_sign_in(db, client, model):
    for page in addresses(model):
        response = client.get(page)

        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


@MODELS
def test_pages_are_for_those_who_may(db, client, model):
    client.force_login(make.make_editor(is_superuser=False))

    answers = {client.get(page).status_code for page in addresses(model)[:-1]}

    assert answers == {403}


@MODELS
def test_list_costs_the_same_however_long(editor, client, model):
    def count_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(model, "changelist")).status_code == 200
        return len(queries)

    MAKERS[model]()
    count_queries()  # content types are remembered from now on
    one = count_queries()
    for _number in range(9):
        MAKERS[model]()

    assert count_queries() == one


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (model, field)
        for model, model_admin in admin.site._registry.items()
        for field in [*model_admin.autocomplete_fields, *(["topics"] if hasattr(model, "topics") else [])]
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_autocomplete_finds(editor, client, model, field):
    related = model._meta.get_field(field).remote_field.model
    row = MAKERS[related]()
    question = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}

    response = client.get(reverse("admin:autocomplete"), question | {"term": str(row)})

    assert response.json()["results"] == [{"id": str(row.pk), "text": str(row)}]


def waiting(response) -> dict[str, int]:
    return {item.url.partition("/admin/")[2]: item.count for item in response.context["todo"]}


def make_waiting_rows():
    make.make_overview(status="draft")
    make.make_overview(review_due=timezone.localdate() - timezone.timedelta(days=1))
    make.make_resource(valid_until=timezone.localdate() - timezone.timedelta(days=1))
    make.make_proposal(make.make_organization())
    make_message()
    make_comment()
    WorkshopInput.objects.create(event=Event.objects.first(), text="Fler tolkar", language="sv")
    Link.objects.create(url="https://example.org/gone", state="broken")
    make.make_letter(state="failed")
    soon = timezone.now() + DAY
    make.make_sign_up_form(make.make_event(), opens_at=soon)
    make.make_sign_up_form(make.make_event(), closes_at=soon)
    asked = make.make_event()
    make.make_sign_up_form(asked, needs_approval=True)
    for _ in range(2):
        make.make_registration(asked)
    make.make_event(is_template=True, status="draft")
    make.make_event(status="draft")


def test_first_page_says_what_waits(editor, client):
    make_waiting_rows()

    response = client.get(reverse("admin:index"))

    assert waiting(response) == {
        "actors/changeproposal/?state__exact=open": 1,
        "knowledge/overview/?status__exact=draft": 1,
        "knowledge/overview/?review=overdue": 1,
        "knowledge/overviewtranslation/?work=waiting": 2,
        "knowledge/resource/?status__exact=published&validity=expired": 1,
        "events/event/?status__exact=draft": 1,
        "events/event/?work=approve": 1,
        "events/event/?work=opens": 1,
        "events/event/?work=ends": 1,
        "events/evaluationcomment/?state__exact=new": 1,
        "events/workshopinput/?answered=no": 1,
        "feedback/message/?state__exact=new": 1,
        "stats/link/?state__exact=broken": 1,
        "letters/letter/?state__exact=failed": 1,
        "actors/organization/?status__exact=published&verification__exact=unconfirmed": 1,
    }
    for item in response.context["todo"]:
        assert client.get(item.url).context["cl"].result_count == item.count


def test_first_page_says_nothing_of_what_one_may_not_see(db, client):
    editor = make.make_editor(is_superuser=False)
    editor.user_permissions.add(Permission.objects.get(codename="view_message"))
    make_waiting_rows()
    client.force_login(editor)

    response = client.get(reverse("admin:index"))

    assert waiting(response) == {"feedback/message/?state__exact=new": 1}
