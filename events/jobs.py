from lmh_portal.core.jobs import job


@job
def move_demo_events():
    from events import services  # TODO: to the top once it is there

    services.move_demo_events()
