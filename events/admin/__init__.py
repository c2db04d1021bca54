"""Events on the editors' desk: a workshop is registered on one page."""

from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events.admin import attendance, certificates, contributions, evaluation, figures, mailing
from events.models import Event, ProgrammeItem, start_of_today
from events.services import MOST_ITEMS, sort_programme
from lmh_portal.core.admin import PublishableAdmin, TranslatedInline, TranslationFilter
from lmh_portal.core.translated import columns

__all__ = ["EventAdmin", "attendance", "certificates", "contributions", "evaluation", "figures", "mailing"]


class ProgrammeFormSet(BaseInlineFormSet):
    def save_new(self, form, commit=True):
        """A new item goes last; `sort_programme` finds its place."""
        last = self.instance.programme.order_by("-position").values_list("position", flat=True).first()
        form.instance.position = (last or 0) + 1
        return super().save_new(form, commit)


class ProgrammeInline(TranslatedInline):
    model = ProgrammeItem
    formset = ProgrammeFormSet
    max_num = MOST_ITEMS
    fields = ["starts", "ends", "name", "performer"]
    verbose_name_plural = _("programme, sorted by time when you save")


class TimeFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("coming", _("Coming")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        if self.value() == "coming":
            return queryset.filter(ends_at__gte=start_of_today())
        return queryset.filter(ends_at__lt=start_of_today()) if self.value() == "past" else queryset


@admin.register(Event)
class EventAdmin(PublishableAdmin):
    inlines = [ProgrammeInline]
    translated_fields = ["name", "description", "venue", "date_note"]
    list_display = [
        "heading", "starts_at", "event_type", "organizer", "status_badge", "translations",
        "updated", "page_link",
    ]  # fmt: skip
    list_filter = [
        TimeFilter, "status", "event_status", ("event_type", admin.RelatedOnlyFieldListFilter),
        "attendance_mode", TranslationFilter, "is_demo", ("organizer", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["event_type", "organizer"]
    search_fields = ["slug", *columns("name", "description", "venue"), *columns("organizer__name")]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "-pk"]
    autocomplete_fields = [
        "event_type", "organizer", "co_organizers", "municipality", "languages",
        "target_groups", "staff_groups",
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
                ],
                "description": _("Times are Swedish time."),
            },
        ),
        (_("Registration"), {"fields": ["registration", "maximum_attendee_capacity", "fee_sek"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "staff_groups", "languages"]}),
        PublishableAdmin.publication,
        (
            _("Changes, several meetings and follow-up"),
            {
                "fields": [
                    "event_status",
                    "co_organizers",
                    "meetings",
                    "recurrence",
                    "date_precision",
                    "participants_reported",
                    "demo_offset_days",
                ],
                "classes": ["collapse"],
            },
        ),
    ]
    help_texts = {
        "name": _("Short and concrete: visitors see it in lists and calendars."),
        "description": _("What participants will learn or do, and for whom it is. Plain text."),
        "venue": _("Name and street address, or how to join online."),
        "date_note": _("Only if the dates need an explanation, for example “four Tuesdays”."),
        "organizer": _("Missing? Add the organisation with the plus sign."),
        "municipality": _("Where people come to; leave empty for online events."),
        "languages": _("Languages spoken at the event."),
        "event_status": _("Say here that an event is cancelled or moved; do not delete it."),
        "co_organizers": _("Other organisations that arrange it together with the organiser."),
    }

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        sort_programme(form.instance)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, event):
        """The status, and beside it whether the event was cancelled or moved."""
        badge = super().status_badge(event)
        if event.event_status == Event.EventStatus.SCHEDULED:
            return badge
        return badge + format_html(' <span class="badge badge--broken">{}</span>', event.get_event_status_display())
