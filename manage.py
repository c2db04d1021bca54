#!/usr/bin/env python3
"""Django's command line; starts the embedded database where DATABASE_URL names no other."""

import os
import sys

from django.core.management import execute_from_command_line

from lmh_portal import devdb

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lmh_portal.settings")
    if devdb.is_wanted():
        devdb.start()
    execute_from_command_line(sys.argv)
