"""Figures of events on the editors' desk: a table, a chart and a workbook, all without names."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actors.tables.files import XLSX
from events import figures
from events.models import Figures


@admin.register(Figures)
class FiguresAdmin(admin.ModelAdmin):
    """One page: nothing can be added, changed or deleted."""

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        years = figures.years()
        asked = request.GET.get("year", "")
        year = next((year for year in years if str(year) == asked), years[0] if years else None)
        by = request.GET.get("by", "")
        by = by if by in figures.BY else "event"
        table = figures.table(year, by) if year else None
        if table and request.GET.get("as") == "xlsx":
            name = f"figures-{year}-{by}.xlsx"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(figures.workbook(table), content_type=XLSX, headers=headers)
        context = self.admin_site.each_context(request) | {
            "title": _("Figures"),
            "opts": self.opts,
            "years": years,
            "kinds": figures.BY.items(),
            "year": year,
            "by": by,
            "table": table,
        }
        return TemplateResponse(request, "admin/events/figures/change_list.html", context)
