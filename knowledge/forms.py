"""What the overviews' addresses may ask, and what editors may send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lmh_portal.vocabulary.facets import Filters, TermFacet


class OverviewFilters(Filters):
    facets = [
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
    ]


class ReferenceFileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("RIS, BibTeX or CSL-JSON; at most 2 MB and 5,000 references."))


class ReferenceImportForm(forms.Form):
    """The answer to a dry run; `plan` is what was shown, signed."""

    plan = forms.CharField(widget=forms.HiddenInput)
    import_others = forms.BooleanField(
        required=False, label=_("Leave out the entries that could not be read, and import the others")
    )
