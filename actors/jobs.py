from actors import confirming, proposing
from lmh_portal.core.jobs import job


@job
def post_requests(round_id: int):
    confirming.post_requests(round_id)


@job
def remind_of_confirmations():
    confirming.remind()


@job
def keep_verification():
    confirming.keep_verification()


@job
def forget_proposers():
    proposing.forget_proposers()
