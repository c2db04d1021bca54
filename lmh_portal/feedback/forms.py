"""What a visitor may write to us."""

from typing import NamedTuple

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lmh_portal.feedback.models import Answer, Message
from lmh_portal.feedback.pages import Subject
from lmh_portal.visitors.forms import StampedForm

_helpful = signing.TimestampSigner(salt="feedback.helpful")
_comment = signing.TimestampSigner(salt="feedback.comment")


class Vote(NamedTuple):
    """An answer that was given; empty where somebody comments who gave none."""

    subject: Subject
    answer: str


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


class ContactForm(StampedForm, forms.ModelForm):
    """A message to the centre."""

    signer = signing.TimestampSigner(salt="feedback.contact")

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
