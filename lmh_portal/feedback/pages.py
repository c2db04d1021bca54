"""The pages that ask “Did this help you?”"""

from typing import NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404

from knowledge.models import Overview, Resource
from lmh_portal.core.models import Publishable
from lmh_portal.core.translated import columns

KINDS: dict[str, type[Publishable]] = {
    "overview": Overview,
    "resource": Resource,
}  # by the word in addresses and counts
READ = {"slug", "version", *columns("title")}


class Subject(NamedTuple):
    """What an answer is about. Pages without versions have version 0."""

    kind: str
    slug: str
    version: int

    @property
    def signed_text(self) -> str:
        return ":".join(map(str, self))


def asking_page(kind: str, slug: str) -> Publishable:
    """The page, if it is one that asks: neither a draft nor archived."""
    if kind not in KINDS:
        raise Http404
    model = KINDS[kind]
    fields = READ & {field.name for field in model._meta.concrete_fields}
    return get_object_or_404(model.objects.published().only(*fields), slug=slug)


def subject_of(kind: str, page: Publishable) -> Subject:
    return Subject(kind, page.slug, getattr(page, "version", 0))
