"""What the overviews' addresses may ask."""

from django.utils.translation import gettext_lazy as _

from lmh_portal.vocabulary.facets import Filters, TermFacet


class OverviewFilters(Filters):
    facets = [
        TermFacet("topic", _("Topic"), "topic_items__tag__ancestors", kind="topic"),
        TermFacet("group", _("Target group"), "target_groups", kind="target_group"),
        TermFacet("staff", _("Staff group"), "staff_groups", kind="staff_group"),
    ]
