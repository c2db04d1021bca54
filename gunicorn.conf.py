"""How gunicorn serves the portal in production; gunicorn reads this file by itself."""

import os
import secrets

wsgi_app = "lmh_portal.wsgi:application"
bind = ":8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
keepalive = 5
max_requests = 2000  # a fresh process now and then
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"  # noqa: S108  only gunicorn's heartbeat, which must not wait for a disk
control_socket_disable = True

# One key for all processes, in their memory alone: it tells visitors apart for a day (see visitors.services)
os.environ.setdefault("VISITOR_KEY", secrets.token_hex(32))
