"""What is chosen in a list, as a table."""

import io

from django.contrib import admin
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.tables.files import XLSX, write_csv, write_xlsx
from actors.tables.sheets import TABLES, permitted


def workbook(name: str, tables: list) -> HttpResponse:
    file = io.BytesIO()
    write_xlsx(tables, file)
    return _download(f"{name}.xlsx", file.getvalue(), XLSX)


def _download(name: str, content: bytes | str, content_type: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def dated(name: str) -> str:
    return f"{name}-{timezone.localdate():%Y-%m-%d}"


class Exportable:
    """Mixed into model admins of the register: exports the selected rows, of those that the editor may read."""

    change_list_template = "admin/actors/change_list.html"
    exports = ["export_xlsx", "export_csv"]

    def get_actions(self, request):
        offered = super().get_actions(request)
        for name in self.exports if self.has_export_permission(request) else []:
            offered[name] = self.get_action(name)
        return offered

    def has_export_permission(self, request) -> bool:
        return any(table.model is self.model for table in permitted(request.user, "export"))

    def changelist_view(self, request, extra_context=None):
        user = request.user
        may_move = bool(permitted(user, "import") or permitted(user, "export"))
        return super().changelist_view(request, {"may_move_tables": may_move} | (extra_context or {}))

    def _table(self):
        return next(table for table in TABLES if table.model is self.model)()

    def _chosen(self, table, queryset):
        return table.rows().filter(pk__in=queryset.order_by().values("pk"))

    @admin.action(description=_("Export the selected as a workbook (XLSX)"), permissions=["export"])
    def export_xlsx(self, request, queryset):
        table = self._table()
        return workbook(dated(table.sheet), [(table, self._chosen(table, queryset))])

    @admin.action(description=_("Export the selected as a table (CSV)"), permissions=["export"])
    def export_csv(self, request, queryset):
        table, file = self._table(), io.StringIO(newline="")
        write_csv(table, self._chosen(table, queryset), file)
        return _download(f"{dated(table.sheet)}.csv", file.getvalue(), "text/csv; charset=utf-8")
