"""The shared vocabularies: what content is about, for whom, where and in which language."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from taggit.models import ItemBase, TagBase

from lmh_portal.core.translated import Text, columns, translated


def lines(text: str) -> list[str]:
    """What stands on the lines of a field that takes one entry a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class Term(models.Model):
    """An entry of a vocabulary, known to files and addresses by its code."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Stable; used in addresses and files."))
    name = models.CharField(_("name"), max_length=120)
    definition = models.TextField(_("definition"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order in lists."))

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self):
        return translated(self, "name").value


class TargetGroup(Term):
    class Meta(Term.Meta):
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")


class StaffGroup(Term):
    class Meta(Term.Meta):
        verbose_name = _("staff group")
        verbose_name_plural = _("staff groups")


class CareSetting(Term):
    """Where in care, school or society somebody works: child health care, dental care …"""

    class Meta(Term.Meta):
        verbose_name = _("setting")
        verbose_name_plural = _("settings")


class OrganizationType(Term):
    class Meta(Term.Meta):
        verbose_name = _("type of organisation")
        verbose_name_plural = _("types of organisation")


class EventType(Term):
    class Meta(Term.Meta):
        verbose_name = _("type of event")
        verbose_name_plural = _("types of event")


class ResourceType(Term):
    class Meta(Term.Meta):
        verbose_name = _("type of resource")
        verbose_name_plural = _("types of resource")


class InterventionLevel(Term):
    """From general health promotion (1) to specialist care (4), as in SKR's Hälsa i Sverige."""

    class Meta(Term.Meta):
        verbose_name = _("intervention level")
        verbose_name_plural = _("intervention levels")


class Language(Term):
    """A language that people speak; `code` is its BCP 47 tag."""

    class Direction(models.TextChoices):
        LTR = "ltr", _("left to right")
        RTL = "rtl", _("right to left")

    autonym = models.CharField(_("own name"), max_length=60, help_text=_("The language's name in itself."))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.LTR)
    script = models.CharField(_("script"), max_length=4, help_text=_("ISO 15924, for example Latn."))

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("spoken or written language", "language")
        verbose_name_plural = pgettext_lazy("spoken or written languages", "languages")


class GlossaryTerm(models.Model):
    """A word of the field, explained where texts first use it."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Stable; used in addresses and files."))
    name = models.CharField(_("name"), max_length=120)
    definition = models.TextField(_("definition"), blank=True)
    synonyms = models.TextField(_("synonyms"), blank=True)
    use_instead = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="discouraged", verbose_name=_("use instead")
    )

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(use_instead=models.F("pk")),
                name="glossary_term_is_not_used_instead_of_itself",
                violation_error_message=_("A term cannot be used instead of itself."),
            )
        ]

    def __str__(self):
        return translated(self, "name").value

    def get_absolute_url(self):
        return f"{reverse('home:glossary')}#{self.code}"

    def clean(self):
        """From a discouraged word it is one step to the preferred one."""
        if self.use_instead and self.use_instead.use_instead_id:
            raise ValidationError({"use_instead": _("That term is discouraged itself: choose the preferred one.")})
        if self.use_instead and self.pk and self.discouraged.exists():
            raise ValidationError({"use_instead": _("Other terms point to this one: it cannot be discouraged.")})

    @property
    def synonym_list(self) -> Text:
        """The synonyms of the name that the page shows, in one line."""
        language = translated(self, "name").language
        synonyms = lines(getattr(self, f"synonyms_{language}") or "")
        return Text(pgettext("list separator", ", ").join(synonyms), language)


class Topic(TagBase):
    """What content is about (dc:subject): a taggit tag with translated names and SKOS broader."""

    definition = models.TextField(_("definition"), blank=True)
    broader = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="narrower",
        verbose_name=_("broader topic"),
    )
    ancestors = models.ManyToManyField(
        "self", symmetrical=False, related_name="descendants", editable=False
    )  # itself included: one join from a tagged row to every topic that it counts for
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order in lists."))

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "slug"]

    def __str__(self):
        return translated(self, "name").value

    @property
    def code(self) -> str:
        return self.slug

    def clean(self):
        if self.pk and self.broader and self.broader.ancestors.filter(pk=self.pk).exists():
            raise ValidationError({"broader": _("A topic cannot be broader than itself.")})


class TopicItem(ItemBase):
    """Joins a topic to one kind of content; subclasses add `content_object`."""

    tag = models.ForeignKey(
        Topic, models.CASCADE, related_name="%(app_label)s_%(class)s_items", verbose_name=_("topic")
    )

    class Meta:
        abstract = True
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self):
        return str(self.tag)


class AreaQuerySet(models.QuerySet):
    def municipalities(self):
        return self.filter(kind=Area.Kind.MUNICIPALITY)


class Area(models.Model):
    """A place with an official code: country (ISO 3166), county and municipality (SCB), subregion."""

    class Kind(models.TextChoices):
        COUNTRY = "country", pgettext_lazy("kind of area", "Country")
        COUNTY = "county", pgettext_lazy("kind of area", "County")
        SUBREGION = "subregion", pgettext_lazy("kind of area", "Subregion")
        MUNICIPALITY = "municipality", pgettext_lazy("kind of area", "Municipality")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    official_name = models.CharField(_("official name"), max_length=120, blank=True)
    brand_name = models.CharField(_("name in use"), max_length=120, blank=True)
    within = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    municipalities = models.ManyToManyField(
        "self", symmetrical=False, related_name="wider", editable=False
    )  # those that it covers, itself included
    latitude = models.FloatField(_("latitude"), null=True, blank=True)  # WGS 84, degrees
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    outline = models.TextField(_("outline"), blank=True, editable=False)  # SVG path in the county map's units
    website = models.URLField(_("website"), blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="country") | models.Q(within__isnull=False),
                name="area_lies_within_another",
                violation_error_message=_("Only a country is not part of a wider area."),
            )
        ]

    def __str__(self):
        return translated(self, "name").value


class Concept(models.Model):
    """What people may call one thing when they search: each term finds what the others find, a little lower."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Stable; used in addresses and files."))
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="concepts", verbose_name=_("topic")
    )
    terms = models.TextField(_("search terms"), blank=True)  # a line each
    misspellings = models.TextField(_("common misspellings"), blank=True)  # a line each
    other_languages = models.TextField(_("terms in other languages"), blank=True)  # a line each, `so: turjumaan`

    class Meta:
        verbose_name = _("search concept")
        verbose_name_plural = _("search concepts")
        ordering = ["code"]

    def __str__(self):
        return next(iter(lines(translated(self, "terms").value)), self.code)

    @property
    def all_terms(self) -> list[str]:
        """Every term, whatever its language."""
        texts = [getattr(self, name) or "" for name in columns("terms")]
        others = [line.partition(":")[2].strip() or line for line in lines(self.other_languages)]
        return [*(term for text in texts for term in lines(text)), *others]
