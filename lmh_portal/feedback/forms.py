"""What a visitor may write to us, without a cookie: a signed time stands in for the session."""

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lmh_portal.feedback.models import Message

OPEN_AT_LEAST = 3  # seconds: faster is a machine
OPEN_AT_MOST = 24 * 60 * 60  # seconds
_signer = signing.TimestampSigner(salt="feedback.contact")


def new_stamp() -> str:
    return _signer.sign("form")


class ContactForm(forms.ModelForm):
    """A message, a trap for machines and the time at which the form was given out."""

    nickname = forms.CharField(required=False, label=_("Leave this field empty"))
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Message
        fields = ["kind", "text", "page", "email"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8}), "page": forms.HiddenInput}
        labels = {"email": _("Your e-mail address, if you want an answer")}
        help_texts = {"text": _("At most 5,000 characters. Do not write about patients or other individuals.")}

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
        self.fields["kind"].widget.choices = Message.Kind.choices
        self.fields["email"].widget.attrs |= {"autocomplete": "email"}

    def clean(self):
        super().clean()
        if self.cleaned_data.get("nickname"):
            self.add_error(None, _("The message was not sent: a field that only machines see was filled in."))
        try:
            signed = self.cleaned_data.get("stamp", "")
            _signer.unsign(signed, max_age=OPEN_AT_MOST)
        except signing.BadSignature:
            self.add_error(
                None, _("The form had been open for too long. Your text is still here: please send it again.")
            )
            return
        if _is_younger_than(signed, OPEN_AT_LEAST):
            self.add_error(None, _("That was very fast. Please look at your message once more and send it again."))


def _is_younger_than(signed: str, seconds: int) -> bool:
    try:
        _signer.unsign(signed, max_age=seconds)
    except signing.SignatureExpired:
        return False
    return True
