from lmh_portal.core.jobs import job
from lmh_portal.stats import services


@job
def check_links():
    services.check_links()
