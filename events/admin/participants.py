"""The participants of an event on the desk. No name ever stands in an address, a log or the history."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from events import registering
from events.lining import line
from events.models import Attendance, Event, ProtectedData, Registration
from events.registering import Refused
from events.tables import as_file
from lmh_portal.core.admin import language_name

State = Registration.State
Mode = Event.AttendanceMode
PAGE_SIZE = 100
FOUND_AT_MOST = 100
SEARCHED = ["name", "email", "organization_name"]
SEATED = [State.CONFIRMED, State.OFFERED]
MAY_CHANGE = ["view_registration", "change_registration"]


class ListForm(forms.Form):
    """What the list shows; nobody is looked for by an address."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *State.choices]
    )
    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        required=False,
        choices=[("", gettext_lazy("All")), *((mode.value, mode.label) for mode in [Mode.OFFLINE, Mode.ONLINE])],
    )
    present = forms.ChoiceField(
        label=gettext_lazy("Attendance"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("yes", pgettext_lazy("attendance", "Was there")),
            ("no", pgettext_lazy("attendance", "Not noted")),
        ],
    )

    def rows(self, event: Event):
        chosen = self.cleaned_data if self.is_valid() else {}
        rows = with_attendance(event.registrations.select_related("organization", "staff_group", "municipality"))
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if mode := chosen.get("form"):
            rows = rows.filter(attendance_mode=mode)
        if present := chosen.get("present"):
            rows = rows.filter(was_there=present == "yes")
        return rows.order_by(F("ended_at").asc(nulls_first=True), "-holds_seat", "queue_number", "created_at", "pk")


def with_attendance(rows):
    return rows.annotate(was_there=Exists(Attendance.objects.filter(registration=OuterRef("pk"))))


