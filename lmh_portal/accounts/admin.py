"""Who may sign in, on the editors' desk."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.utils.translation import gettext_lazy as _

from lmh_portal.accounts.models import User
from lmh_portal.core.languages import LANGUAGES, SOURCE_LANGUAGE


class AccountForm(UserChangeForm):
    translates = forms.MultipleChoiceField(
        label=_("Translates into"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(code, language.name) for code, language in LANGUAGES.items() if code != SOURCE_LANGUAGE],
        help_text=_("The languages that this person may write, together with the permission to translate."),
    )


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    list_per_page = 50
    save_on_top = True
    form = AccountForm
    fieldsets = [*UserAdmin.fieldsets, (_("Translation"), {"fields": ["translates"]})]
