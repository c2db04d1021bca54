from knowledge import reviewing, services
from lmh_portal.core.jobs import job


@job
def forget_unused_files():
    services.forget_unused_files()


@job
def remind_of_reviews():
    reviewing.remind()


@job
def send_review_letter(overview_ids: list[int], owner_id: int | None):
    reviewing.send_letter(overview_ids, owner_id)
