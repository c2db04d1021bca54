from events import certifying, mailings, registering, retention, services
from lmh_portal.core.jobs import enqueue, job


@job
def move_demo_events():
    services.move_demo_events()


@job
def erase_participants():
    retention.erase_due()


@job
def expire_seats():
    registering.expire()


@job
def send_due_mailings():
    for kind, occasion_id in mailings.due_reminders():
        enqueue(remind, kind=kind, occasion_id=occasion_id)
    for kind, event_id in mailings.due_thanks():
        enqueue(thank, kind=kind, event_id=event_id)


@job
def remind(kind: str, occasion_id: int):
    mailings.remind(kind, occasion_id)


@job
def thank(kind: str, event_id: int):
    mailings.thank(kind, event_id)


@job
def remind_invited():
    mailings.remind_invited()


@job
def issue_certificates():
    certifying.issue_all()
