"""Addresses that pages once had: they lead on to where the page is now."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actors.models.entry import Entry
from actors.models.organization import Organization
from actors.models.service import Service


class FormerAddressQuerySet(models.QuerySet):
    def keep(self, entry: Entry, slug: str) -> None:
        """From now on the slug, which was the entry's or that of one merged into it, leads to the entry."""
        name = entry._meta.model_name
        self.filter(slug=entry.slug, **{name: entry}).delete()  # it has come home
        if slug != entry.slug:
            self.update_or_create(slug=slug, **{f"{name}__isnull": False}, defaults={name: entry})


class FormerAddress(models.Model):
    """The last part of an address that was an organisation's or a service's."""

    slug = models.SlugField(_("address"), max_length=120, db_index=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="former_addresses", verbose_name=_("organisation")
    )
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, related_name="former_addresses", verbose_name=_("service")
    )

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(organization=None, service__isnull=False) | Q(organization__isnull=False, service=None),
                name="former_address_leads_to_one_entry",
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(service=None), name="former_address_of_an_organization_once"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(organization=None), name="former_address_of_a_service_once"
            ),
        ]

    def __str__(self):
        return self.slug
