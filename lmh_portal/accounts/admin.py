"""Who may sign in, on the editors' desk."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from lmh_portal.accounts.models import User


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["username", "first_name", "last_name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    list_per_page = 50
    save_on_top = True
