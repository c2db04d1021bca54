import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

USERNAME = "admin"


class Command(BaseCommand):
    help = "Make sure that this machine's portal has an administrator with the password in .local/admin-password."

    def handle(self, **options):
        if not settings.IS_LOCAL:
            raise CommandError("create_local_admin is only for DJANGO_ENV=local: use createsuperuser.")
        password = kept_password(settings.LOCAL_DIR / "admin-password")
        user, _ = get_user_model().objects.get_or_create(
            username=USERNAME, defaults={"email": "admin@localhost", "is_staff": True, "is_superuser": True}
        )
        if not user.check_password(password):
            user.set_password(password)
            user.save()
        self.stdout.write(f"{USERNAME} {password}")


def kept_password(path: Path) -> str:
    """This checkout's own password, made at the first start and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(12))
    return path.read_text()
