"""The translators' queue, and the page on which they work: source and translation side by side."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledge import translating
from knowledge.models import Overview, OverviewTranslation, TranslationState
from lmh_portal.core.admin import Todo, in_its_language, language_name, list_address
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE


class TranslationForm(forms.Form):
    """A field for each text; `read` and `edition` say what the translator had before them."""

    read = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data, parts: list[translating.Part], translation: OverviewTranslation):
        initial = {"read": translation.overview.version, "edition": translation.edition}
        super().__init__(data, initial=initial)
        self.parts = parts
        language = LANGUAGES[translation.language]
        for part in parts:
            attrs = {"lang": language.code, "dir": language.direction, "rows": 1 + len(part.source) // 60}
            self.fields[part.name] = forms.CharField(
                label=part.label, required=False, initial=part.target, strip=True, max_length=100_000,
                widget=forms.Textarea(attrs=attrs) if part.is_long else forms.TextInput(attrs=attrs),
            )  # fmt: skip

    @property
    def rows(self):
        """Each text with its field."""
        return [(part, self[part.name]) for part in self.parts]

    @property
    def texts(self) -> dict[str, str]:
        return {part.name: self.cleaned_data[part.name] for part in self.parts}

    def renew(self, translation: OverviewTranslation) -> None:
        """Let the next save be one that knows of what others have saved."""
        self.data = self.data.copy()
        self.data["edition"] = translation.edition


class LanguageFilter(admin.SimpleListFilter):
    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return [(code, language_name(code)) for code in LANGUAGES if code != SOURCE_LANGUAGE]

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request, model_admin):
        return [("waiting", _("Something to do"))]

    def queryset(self, request, queryset):
        return queryset.waiting() if self.value() == "waiting" else queryset


@admin.register(OverviewTranslation)
class OverviewTranslationAdmin(admin.ModelAdmin):
    list_display = ["heading", "language_name", "state_badge", "translated_by", "updated_at"]
    list_filter = [WaitingFilter, LanguageFilter]
    list_select_related = ["overview", "translated_by"]
    list_per_page = 50
    ordering = ["-overview__major_version", "overview__published_on", "pk"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("knowledge.translate_overview") or request.user.has_perm("knowledge.view_overview")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_actions(self, request):
        return {}

    def get_queryset(self, request):
        """What readers meet; the languages of this translator, or all for those who write none."""
        rows = super().get_queryset(request).filter(overview__status=Overview.Status.PUBLISHED)
        own = [code for code in LANGUAGES if translating.may_translate(request.user, code)]
        return rows.filter(language__in=own) if own else rows

    def todo(self):
        waiting = OverviewTranslation.objects.waiting().count()
        yield Todo(
            _("Translations to write or bring up to date"), waiting, list_address(OverviewTranslation, work="waiting")
        )

    @admin.display(description=gettext_lazy("knowledge overview"))
    def heading(self, translation):
        return in_its_language(translation.overview, "title")

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, translation):
        return language_name(translation.language)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, translation):
        return translation.state.label

    # --- the page

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rows = OverviewTranslation.objects.select_related("overview")
        if not str(object_id).isdecimal():
            object_id = 0
        translation = get_object_or_404(rows, pk=object_id, overview__status=Overview.Status.PUBLISHED)
        if not translating.may_translate(request.user, translation.language):
            raise PermissionDenied
        parts = translating.parts_of(translation)
        form = TranslationForm(request.POST or None, parts, translation)
        if request.method == "POST" and form.is_valid():
            try:
                return self._save(request, translation, form)
            except ValidationError as refusal:
                form.add_error(None, refusal)
                form.renew(OverviewTranslation.objects.get(pk=translation.pk))
        context = self.admin_site.each_context(request) | {
            "title": _("%(title)s: translation into %(language)s")
            % {"title": translation.overview, "language": language_name(translation.language)},
            "opts": self.opts,
            "translation": translation,
            "state": translation.published_state.label,
            "is_behind": translation.published_state in {TranslationState.NEEDS_UPDATE, TranslationState.OUTDATED},
            "source": LANGUAGES[SOURCE_LANGUAGE],
            "target": LANGUAGES[translation.language],
            "form": form,
        }
        return TemplateResponse(request, "admin/knowledge/overviewtranslation/change_form.html", context)

    def _save(self, request, translation, form):
        given = {"texts": form.texts, "edition": form.cleaned_data["edition"], "user": request.user}
        if "publish" in request.POST:
            read = min(form.cleaned_data["read"], translation.overview.version)
            version = translating.publish(translation, read=read, **given)
            messages.success(
                request, _("The translation was published as version %(number)d.") % {"number": version.number}
            )
            self.log_change(request, translation.overview, f"{translation.language}: {version.number}")
            return HttpResponseRedirect(reverse("admin:knowledge_overviewtranslation_changelist") + "?work=waiting")
        translating.save_draft(translation, **given)
        messages.success(request, _("Saved. Readers do not see it until you publish it."))
        return HttpResponseRedirect(request.path)
