from events import services
from lmh_portal.core.jobs import job


@job
def move_demo_events():
    services.move_demo_events()
