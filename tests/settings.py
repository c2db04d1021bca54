"""The portal's settings as the tests run them: local, without debug, mail kept in memory."""

import os
import tempfile

os.environ["DJANGO_ENV"] = "local"
os.environ["DEBUG"] = "false"

from lmh_portal.settings import *  # noqa: E402, F403

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "«unknown: %s»"  # noqa: F405
WHITENOISE_AUTOREFRESH = True  # look a file up when it is asked for, not all of them for each new client
UPLOADS = tempfile.TemporaryDirectory(prefix="lmh-portal-uploads-")  # gone when the tests are over
MEDIA_ROOT = UPLOADS.name
