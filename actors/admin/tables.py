"""Import and export of the register on the editors' desk: files in after a look at what would happen, and out."""

import base64
from itertools import chain, islice

from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from actors.admin.exporting import dated, workbook
from actors.models import TableImport
from actors.tables import large
from actors.tables.columns import Lookups
from actors.tables.files import SIZE_AT_MOST, read_all
from actors.tables.importing import Report, import_tables
from actors.tables.sheets import permitted
from lmh_portal.core.archives import MEGABYTE, Refusal

ROWS_ON_PAGE = 2_000  # more take longer than a request may: jobs take them
SECONDS = 3  # until a page that tells how far an import is loads again
IN_SESSION = "register_tables"  # the key of a session that holds nothing but the file, for an hour
HOUR = 60 * 60


class TablesForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("A workbook (XLSX) or a table (CSV) like the template.")
    )  # fmt: skip


class Tables:
    """Mixed into the organisations' model admin: the pages are about the whole register."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("tables/", view(self.tables), name="actors_tables"),
            path("tables/import/", view(require_POST(self.import_stored)), name="actors_tables_import"),
            path("tables/<int:pk>/", view(require_safe(self.table_import)), name="actors_table_import"),
            path("tables/<int:pk>/import/", view(require_POST(self.agree_to_import)), name="actors_table_import_agree"),
            path("tables/<int:pk>/forget/", view(require_POST(self.forget_import)), name="actors_table_import_forget"),
            path("tables/template/", view(require_safe(self.template_file)), name="actors_tables_template"),
            path("tables/export/", view(require_safe(self.export_all)), name="actors_tables_export"),
            *super().get_urls(),
        ]

    def tables(self, request):
        """What can be had here; and of a file that comes in, what would happen."""
        importable, exportable = permitted(request.user, "import"), permitted(request.user, "export")
        if not (importable or exportable) or (request.method == "POST" and not importable):
            raise PermissionDenied
        form = TablesForm(request.POST, request.FILES) if request.method == "POST" else TablesForm()
        report = None
        if form.is_valid():
            file = form.cleaned_data["file"]
            report = self._tried(request, form, file.name, file.read(SIZE_AT_MOST + 1))
        if isinstance(report, TableImport):
            return HttpResponseRedirect(reverse("admin:actors_table_import", args=[report.pk]))
        context = {
            "form": form,
            "report": report,
            "importable": importable,
            "exportable": exportable,
            "megabytes": SIZE_AT_MOST // MEGABYTE,
            "large": TableImport.objects.filter(editor=request.user).defer("content", "report").order_by("-pk"),
            "days": large.KEPT_DAYS,
        }
        return self._tables_page(request, "tables", context)

    def _tried(self, request, form, name: str, content: bytes) -> Report | TableImport | None:
        """The report of a dry run; a file that could be imported waits for a yes, a large one for a job."""
        try:
            if _is_large(name, content):
                return large.take_in(request.user, name, content)
            report = _import(request, name, content, dry_run=True)
        except Refusal as refusal:
            message = _("The file “%(name)s” was refused: %(reason)s")
            form.add_error("file", message % {"name": name, "reason": refusal})
            return None
        if not report.problems and report.is_news:
            _store(request, name, content, report.mark)
        return report

    def import_stored(self, request):
        """Do what the editor has seen, if it is still the same."""
        if not permitted(request.user, "import"):
            raise PermissionDenied
        stored = _stored(request)
        if not stored:
            messages.warning(request, _("Choose the file again."))
            return HttpResponseRedirect(reverse("admin:actors_tables"))
        name, content, mark = stored
        with transaction.atomic():
            report = _import(request, name, content, dry_run=False)
            if report.mark != mark:
                transaction.set_rollback(True)
                messages.warning(request, _("Somebody has changed something meanwhile. Choose the file again."))
                return HttpResponseRedirect(reverse("admin:actors_tables"))
        count = sum(new + changed for _sheet, new, changed, _same in report.summary)
        text = ngettext("%(count)d row was written.", "%(count)d rows were written.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(reverse("admin:actors_tables"))

    def table_import(self, request, pk):
        """How far a large file is, and what came of it: for the editor who sent it."""
        upload = self._upload(request, pk)
        context = {"upload": upload, "report": Report.of_json(upload.report), "days": large.KEPT_DAYS}
        response = self._tables_page(request, "table_import", context)
        if upload.is_under_way:
            response["Refresh"] = str(SECONDS)
        return response

    def agree_to_import(self, request, pk):
        if not large.agree(self._upload(request, pk)):
            messages.warning(request, _("There is nothing to import here any more."))
        return HttpResponseRedirect(reverse("admin:actors_table_import", args=[pk]))

    def forget_import(self, request, pk):
        self._upload(request, pk)
        if TableImport.objects.filter(pk=pk).exclude(state=TableImport.State.IMPORTING).delete()[0]:
            messages.success(request, _("The file and its report are gone."))
        return HttpResponseRedirect(reverse("admin:actors_tables"))

    def _upload(self, request, pk) -> TableImport:
        if not permitted(request.user, "import"):
            raise PermissionDenied
        return get_object_or_404(TableImport.objects.defer("content"), pk=pk, editor=request.user)

    def template_file(self, request):
        """Empty tables that explain themselves."""
        kinds = permitted(request.user, "import")
        if not kinds:
            raise PermissionDenied
        lookups = Lookups()
        return workbook("register", [(table := kind(lookups), table.rows().none()) for kind in kinds])

    def export_all(self, request):
        kinds = permitted(request.user, "export")
        if not kinds:
            raise PermissionDenied
        lookups = Lookups()
        return workbook(dated("register"), [(table := kind(lookups), table.rows()) for kind in kinds])

    def _tables_page(self, request, name: str, context: dict):
        context |= self.admin_site.each_context(request) | {"title": _("Import and export"), "opts": self.opts}
        return TemplateResponse(request, f"admin/actors/{name}.html", context)


def _import(request, name: str, content: bytes, *, dry_run: bool) -> Report:
    kinds = permitted(request.user, "import")
    return import_tables(read_all(content, name), permitted=kinds, dry_run=dry_run, user=request.user)


def _is_large(name: str, content: bytes) -> bool:
    lines = chain.from_iterable(sheet.lines for sheet in read_all(content, name))
    return any(True for _line in islice(lines, ROWS_ON_PAGE, None))


def _store(request, name: str, content: bytes, mark: str) -> None:
    """In a session of its own, which the editor's names: every page reads that, and the file only this one."""
    store = SessionStore()
    store.update({"name": name, "content": base64.b64encode(content).decode(), "mark": mark})
    store.set_expiry(HOUR)
    store.create()
    request.session[IN_SESSION] = store.session_key


def _stored(request) -> tuple[str, bytes, str] | None:
    key = request.session.pop(IN_SESSION, None)
    store = SessionStore(key) if key else {}
    if "content" not in store:
        return None
    stored = store["name"], base64.b64decode(store["content"]), store["mark"]
    store.delete()
    return stored
