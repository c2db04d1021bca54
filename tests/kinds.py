"""One address of every kind of public page, in its richest state, for tests that cannot visit all."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import override

from actors.forms import OrganizationFilters, ServiceFilters
from actors.models import Organization, Service
from events.forms import EventFilters, PastEventFilters
from events.models import Event
from knowledge.forms import ImplicationFilters, OverviewFilters, ResourceFilters
from knowledge.models import Implication, Overview, Resource
from tests.sites import ROWS, addresses, public_views

LISTS = {
    "knowledge:overview_list": (OverviewFilters, Overview.objects.all),
    "knowledge:implication_list": (ImplicationFilters, Implication.objects.all),
    "knowledge:resource_list": (ResourceFilters, Resource.objects.all),
    "actors:organization_list": (OrganizationFilters, lambda: Organization.objects.listed()),
    "actors:service_list": (ServiceFilters, lambda: Service.objects.listed()),
    "events:event_list": (EventFilters, lambda: Event.objects.upcoming()),
    "events:event_archive": (PastEventFilters, lambda: Event.objects.past()),
}
NOWHERE = "zzqx"  # a word in no text


def every_kind(language: str) -> dict[str, str]:
    """Names and addresses: every view, one rich row of each model, lists in each of their states."""
    found = {view: addresses(view, language)[0] for view in public_views() if view not in ROWS}
    for view in ROWS:
        with override(language):
            found |= {f"{view} {slug}": reverse(view, args=[slug]) for slug in _rich_rows(view)}
    for view in LISTS:
        found |= {f"{view} {state}": f"{found[view]}?{query}" for state, query in _states(view).items()}
    slugs = Service.objects.published().listed().order_by("pk").values_list("slug", flat=True)[:3]
    listed = urlencode([("s", slug) for slug in [*slugs, NOWHERE]])
    found["actors:handout filled"] = f"{found['actors:handout']}?{listed}&second=ar"
    found["actors:service_list carrying"] = f"{found['actors:service_list']}?{listed}&sort=confirmed"
    found["search:search found"] = f"{found['search:search']}?q=a"
    found["search:search nothing"] = f"{found['search:search']}?q={NOWHERE}"
    found["feedback:contact asked"] = f"{found['feedback:contact']}?kind=correction&page=/sv/"
    taking = Event.objects.published().filter(registration_form__isnull=False, starts_at__gt=timezone.now())
    if one := taking.order_by("pk").first():
        with override(language):
            found["events:sign_up open"] = reverse("events:sign_up", args=[one.slug])
    found["missing"] = f"/{language}/{NOWHERE}/"
    return found


def _rich_rows(view: str) -> list[str]:
    """The row of a model with most on its page; of events one to come and one that has passed."""
    rows = ROWS[view].objects.published()
    if view == "events:event_detail":
        forms = {"has_form": Count("registration_form"), "much": Count("programme")}
        coming = rows.filter(finishes_at__gte=timezone.now()).annotate(**forms)
        past = rows.filter(finishes_at__lt=timezone.now()).annotate(much=Count("materials"))
        return [*_slugs(coming.order_by("-has_form", "-much", "pk")), *_slugs(past.order_by("-much", "pk"))]
    much = {
        "knowledge:overview_detail": Count("citations"),
        "knowledge:overview_changes": Count("versions"),
        "knowledge:resource_detail": Count("files"),
        "actors:organization_detail": Count("units", distinct=True) + Count("services", distinct=True),
        "actors:service_detail": Count("schedules", distinct=True) + Count("contacts", distinct=True),
    }[view]
    return _slugs(rows.annotate(much=much).order_by("-much", "pk"))


def _slugs(rows) -> list[str]:
    return list(rows.values_list("slug", flat=True)[:1])


def _states(view: str) -> dict[str, str]:
    """Query strings for a list: filtered with results, filtered to nothing, asked for nonsense, last page."""
    make, rows = LISTS[view]
    filters = make(QueryDict(), rows(), AnonymousUser())
    chosen = [(group.facet.name, group.choices[0].choice.code) for group in filters.groups]
    return {
        "filtered": urlencode(chosen[:1] + [("q", "a")]),
        "empty": urlencode([("q", NOWHERE), *chosen]),
        "unknown": urlencode([("topic", NOWHERE), ("page", "999")]),
    }
