"""What the addresses of the knowledge lists may ask."""

from django.utils.translation import gettext_lazy as _

from knowledge.uploads import Format
from lmh_portal.vocabulary.facets import Filters, TermFacet, ValueFacet


class OverviewFilters(Filters):
    facets = [
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
    ]


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
