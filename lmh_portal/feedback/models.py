"""The inbox: what visitors write to the centre; and how many found a page of help."""

from django.conf import settings
from django.db import models
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Answer(models.TextChoices):
    """To “Did this help you?”"""

    YES = "yes", pgettext_lazy("did this help you", "Yes")
    NO = "no", pgettext_lazy("did this help you", "No")


class Message(models.Model):
    """One message. It holds what the visitor wrote and nothing about the visitor's machine."""

    class Kind(models.TextChoices):
        WORK = "work", _("Tell us about your work")
        CORRECTION = "correction", _("Something on a page is wrong")
        ACCESSIBILITY = "accessibility", _("Something is not accessible")
        QUESTION = "question", _("Another question")
        HELPFUL = "helpful", _("Comment on whether a page helped")

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("state of a message", "New")
        ASSIGNED = "assigned", pgettext_lazy("state of a message", "Assigned")
        DONE = "done", pgettext_lazy("state of a message", "Done")

    kind = models.CharField(_("what it is about"), max_length=13, choices=Kind)
    text = models.TextField(_("message"), max_length=5000)
    page = models.CharField(_("page"), max_length=500, blank=True)
    version = models.PositiveIntegerField(_("version of the page"), null=True, blank=True)
    answer = models.CharField(_("did it help"), max_length=3, choices=Answer, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("written on the page in"), max_length=10)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        limit_choices_to={"is_staff": True, "is_active": True},
        related_name="+",
        verbose_name=_("assigned to"),
    )
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    done_on = models.DateField(_("done on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["state", "-received_at"], name="feedback_message_inbox")]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.pk})"


class HelpfulCountQuerySet(models.QuerySet):
    def by_version(self, kind: str, slug: str):
        """The sums of a page, newest version first."""
        sums = {"yes_sum": Sum("yes"), "no_sum": Sum("no")}
        return self.filter(kind=kind, slug=slug).order_by("-version").values("version").annotate(**sums)

    def add(self, answer: str, **page) -> None:
        """Count one answer more to a page, however many are counted at the same time."""
        row, _made = self.get_or_create(**page)
        self.filter(pk=row.pk).update(**{answer: F(answer) + 1})


class HelpfulCount(models.Model):
    """How many found a page of help, or not, on one day: two numbers, and nothing about anybody."""

    kind = models.CharField(_("kind of page"), max_length=20)  # see feedback.pages
    slug = models.SlugField(_("address"), max_length=120)
    version = models.PositiveIntegerField(_("version"), default=0)  # 0 where pages have no versions
    language = models.CharField(_("language"), max_length=10)
    day = models.DateField(_("day"))
    yes = models.PositiveIntegerField(pgettext_lazy("did this help you", "yes"), default=0)
    no = models.PositiveIntegerField(pgettext_lazy("did this help you", "no"), default=0)

    objects = HelpfulCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("answers to “Did this help you?”")
        verbose_name_plural = _("answers to “Did this help you?”")
        ordering = ["-day", "kind", "slug", "-version", "language"]
        indexes = [models.Index(fields=["-day", "kind", "slug"], name="feedback_helpful_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug", "version", "language", "day"], name="helpful_answers_are_counted_by_day"
            )
        ]

    def __str__(self):
        return f"{self.slug}, {self.day:%Y-%m-%d}"
