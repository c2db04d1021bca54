"""What participants thought: figures without persons, and free text that an editor reads first."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.event import Event
from lmh_portal.vocabulary.models import StaffGroup


class Moment(models.TextChoices):
    AFTER = "after", pgettext_lazy("when an evaluation was given", "After the event")
    LATER = "later", pgettext_lazy("when an evaluation was given", "Three months later")


class EvaluationTally(models.Model):
    """How many gave a value to a question: no answer is kept by itself."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="evaluation_tallies", verbose_name=_("event"))
    moment = models.CharField(_("when"), max_length=5, choices=Moment)
    question = models.CharField(_("question"), max_length=20)  # of events/evaluating.py
    value = models.PositiveSmallIntegerField(_("value"))
    staff_group = models.ForeignKey(
        StaffGroup, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("staff group")
    )
    count = models.PositiveIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "moment", "question", "value", "staff_group"],
                name="evaluation_is_tallied_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return str(self.pk)


class Figures(EvaluationTally):
    """Figures of events: no rows of its own, but a place on the desk and a permission."""

    class Meta:
        proxy = True
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        default_permissions = ["view"]


class EvaluationComment(models.Model):
    """Free text of an evaluation. Its number tells nothing of the order, its date nothing of the hour."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("state of a comment", "New")
        SHOWN = "shown", pgettext_lazy("state of a comment", "Shown in the results")
        HIDDEN = "hidden", pgettext_lazy("state of a comment", "Hidden")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="evaluation_comments", verbose_name=_("event"))
    moment = models.CharField(_("when"), max_length=5, choices=Moment)
    text = models.TextField(_("text"), max_length=2000)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.NEW)
    received_on = models.DateField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("comment in an evaluation")
        verbose_name_plural = _("comments in evaluations")
        default_permissions = ["view", "change", "delete"]
        indexes = [models.Index(fields=["event"], condition=Q(state="new"), name="evaluation_comments_new")]

    def __str__(self):
        return str(self.pk)
