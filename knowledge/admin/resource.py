"""Resources on the editors' desk: one page with all language files."""

from typing import NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models import FileField
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationStackedInline

from knowledge.models import Resource, ResourceFile
from lmh_portal.core.admin import PartOfPage, PublishableAdmin, Status, Todo, TranslationFilter, list_address
from lmh_portal.core.translated import columns


class StoredFile(NamedTuple):
    """What the form shows of a file that is stored."""

    name: str
    url: str

    def __str__(self):
        return self.name


class UploadInput(AdminFileWidget):
    """Names a stored file as readers see it, and leads to where they get it."""

    def format_value(self, value):
        return StoredFile(value.instance.name, value.instance.get_absolute_url()) if self.is_initial(value) else None


class ResourceFileInline(PartOfPage, TranslationStackedInline):
    model = ResourceFile
    fields = [("language", "format", "position"), "file", "url", ("has_captions", "is_accessible"), "note"]
    formfield_overrides = {FileField: {"widget": UploadInput}}
    view_on_site = False
    autocomplete_fields = ["language"]
    verbose_name_plural = _("files and addresses, one for each language")
    help_texts = {
        "language": _("The language of the file itself. Leave it empty if it has none, as pictures do."),
        "file": _(
            "PDF, docx, pptx, xlsx, odt, odp, ods, epub, mp4, webm, mp3, ogg, png, jpeg, webp, txt, vtt, srt or csv,"
            " at most 100 MB. No macros and no archives. The content decides, not the name."
        ),
        "url": _("Instead of a file: where the publisher has this version, with https://."),
        "format": _("For an address: what readers find there. For a file it is set when you save."),
        "has_captions": _("The film has captions in its language."),
        "is_accessible": _("Checked: works with a screen reader, has headings and texts for pictures."),
        "position": _("Order within a language, the lowest number first."),
        "note": _("A few words where needed, for example “easy to read” or “part 2”."),
    }

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("language")


class ValidityFilter(admin.SimpleListFilter):
    title = _("validity")
    parameter_name = "validity"

    def lookups(self, request, model_admin):
        return [("expired", _("No longer valid"))]

    def queryset(self, request, queryset):
        return queryset.filter(valid_until__lt=timezone.localdate()) if self.value() == "expired" else queryset


@admin.register(Resource)
class ResourceAdmin(PublishableAdmin):
    inlines = [ResourceFileInline]
    translated_fields = ["title", "description", "license_note"]
    list_display = [
        "heading", "resource_type", "publisher", "year", "license", "status_badge", "translations", "updated",
        "page_link",
    ]  # fmt: skip
    list_filter = [
        "status", ("resource_type", admin.RelatedOnlyFieldListFilter), "license", ValidityFilter, TranslationFilter,
        "is_demo", ("files__language", admin.RelatedOnlyFieldListFilter),
        ("topic_items__tag", admin.RelatedOnlyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["resource_type"]
    search_fields = ["slug", "publisher", "url", *columns("title", "description")]
    ordering = ["-updated_at", "-pk"]
    autocomplete_fields = ["resource_type", "target_groups", "staff_groups", "levels"]
    fieldsets = [
        (_("The resource"), {"fields": ["resource_type", "publisher", "year", "url", "valid_from", "valid_until"]}),
        (_("Reuse"), {"fields": ["license"]}),
        (_("What it is about"), {"fields": ["topics", "target_groups", "staff_groups", "levels"]}),
        PublishableAdmin.publication,
    ]
    help_texts = {
        "title": _("As the publisher calls it, without the language: the files below say their own."),
        "description": _("Two or three plain sentences: what it is, for whom and how it is used."),
        "license_note": _("What one may do with it, in plain words, where the licence does not say it."),
        "publisher": _("Who stands behind it, as it calls itself."),
        "year": _("Of publication, or of the law."),
        "url": _("Where the publisher presents it, with https://. Files and versions stand below."),
        "valid_from": _("Only for what applies from a day on, such as laws and guidelines."),
        "valid_until": _("After this day the page says that it is no longer valid."),
        "license": _("Needed before you publish. If you find none, choose “All rights reserved”."),
    }

    def set_status(self, request, queryset, status: Status) -> int:
        """Leave drafts without a licence as they are, and say so."""
        if status == Status.PUBLISHED:
            self.refuse_unlicensed(request, queryset.filter(license="").count())
            queryset = queryset.exclude(license="")
        return super().set_status(request, queryset, status)

    def refuse_unlicensed(self, request, count: int) -> None:
        if count:
            text = ngettext(
                "%(count)d resource has no licence and stays a draft: choose one first.",
                "%(count)d resources have no licence and stay drafts: choose one first.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.ERROR)

    def todo(self):
        yield from super().todo()
        expired = Resource.objects.published().filter(valid_until__lt=timezone.localdate()).count()
        address = list_address(Resource, status__exact=Status.PUBLISHED, validity="expired")
        yield Todo(gettext("Published resources that are no longer valid"), expired, address)
