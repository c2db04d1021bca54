"""Attendance on the editors' desk: a checklist for each meeting, on paper too, and the code for the room."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events import attending, certifying
from events.models import Occasion, Registration, start_of_today
from lmh_portal.core.admin import in_its_language
from lmh_portal.core.languages import LANGUAGES

BLANK_LINES = 8  # on paper, for those who come unannounced


def number_of(text: str) -> int:
    """A primary key as a form sends it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


class DayFilter(admin.SimpleListFilter):
    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("today", _("Today")), ("coming", _("Coming")), ("past", _("Past"))]

    def queryset(self, request, queryset):
        if self.value() == "today":
            return attending.of_today(queryset)
        if self.value() == "coming":
            return queryset.filter(ends_at__gte=start_of_today())
        return queryset.filter(ends_at__lt=start_of_today()) if self.value() == "past" else queryset


@admin.register(Occasion)
class OccasionAdmin(admin.ModelAdmin):
    """Who may see names sees the lists; who may change attendance ticks. The meetings are the event's."""

    list_display = ["event_name", "day", "seated", "present"]
    list_filter = [DayFilter]
    list_per_page = 50
    list_select_related = ["event"]
    ordering = ["-starts_at", "-pk"]

    def get_queryset(self, request):
        return attending.with_figures(super().get_queryset(request).filter(event__is_template=False))

    def has_view_permission(self, request, obj=None):
        return request.user.has_perms(["events.view_attendance", "events.view_registration"])

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request) and request.user.has_perm("events.change_attendance")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("event"))
    def event_name(self, occasion):
        return in_its_language(occasion.event, "name")

    @admin.display(description=gettext_lazy("starts"), ordering="starts_at")
    def day(self, occasion):
        return date_format(timezone.localtime(occasion.starts_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("with a seat"))
    def seated(self, occasion):
        return occasion.seated

    @admin.display(description=gettext_lazy("there"))
    def present(self, occasion):
        return occasion.present

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:number>/list/", view(self.paper_list), name="events_occasion_list"),
            path("<int:number>/code/", view(self.code), name="events_occasion_code"),
            path("arrived/<str:token>/", view(self.arrival), name="events_arrival"),
            *super().get_urls(),
        ]

    def _page(self, request, template: str, **context):
        """Names of participants stay in no cache."""
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        response = TemplateResponse(request, f"admin/events/occasion/{template}.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _meeting(self, request, number) -> Occasion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        meetings = Occasion.objects.select_related("event__registration_form")
        return get_object_or_404(meetings, pk=number_of(str(number)))

    # --- the checklist

    def change_view(self, request, object_id, form_url="", extra_context=None):
        occasion = self._meeting(request, object_id)
        if request.method == "POST":
            return (self._issued if "issue" in request.POST else self._noted)(request, occasion)
        people = list(attending.expected_at(occasion))
        return self._page(
            request, "change_form",
            title=_("Attendance"), occasion=occasion, people=people, present=sum(one.is_present for one in people),
            may_note=self.has_change_permission(request), may_issue=self._may_issue(request, occasion.event),
        )  # fmt: skip

    def _may_issue(self, request, event) -> bool:
        form = getattr(event, "registration_form", None)
        is_over = (event.finishes_at or event.ends_at) <= timezone.now()
        may = request.user.has_perm("events.add_certificate")
        return may and is_over and form is not None and form.certificate_percent is not None

    def _issued(self, request, occasion):
        if not self._may_issue(request, occasion.event):
            raise PermissionDenied
        count = certifying.issue(occasion.event)
        text = ngettext("%(count)d certificate was issued.", "%(count)d certificates were issued.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(request.path)

    def _noted(self, request, occasion):
        """One tick: of two who tick at the same time, none undoes what the other did."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        is_present = "present" in request.POST
        number = number_of(request.POST.get("present" if is_present else "absent", ""))
        registration = get_object_or_404(occasion.event.registrations, pk=number)
        attending.note(occasion, registration, is_present=is_present)
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"present": occasion.attendances.count()})
        return HttpResponseRedirect(f"{request.path}#row-{number}")

    # --- on paper, and on the wall

    def paper_list(self, request, number):
        occasion = self._meeting(request, number)
        people = attending.expected_at(occasion).filter(state=Registration.State.CONFIRMED)
        return self._page(
            request, "paper_list",
            title=_("Attendance list"), occasion=occasion, people=people, blank=range(BLANK_LINES), is_popup=True,
        )  # fmt: skip

    def code(self, request, number):
        occasion = self._meeting(request, number)
        address = f"{reverse('events:check_in')}?code={occasion.check_in_code}"
        return self._page(
            request, "code",
            title=_("Code for the room"), occasion=occasion, languages=LANGUAGES.values(), address=address,
            is_popup=True,
        )  # fmt: skip

    # --- the square on a participant's page

    def arrival(self, request, token):
        """Whose QR code it is; attendance is noted when the coordinator has looked at the name."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        registration = attending.arriving(token)
        meetings = list(attending.of_today(registration.event.occasions)) if registration else []
        if request.method == "POST" and meetings:
            return self._arrived(request, registration, meetings)
        present = set(registration.attendances.values_list("occasion", flat=True)) if registration else set()
        return self._page(
            request, "arrival",
            title=_("Arrival"), registration=registration, is_confirmed=_has_seat(registration),
            meetings=[(meeting, meeting.pk in present) for meeting in meetings],
        )  # fmt: skip

    def _arrived(self, request, registration, meetings):
        number = number_of(request.POST.get("present", ""))
        occasion = next((meeting for meeting in meetings if meeting.pk == number), None)
        if occasion is None:
            raise PermissionDenied
        attending.note(occasion, registration, is_present=True)
        messages.success(request, _("Attendance is noted."))
        return HttpResponseRedirect(request.path)


def _has_seat(registration: Registration | None) -> bool:
    return registration is not None and registration.state == Registration.State.CONFIRMED
