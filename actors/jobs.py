from actors import confirming, proposing
from actors.tables import large
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


@job
def check_tables(import_id: int):
    large.check(import_id)


@job
def import_tables(import_id: int):
    large.carry_out(import_id)


@job
def forget_table_imports():
    large.forget_old()
