"""What partners may send without an account: a proposal, and the answer to a confirmation round."""

import secrets
from typing import Any

from django import forms
from django.core import signing
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import AccessFact, ChangeProposal, ServiceLanguage, VerificationRequest
from actors.models.entry import Entry
from actors.proposable import PARTS, kind_of, model_of, values_of
from lmh_portal.core.translated import Text, translated
from lmh_portal.visitors.forms import StampedForm
from lmh_portal.vocabulary.terms import terms

BLANK_LANGUAGES = 3  # lines for further ones
_proposal = signing.TimestampSigner(salt="actors.proposal form")


class ProposalForm(StampedForm):
    """The parts of a record as the visitor sees them. The stamp says what they were when it was given out, so that
    what somebody else changes meanwhile is not taken for a wish of this visitor."""

    signer = _proposal
    comment = forms.CharField(
        label=_("Comment to the editors"),
        required=False,
        max_length=ChangeProposal._meta.get_field("comment").max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Anything that has no field above. Do not write about patients or other individuals."),
    )
    sender_function = forms.CharField(
        label=_("Your organisation and function"),
        max_length=200,
        help_text=_("For example “Health centre North, unit manager”. Your name is not needed."),
    )
    sender_email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        help_text=_("We write to it when your proposal is decided, and erase it later."),
    )
    by = forms.CharField(required=False, widget=forms.HiddenInput)  # whose letter led here, signed

    def __init__(self, record: Entry | None, data=None, initial=None):
        super().__init__(data, auto_id="%s")
        self.record, self.kind, self.language = record, kind_of(record), get_language()
        self.parts = PARTS[self.kind]
        now = values_of(record, self.language)
        self.seen = self._seen(data.get("stamp", "")) if data is not None else None
        self.seen = now if self.seen is None else self.seen
        for name, part in self.parts.items():
            self.fields[name] = part.form_field(model_of(record))
        self.fields["name"].required = bool(self.seen["name"]) or record is None
        self.initial = now | {"stamp": self.fresh_stamp()} | (initial or {})

    def fresh_stamp(self) -> str:
        about = {"about": self._about, "seen": self.seen, "number": secrets.token_hex(8)}
        return self.signer.sign_object(about, compress=True)

    @property
    def _about(self) -> list:
        return [self.kind, self.record.pk if self.record else None, self.language]

    def _seen(self, stamp: str) -> dict[str, Any] | None:
        """What the form showed when the stamp was given out, however long ago."""
        try:
            stamped = self.signer.unsign_object(stamp.strip())
        except (signing.BadSignature, ValueError):
            return None
        return stamped["seen"] if stamped["about"] == self._about else None

    def is_for_this(self, stamped: str) -> bool:
        return self._seen(self.cleaned_data["stamp"]) is not None

    def clean_sender_email(self):
        return self.cleaned_data["sender_email"].lower()

    def clean(self):
        super().clean()
        ages = self.cleaned_data.get("minimum_age"), self.cleaned_data.get("maximum_age")
        if None not in ages and ages[0] > ages[1]:
            self.add_error("maximum_age", _("The lower age must not be above the upper one."))
        if {AccessFact.REFERRAL, AccessFact.SELF_REFERRAL} <= set(self.cleaned_data.get("access_facts", [])):
            self.add_error(
                "access_facts", _("Choose either that a referral is needed or that people contact it themselves.")
            )
        if not self.errors and not self.proposed and not self.cleaned_data["comment"]:
            self.add_error(None, _("Nothing has been changed yet: change what is wrong, or write a comment."))
        return self.cleaned_data

    @property
    def proposed(self) -> dict[str, Any]:
        """What the visitor wants to be different."""
        return {
            name: self.cleaned_data[name]
            for name in self.parts
            if name in self.cleaned_data and self._plain(name) != self.seen.get(name)
        }

    def _plain(self, name: str) -> Any:
        value = self.cleaned_data[name]
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    # --- for the page

    @property
    def shown_parts(self) -> list[tuple[forms.BoundField, Text | None]]:
        """Each part's field, with the text of another language where there is none in this one."""
        return [(self[name], self._elsewhere(name)) for name in self.parts]

    def _elsewhere(self, name: str) -> Text | None:
        if self.record is None or not self.parts[name].is_translated or self.seen.get(name):
            return None
        text = translated(self.record, name)
        return text if text.value else None

    @cached_property
    def language_lines(self) -> list[tuple[str, str]]:
        """The chosen languages and how each is used, and empty lines."""
        lines = [line.partition(" ")[::2] for line in self["languages"].value() or []]
        return lines + [("", ServiceLanguage.Mode.SPOKEN)] * BLANK_LANGUAGES

    @property
    def languages_to_choose(self) -> list[tuple[str, str]]:
        return sorted(((term.code, str(term)) for term in terms("language").values()), key=lambda pair: pair[1])

    @property
    def modes(self) -> list[tuple[str, str]]:
        return ServiceLanguage.Mode.choices


class AnswerForm(forms.Form):
    """One of three answers; what has changed is named by its kind and slug."""

    answer = forms.ChoiceField(
        choices=VerificationRequest.Answer.choices,
        error_messages={"required": _("Press one of the answers."), "invalid_choice": _("Press one of the answers.")},
    )
    about = forms.CharField(required=False, max_length=200)
    sentence = forms.CharField(
        label=_("Since when, and who has taken over?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence is enough. Do not write about patients or other individuals."),
    )

    def __init__(self, data=None):
        super().__init__(data, auto_id="%s")
