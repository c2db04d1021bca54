"""The inbox: what visitors write to the centre."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Message(models.Model):
    """One message. It holds what the visitor wrote and nothing about the visitor's machine."""

    class Kind(models.TextChoices):
        WORK = "work", _("Tell us about your work")
        CORRECTION = "correction", _("Something on a page is wrong")
        ACCESSIBILITY = "accessibility", _("Something is not accessible")
        QUESTION = "question", _("Another question")

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("state of a message", "New")
        ASSIGNED = "assigned", pgettext_lazy("state of a message", "Assigned")
        DONE = "done", pgettext_lazy("state of a message", "Done")

    kind = models.CharField(_("what it is about"), max_length=13, choices=Kind)
    text = models.TextField(_("message"), max_length=5000)
    page = models.CharField(_("page"), max_length=500, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("written on the page in"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    done_on = models.DateField(_("done on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["state", "-received_at"], name="feedback_message_inbox")]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.pk})"
