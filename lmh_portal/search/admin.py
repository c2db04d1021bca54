from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from lmh_portal.core.admin import DeskInputs
from lmh_portal.search.models import BestBet, QueryCount


@admin.register(BestBet)
class BestBetAdmin(DeskInputs, admin.ModelAdmin):
    list_display = ["slug", "kind", "questions"]
    list_filter = ["kind"]
    search_fields = ["slug", "questions"]


class WithoutAnswer(admin.SimpleListFilter):
    title = _("answers")
    parameter_name = "answers"

    def lookups(self, request, model_admin):
        return [("none", _("Nothing was found"))]

    def queryset(self, request, queryset):
        return queryset.filter(results=0) if self.value() == "none" else queryset


@admin.register(QueryCount)
class QueryCountAdmin(admin.ModelAdmin):
    """What people ask, most often first; above all what finds nothing."""

    list_display = ["question", "language", "day", "visits", "results"]
    list_filter = [WithoutAnswer, "language", "day"]
    search_fields = ["question"]
    date_hierarchy = "day"
    ordering = ["-visits", "-day", "question"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
