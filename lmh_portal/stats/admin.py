"""What the daily checks found, on the editors' desk."""

from django.apps import apps
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import Todo, list_address
from lmh_portal.stats.models import Link

# the queue is the operator's: `manage.py procrastinate`
admin.site.unregister(apps.get_model("procrastinate.ProcrastinateJob"))


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin):
    """A list to read: the check keeps it, editors correct the pages."""

    list_display = ["url", "state_badge", "answer", "failures", "checked_at", "pages"]
    list_filter = ["state"]
    list_per_page = 50
    search_fields = ["url"]
    ordering = ["state", "url"]  # broken links first
    fields = ["address", "state_badge", "answer", "failures", "checked_at", "pages"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def todo(self):
        broken = Link.objects.filter(state=Link.State.BROKEN).count()
        yield Todo(gettext("Broken links"), broken, list_address(Link, state__exact=Link.State.BROKEN))

    @admin.display(description=_("address"))
    def address(self, link):
        return format_html('<a href="{}" rel="noreferrer"><bdi>{}</bdi></a>', link.url, link.url)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, link):
        return format_html('<span class="badge badge--{}">{}</span>', link.state, link.get_state_display())

    @admin.display(description=_("used on"))
    def pages(self, link):
        rows = ((address, title) for title, address in link.used_on)
        return format_html('<ul class="row-links">{}</ul>', format_html_join("", '<li><a href="{}">{}</a></li>', rows))
