"""What a visitor may write to us, without a cookie: a signed time stands in for the session."""

from typing import NamedTuple

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lmh_portal.feedback.models import Answer, Message
from lmh_portal.feedback.pages import Subject

OPEN_AT_LEAST = 3  # seconds: faster is a machine
OPEN_AT_MOST = 24 * 60 * 60  # seconds
_contact = signing.TimestampSigner(salt="feedback.contact")
_helpful = signing.TimestampSigner(salt="feedback.helpful")
_comment = signing.TimestampSigner(salt="feedback.comment")


class Vote(NamedTuple):
    """An answer that was given; empty where somebody comments who gave none."""

    subject: Subject
    answer: str


def new_stamp() -> str:
    return _contact.sign("form")


def question_stamp(subject: Subject) -> str:
    """Says what the page that asks was about, and when it was given out."""
    return _helpful.sign(subject.signed_text)


def comment_stamp(vote: Vote) -> str:
    return _comment.sign(f"{vote.subject.signed_text}:{vote.answer}")


def vote_of(stamp: str) -> Vote | None:
    """The vote that a stamp was given out for, however long ago; none for a forged one."""
    try:
        kind, slug, version, answer = _comment.unsign(stamp).split(":")
    except (signing.BadSignature, ValueError):
        return None
    return Vote(Subject(kind, slug, int(version)), answer)


class StampedForm(forms.Form):
    """A form with a trap for machines and the signed time at which it was given out."""

    signer: signing.TimestampSigner
    too_old = _("The form had been open for too long. Your text is still here: please send it again.")
    nickname = forms.CharField(required=False, label=_("Leave this field empty"))
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        super().clean()
        if self.cleaned_data.get("nickname"):
            self.add_error(None, _("The message was not sent: a field that only machines see was filled in."))
        signed = self.cleaned_data.get("stamp", "")
        try:
            stamped = self.signer.unsign(signed, max_age=OPEN_AT_MOST)
        except signing.BadSignature:
            stamped = None
        if stamped is None or not self.is_for_this(stamped):
            self.add_error(None, self.too_old)
        elif _is_younger_than(self.signer, signed, OPEN_AT_LEAST):
            self.add_error(None, _("That was very fast. Please look at your message once more and send it again."))
        return self.cleaned_data

    def is_for_this(self, stamped: str) -> bool:
        """Whether the stamp was given out with this form."""
        return True

    def renew(self, stamp: str) -> None:
        """Let the form be sent again."""
        self.data = self.data.copy()
        self.data["stamp"] = stamp


def _is_younger_than(signer: signing.TimestampSigner, signed: str, seconds: int) -> bool:
    try:
        signer.unsign(signed, max_age=seconds)
    except signing.SignatureExpired:
        return False
    return True


class ContactForm(StampedForm, forms.ModelForm):
    """A message to the centre."""

    signer = _contact

    class Meta:
        model = Message
        fields = ["kind", "text", "page", "email"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8}), "page": forms.HiddenInput}
        labels = {"email": _("Your e-mail address, if you want an answer")}
        help_texts = {"text": _("At most 5,000 characters. Do not write about patients or other individuals.")}

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
        kinds = [choice for choice in Message.Kind.choices if choice[0] != Message.Kind.HELPFUL]
        self.fields["kind"].choices = kinds
        self.fields["email"].widget.attrs |= {"autocomplete": "email"}


class HelpfulForm(StampedForm):
    """The answer to “Did this help you?”: each of two buttons is one."""

    signer = _helpful
    too_old = _("The page had been open for very long. Please press your answer once more.")
    answer = forms.ChoiceField(
        choices=Answer.choices,
        error_messages={"required": _("Choose yes or no."), "invalid_choice": _("Choose yes or no.")},
    )

    def __init__(self, subject: Subject, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
        self.subject = subject

    def is_for_this(self, stamped: str) -> bool:
        """The version may be another meanwhile: the answer is about the one that was read."""
        kind, slug, version = stamped.split(":")
        self.read = Subject(kind, slug, int(version))
        return (kind, slug) == (self.subject.kind, self.subject.slug)


class CommentForm(StampedForm, forms.ModelForm):
    """What somebody adds to an answer."""

    signer = _comment

    class Meta:
        model = Message
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        labels = {"text": _("Your comment")}
        help_texts = {"text": _("At most 5,000 characters. Do not write about patients or other individuals.")}

    def __init__(self, subject: Subject, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
        self.subject = subject

    def is_for_this(self, stamped: str) -> bool:
        self.vote = vote_of(self.cleaned_data["stamp"])
        return self.vote.subject[:2] == self.subject[:2]
