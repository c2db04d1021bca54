from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from lmh_portal.accounts.models import User

admin.site.register(User, UserAdmin)
