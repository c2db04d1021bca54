import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

USERNAME = "admin"


class Command(BaseCommand):
    help = "Make sure that the local portal has an administrator with the password in .local/admin-password."

    def handle(self, **options):
        if not settings.IS_LOCAL:
            raise CommandError("create_local_admin is only for DJANGO_ENV=local: use createsuperuser.")
        path = settings.LOCAL_DIR / "admin-password"
        password, stored = kept(path)
        user, _ = get_user_model().objects.get_or_create(
            username=USERNAME, defaults={"email": "admin@localhost", "is_staff": True, "is_superuser": True}
        )
        if not stored or user.password != stored:  # checking it every time would cost a second
            if not user.check_password(password):
                user.set_password(password)
                user.save()
            keep(path, password, user.password)
        self.stdout.write(f"{USERNAME} {password}")


def kept(path: Path) -> tuple[str, str]:
    """This checkout's own password, and what the database made of it last time."""
    lines = path.read_text().splitlines() if path.exists() else []
    password, stored, *_ = [*lines, "", ""]
    return password or secrets.token_urlsafe(12), stored


def keep(path: Path, password: str, stored: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n{stored}\n")
