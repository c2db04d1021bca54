"""Events on the editors' desk: a workshop is registered on one page."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from actors.models import Organization
from events import mailings, registering
from events.admin.copies import Copies
from events.admin.invitations import Invitations
from events.admin.pages import EventPages
from events.admin.participants import Participants
from events.admin.parts import MeetingInline, ProgrammeInline, QuestionInline, QuotaInline, SignUpInline
from events.admin.persons import Persons
from events.admin.preview import Preview
from events.checklist import checklist, hindrances
from events.models import Event, start_of_today
from events.services import DEFAULT_LENGTH, count_places, free_slug, sort_programme
from lmh_portal.core.admin import PublishableAdmin, Status, Todo, TranslationFilter, list_address
from lmh_portal.core.languages import SOURCE_LANGUAGE
from lmh_portal.core.translated import columns

OUR_ORGANIZATION = "vgr-lmh"  # the address of the centre's own page


class NotReady(Exception):
    """Undoes a save that would make an event public which is not ready for it."""


class EventForm(forms.ModelForm):
    """`hindrances` are sentences for an event that somebody has tried to publish."""

    hindrances: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ["ends_at", "slug"]:
            if name in self.fields:
                self.fields[name].required = False

    def clean(self):
        super().clean()
        self._say_when_it_ends()
        if not self.cleaned_data.get("slug") and "slug" not in self.errors:
            name = self.cleaned_data.get(f"name_{SOURCE_LANGUAGE}") or ""
            self.cleaned_data["slug"] = free_slug(name, self.cleaned_data.get("starts_at"), self.instance.pk)
        for sentence in self.hindrances:
            self.add_error(None, sentence)
        return self.cleaned_data

    def _say_when_it_ends(self):
        """As long as before, or as a workshop usually is."""
        starts_at = self.cleaned_data.get("starts_at")
        if not starts_at or self.cleaned_data.get("ends_at") or "ends_at" in self.errors:
            return
        is_known = self.instance.pk and self.initial.get("ends_at")
        length = self.initial["ends_at"] - self.initial["starts_at"] if is_known else DEFAULT_LENGTH
        self.cleaned_data["ends_at"] = starts_at + length


class TimeFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("coming", _("Coming")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        if self.value() == "coming":
            return queryset.filter(finishes_at__gte=start_of_today())
        return queryset.filter(finishes_at__lt=start_of_today()) if self.value() == "past" else queryset


class WorkFilter(admin.SimpleListFilter):
    title = _("work")
    parameter_name = "work"

    def lookups(self, request, model_admin):
        return [
            ("opens", _("Sign-up opens in a week")),
            ("ends", _("Sign-up ends in a week")),
            ("approve", _("Sign-ups await approval")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "opens":
            return queryset.sign_up_opens_soon()
        if self.value() == "ends":
            return queryset.sign_up_ends_soon()
        return queryset.with_applicants() if self.value() == "approve" else queryset


class SeriesFilter(admin.SimpleListFilter):
    """The events of a series, by the number of its first; offered where one comes from a series."""

    title = _("series")
    parameter_name = "series"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, _("This series"))] if chosen.isascii() and chosen.isdecimal() and len(chosen) < 18 else []

    def queryset(self, request, queryset):
        chosen = self.value()
        return queryset.filter(Q(pk=chosen) | Q(super_event=chosen)) if chosen else queryset


class EventList(ChangeList):
    """Templates have a page of their own."""

    def get_queryset(self, *args, **kwargs):
        return super().get_queryset(*args, **kwargs).filter(is_template=False)


@admin.register(Event)
class EventAdmin(Preview, Copies, Participants, Invitations, Persons, EventPages, PublishableAdmin):
    form = EventForm
    change_form_template = "admin/events/event/change_form.html"
    inlines = [MeetingInline, SignUpInline, QuotaInline, QuestionInline, ProgrammeInline]
    translated_fields = ["name", "description", "venue", "prerequisites", "date_note"]
    list_display = [
        "heading", "starts_at", "event_type", "organizer", "status_badge", "translations",
        "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        TimeFilter,
        WorkFilter,
        SeriesFilter,
        "status",
        "event_status",
        ("event_type", admin.RelatedOnlyFieldListFilter),
        "attendance_mode",
        TranslationFilter,
        "is_demo",
        ("organizer", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["event_type", "organizer"]
    search_fields = ["slug", *columns("name", "description", "venue"), *columns("organizer__name")]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]
    autocomplete_fields = [
        "event_type", "organizer", "co_organizers", "municipality", "languages",
        "target_groups", "staff_groups", "materials",
    ]  # fmt: skip
    fieldsets = [
        (
            _("When, where and who"),
            {
                "fields": [
                    "starts_at",
                    "ends_at",
                    "event_type",
                    "organizer",
                    "attendance_mode",
                    "municipality",
                    "accessibility_features",
                ],
                "description": _("Times are Swedish time."),
            },
        ),
        (
            _("What it is about"),
            {"fields": ["level", "topics", "target_groups", "staff_groups", "languages"]},
        ),
        (
            _("Changes, co-organisers and address"),
            {
                "fields": [
                    "event_status",
                    "coordinator",
                    "co_organizers",
                    "registration",
                    "maximum_attendee_capacity",
                    "fee_sek",
                    "recurrence",
                    "date_precision",
                    "slug",
                    "is_demo",
                    "demo_offset_days",
                ],
                "classes": ["collapse"],
            },
        ),
    ]
    after_the_event = (
        _("After the event"),
        {"fields": [*columns("notes"), "materials", "participants_reported"], "classes": ["collapse"]},
    )
    help_texts = {
        "name": _("Short and concrete: visitors see it in lists and calendars."),
        "description": _("What participants will learn or do, and for whom it is. Plain text."),
        "prerequisites": _("What one should know or have done before."),
        "venue": _("Name and street address, or how to join online."),
        "date_note": _("Only if the dates need an explanation, for example “four Tuesdays”."),
        "ends_at": _("Empty: three hours later. With several meetings: the end of the first."),
        "organizer": _("Missing? Add the organisation with the plus sign."),
        "municipality": _("Where people come to; leave empty for online events."),
        "languages": _("Languages spoken at the event."),
        "event_status": _("Say here that an event is cancelled or moved; do not delete it."),
        "co_organizers": _("Other organisations that arrange it together with the organiser."),
        "maximum_attendee_capacity": _("With sign-up here this is counted for you."),
        "coordinator": _("Who answers questions, and is told what waits."),
        "slug": _("The last part of the page's address. Empty: made of the name."),
    }

    class Media:
        js = [forms.Script("admin_desk/event-preview.js", defer=True)]

    # --- the one page

    def get_changelist(self, request, **kwargs):
        return EventList

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return [*fieldsets, self.after_the_event] if obj and not obj.is_template else fieldsets

    def get_changeform_initial_data(self, request):
        organizer = usual_organizer(request.user)
        known = {"coordinator": request.user.pk, "organizer": organizer and organizer.pk}
        return known | super().get_changeform_initial_data(request)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), forms.Textarea):
            field.widget.attrs["rows"] = 3 if db_field.name in columns("prerequisites") else 6
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "coordinator":  # a menu: to search, coordinators would need to see all accounts
            kwargs["queryset"] = db_field.related_model.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.hindrances = getattr(request, "hindrances", [])  # the class is made for this request
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Nothing is saved of an event that cannot be published; the form comes back with what was typed."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except NotReady as refusal:
            request.hindrances = refusal.args
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        obj.publish_now = "_publish" in request.POST and obj.is_draft
        obj.sequence_before = obj.sequence if change else None
        obj.lacked = hindrances(Event.objects.get(pk=obj.pk)) if change and not obj.is_draft else []
        if "_unpublish" in request.POST:
            obj.status = Status.DRAFT
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        event = Event.objects.get(pk=form.instance.pk)  # with its parts, as they are now
        sort_programme(event)
        count_places(event)
        if form.instance.publish_now or not event.is_draft:
            self.refuse_unready(event, form.instance.lacked)
        if form.instance.publish_now:
            event.status = form.instance.status = Status.PUBLISHED
            event.save(update_fields=["status", "updated_at"])
        registering.promote(event)
        for sentence in crowded(event):
            messages.warning(request, sentence)
        if mailings.draft_after(event, form.instance.sequence_before):
            messages.warning(request, gettext("Participants should know: a letter to them waits for your review."))

    def refuse_unready(self, event, lacked: list[str]) -> None:
        """What an event lacked already when it was public does not hinder other changes."""
        if reasons := [sentence for sentence in hindrances(event) if sentence not in lacked]:
            raise NotReady(*reasons)

    def construct_change_message(self, request, form, formsets, add=False):
        """Says that the event was published, which no field of the form does."""
        message = super().construct_change_message(request, form, formsets, add)
        return [*message, {"changed": {"fields": ["status"]}}] if form.instance.publish_now else message

    def response_add(self, request, obj, post_url_continue=None):
        return self._shown(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._shown(request, obj) or super().response_change(request, obj)

    def _shown(self, request, event):
        """After publishing the event's page on the desk, with what comes next."""
        if "_publish" not in request.POST and "_unpublish" not in request.POST:
            return None
        is_public = not event.is_draft
        messages.success(request, gettext("The event is public.") if is_public else gettext("The event is a draft."))
        return self.to(event)

    def render_change_form(self, request, context, obj=None, **kwargs):
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        is_popup = context.get("is_popup")
        context |= {
            "may_publish": may_change and not is_popup and (obj is None or (obj.is_draft and not obj.is_template)),
            "may_unpublish": may_change and not is_popup and obj is not None and not obj.is_draft,
        }
        if may_change:
            context["preview"] = self.address(obj, "preview") if obj else reverse("admin:events_event_preview_new")
        if obj:
            context |= {"event": obj, "may_add": self.has_add_permission(request)}
            context |= {"checklist": checklist(obj) if obj.is_draft and not obj.is_template else None}
        return super().render_change_form(request, context, obj=obj, **kwargs)

    # --- lists

    def todo(self):
        events = Event.objects.filter(is_template=False)
        drafts = events.filter(status=Status.DRAFT).count()
        yield Todo(
            gettext("Drafts: %(kind)s") % {"kind": self.opts.verbose_name_plural},
            drafts,
            list_address(Event, status__exact=Status.DRAFT),
        )
        work = [
            (gettext("Events with sign-ups to approve"), "approve", events.with_applicants()),
            (gettext("Events whose sign-up opens in a week"), "opens", events.sign_up_opens_soon()),
            (gettext("Events whose sign-up ends in a week"), "ends", events.sign_up_ends_soon()),
        ]
        for label, name, rows in work:
            yield Todo(label, rows.count(), list_address(Event, work=name))

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, event):
        """The status, and beside it whether the event was cancelled or moved."""
        badge = super().status_badge(event)
        if event.event_status == Event.EventStatus.SCHEDULED:
            return badge
        return badge + format_html(' <span class="badge badge--broken">{}</span>', event.get_event_status_display())

    def set_status(self, request, queryset, status):
        """Publish those that are ready; say of the others what they lack."""
        if status != Status.PUBLISHED:
            return super().set_status(request, queryset, status)
        ready = []
        for event in queryset.filter(status=Status.DRAFT).select_related("registration_form"):
            if reasons := hindrances(event):
                messages.warning(request, f"{event}: {' '.join(reasons)}")
            else:
                ready.append(event.pk)
        return super().set_status(request, queryset.filter(pk__in=ready), status)


