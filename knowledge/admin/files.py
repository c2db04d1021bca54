"""Overviews as files on the desk: out as a ZIP archive, in after a look at what would happen."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from knowledge import overview_import
from knowledge.editions import content_of
from knowledge.models import Overview
from knowledge.overview_files import Problem, all_written, read
from knowledge.overview_import import Deed, Plan
from knowledge.packing import BYTES_AT_MOST, FILES_AT_MOST, packed, unpacked

EXPORTED_AT_MOST = 200
NEXT = "next-version/"  # the folder of drafts beside what is published
IN_SESSION = "overview_files"  # what waits for a yes, in the editor's own session


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = SeveralFiles

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files]


class ImportForm(forms.Form):
    files = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Markdown files <slug>.<language>.md, or a ZIP archive of them."),
    )

    def clean_files(self) -> dict[str, bytes]:
        return unpacked(self.cleaned_data["files"])


def contents(overview: Overview) -> dict:
    """What readers see of a published overview, and of another what is written."""
    version = overview.versions.first()
    return version.content if version else content_of(overview)


def archive(name: str, files: dict[str, str]) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return HttpResponse(packed(files), content_type="application/zip", headers=headers)


class Files:
    """Mixed into the overviews' model admin."""

    change_list_template = "admin/knowledge/overview/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_files), name="knowledge_overview_import"),
            path("import/look/", view(self.look_at_import), name="knowledge_overview_import_look"),
            path("<int:pk>/export/", view(require_safe(self.export)), name="knowledge_overview_export"),
            *super().get_urls(),
        ]

    def get_actions(self, request):
        """Overviews are not deleted from the list; see has_delete_permission."""
        return {name: action for name, action in super().get_actions(request).items() if name == "export_selected"}

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"may_import": self.may_import(request)} | (extra_context or {}))

    def may_import(self, request) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    # --- out

    def export(self, request, pk):
        overview = get_object_or_404(Overview, pk=pk)
        if not self.has_view_permission(request, overview):
            raise PermissionDenied
        return archive(overview.slug, all_written(overview.slug, contents(overview)))

    @admin.action(description=gettext_lazy("Export the selected as files"), permissions=["view"])
    def export_selected(self, request, queryset):
        overviews = list(queryset[: EXPORTED_AT_MOST + 1])
        if len(overviews) > EXPORTED_AT_MOST:
            message = _("Choose at most %(count)d overviews.") % {"count": EXPORTED_AT_MOST}
            return self.message_user(request, message, messages.ERROR)
        files: dict[str, str] = {}
        for overview in overviews:
            folder = NEXT if overview.revises_id else ""
            written = all_written(overview.slug, contents(overview))
            files |= {f"{folder}{name}": text for name, text in written.items()}
        return archive("overviews", files)

    # --- in

    def import_files(self, request):
        """Take files, and refuse them with the place of everything that is wrong."""
        self._refuse_others(request)
        request.session.pop(IN_SESSION, None)
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        problems = []
        if form.is_valid():
            files = form.cleaned_data["files"]
            problems = self._problems(request, files)
            if not problems:
                request.session[IN_SESSION] = {name: data.decode("utf-8-sig") for name, data in files.items()}
                return HttpResponseRedirect(reverse("admin:knowledge_overview_import_look"))
        context = {
            "form": form,
            "problems": problems,
            "megabytes": BYTES_AT_MOST // 1_000_000,
            "files_at_most": FILES_AT_MOST,
        }
        return self._page(request, "import", context)

    def _problems(self, request, files: dict[str, bytes]) -> list[Problem]:
        overviews, problems = read(files)
        if not files:
            return [Problem("–", 0, "", _("There are no files."))]
        if problems:
            return problems
        plans = overview_import.plans_for(overviews)
        found = [problem for plan in plans for problem in plan.problems]
        if not request.user.has_perm("knowledge.add_reference"):
            new = [(plan, one) for plan in plans for one in plan.new_references]
            reason = _("%(key)s is new, and you may not add references")
            found += [plan.files.problem("references", reason % {"key": one.key}) for plan, one in new]
        return found

    def look_at_import(self, request):
        """What would become of the files, and then what does."""
        self._refuse_others(request)
        files = {name: text.encode() for name, text in request.session.get(IN_SESSION, {}).items()}
        if not files or self._problems(request, files):
            messages.warning(request, _("Choose the files again."))
            return HttpResponseRedirect(reverse("admin:knowledge_overview_import"))
        overviews, _problems = read(files)
        if request.method == "POST":
            try:
                written = self._carry_out(request, overviews)
            except (ValidationError, IntegrityError):
                written = None
            if written is not None:
                return self._done(request, written)
            messages.warning(request, _("Somebody has changed something meanwhile. Look again at what would happen."))
        plans = overview_import.plans_for(overviews)
        is_news = any(plan.deed != Deed.UNCHANGED for plan in plans)
        context = {"plans": plans, "mark": marks(plans), "unchanged": Deed.UNCHANGED, "is_news": is_news}
        return self._page(request, "import_look", context)

    @transaction.atomic
    def _carry_out(self, request, overviews) -> list[tuple[Plan, Overview]] | None:
        """Write the drafts, if all is as it was when the editor looked."""
        overview_import.lock(overviews)
        plans = overview_import.plans_for(overviews)
        if marks(plans) != request.POST.get("mark"):
            return None
        changing = [plan for plan in plans if plan.deed != Deed.UNCHANGED]
        return list(zip(changing, overview_import.carry_out(changing, request.user), strict=True))

    def _done(self, request, written: list[tuple[Plan, Overview]]):
        for plan, overview in written:
            note = _("Imported from files: %(names)s") % {
                "names": ", ".join(plan.files.name(code) for code in plan.files.languages)
            }
            log = self.log_addition if plan.deed in {Deed.NEW, Deed.NEXT} else self.log_change
            log(request, overview, note)
        request.session.pop(IN_SESSION, None)
        text = ngettext("%(count)d draft was written.", "%(count)d drafts were written.", len(written))
        messages.success(request, text % {"count": len(written)})
        if len(written) == 1:
            return HttpResponseRedirect(reverse("admin:knowledge_overview_change", args=[written[0][1].pk]))
        return HttpResponseRedirect(reverse("admin:knowledge_overview_changelist") + "?status__exact=draft")

    def _refuse_others(self, request):
        if not self.may_import(request):
            raise PermissionDenied

    def _page(self, request, name: str, context: dict):
        context |= self.admin_site.each_context(request) | {
            "title": _("Import overviews from files"),
            "opts": self.opts,
        }
        return TemplateResponse(request, f"admin/knowledge/overview/{name}.html", context)


def marks(plans: list[Plan]) -> str:
    """Says what the editor looked at."""
    return ",".join(plan.mark for plan in plans)
