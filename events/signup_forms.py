"""What those who sign up may send us."""

import secrets
from typing import Any, NamedTuple

from django import forms
from django.core import signing
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from events.models import Answer, Event, ProtectedData, Question, Registration
from events.outlook import Outlook
from lmh_portal.core.templatetags.portal import marked
from lmh_portal.core.translated import translated
from lmh_portal.visitors.forms import StampedForm
from lmh_portal.vocabulary.models import Area, StaffGroup
from lmh_portal.vocabulary.terms import TermInMemory, terms

NOTICE = "2026-11-24"  # the version of the privacy notice that forms show: the day that it was last changed
OTHER = "other"
EXAMPLE = gettext_lazy("Write an e-mail address, for example name@example.org.")
PROTECTED_AT_MOST = 1000  # characters
ANSWER_AT_MOST = Answer._meta.get_field("text").max_length


class Fault(NamedTuple):
    """A sentence of the summary above a refused form, and what on the page it is about."""

    target: str
    label: str
    sentence: str


def _faults(fields: list[forms.BoundField]) -> list[Fault]:
    return [
        Fault(f"{field.auto_id}_0" if field.use_fieldset else field.auto_id, field.label, sentence)
        for field in fields
        for sentence in field.errors
    ]


def _choices(found: list[TermInMemory]) -> list[tuple[str, str]]:
    return [("", "–"), *((str(term.pk), str(term)) for term in found)]


class ParticipantForm(forms.Form):
    """What a participant tells of themselves, as much as the event asks for."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=Registration._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    organization = forms.ChoiceField(
        label=gettext_lazy("Your organisation"),
        error_messages={"required": gettext_lazy("Choose your organisation, or “Another organisation”.")},
    )
    organization_name = forms.CharField(
        label=gettext_lazy("Your organisation or workplace"),
        required=False,
        max_length=Registration._meta.get_field("organization_name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    staff_group = forms.ChoiceField(
        label=gettext_lazy("Staff group"),
        required=False,
        error_messages={"required": gettext_lazy("Choose your staff group.")},
    )
    municipality = forms.ChoiceField(label=gettext_lazy("Municipality where you work"), required=False)
    attendance_mode = forms.ChoiceField(
        label=gettext_lazy("How will you take part?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose how you will take part.")},
    )
    access_needs = forms.CharField(
        label=gettext_lazy("What do you need to take part?"),
        required=False,
        max_length=PROTECTED_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    diet = forms.CharField(
        label=gettext_lazy("Special diet"),
        required=False,
        max_length=PROTECTED_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of our letters to you"),
        choices=Registration._meta.get_field("language").choices,
    )

    def __init__(self, event: Event, outlook: Outlook, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
        self.event, self.outlook, self.form = event, outlook, event.registration_form
        self.questions = {f"question_{question.pk}": question for question in event.questions.all()}
        quotas = list(event.quotas.select_related("organization"))
        self.organizations = {str(one.organization_id): one.organization for one in quotas if one.organization}
        self._ask_who(has_quota_of_staff=any(quota.staff_group_id for quota in quotas))
        self._ask_how()
        for name, question in self.questions.items():
            self.fields[name] = _question_field(question)
        self._ask_protected()

    def _ask_who(self, has_quota_of_staff: bool) -> None:
        municipalities = [term for term in terms("area").values() if term.detail == Area.Kind.MUNICIPALITY]
        self.fields["municipality"].choices = _choices(municipalities)
        self.fields["staff_group"].choices = _choices(list(terms("staff_group").values()))
        if has_quota_of_staff:
            self.fields["staff_group"].required = True
            self.fields["staff_group"].help_text = _("Places are shared out by staff group.")
        if self.organizations:
            named = [(key, translated(row, "name").value) for key, row in self.organizations.items()]
            self.fields["organization"].choices = [("", "–"), *named, (OTHER, _("Another organisation"))]
            self.fields["organization"].help_text = _("Places are shared out by organisation.")
            self.fields["organization_name"].label = _("Which, if it is another?")
        else:
            del self.fields["organization"]

    def _ask_how(self) -> None:
        """Only where there is a choice."""
        if len(self.outlook.rooms) == 1:
            del self.fields["attendance_mode"]
            return
        labels = dict(Event.AttendanceMode.choices)
        self.fields["attendance_mode"].choices = [
            (mode, f"{labels[mode]}: {self.mode_words(mode)}") for mode in self.outlook.rooms
        ]

    def mode_words(self, mode: str) -> str:
        return self.outlook.words(mode)

    def _ask_protected(self) -> None:
        days = self.form.protected_kept_days
        erased = ngettext(
            "Only this event's coordinators can read it. It is stored encrypted and erased %(days)s day after the"
            " event.",
            "Only this event's coordinators can read it. It is stored encrypted and erased %(days)s days after the"
            " event.",
            days,
        ) % {"days": days}
        examples = {
            "access_needs": _("For example a sign language interpreter or a place for a wheelchair."),
            "diet": _("What you cannot eat; no reason is needed."),
        }
        asked = {"access_needs": self.form.asks_access_needs, "diet": self.form.asks_diet}
        for name, is_asked in asked.items():
            if is_asked:
                self.fields[name].help_text = f"{examples[name]} {erased}"
            else:
                del self.fields[name]

    def clean(self):
        super().clean()
        sent = self.cleaned_data
        if sent.get("organization") == OTHER and sent.get("organization_name") == "":
            self.add_error("organization_name", _("Write which organisation you come from."))
        return sent

    @property
    def told(self) -> dict[str, Any]:
        """What was sent, as `registering` takes it; nothing of what was not asked."""
        sent = self.cleaned_data
        organization = self.organizations.get(sent.get("organization", ""))
        name = translated(organization, "name").value if organization else sent["organization_name"]
        mode = sent["attendance_mode"] if "attendance_mode" in self.fields else next(iter(self.outlook.rooms))
        return {
            "name": sent["name"],
            "organization": organization,
            "organization_name": name[: Registration._meta.get_field("organization_name").max_length],
            "staff_group": StaffGroup(pk=int(sent["staff_group"])) if sent["staff_group"] else None,
            "municipality": Area(pk=int(sent["municipality"])) if sent["municipality"] else None,
            "attendance_mode": mode,
            "language": sent["language"],
            "answers": {question: sent[name] for name, question in self.questions.items()},
        } | {name: sent[name] for name in ["diet", "access_needs"] if name in self.fields}

    # --- for the page

    @property
    def person(self) -> list[forms.BoundField]:
        names = ["name", "email", "organization", "organization_name", "staff_group", "municipality"]
        return [self[name] for name in names if name in self.fields]

    @property
    def own_questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.questions]

    @property
    def protected(self) -> list[forms.BoundField]:
        return [self[name] for name in ["access_needs", "diet"] if name in self.fields]

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, field by field in the order of the page."""
        modes = [self["attendance_mode"]] if "attendance_mode" in self.fields else []
        return _faults([*self.person, *modes, *self.own_questions, *self.protected, self["language"]])


