from lmh_portal.core.jobs import job
from lmh_portal.visitors import services


@job
def forget_visitors():
    services.forget_visitors()
