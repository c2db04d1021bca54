"""What is new in the overviews, as Atom: for news readers, in the language of the address."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from knowledge.forms import OverviewFilters
from knowledge.models import Overview, OverviewVersion
from lmh_portal.core.feeds import ENTRIES, Atom, identity, plain
from lmh_portal.core.languages import LANGUAGES
from lmh_portal.core.translated import Text, page_language, translated


class News(Feed):
    """Versions that changed something in substance, and new translations into the feed's language."""

    feed_type = Atom

    def author_name(self):
        return _("Learning Centre for Migration and Health")

    def subtitle(self):
        return _("What has changed in substance, and what has been translated.")

    def items(self, asked):
        return self.versions(asked).news(page_language()).for_news()[:ENTRIES]

    def item_title(self, version):
        return plain(translated(version.overview, "title").value)

    def item_extra_kwargs(self, version):
        return {"title_language": translated(version.overview, "title").language}

    def item_description(self, version):
        """HTML, which can say what language it is in."""
        note = _news_of(version)
        return format_html('<p lang="{}" dir="{}">{}</p>', note.language, note.direction, plain(note.value))

    def item_link(self, version):
        return reverse("knowledge:overview_version", args=[version.overview.slug, version.number])

    def item_guid(self, version):
        return identity(f"knowledge/{page_language()}/version/{version.pk}")

    def item_pubdate(self, version):
        return version.published_at

    item_updateddate = item_pubdate


def _news_of(version: OverviewVersion) -> Text:
    if not version.language:
        return translated(version, "change_note")
    name = LANGUAGES[version.language].name
    return Text(_("A new translation: %(language)s.") % {"language": name}, page_language())


class NewsOfList(News):
    """Of all overviews, or of those that a filtered list shows."""

    def get_object(self, request):
        return OverviewFilters(request.GET, Overview.objects.all(), AnonymousUser())  # editors' drafts are no news

    def versions(self, filters):
        versions = OverviewVersion.objects.filter(overview__status=Overview.Status.PUBLISHED)
        return versions.filter(overview__in=filters.narrowed().values("pk")) if filters.parameters else versions

    def title(self, filters):
        chosen = [plain(one.text.value) for one in filters.active]
        return ": ".join([_("New in the knowledge overviews"), *([", ".join(chosen)] if chosen else [])])

    def link(self, filters):
        return reverse("knowledge:overview_list") + _query(filters)

    def feed_url(self, filters):
        return reverse("knowledge:feed") + _query(filters)

    def feed_guid(self, filters):
        return identity(f"knowledge/{page_language()}/feed{_query(filters)}")


def _query(filters: OverviewFilters) -> str:
    return f"?{filters.query()}" if filters.parameters else ""


class NewsOfOverview(News):
    def get_object(self, request, slug):
        return get_object_or_404(Overview.objects.readable_by(AnonymousUser()).for_page(), slug=slug)

    def versions(self, overview):
        return overview.versions.all()

    def title(self, overview):
        return _("New in: %(title)s") % {"title": plain(str(overview))}

    def link(self, overview):
        return overview.get_absolute_url()

    def feed_url(self, overview):
        return reverse("knowledge:overview_feed", args=[overview.slug])

    def feed_guid(self, overview):
        return identity(f"knowledge/{page_language()}/overview/{overview.pk}")
