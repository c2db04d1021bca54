"""References on the editors' desk."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from knowledge.models import Reference
from lmh_portal.core.admin import DeskInputs


@admin.register(Reference)
class ReferenceAdmin(DeskInputs, admin.ModelAdmin):
    list_display = ["key", "authors", "year", "title", "kind", "verification", "times_cited"]
    list_filter = ["kind", "verification"]
    list_per_page = 50
    search_fields = ["key", "authors", "title", "year", "doi", "container"]
    save_on_top = True
    fieldsets = [
        (_("The publication"), {"fields": ["kind", "authors", "year", "title", "container", "details"]}),
        (_("Where to find it"), {"fields": ["doi", "url"]}),
        (_("How we use it"), {"fields": ["key", "verification"]}),
    ]
    help_texts = {
        "authors": _("Surname and initials, separated by commas: Karliner LS, Jacobs EA. Or the authority."),
        "year": _("Of publication; for laws their number, for example 2014:821."),
        "title": _("In the language of the publication."),
        "doi": _("Without https://doi.org/, for example 10.1111/j.1475-6773.2006.00629.x"),
        "url": _("Needed only where there is no DOI."),
        "verification": _("Look the publication up before you publish a text that cites it."),
    }

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(citation_count=Count("citations"))

    @admin.display(description=_("cited by"), ordering="citation_count")
    def times_cited(self, reference):
        return reference.citation_count

    def get_readonly_fields(self, request, obj=None):
        """Texts cite a reference by its key: it stays while they do."""
        return ["key"] if obj and obj.citation_count else []
