"""The parts of an event on its page: further meetings, programme, sign-up, quotas, questions."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Occasion, ProgrammeItem, Question, Quota, RegistrationForm
from events.services import MOST_ITEMS
from lmh_portal.core.admin import PartOfPage, TranslatedInline, TranslatedStack
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE

MOST_MEETINGS = 100


class NewGoesLast(BaseInlineFormSet):
    """A new row gets the next place."""

    def save_new(self, form, commit=True):
        places = self.model.objects.filter(event=self.instance).order_by("-position")
        form.instance.position = (places.values_list("position", flat=True).first() or 0) + 1
        return super().save_new(form, commit)


class MeetingForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "ends_at" in self.fields:
            self.fields["ends_at"].required = False


class MeetingFormSet(NewGoesLast):
    """The event is known by now, as the form above says: a meeting lasts as long as the first unless it says."""

    def clean(self):
        super().clean()
        for form in self.forms:
            starts_at = form.cleaned_data.get("starts_at") if form.is_valid() else None
            if starts_at and not self._should_delete_form(form):
                self._complete(form, starts_at)

    def _complete(self, form, starts_at):
        first = self.instance
        if not (first.starts_at and first.ends_at):
            return  # the event's own times are to be corrected first
        if starts_at <= first.starts_at:
            form.add_error("starts_at", gettext("The first meeting is the one above: this is not after it."))
        if not form.cleaned_data.get("ends_at"):
            form.instance.ends_at = starts_at + (first.ends_at - first.starts_at)
        elif form.cleaned_data["ends_at"] <= starts_at:
            form.add_error("ends_at", gettext("The meeting must end after it starts."))


class MeetingInline(TranslatedInline):
    model = Occasion
    form = MeetingForm
    formset = MeetingFormSet
    max_num = MOST_MEETINGS
    fields = ["starts_at", "ends_at", "venue"]
    verbose_name = _("further meeting")
    verbose_name_plural = _("further meetings: one sign-up is for all of them")
    help_texts = {"ends_at": _("Empty: as long as the first.")}

    def get_queryset(self, request):
        """The first is the event's own time."""
        return super().get_queryset(request).filter(position__gt=1)


class ProgrammeInline(TranslatedInline):
    model = ProgrammeItem
    formset = NewGoesLast
    max_num = MOST_ITEMS
    fields = ["starts", "ends", "name", "performer", "performer_name", "consented_on", "organization"]
    autocomplete_fields = ["organization"]
    verbose_name_plural = _("programme, sorted by time when you save")
    help_texts = {"performer_name": _("Only with consent: say when it was given.")}


class SignUpForm(forms.ModelForm):
    is_on = forms.BooleanField(
        label=_("People sign up here"),
        required=False,
        help_text=_("Without an account. Tick it, and the settings below count."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        self.fields["is_on"].initial = not self.is_new

    def has_changed(self):
        """What is filled in but not ticked is not meant."""
        return super().has_changed() and not (self.is_new and not self._is_ticked())

    def _is_ticked(self) -> bool:
        field = self.fields["is_on"]
        return bool(field.widget.value_from_datadict(self.data, self.files, self.add_prefix("is_on")))

    def clean_is_on(self):
        is_on = self.cleaned_data["is_on"]
        if not is_on and not self.is_new and self.instance.event.registrations.exists():
            raise ValidationError(gettext("People have signed up. Close the sign-up, or cancel the event, instead."))
        return is_on


class SignUpFormSet(BaseInlineFormSet):
    """One row, which is there while it is ticked."""

    @property
    def deleted_forms(self):
        return [form for form in self.initial_forms if form.is_valid() and not form.cleaned_data.get("is_on", True)]


class SignUpInline(PartOfPage, admin.StackedInline):
    model = RegistrationForm
    form = SignUpForm
    formset = SignUpFormSet
    extra = max_num = 1
    can_delete = False
    classes = ["sign-up"]
    verbose_name = _("sign-up")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "is_on", "maximum_physical_attendee_capacity", "maximum_virtual_attendee_capacity", "join_url",
                    "opens_at", "closes_at",
                ]
            },
        ),
        (
            _("Who comes and who waits"),
            {
                "fields": [
                    "needs_approval", "is_by_invitation", "waiting_list_maximum", "confirm_within_hours",
                    "offer_within_days", "offer_hours",
                ],
                "classes": ["collapse"],
            },
        ),
        (
            _("What is asked, and for how long it is kept"),
            {
                "fields": ["asks_diet", "asks_access_needs", "protected_kept_days", "persons_kept_days"],
                "classes": ["collapse"],
            },
        ),
        (
            _("Certificate and evaluation"),
            {"fields": ["certificate_percent", "certificate_hours", "asks_evaluation"], "classes": ["collapse"]},
        ),
    ]  # fmt: skip


class QuotaFormSet(BaseInlineFormSet):
    def clean(self):
        """Forms do not compare rows in which both are empty, the database does."""
        super().clean()
        seen = set()
        for form in self.forms:
            if not form.is_valid() or not form.cleaned_data or self._should_delete_form(form):
                continue
            whose = form.cleaned_data.get("organization"), form.cleaned_data.get("staff_group")
            if whose in seen:
                form.add_error(None, gettext("There is already a quota for these."))
            seen.add(whose)


class QuotaInline(PartOfPage, admin.TabularInline):
    model = Quota
    formset = QuotaFormSet
    fields = ["organization", "staff_group", "places"]
    autocomplete_fields = ["organization", "staff_group"]
    verbose_name_plural = _("quotas: at most so many places for an organisation or staff group")
    help_texts = {"places": _("With neither chosen: for all others together.")}


class QuestionForm(forms.ModelForm):
    def clean(self):
        """What one chooses from is one thing in every language."""
        super().clean()
        lists = {code: self._choices(code) for code in LANGUAGES}
        is_choice = self.cleaned_data.get("kind") == Question.Kind.CHOICE
        if is_choice and len(lists[SOURCE_LANGUAGE]) < 2:
            self.add_error(f"choices_{SOURCE_LANGUAGE}", gettext("Give at least two, one on each line."))
        for code, lines in lists.items():
            if lines and len(lines) != len(lists[SOURCE_LANGUAGE]):
                self.add_error(f"choices_{code}", gettext("Give as many as in the other languages, in the same order."))
        return self.cleaned_data

    def _choices(self, code: str) -> list[str]:
        lines = (self.cleaned_data.get(f"choices_{code}") or "").splitlines()
        return [line for line in lines if line.strip()]


class QuestionInline(TranslatedStack):
    model = Question
    form = QuestionForm
    formset = NewGoesLast
    fields = ["text", "kind", "choices", "is_required", "purpose", "kept_days"]
    verbose_name_plural = _("questions of your own")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if getattr(db_field, "translated_field", db_field).name == "choices":
            field.widget.attrs["rows"] = 4
        return field
