"""What the container files and .env.example call exists, and production starts well or not at all."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
READS = r"""(?:env\.\w+|required|number|email_address|switch|environ\.get)\(\s*(?:#.*\s*)?"([A-Z_]+)\""""
IN_PRODUCTION = {
    "SECRET_KEY": "only-for-tests-kyFq7uV2sXw9zB4dE6gH8jK1mN3pQ5rT0aCxYvZbLnMo",
    "PROTECTED_DATA_KEYS": "b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtbG9uZy1rZXk=",
    "ALLOWED_HOSTS": "portal.example.org",
    "EMAIL_URL": "smtp://localhost",
    "DATABASE_URL": "postgres://portal@localhost/portal",
}


def read_by(*files: str) -> set[str]:
    return {name for file in files for name in re.findall(READS, (ROOT / file).read_text())}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """Run it as in production: with nothing of ours in the environment."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


# --- .env.example


def test_env_example_lists_each_variable_that_something_reads():
    listed = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    read = read_by("lmh_portal/settings.py", "lmh_portal/devdb.py", "gunicorn.conf.py")
    in_compose = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    assert sorted(listed) == sorted(read | in_compose)


# --- the container


def test_the_image_is_made_of_files_and_commands_that_exist():
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / source).exists() for source in shlex.split(sources))
    assert {file.split(":")[0] for file in re.findall(r"-r (\S+)", DOCKERFILE)} == {"requirements.txt"}
    for command in re.findall(r"manage\.py (\w+)", DOCKERFILE):
        assert command in get_commands()


def test_the_image_leaves_secrets_and_local_files_out():
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert ".*" in ignored  # .env, .git, .venv, .local, .devdb
    needed = [
        path for path in ["manage.py", "gunicorn.conf.py", "requirements.txt", "locale", "static"] if path in ignored
    ]
    assert needed == []


def test_the_services_run_commands_that_exist():
    services = yaml.safe_load(COMPOSE)["services"]

    commands = [service["command"] for service in services.values() if "command" in service]
    assert [command[:2] for command in commands] == [["python", "manage.py"]] * 2
    assert all(command[2] in get_commands() for command in commands)
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


@pytest.fixture
def server(django_db_setup):
    """gunicorn as the image starts it, on a port of its own and with the tests' database."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    settings = connection.settings_dict
    host = settings["HOST"] or settings["OPTIONS"]["host"]
    options = f"host={host}&port={settings['PORT'] or 5432}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]}
        | IN_PRODUCTION
        | {"DATABASE_URL": f"postgres://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?{options}"},
    )
    yield port
    process.terminate()
    process.wait(timeout=20)


def test_the_image_serves_and_its_health_check_sees_it(server):
    command = re.search(r"^HEALTHCHECK.* CMD (.+?)^CMD", DOCKERFILE, re.MULTILINE | re.DOTALL).group(1)
    python, option, code = shlex.split(command.replace("\\\n", ""))
    assert (python, option) == ("python", "-c")
    check = [sys.executable, "-c", code.replace("127.0.0.1:8000", f"127.0.0.1:{server}")]

    deadline = time.monotonic() + 20
    while (result := run(*check, ALLOWED_HOSTS="portal.example.org")).returncode:
        assert time.monotonic() < deadline, result.stderr
    assert run(*check, ALLOWED_HOSTS="elsewhere.example.org").returncode == 1

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments):
            return None

    page = urllib.request.Request(f"http://127.0.0.1:{server}/sv/", headers={"Host": "portal.example.org"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.build_opener(Stay).open(page)
    assert refusal.value.headers["Location"] == "https://portal.example.org/sv/"
    refusal.value.close()


# --- production settings


def test_production_settings_pass_djangos_deployment_check():
    result = run(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **IN_PRODUCTION)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", IN_PRODUCTION)
def test_production_does_not_start_without(name):
    result = run(
        sys.executable, "manage.py", "check", **{key: value for key, value in IN_PRODUCTION.items() if key != name}
    )

    assert result.returncode == 1
    assert f"{name} is not set" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///portal.db"),
        ("DATABASE_URL", "portal"),
        ("HSTS_SECONDS", "a year"),
        ("SSL_REDIRECT", "maybe"),
        ("BEHIND_PROXY", "1"),
        ("LOG_LEVEL", "LOUD"),
        ("EDITORS_EMAIL", "the editors"),
        ("EDITORS_EMAIL", "editors@mailhost"),
        ("EMAIL_TIMEOUT", "0"),
        ("LETTERS_KEPT_DAYS", "for ever"),
        ("DJANGO_ENV", "test"),
    ],
)
def test_production_does_not_start_with(name, value):
    result = run(sys.executable, "manage.py", "check", **IN_PRODUCTION | {name: value})

    assert result.returncode == 1
    assert name in result.stderr.splitlines()[-1]
