"""The editors' desk: Django's admin, and what our model admins share."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class EditorsDesk(AdminSite):
    site_header = _("Editors' desk")
    site_title = _("Editors' desk")
    index_title = _("What would you like to work on?")
