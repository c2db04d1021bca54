from knowledge import reviewing
from lmh_portal.core.jobs import job


@job
def remind_of_reviews():
    reviewing.remind()


@job
def send_review_letter(overview_ids: list[int], owner_id: int | None):
    reviewing.send_letter(overview_ids, owner_id)