class PersonForm(forms.ModelForm):
    """What a coordinator may change of a sign-up."""

    class Meta:
        model = Registration
        fields = ["name", "organization_name", "organization", "staff_group", "municipality", "attendance_mode"]

    def __init__(self, data, event: Event, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["name"].required = True
        for name in ["organization", "municipality"]:
            field = Registration._meta.get_field(name)
            self.fields[name].widget = AutocompleteSelect(field, admin.site)
            self.fields[name].widget.choices = self.fields[name].choices
        offered = registering.modes(event)
        self.fields["attendance_mode"].choices = [(mode, Mode(mode).label) for mode in offered]

    def _post_clean(self):
        """Nothing is written here: `registering` decides, under its lock."""


class AddForm(PersonForm):
    diet = forms.CharField(label=gettext_lazy("Diet"), required=False, max_length=500)
    access_needs = forms.CharField(
        label=gettext_lazy("What is needed to take part"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    class Meta(PersonForm.Meta):
        fields = ["name", "email", *PersonForm.Meta.fields[1:], "language"]

    def __init__(self, data, event: Event, may_note_needs: bool):
        super().__init__(data, event)
        self.event = event
        self.fields["email"].required = True
        settings = event.registration_form
        if not (may_note_needs and settings.asks_diet):
            del self.fields["diet"]
        if not (may_note_needs and settings.asks_access_needs):
            del self.fields["access_needs"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if self.event.registrations.active().filter(email__iexact=email).exists():
            raise forms.ValidationError(_("This e-mail address is already signed up for the event."))
        return email


def deeds(event: Event) -> dict:
    """What may be done with those who are ticked: its label, the deed, and what the history says."""
    found = {
        "approve": (_("Approve"), lambda row, reason: registering.approve(row), _("Approved")),
        "refuse": (_("Do not approve"), lambda row, reason: registering.refuse(row, reason), _("Not approved")),
        "cancel": (_("Cancel the sign-up"), lambda row, reason: registering.cancel(row), _("Cancelled by the desk")),
    }
    for mode in registering.modes(event) if event.attendance_mode == Mode.MIXED else []:
        label = _("Move to: %(form)s") % {"form": Mode(mode).label}
        found[mode] = (label, lambda row, reason, mode=mode: registering.change(row, attendance_mode=mode), label)
    return found


class Participants:
    """Mixed into the events' model admin."""

    def get_urls(self):
        return [
            self.event_path("participants", self.participants),
            self.event_path("participants/do", require_POST(self.do_with_participants)),
            self.event_path("participants/add", self.add_participant),
            self.event_path("participants/export", require_POST(self.export_participants)),
            self.event_path("participants/needs", require_safe(self.needs)),
            self.event_path("participants/<int:number>", self.participant),
            *super().get_urls(),
        ]

    def participants(self, request, pk):
        event = self.asked(request, pk, "view_registration")
        form = ListForm(request.GET)
        rows = form.rows(event)
        looked_for = request.POST.get("person", "").strip()[:100] if request.method == "POST" else ""
        if looked_for:
            is_like = Q.create(
                [(f"{name}__icontains", looked_for) for name in ("name", "email", "organization_name")], Q.OR
            )
            rows = rows.filter(is_like)[:FOUND_AT_MOST]
        query = request.GET.copy()
        query.pop("page", None)
        return self.page(
            request,
            "participants",
            pgettext("list of persons", "Participants"),
            event,
            form=form,
            page=Paginator(rows, PAGE_SIZE).get_page(None if looked_for else request.GET.get("page")),
            query=query.urlencode(),
            looked_for=looked_for,
            figures=figures(event),
            line=line(event),
            deeds=[(name, label) for name, (label, *_rest) in deeds(event).items()],
            may=self._rights(request, event),
        )

    def _rights(self, request, event) -> dict[str, bool]:
        has = request.user.has_perm
        is_on = hasattr(event, "registration_form")
        return {
            "change": is_on and has("events.change_registration"),
            "add": is_on and has("events.add_registration"),
            "export": has("events.export_registration"),
            "see_needs": has("events.view_protecteddata"),
        }

    def do_with_participants(self, request, pk):
        """One after the other: a refusal for one does not undo what was done for the others."""
        event = self.asked(request, pk, *MAY_CHANGE)
        found = deeds(event).get(request.POST.get("deed"))
        numbers = [number for number in request.POST.getlist("chosen") if number.isascii() and number.isdecimal()]
        chosen = event.registrations.filter(pk__in=[number for number in numbers if len(number) < 19]).order_by("pk")
        if not found or not chosen:
            messages.warning(request, _("Tick those whom it is about, and choose what to do."))
            return self.to(event, "participants")
        _label, deed, note = found
        done = [row.pk for row in chosen if self._done(request, row, deed)]
        if done:
            self.log_change(request, event, f"{note}: {', '.join(map(str, done))}")
            text = ngettext("Done for %(count)d sign-up.", "Done for %(count)d sign-ups.", len(done))
            messages.success(request, text % {"count": len(done)})
        return self.to(event, "participants")

    def _done(self, request, row: Registration, deed) -> bool:
        try:
            deed(row, request.POST.get("reason", "").strip()[:1000])
        except Refused as refusal:
            messages.warning(request, _("Number %(number)d: %(reason)s") % {"number": row.pk, "reason": refusal})
            return False
        return True

    def add_participant(self, request, pk):
        """Somebody who phoned: the address need not be confirmed."""
        event = self.asked(request, pk, "view_registration", "add_registration")
        if not hasattr(event, "registration_form"):
            messages.warning(request, _("There is no sign-up for this event here."))
            return self.to(event)
        may_note_needs = request.user.has_perm("events.view_protecteddata")
        form = AddForm(request.POST if request.method == "POST" else None, event, may_note_needs)
        if form.is_valid():
            try:
                row = registering.sign_up(event, **form.cleaned_data, is_by_coordinator=True)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_change(request, event, _("Added: %(number)d") % {"number": row.pk})
                state = row.get_state_display()
                messages.success(request, _("Number %(number)d: %(reason)s") % {"number": row.pk, "reason": state})
                return self.to(event, "participants")
        return self.page(request, "participant", _("Add a participant"), event, form=form, media=form.media)

    def participant(self, request, pk, number):
        """One sign-up: what was told, and what may be put right."""
        is_change = request.method == "POST"
        event = self.asked(request, pk, *(MAY_CHANGE if is_change else MAY_CHANGE[:1]))
        row = get_object_or_404(with_attendance(event.registrations), pk=number)
        may_change = row.is_active and request.user.has_perm("events.change_registration")
        form = PersonForm(request.POST if is_change else None, event, instance=row) if may_change else None
        if is_change and form and form.is_valid():
            try:
                registering.change(row, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_change(request, event, _("Changed: %(number)d") % {"number": row.pk})
                messages.success(request, _("Saved."))
                return self.to(event, "participants")
        answers = row.answers.select_related("question")
        title = _("Number %(number)d") % {"number": row.pk}
        return self.page(
            request, "participant", title, event, form=form, row=row, answers=answers, media=form.media if form else ""
        )

    # --- out

    def export_participants(self, request, pk):
        event = self.asked(request, pk, "view_registration", "export_registration")
        kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
        rows = list(table(event))
        self.log_change(request, event, _("Participants exported: %(count)d") % {"count": len(rows) - 1})
        return as_file(f"{event.slug}-{timezone.localdate():%Y-%m-%d}", kind, rows[0], rows[1:])

    def needs(self, request, pk):
        """Diet for the kitchen as numbers, access needs by person. That it was read is noted."""
        event = self.asked(request, pk, "view_registration", "view_protecteddata")
        told = ProtectedData.objects.filter(registration__event=event, registration__state__in=SEATED)
        told = list(told.select_related("registration").order_by("registration__name", "pk"))
        eaters = [one for one in told if one.registration.attendance_mode == Mode.OFFLINE]
        diets = Counter(" ".join(one.diet.split()).casefold() for one in eaters if one.diet.strip())
        self.log_change(request, event, _("Diet and access needs were read"))
        return self.page(
            request,
            "needs",
            _("Diet and access"),
            event,
            diets=sorted(diets.items(), key=lambda pair: (-pair[1], pair[0])),
            others=event.registrations.filter(state__in=SEATED, attendance_mode=Mode.OFFLINE).count() - diets.total(),
            access=[one for one in told if one.access_needs.strip()],
        )


def figures(event: Event) -> list[tuple]:
    """For each state that there is, its label and the number in each form and in all; in one query."""
    counted = event.registrations.order_by().values_list("state", "attendance_mode").annotate(Count("pk"))
    counts = {(state, mode): count for state, mode, count in counted}
    forms_of = [Mode.OFFLINE, Mode.ONLINE]
    return [
        (state, label, [counts.get((state, mode), 0) for mode in forms_of], total)
        for state, label in State.choices
        if (total := sum(counts.get((state, mode), 0) for mode in forms_of))
    ]


def table(event: Event):
    """The header and a row for each sign-up, without diet and access needs."""
    questions = list(event.questions.all())
    fields = [
        "state", "attendance_mode", "name", "email", "organization_name", "organization", "staff_group",
        "municipality", "language", "created_at", "confirmed_at",
    ]  # fmt: skip
    labels = [str(Registration._meta.get_field(name).verbose_name) for name in fields]
    yield [_("number"), *labels, _("meetings attended"), *map(str, questions)]
    rows = event.registrations.select_related("organization", "staff_group", "municipality")
    rows = rows.prefetch_related("answers").annotate(attended=Count("attendances")).order_by("pk")
    for row in rows:
        answers = {answer.question_id: answer.text for answer in row.answers.all()}
        yield [
            row.pk,
            row.get_state_display(), row.get_attendance_mode_display(), row.name, row.email, row.organization_name,
            *(str(one) if one else "" for one in [row.organization, row.staff_group, row.municipality]),
            language_name(row.language), _moment(row.created_at), _moment(row.confirmed_at), row.attended,
            *(answers.get(question.pk, "") for question in questions),
        ]  # fmt: skip


def _moment(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
