"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from lmh_portal.core.plain_input import without_charset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmh_portal.settings")
application = without_charset(get_wsgi_application())
