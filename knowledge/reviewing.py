"""The review cycle: who is told when that an overview should be reviewed.

The owner is told a month before the day, on the day and every two weeks after it; the editors are told in the
owner's place where nobody can be, and beside the owner once a review is a month overdue. Each of these steps has
its day. Somebody is told when the last step's day has come and they were not told since: a stopped worker makes
up for the last step that it missed and for no other, and a second run tells nobody again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from knowledge import emails
from knowledge.models import Overview, ReviewReminder
from lmh_portal.core.jobs import enqueue

BEFORE = dt.timedelta(days=30)
AGAIN_DAYS = 14
EDITORS_AFTER_DAYS = 30


@transaction.atomic
def remind() -> None:
    """Have everybody whose step has come told in one letter; whoever had a letter today waits until tomorrow."""
    today = timezone.localdate()
    letters = defaultdict(list)
    for overview in _due(today):
        for reader, reminder in _reminders(overview, today):
            letters[reader].append(reminder)
    for reader in letters.keys() - _told_on(today):
        ReviewReminder.objects.bulk_create(letters[reader])
        overview_ids = [reminder.overview_id for reminder in letters[reader]]
        enqueue("knowledge.jobs.send_review_letter", overview_ids=overview_ids, owner_id=reader)


def _due(today: dt.date):
    """Public overviews whose review has come near, with the last days on which somebody was told."""
    return (
        Overview.objects.published()
        .filter(review_due__lte=today + BEFORE)
        .select_related("owner")
        .only("review_due", "owner__email", "owner__is_active")
        .annotate(
            owner_told=Max("reminders__sent_on", filter=Q(reminders__to_editors=False)),
            editors_told=Max("reminders__sent_on", filter=Q(reminders__to_editors=True)),
        )
        .order_by("review_due", "pk")
    )


def _reminders(overview: Overview, today: dt.date) -> Iterator[tuple[int | None, ReviewReminder]]:
    """Whom to tell now, by primary key; None stands for the editors."""
    has_owner = is_reachable(overview.owner)
    if has_owner:
        step = owners_step(overview.review_due, today)
        if _is_news(step, overview.owner_told):
            yield overview.owner_id, ReviewReminder(overview=overview, step=step, sent_on=today)
    step = (editors_step if has_owner else owners_step)(overview.review_due, today)
    if _is_news(step, overview.editors_told):
        yield None, ReviewReminder(overview=overview, step=step, sent_on=today, to_editors=True)


def is_reachable(owner) -> bool:
    return owner is not None and owner.is_active and bool(owner.email)


def _is_news(step: dt.date | None, told: dt.date | None) -> bool:
    return step is not None and (told is None or told < step)


def owners_step(due: dt.date, today: dt.date) -> dt.date | None:
    """The day of the last step until today, if any."""
    if today < due:
        return due - BEFORE if today >= due - BEFORE else None
    return _last_of_series(due, today)


def editors_step(due: dt.date, today: dt.date) -> dt.date | None:
    first = due + dt.timedelta(days=EDITORS_AFTER_DAYS)
    return _last_of_series(first, today) if today >= first else None


def _last_of_series(first: dt.date, today: dt.date) -> dt.date:
    return today - dt.timedelta(days=(today - first).days % AGAIN_DAYS)


def _told_on(day: dt.date) -> set[int | None]:
    sent = ReviewReminder.objects.filter(sent_on=day).values_list("to_editors", "overview__owner")
    return {None if to_editors else owner for to_editors, owner in sent}


def send_letter(overview_ids: list[int], owner_id: int | None) -> None:
    """Tell the owner, or else the editors, of those that have not been reviewed or withdrawn meanwhile."""
    soon = timezone.localdate() + BEFORE
    rows = Overview.objects.published().filter(pk__in=overview_ids, review_due__lte=soon)
    if overviews := list(rows.select_related("owner").order_by("review_due", "pk")):
        owner = get_user_model().objects.filter(pk=owner_id).first()
        emails.post_review_letter(overviews, owner if is_reachable(owner) else None)