def _question_field(question: Question) -> forms.Field:
    kept = ngettext(
        "Erased %(days)s day after the event.", "Erased %(days)s days after the event.", question.kept_days
    ) % {"days": question.kept_days}
    about = {
        "error_messages": {"required": _("Please answer this question.")},
        "label": marked(translated(question, "text")),
        "required": question.is_required,
        "help_text": format_html("{} {}", marked(translated(question, "purpose")), kept),
    }
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(max_length=ANSWER_AT_MOST, **about)
    options = [(kept, words.value) for kept, words in question.options.items()]
    return forms.ChoiceField(choices=[("", "–"), *options], **about)


class SignUpForm(StampedForm, ParticipantForm):
    """The sign-up to an event. Its stamp says which event, and which version of the privacy notice was shown."""

    signer = signing.TimestampSigner(salt="events.sign-up")
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=Registration._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        help_text=gettext_lazy("We send a letter to it: the link in it confirms your sign-up."),
        error_messages={"required": EXAMPLE, "invalid": EXAMPLE},
    )

    def __init__(self, event: Event, outlook: Outlook, data=None, initial=None):
        usual = {"stamp": self.stamp_for(event), "language": get_language()}
        super().__init__(event, outlook, data, initial=usual | (initial or {}))
        if outlook.is_invited:
            del self.fields["email"]

    @classmethod
    def stamp_for(cls, event: Event) -> str:
        return cls.new_stamp(f"{event.pk}:{NOTICE}:{secrets.token_hex(4)}")

    def is_for_this(self, stamped: str) -> bool:
        number, self.notice, _nonce = stamped.split(":")
        return number == str(self.event.pk)


class ChangeForm(ParticipantForm):
    """What a participant told us before, to be put right."""

    def __init__(self, registration: Registration, outlook: Outlook, data=None):
        self.registration = registration
        super().__init__(registration.event, outlook, data)
        protected = ProtectedData.objects.filter(pk=registration.pk).first()
        answers = {f"question_{answer.question_id}": answer.text for answer in registration.answers.all()}
        organization = str(registration.organization_id or "")
        is_other = organization not in self.organizations
        self.initial = answers | {
            "name": registration.name,
            "organization": OTHER if is_other and registration.organization_name else organization,
            "organization_name": registration.organization_name if is_other else "",
            "staff_group": registration.staff_group_id,
            "municipality": registration.municipality_id,
            "attendance_mode": registration.attendance_mode,
            "language": registration.language,
            "access_needs": protected.access_needs if protected else "",
            "diet": protected.diet if protected else "",
        }

    def mode_words(self, mode: str) -> str:
        """Nobody who changes leaves the line, or a place for the line."""
        if mode == self.registration.attendance_mode:
            return _("your present choice")
        return _("full") if self.outlook.rooms[mode].left == 0 else self.outlook.words(mode)

    @property
    def told(self) -> dict[str, Any]:
        """What a coordinator knows of the organisation stays as long as its name does."""
        told = super().told
        if not self.organizations and told["organization_name"] == self.registration.organization_name:
            del told["organization"]
        return told


class ColleagueForm(forms.Form):
    """Who comes instead."""

    name = forms.CharField(
        label=gettext_lazy("Your colleague's name"),
        max_length=Registration._meta.get_field("name").max_length,
        error_messages={"required": gettext_lazy("Write your colleague's name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your colleague's e-mail address"),
        max_length=Registration._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
        error_messages={"required": EXAMPLE, "invalid": EXAMPLE},
    )

    def __init__(self, data=None):
        super().__init__(data, auto_id="%s")

    @property
    def faults(self) -> list[Fault]:
        return _faults([self["name"], self["email"]])
