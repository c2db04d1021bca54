"""What the directory's addresses may ask."""

from django.utils.translation import gettext_lazy as _

from actors.models import Organization, Service
from lmh_portal.vocabulary.facets import Filters, TermFacet, ValueFacet


class OrganizationFilters(Filters):
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
    ]


class ServiceFilters(Filters):
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
        ValueFacet("access", _("How to get in"), "access", options=Service.Access),
        ValueFacet("for", _("Who it is for"), "audience", options=Service.Audience),
        TermFacet("language", _("Language"), "service_languages__language", kind="language"),
    ]
