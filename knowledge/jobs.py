from knowledge import services
from lmh_portal.core.jobs import job


@job
def forget_unused_files():
    services.forget_unused_files()
