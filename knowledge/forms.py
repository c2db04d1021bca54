"""What the addresses of the knowledge lists may ask, and what editors may send."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from knowledge.models import Implication
from knowledge.uploads import Format
from lmh_portal.vocabulary.facets import Filters, TermFacet, ValueFacet


class OverviewFilters(Filters):
    facets = [
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
    ]


class ImplicationFilters(Filters):
    facets = [
        TermFacet("setting", _("Setting"), "settings", kind="setting"),
        ValueFacet("action", _("What to do"), "action", options=Implication.Action),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
        TermFacet("topic", _("Topic"), "overview__topic_items__tag__ancestors", kind="topic"),
    ]


class CompareForm(forms.Form):
    """Which two versions to compare."""

    older = forms.IntegerField(label=_("Older version"), min_value=1)
    newer = forms.IntegerField(label=_("Newer version"), min_value=1)

    def __init__(self, data=None, *, newest: int):
        super().__init__(data, auto_id="%s", initial={"older": max(1, newest - 1), "newer": newest})
        for field in self.fields.values():
            field.validators.append(MaxValueValidator(newest))
            field.widget.attrs |= {"min": 1, "max": newest, "inputmode": "numeric"}

    def clean(self):
        numbers = sorted(self.cleaned_data.get(name) or 0 for name in self.fields)
        self.cleaned_data |= dict(zip(["older", "newer"], numbers, strict=True))
        return self.cleaned_data


class ResourceFilters(Filters):
    """Language and format are those of the files: which resources have one in Tigrinya, which have a film."""

    facets = [
        TermFacet("language", _("Language of the material"), "files__language", kind="language"),
        TermFacet("type", _("Type of resource"), "resource_type", kind="resource_type"),
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
        TermFacet("level", _("Level of intervention"), "levels", kind="intervention_level"),
        ValueFacet("format", _("Format"), "files__format", options=Format),
    ]


class ReferenceFileForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("RIS, BibTeX or CSL-JSON; at most 2 MB and 5,000 references."))


class ReferenceImportForm(forms.Form):
    """The answer to a dry run; `plan` is what was shown, signed."""

    plan = forms.CharField(widget=forms.HiddenInput)
    import_others = forms.BooleanField(
        required=False, label=_("Leave out the entries that could not be read, and import the others")
    )
