"""What the directory's addresses may ask."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from actors.models import Organization, Service, ServiceLanguage, Verification, WaysIn
from actors.shortlist import Shortlist
from lmh_portal.core.translated import sort_column
from lmh_portal.vocabulary.facets import Filters, SetFacet, Sort, TermFacet, ValueFacet


class DirectoryFilters(Filters):
    """What lists of the register have in common: their links take the handout's shortlist along."""

    def __init__(self, data, rows, user, **kwargs):
        self.shortlist = Shortlist.of(data)
        super().__init__(data, rows, user, carried=self.shortlist.parameters, **kwargs)

    def sorts(self):
        by_name = sort_column("name")
        sorts = [
            Sort("name", pgettext("order of a list", "Name"), (by_name, "pk")),
            Sort(
                "confirmed",
                pgettext("order of a list", "Last confirmed"),
                (F("assured_on").desc(nulls_last=True), "pk"),
            ),
        ]
        if self.q:
            best_first = self.rows.best_first(self.q), by_name, "pk"
            sorts.insert(0, Sort("relevance", pgettext("order of a list", "Best match"), best_first))
        return sorts


class OrganizationFilters(DirectoryFilters):
    facets = [
        TermFacet("type", _("Type of organisation"), "organization_type", kind="organization_type"),
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet(
            "municipality",
            _("Seat in municipality"),
            "municipality",
            kind="area",
            area_kind="municipality",
            is_long=True,
        ),
        ValueFacet("reach", _("Reach"), "scope", options=Organization.Scope),
        ValueFacet("verified", _("Confirmation of the facts"), "verification", options=Verification),
    ]


class ServiceFilters(DirectoryFilters):
    facets = [
        TermFacet(
            "municipality",
            _("Available in municipality"),
            "areas__municipalities",
            kind="area",
            area_kind="municipality",
            is_long=True,
        ),
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("language", _("Language"), "service_languages__language", kind="language", shares_row=True),
        ValueFacet(
            "how",
            _("How the language is used"),
            "service_languages__mode",
            options=ServiceLanguage.Mode,
            shares_row=True,
        ),
        SetFacet("facts", _("How to get in, and on what terms"), "ways_in", options=WaysIn),
        ValueFacet("access", _("How to get in"), "access", options=Service.Access, is_retired=True),
        ValueFacet("for", _("Who it is for"), "audience", options=Service.Audience),
        TermFacet("level", _("Intervention level"), "level", kind="intervention_level"),
        TermFacet("type", _("Type of organisation"), "organization__organization_type", kind="organization_type"),
        ValueFacet("verified", _("Confirmation of the facts"), "verification", options=Verification),
    ]
