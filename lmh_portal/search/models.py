from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lmh_portal.index.folding import fold
from lmh_portal.index.models import Document
from lmh_portal.index.words import words_of
from lmh_portal.search.kinds import KINDS
from lmh_portal.vocabulary.models import lines


def normalized(text: str) -> str:
    """A question as it is compared with others: folded words, one space between."""
    return " ".join(fold(word) for word in words_of(text))


class BestBet(models.Model):
    """A page that editors put first for certain questions."""

    questions = models.TextField(_("questions"), help_text=_("One on each line, in any language, as people type them."))
    kind = models.CharField(_("kind of page"), max_length=12, choices={name: kind.one for name, kind in KINDS.items()})
    slug = models.CharField(_("address"), max_length=200, help_text=_("The last part of the page's address."))

    class Meta:
        verbose_name = _("recommended answer")
        verbose_name_plural = _("recommended answers")
        ordering = ["kind", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="best_bet_once",
                violation_error_message=_("This page is recommended already: add the question there."),
            )
        ]

    def __str__(self):
        return f"{self.slug}: {', '.join(lines(self.questions))}"

    def clean(self):
        if not Document.objects.filter(kind=self.kind, slug=self.slug).exists():
            raise ValidationError({"slug": _("There is no public page of this kind with this address.")})

    @property
    def normalized_questions(self) -> set[str]:
        return {normalized(line) for line in lines(self.questions)}


class QueryCount(models.Model):
    """How often a question was asked on a day, once three visitors have asked it; nothing about who they are."""

    day = models.DateField(_("day"))
    language = models.CharField(_("language of the page"), max_length=10)
    question = models.CharField(_("question"), max_length=200)
    visits = models.PositiveIntegerField(_("visits"))
    results = models.PositiveIntegerField(_("results"))

    is_content = False

    class Meta:
        verbose_name = _("question asked")
        verbose_name_plural = _("questions asked")
        ordering = ["-day", "-visits", "question"]
        constraints = [models.UniqueConstraint(fields=["day", "language", "question"], name="query_count_once_a_day")]

    def __str__(self):
        return self.question
