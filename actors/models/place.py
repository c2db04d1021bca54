"""Places, some of which must stay unknown.

This module alone decides what may be known of a place. `objects` of each model gives what everybody may read:
no hidden place at all, and of a place whose visibility is "area" no address. `protected` gives everything, for
those with the permission `actors.view_protected_place` and for checks that print none of it; `known_to(user)`
chooses between the two. Addresses are rows of their own, so that no query for a place brings one along, and
`str()` of what is protected tells nothing: it ends up in histories, lists of what is deleted, messages and logs.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actors.models.organization import Organization
from actors.models.service import Service
from lmh_portal.core.translated import translated
from lmh_portal.vocabulary.models import Area

MAY_SEE_PROTECTED = "actors.view_protected_place"


class Visibility(models.TextChoices):
    PUBLIC = "public", pgettext_lazy("visibility of a place", "Public")
    AREA = "area", pgettext_lazy("visibility of a place", "Municipality only")
    HIDDEN = "hidden", pgettext_lazy("visibility of a place", "Hidden")


SHOWN = [Visibility.PUBLIC, Visibility.AREA]


def may_see_protected(user) -> bool:
    return user.is_staff and user.has_perm(MAY_SEE_PROTECTED)


def known_to(user, model):
    """The rows of a model of this module that this person may read."""
    return (model.protected if may_see_protected(user) else model.objects).all()


# The condition stands in the class: Django makes related managers from classes, without arguments.


class ShownLocations(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(visibility__in=SHOWN)


class ShownAddresses(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(location__visibility=Visibility.PUBLIC)


class ShownServicesAtLocations(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(location__visibility__in=SHOWN)


class EveryRow(models.Manager):
    """For those who may see protected places."""


class Location(models.Model):
    """A place where a service is found: HSDS location."""

    class LocationType(models.TextChoices):
        PHYSICAL = "physical", pgettext_lazy("type of place", "Place to visit")
        POSTAL = "postal", pgettext_lazy("type of place", "Postal address")
        VIRTUAL = "virtual", pgettext_lazy("type of place", "Online")

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="locations", verbose_name=_("organisation")
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("What visitors may read unless the place is hidden; not the address.")
    )
    location_type = models.CharField(_("type"), max_length=8, choices=LocationType, default=LocationType.PHYSICAL)
    visibility = models.CharField(
        _("visibility"),
        max_length=6,
        choices=Visibility,
        default=Visibility.PUBLIC,
        help_text=_("“Municipality only” shows no address; “Hidden” shows nothing at all to those without the right."),
    )
    municipality = models.ForeignKey(
        Area,
        models.PROTECT,
        limit_choices_to={"kind": Area.Kind.MUNICIPALITY},
        related_name="locations",
        verbose_name=_("municipality"),
    )
    transportation = models.CharField(_("how to get there"), max_length=300, blank=True)
    accessibility = models.CharField(
        _("accessibility"), max_length=300, blank=True, help_text=_("For example steps, lift, hearing loop, toilet.")
    )
    url = models.URLField(_("address of the meeting place online"), blank=True)
    services = models.ManyToManyField(
        Service, through="ServiceAtLocation", blank=True, related_name="locations", verbose_name=_("services")
    )

    objects = ShownLocations()
    protected = EveryRow()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = pgettext_lazy("where services are found", "places")
        permissions = [("view_protected_place", "Can see protected places")]

    def __str__(self):
        return gettext("Protected place") if self.visibility == Visibility.HIDDEN else translated(self, "name").value


class Address(models.Model):
    """Where exactly a place is: HSDS address, with the location's coordinates (WGS 84)."""

    location = models.OneToOneField(
        Location, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("place")
    )
    attention = models.CharField(_("building, floor, c/o"), max_length=200, blank=True)
    address_1 = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    objects = ShownAddresses()
    protected = EveryRow()

    class Meta:
        verbose_name = pgettext_lazy("where a place is", "address")
        verbose_name_plural = pgettext_lazy("where places are", "addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="address_has_both_coordinates",
                violation_error_message=_("Give both coordinates, in degrees, or none."),
            )
        ]

    def __str__(self):
        if self.location.visibility != Visibility.PUBLIC:
            return gettext("Protected address")
        return ", ".join(part for part in [self.attention, self.address_1, self.post_town] if part)

    @property
    def post_town(self) -> str:
        return f"{self.postal_code} {self.city}".strip()


class ServiceAtLocation(models.Model):
    """A service at a place: HSDS service_at_location."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="service_at_locations", verbose_name=_("service"))
    location = models.ForeignKey(Location, models.CASCADE, related_name="service_at_locations", verbose_name=_("place"))

    objects = ShownServicesAtLocations()
    protected = EveryRow()

    class Meta:
        verbose_name = _("place of a service")
        verbose_name_plural = _("places of a service")
        constraints = [models.UniqueConstraint(fields=["service", "location"], name="service_at_location_once")]

    def __str__(self):
        return f"{self.service_id} – {self.location_id}"  # without names: of a hidden place none may be told
