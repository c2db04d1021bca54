"""Settings, read from the environment; `.env.example` lists every variable.

A missing or wrong value stops the start with a sentence that names the variable.
`./dev` sets DJANGO_ENV=local; everything else is production, and safe by default.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from lmh_portal import devdb
from lmh_portal.core.languages import LANGUAGES as LANGUAGE_TABLE
from lmh_portal.core.languages import SOURCE_LANGUAGE

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"  # what ./dev keeps beside the code: mail, generated key
env = environ.Env()


# --- readers that fail loudly


def required(name: str, why: str) -> str:
    """The variable's value; production does not start without it."""
    if not (value := env.str(name, default="").strip()):
        raise ImproperlyConfigured(f"{name} is not set: {why}. For work on this machine use ./dev instead.")
    return value


def number(name: str, default: int, at_least: int = 0) -> int:
    """A whole number from the environment."""
    value = env.str(name, default=str(default)).strip()
    if not value.isdecimal() or int(value) < at_least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {at_least}, not {value!r}.")
    return int(value)


def switch(name: str, default: bool) -> bool:
    """True or false from the environment."""
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value == "true"


def email_address(name: str, default: str) -> str:
    """The bare address, also of `Somebody <address>`."""
    value = env.str(name, default=default)
    address = parseaddr(value)[1]
    try:
        validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(f"{name} must be an e-mail address, not {value!r}.") from None
    return address


def database(url: str) -> dict:
    """Django's settings for a DATABASE_URL."""
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host:5432/name (PostgreSQL 15 or newer)."
        )
    return env.db_url_config(url)


def keys_of_protected_data() -> list[str]:
    """Keys in the form of Fernet, the newest first; a local portal makes one of its secret key."""
    if IS_LOCAL:
        made = hashlib.sha256(f"protected data {SECRET_KEY}".encode()).digest()
        return env.list("PROTECTED_DATA_KEYS", default=[urlsafe_b64encode(made).decode()])
    told = required("PROTECTED_DATA_KEYS", "32 random bytes in URL-safe base64; a new key goes before the old ones")
    keys = [key.strip() for key in told.split(",")]
    try:
        MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("PROTECTED_DATA_KEYS must be 32 random bytes in URL-safe base64 each.") from error
    return keys


def local_secret_key() -> str:
    """A key of this checkout's own, made at the first start."""
    path = LOCAL_DIR / "secret-key"
    LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


# --- the environment

DJANGO_ENV = env.str("DJANGO_ENV", default="production")
if DJANGO_ENV not in {"local", "production"}:
    raise ImproperlyConfigured(f"DJANGO_ENV must be local or production, not {DJANGO_ENV!r}.")
IS_LOCAL = DJANGO_ENV == "local"
DEBUG = IS_LOCAL and switch("DEBUG", default=True)

if IS_LOCAL:
    SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret_key()
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    EMAIL = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
else:
    SECRET_KEY = required("SECRET_KEY", "it signs sessions and links; make one of at least 50 random characters")
    ALLOWED_HOSTS = [
        host.strip()
        for host in required("ALLOWED_HOSTS", "name the portal's host names, separated by commas").split(",")
    ]
    EMAIL = env.email_url_config(
        required("EMAIL_URL", "name the mail server, for example smtp+tls://user:password@mail.example.org:587")
    )
vars().update(EMAIL)
EMAIL_TIMEOUT = number("EMAIL_TIMEOUT", 10, at_least=1)  # seconds: a mail server that is silent stops no worker
LETTERS_KEPT_DAYS = number("LETTERS_KEPT_DAYS", 90, at_least=1)  # then to whom they went and what they said is erased
EMAIL_FILE_PATH = LOCAL_DIR / "mail" if IS_LOCAL else None
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")
EDITORS_EMAIL = email_address("EDITORS_EMAIL", DEFAULT_FROM_EMAIL)  # where messages from visitors are announced

DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": database(DATABASE_URL)}
elif IS_LOCAL:
    DATABASES = {"default": devdb.config("portal")}
else:
    DATABASES = {"default": database(required("DATABASE_URL", "name the PostgreSQL database"))}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,  # one lasting connection per thread
    "CONN_HEALTH_CHECKS": True,
}

# --- security

BEHIND_PROXY = switch("BEHIND_PROXY", default=False)
PROTECTED_DATA_KEYS = keys_of_protected_data()  # of diet and access needs; the first encrypts, all decrypt
VISITOR_KEY = env.str("VISITOR_KEY", default="") or secrets.token_hex(32)  # gone when the server stops, on purpose
if not IS_LOCAL:
    SECURE_SSL_REDIRECT = switch("SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if BEHIND_PROXY:  # only where the proxy sets this header itself, whatever the visitor sent
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in [
        "camera",
        "microphone",
        "geolocation",
        "payment",
        "usb",
        "display-capture",
        "browsing-topics",
    ]
}

