"""What participants type to say that they are there."""

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lmh_portal.visitors.forms import StampedForm

CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}


def code_field() -> forms.CharField:
    return forms.CharField(
        label=_("Code shown in the room"), max_length=40, strip=True, widget=forms.TextInput(attrs=CODE)
    )  # fmt: skip


class OwnCheckInForm(forms.Form):
    """On a personal page, whose address says who it is."""

    code = code_field()

    def __init__(self, data=None):
        super().__init__(data, auto_id="%s")


class CheckInForm(StampedForm):
    signer = signing.TimestampSigner(salt="events.check-in")
    code = code_field()
    email = forms.EmailField(
        label=_("The e-mail address that you signed up with"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="%s", **kwargs)
