from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(settings, tmp_path):
    settings.LOCAL_DIR = tmp_path / ".local"
    return settings.LOCAL_DIR / "admin-password"


def create_local_admin() -> str:
    """Run the command; the password it tells."""
    output = StringIO()
    call_command("create_local_admin", stdout=output)
    return output.getvalue().removeprefix("admin ").strip()


def admin():
    return get_user_model().objects.get(username="admin")


def test_the_first_run_makes_a_password_that_only_its_owner_can_read(file):
    password = create_local_admin()

    assert admin().check_password(password)
    assert admin().is_superuser
    assert file.read_text().splitlines()[0] == password
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_second_run_tells_the_same_password(file):
    assert create_local_admin() == create_local_admin()


def test_a_lost_file_means_a_new_password(file):
    old = create_local_admin()
    file.unlink()

    new = create_local_admin()

    assert new != old
    assert admin().check_password(new)


@pytest.mark.parametrize("change", ["another database", "changed in the portal"])
def test_the_password_it_tells_is_right(file, change):
    first = create_local_admin()
    if change == "another database":
        admin().delete()
    else:
        user = admin()
        user.set_password("something else")
        user.save()

    second = create_local_admin()

    assert second == first
    assert admin().check_password(second)


def test_production_refuses(settings, file):
    settings.IS_LOCAL = False

    with pytest.raises(CommandError, match="createsuperuser"):
        create_local_admin()

    assert not get_user_model().objects.exists()
    assert not file.exists()