# --- the application

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose forms it extends
    "lmh_portal.core.apps.EditorsDeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "taggit",
    "csp",
    "lmh_portal.core",
    "lmh_portal.vocabulary",
    "lmh_portal.index",
    "lmh_portal.accounts",
    "lmh_portal.letters",
    "lmh_portal.visitors",
    "actors",
    "knowledge",
    "events",
    "lmh_portal.home",
    "lmh_portal.search",
    "lmh_portal.feedback",
    "lmh_portal.stats",
    "lmh_portal.starter",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # outside those that may refuse a request
    "lmh_portal.core.plain_input.PlainInputMiddleware",
    "lmh_portal.core.version.ContentVersionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "lmh_portal.urls"
WSGI_APPLICATION = "lmh_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lmh_portal.core.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lmh_portal.core.templatetags.portal",
            ],
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CONTENT_APPS = [
    "vocabulary",
    "actors",
    "knowledge",
    "events",
    "home",
    "search",
]  # a change to their tables is a new content version
SEARCH_ENGINE = "lmh_portal.index.lists"  # what lists ask, which stand below it
SEARCH_SOURCES = ["knowledge.search", "actors.search", "events.search", "lmh_portal.index.search"]
TAGGIT_CASE_INSENSITIVE = True

# --- languages and time

LANGUAGES = [(language.code, language.name) for language in LANGUAGE_TABLE.values()]
LANGUAGE_CODE = SOURCE_LANGUAGE
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = SOURCE_LANGUAGE
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": (SOURCE_LANGUAGE,)} | {
    language.code: language.fallback for language in LANGUAGE_TABLE.values()
}
FORMAT_MODULE_PATH = "lmh_portal.formats"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

# --- static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if IS_LOCAL else BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = IS_LOCAL

# --- uploaded files: sent by a view that guards them, never by the web server itself

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default="") or (LOCAL_DIR if IS_LOCAL else BASE_DIR) / "media")

# --- partners of the register

PROPOSERS_KEPT_DAYS = number("PROPOSERS_KEPT_DAYS", 90)  # after the decision their e-mail address is erased
FIRST_REMINDER_DAYS = number("FIRST_REMINDER_DAYS", 14, at_least=1)
SECOND_REMINDER_DAYS = number("SECOND_REMINDER_DAYS", 30, at_least=FIRST_REMINDER_DAYS)
CONFIRMATION_LINK_DAYS = number("CONFIRMATION_LINK_DAYS", 60, at_least=SECOND_REMINDER_DAYS + 1)  # then it expires
UNLISTED_AFTER_DAYS = number("UNLISTED_AFTER_DAYS", 180, at_least=1)  # unconfirmed and silent for so long

# --- sign-up to events

SIGN_UPS_FROM_AN_ADDRESS = number("SIGN_UPS_FROM_AN_ADDRESS", 1000, at_least=1)  # a day: a hospital may share one

# --- background jobs

SITE_ADDRESS = env.str(  # jobs see no request: letters and our robot give this as the portal's address
    "SITE_ADDRESS", default="http://localhost:8000" if IS_LOCAL else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")
SCHEDULED_JOBS = {  # minute, hour, day, month, weekday in UTC
    "lmh_portal.core.jobs.retry_interrupted_jobs": "*/10 * * * *",
    "lmh_portal.core.jobs.clear_expired_sessions": "20 0 * * *",
    "lmh_portal.feedback.jobs.forget_old_messages": "30 0 * * *",
    "lmh_portal.visitors.jobs.forget_visitors": "10 23 * * *",  # after midnight in Sweden, winter and summer
    "actors.jobs.forget_proposers": "45 0 * * *",
    "actors.jobs.forget_table_imports": "55 0 * * *",
    "actors.jobs.keep_verification": "15 23 * * *",  # after midnight in Sweden, winter and summer
    "actors.jobs.remind_of_confirmations": "10 5 * * *",
    "lmh_portal.letters.jobs.forget_old_letters": "35 0 * * *",
    "lmh_portal.stats.jobs.check_links": "40 0 * * *",
    "knowledge.jobs.forget_unused_files": "50 0 * * *",
    "knowledge.jobs.remind_of_reviews": "0 5 * * *",
    "events.jobs.erase_participants": "55 0 * * *",
    "events.jobs.expire_seats": "*/5 * * * *",
    "events.jobs.send_due_mailings": "40 5 * * *",  # in the morning in Sweden
    "events.jobs.remind_invited": "50 5 * * *",
    "events.jobs.issue_certificates": "25 23 * * *",  # the day after the last meeting
    "events.jobs.move_demo_events": "5 23 * * *",  # after midnight in Sweden, winter and summer
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "lmh_portal.core.jobs.schedule"
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 2,
    "delete_jobs": "successful",
}  # letters do not wait for links
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 60 * 60}  # what a stopped worker missed is made up for

# --- logs: ids, never persons

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_tokens": {"()": "lmh_portal.core.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.request": {"filters": ["without_tokens"]}}
    | {f"procrastinate.{part}": {"level": "WARNING"} for part in ["blueprints", "periodic"]}
    | {reader: {"level": "ERROR"} for reader in ["bibtexparser", "pylatexenc"]},  # editors are told of their files
}
