"""Import and export of the register on the editors' desk: files in after a look at what would happen, and out."""

import base64
import io
from hashlib import sha256

from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from actors.admin.exporting import dated, workbook
from actors.tables.columns import Lookups
from actors.tables.files import SIZE_AT_MOST, read
from actors.tables.importing import Report, import_tables
from actors.tables.sheets import permitted
from lmh_portal.core.archives import BROKEN_ARCHIVE, MEGABYTE, Refusal

ROWS_ON_PAGE = 2_000  # more take longer than a request may: the command import_register takes them
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
            report = self._tried(request, form, file.name, file.read() if file.size <= SIZE_AT_MOST else b"", file.size)
        context = {
            "form": form,
            "report": report,
            "importable": importable,
            "exportable": exportable,
            "megabytes": SIZE_AT_MOST // MEGABYTE,
            "rows_at_most": ROWS_ON_PAGE,
        }
        return self._tables_page(request, context)

    def _tried(self, request, form, name: str, content: bytes, size: int) -> Report | None:
        """The report of a dry run; a file that could be imported waits for a yes."""
        try:
            report = _import(request, name, content, size, dry_run=True)
        except Refusal as refusal:
            message = _("The file “%(name)s” was refused: %(reason)s")
            form.add_error("file", message % {"name": name, "reason": refusal})
            return None
        if not report.problems and report.is_news:
            _store(request, name, content, _mark(report))
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
            report = _import(request, name, content, len(content), dry_run=False)
            if _mark(report) != mark:
                transaction.set_rollback(True)
                messages.warning(request, _("Somebody has changed something meanwhile. Choose the file again."))
                return HttpResponseRedirect(reverse("admin:actors_tables"))
        count = sum(new + changed for _sheet, new, changed, _same in report.summary)
        text = ngettext("%(count)d row was written.", "%(count)d rows were written.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(reverse("admin:actors_tables"))

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

    def _tables_page(self, request, context: dict):
        context |= self.admin_site.each_context(request) | {"title": _("Import and export"), "opts": self.opts}
        return TemplateResponse(request, "admin/actors/tables.html", context)


def _import(request, name: str, content: bytes, size: int, *, dry_run: bool) -> Report:
    """As the import does, but with no more rows than a page has time for."""
    try:
        sheets = read(io.BytesIO(content), name, size)
        report = import_tables(
            [sheet._replace(lines=_some(sheet.lines)) for sheet in sheets],
            permitted=permitted(request.user, "import"), dry_run=dry_run, user=request.user,
        )  # fmt: skip
    except BROKEN_ARCHIVE as error:
        raise Refusal(_("it is damaged or protected by a password.")) from error
    return report


def _some(lines):
    for count, line in enumerate(lines):
        if count == ROWS_ON_PAGE:
            reason = _("it has more than %(count)d rows. Divide it, or ask whoever runs the portal to import it.")
            raise Refusal(reason % {"count": ROWS_ON_PAGE})
        yield line


def _mark(report: Report) -> str:
    """Says what the editor has seen."""
    return sha256(repr((sorted(report.counts.items()), report.changes)).encode()).hexdigest()


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