def usual_organizer(user) -> Organization | None:
    """The organisation of all events of this coordinator; for the first event, the centre."""
    theirs = Organization.objects.filter(events__coordinator=user).distinct()[:2]
    if len(theirs) == 1:
        return theirs[0]
    return None if theirs else Organization.objects.filter(slug=OUR_ORGANIZATION).first()


def crowded(event: Event) -> list[str]:
    """Where more have a seat than there are now: nobody loses it, and nobody new gets one until there is room."""
    if not hasattr(event, "registration_form"):
        return []
    labels, found = dict(Event.AttendanceMode.choices), []
    for mode, room in registering.places(event).items():
        if room.capacity is not None and room.taken > room.capacity:
            sentence = ngettext(
                "%(mode)s: %(taken)d seat is taken and %(capacity)d there are now. Nobody loses a seat;"
                " a new one is given when there is room again.",
                "%(mode)s: %(taken)d seats are taken and %(capacity)d there are now. Nobody loses a seat;"
                " a new one is given when there is room again.",
                room.taken,
            )
            found.append(sentence % {"mode": labels[mode], "taken": room.taken, "capacity": room.capacity})
    if stranded := event.registrations.seated().exclude(attendance_mode__in=registering.modes(event)).count():
        sentence = ngettext(
            "%(count)d participant has a seat in a form that the event does not offer any more: change it in the list"
            " of participants.",
            "%(count)d participants have a seat in a form that the event does not offer any more: change it in the"
            " list of participants.",
            stranded,
        )
        found.append(sentence % {"count": stranded})
    return found
