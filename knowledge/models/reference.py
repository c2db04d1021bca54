"""The publications and laws behind the overviews."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from knowledge import csl

FIELDS = ["kind", "authors", "year", "title", "container", "details", "doi", "pmid", "url"]  # of the publication


class Reference(models.Model):
    """A publication or law that overviews cite."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        BOOK = "book", _("Book or chapter")
        REPORT = "report", _("Report")
        LAW = "law", _("Law")
        INQUIRY = "inquiry", _("Government inquiry")
        WEBSITE = "website", _("Website")

    class Verification(models.TextChoices):
        SOURCE_CHECKED = "source-checked", _("Looked up in a public source")
        KNOWN = "known", _("From general knowledge; look up before publishing")

    key = models.SlugField(_("key"), unique=True, help_text=_("How texts cite it, for example karliner2007."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    authors = models.CharField(_("authors"), max_length=500)
    year = models.CharField(_("year"), max_length=10)
    title = models.CharField(_("title"), max_length=500)
    container = models.CharField(
        _("published in"), max_length=300, blank=True, help_text=_("Journal, series or publisher.")
    )
    details = models.CharField(_("volume and pages"), max_length=200, blank=True)
    doi = models.CharField(_("DOI"), max_length=200, blank=True)
    pmid = models.CharField(_("PubMed ID"), max_length=9, blank=True)
    url = models.URLField(_("address"), blank=True, max_length=500)
    verification = models.CharField(_("verification"), max_length=14, choices=Verification, default=Verification.KNOWN)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                Lower("doi"),
                condition=~models.Q(doi=""),
                name="reference_has_its_own_doi",
                violation_error_message=_("Another reference has this DOI."),
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~models.Q(pmid=""),
                name="reference_has_its_own_pmid",
                violation_error_message=_("Another reference has this PubMed ID."),
            ),
            models.CheckConstraint(
                condition=models.Q(pmid__regex="^[0-9]*$"),
                name="reference_pmid_is_a_number",
                violation_error_message=_("A PubMed ID has digits only."),
            ),
        ]

    def __str__(self):
        return f"{self.authors.split(',')[0]} {self.year}: {self.title}"

    @property
    def link(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    def csl(self) -> dict:
        """The reference as CSL data, for `knowledge.citing`."""
        return csl.csl_of(self.key, {field: getattr(self, field) for field in FIELDS})
