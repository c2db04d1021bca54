"""Forms of visitors have no cookie: a signed time stands in for the session."""

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

OPEN_AT_LEAST = 3  # seconds: faster is a machine
OPEN_AT_MOST = 24 * 60 * 60  # seconds


class StampedForm(forms.Form):
    """A form with a trap for machines and the signed time at which it was given out.

    Each form has a `signer` with a salt of its own. A stamp may also say what the form is about, which `is_for_this`
    then reads. It can be sent more than once: where that matters, count `times_today("…", stamp)`.
    """

    signer: signing.TimestampSigner
    too_old = _("The form had been open for too long. Your text is still here: please send it again.")
    nickname = forms.CharField(required=False, label=_("Leave this field empty"))
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def new_stamp(cls, about: str = "form") -> str:
        return cls.signer.sign(about)

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
