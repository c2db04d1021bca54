from lmh_portal.core.jobs import job
from lmh_portal.feedback import services


@job
def forget_old_messages():
    services.forget_old_messages()
