from events import retention, services
from lmh_portal.core.jobs import job


@job
def move_demo_events():
    services.move_demo_events()


@job
def erase_participants():
    retention.erase_due()
