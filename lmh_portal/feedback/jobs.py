from lmh_portal.core.jobs import job
from lmh_portal.feedback import services, visitors


@job
def forget_old_messages():
    services.forget_old_messages()


@job
def forget_visitors():
    visitors.forget_visitors()
