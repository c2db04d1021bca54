"""Files with tables that take longer to read than a page may: jobs look through them and take them in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TableImport(models.Model):
    """One such file, for nobody but the editor who sent it; what it holds is kept no longer than it is needed."""

    is_content = False

    class State(models.TextChoices):
        CHECKING = "checking", pgettext_lazy("state of an import", "Is being checked")
        CHECKED = "checked", pgettext_lazy("state of an import", "Checked")
        IMPORTING = "importing", pgettext_lazy("state of an import", "Is being imported")
        DONE = "done", pgettext_lazy("state of an import", "Imported")
        REFUSED = "refused", pgettext_lazy("state of an import", "Refused")
        FAILED = "failed", pgettext_lazy("state of an import", "Broken off")

    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="table_imports", verbose_name=_("editor")
    )
    language = models.CharField(_("language"), max_length=10)  # of the report
    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(default=bytes)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.CHECKING)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    sheet = models.CharField(_("sheet"), max_length=31, blank=True)  # that is being read
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)  # of the file; 0 until it has been looked through once
    reason = models.TextField(_("reason"), blank=True)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("import of tables")
        verbose_name_plural = _("imports of tables")
        default_permissions = []
        indexes = [models.Index(fields=["created_at"], name="actors_table_import_received")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "importing"]) | Q(content=b""),
                name="table_import_that_is_over_holds_no_file",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.IMPORTING}
