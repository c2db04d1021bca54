from lmh_portal.core.jobs import job
from lmh_portal.letters import services


@job
def send_letter(letter_id: int):
    services.send(letter_id)


@job
def forget_old_letters():
    services.forget_old_letters()
