"""The list of links: to read only, broken ones first."""

import pytest
from django.urls import reverse

from lmh_portal.stats.models import Link
from tests import make


@pytest.mark.django_db
def test_links_are_read_broken_ones_first(client):
    client.force_login(make.make_editor())
    works = Link.objects.create(url="https://example.org/a", state="works")
    broken = Link.objects.create(url="https://example.org/b", state="broken", used_on=[["<Tolk>", "/admin/x/"]])

    response = client.get("/admin/stats/link/")

    assert list(response.context["cl"].result_list) == [broken, works]
    assert '<a href="/admin/x/">&lt;Tolk&gt;</a>' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["add", "delete"])
def test_links_are_kept_by_the_check_alone(client, page):
    client.force_login(make.make_editor())
    link = Link.objects.create(url="https://example.org/a")
    args = [] if page == "add" else [link.pk]

    assert client.get(reverse(f"admin:stats_link_{page}", args=args)).status_code == 403


@pytest.mark.django_db
def test_address_of_a_link_is_not_changed_by_hand(client):
    client.force_login(make.make_editor())
    link = Link.objects.create(url="https://example.org/a")

    response = client.post(reverse("admin:stats_link_change", args=[link.pk]), {"url": "https://example.org/b"})

    assert response.status_code == 403
    assert Link.objects.get().url == "https://example.org/a"
