from events import certifying, services
from lmh_portal.core.jobs import job


@job
def move_demo_events():
    services.move_demo_events()


@job
def issue_certificates():
    certifying.issue_all()
