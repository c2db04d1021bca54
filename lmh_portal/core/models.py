"""What all content has in common."""

from functools import lru_cache

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lmh_portal.core.translated import page_language

IS_PUBLISHED = models.Q(status="published")  # what the indexes of visitors' lists hold
_SLUG = "a-slug-to-replace"


class ContentVersion(models.Model):
    """Two rows, of all content and of the vocabularies; see `core.version`."""

    number = models.BigIntegerField(default=1)

    def __str__(self):
        return str(self.number)


class PublishableQuerySet(models.QuerySet):
    def published(self):
        return self.filter(IS_PUBLISHED)

    def shows_drafts_to(self, user) -> bool:
        permission = f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"
        return user.is_staff and user.has_perm(permission)

    def visible_to(self, user):
        """Everything for those who may see drafts, else what is published."""
        return self.all() if self.shows_drafts_to(user) else self.published()


class Publishable(models.Model):
    """A page of its own that editors write, publish and keep."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("publication status", "Draft")
        PUBLISHED = "published", pgettext_lazy("publication status", "Published")

    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_(
            "The last part of the page's address, the same in every language. Do not change it once published."
        ),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=Status,
        default=Status.DRAFT,
        help_text=_("Drafts are seen only by editors who are signed in."),
    )
    is_demo = models.BooleanField(
        _("demonstration content"), default=False, help_text=_("Says on the page that this is an example.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last updated"), auto_now=True)

    objects = PublishableQuerySet.as_manager()
    detail_view = ""  # URL name of the page

    class Meta:
        abstract = True

    def get_absolute_url(self):
        return _address(self.detail_view, page_language()).replace(_SLUG, self.slug)

    @property
    def is_draft(self) -> bool:
        return self.status != self.Status.PUBLISHED


@lru_cache
def _address(view: str, language: str) -> str:
    """Where a view's pages lie; lists have so many links that reversing each would be a tenth of their cost."""
    return reverse(view, args=[_SLUG])
