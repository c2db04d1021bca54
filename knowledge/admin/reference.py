"""References on the editors' desk."""

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from knowledge import importing
from knowledge.forms import ReferenceFileForm, ReferenceImportForm
from knowledge.models import Reference
from knowledge.reference_files import FILE_AT_MOST, Unreadable
from lmh_portal.core.admin import DeskInputs, list_address

FOUND_AT_MOST = 10


@admin.register(Reference)
class ReferenceAdmin(DeskInputs, admin.ModelAdmin):
    list_display = ["key", "authors", "year", "title", "kind", "verification", "times_cited"]
    list_filter = ["kind", "verification"]
    list_per_page = 50
    search_fields = ["key", "authors", "title", "year", "doi", "pmid", "container"]
    save_on_top = True
    fieldsets = [
        (_("The publication"), {"fields": ["kind", "authors", "year", "title", "container", "details"]}),
        (_("Where to find it"), {"fields": ["doi", "pmid", "url"]}),
        (_("How we use it"), {"fields": ["key", "verification"]}),
    ]
    help_texts = {
        "authors": _("Surname and initials, separated by commas: Karliner LS, Jacobs EA. Or the authority."),
        "year": _("Of publication; for laws their number, for example 2014:821."),
        "title": _("In the language of the publication."),
        "doi": _("Without https://doi.org/, for example 10.1111/j.1475-6773.2006.00629.x"),
        "pmid": _("The number of the publication in PubMed."),
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

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("import/", view(self.import_file), name="knowledge_reference_import"),
            path("search/", view(self.search), name="knowledge_reference_search"),
        ]
        return own + super().get_urls()

    def import_file(self, request):
        """Upload, then look at what would happen, then say so: nothing is saved before."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.ask_for_file(request, ReferenceFileForm())
        return self.confirm(request) if "plan" in request.POST else self.try_out(request)

    def ask_for_file(self, request, form):
        context = self.admin_site.each_context(request) | {
            "title": _("Import references"), "opts": self.opts, "form": form
        }  # fmt: skip
        return render(request, "admin/knowledge/reference/import.html", context)

    def try_out(self, request):
        form = ReferenceFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.ask_for_file(request, form)
        try:
            plan = importing.plan(form.cleaned_data["file"].read(FILE_AT_MOST + 1))
            return self.show(request, plan)
        except Unreadable as refusal:
            form.add_error("file", str(refusal))
            return self.ask_for_file(request, form)

    def show(self, request, plan: importing.Plan, form=None):
        context = self.admin_site.each_context(request) | {
            "title": _("Import references: what would happen"),
            "opts": self.opts,
            "plan": plan,
            "form": form or ReferenceImportForm(initial={"plan": plan.token()}),
        }
        return render(request, "admin/knowledge/reference/import_plan.html", context)

    def confirm(self, request):
        form = ReferenceImportForm(request.POST)
        try:
            plan = importing.Plan.of_token(request.POST["plan"])
        except signing.BadSignature:
            self.message_user(request, _("The dry run is too old. Please choose the file again."), messages.ERROR)
            return redirect("admin:knowledge_reference_import")
        form.is_valid()
        if plan.bad and not form.cleaned_data.get("import_others"):
            form.add_error("import_others", _("Some entries could not be read: say whether to import the others."))
            return self.show(request, plan, form)
        return self.save_plan(request, plan)

    def save_plan(self, request, plan: importing.Plan):
        try:
            count = len(importing.save(plan, request.user))
        except importing.Changed:
            text = _("Nothing was imported: the references have changed since. This is what would happen now.")
            self.message_user(request, text, messages.WARNING)
            return self.show(request, importing.again(plan))
        text = ngettext("%(count)d reference was imported.", "%(count)d references were imported.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        return redirect(list_address(Reference))

    @method_decorator(require_GET)
    def search(self, request):
        """References for the picker in a text: those in which each word is found."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Reference.objects.all()
        for word in request.GET.get("q", "")[:200].split()[:10]:
            fields = ["key", "authors", "title", "year"]
            found = found.filter(Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR))
        rows = found.order_by("key")[:FOUND_AT_MOST]
        return JsonResponse({"results": [{"key": row.key, "text": str(row)} for row in rows]})
