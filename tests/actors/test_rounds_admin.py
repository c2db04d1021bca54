"""Confirmation rounds on the desk: planned, started, followed, revoked."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from actors import confirming
from actors.models import Organization, VerificationRequest, VerificationRound
from lmh_portal.vocabulary.models import OrganizationType
from tests import make
from tests.jobs import waiting_jobs

pytestmark = pytest.mark.django_db
ADD = "/admin/actors/verificationround/add/"


@pytest.fixture
def editor(client):
    editor = make.make_editor()
    client.force_login(editor)
    return editor


def asked_organization(**fields) -> Organization:
    organization = make.make_organization(**fields)
    make.make_contact(organization=organization, confirms=True)
    return organization


def preview(client, **chosen):
    return client.get(ADD, {"preview": "1", **chosen}).context["plan"]


def start(client, letters, **chosen):
    return client.post(
        f"{ADD}?{'&'.join(f'{k}={v}' for k, v in {'preview': 1, **chosen}.items())}", {"letters": letters}
    )


def test_nothing_is_planned_before_somebody_asks(client, editor):
    asked_organization()

    assert client.get(ADD).context["plan"] is None
    assert client.post(ADD, {"letters": "1"}).status_code == 200
    assert not VerificationRound.objects.exists()


def test_preview_counts_letters_and_names_those_with_nobody_to_ask(client, editor):
    asked_organization()
    nobody = make.make_organization(name_sv="Ingen svarar")

    plan = preview(client)

    assert (plan["letters"], plan["silent"], plan["shown"]) == (1, 1, [nobody])
    assert plan["scope"] == "Alla publicerade organisationer"
    assert not VerificationRound.objects.exists()


def test_filters_choose_who_is_asked(client, editor):
    place, topic = make.make_area(name_sv="Borås"), make.make_topic()
    make.make_term(OrganizationType)
    below, other = make.make_topic(broader=topic), make.make_term(OrganizationType)
    asked_organization()
    asked_organization(organization_type=other)
    asked_organization(municipality=place)
    asked_organization(topics=[below])
    asked_organization(verification="due", assured_on="2026-01-01")

    counts = [
        preview(client, **chosen)["letters"]
        for chosen in [
            {}, {"organization_type": other.pk}, {"municipality": place.pk}, {"topic": topic.pk}, {"topic": below.pk},
            {"verification": "due"}, {"before": "2026-01-01"}, {"before": "2026-01-02"},
            {"municipality": place.pk, "topic": topic.pk},
        ]
    ]  # fmt: skip

    assert counts == [5, 1, 1, 1, 1, 1, 4, 5, 0]
    assert "Borås" in preview(client, municipality=place.pk)["scope"]


@pytest.mark.parametrize(
    "chosen", [{"topic": "x"}, {"municipality": "9" * 400}, {"before": "x"}, {"verification": "\x00"}]
)
def test_garbage_plans_nothing(client, editor, chosen):
    assert preview(client, **chosen) is None


def test_round_starts_with_what_was_previewed(client, editor):
    asked_organization()

    response = start(client, 1)

    started = VerificationRound.objects.get()
    assert response.url == reverse("admin:actors_verificationround_change", args=[started.pk])
    assert (started.started_by, started.requests.count()) == (editor, 1)
    assert ("actors.jobs.post_requests", {"round_id": started.pk}) in waiting_jobs()


def test_round_with_another_number_than_previewed_is_shown_again(client, editor):
    asked_organization()

    assert start(client, 2).url.startswith(ADD)
    assert not VerificationRound.objects.exists()


def test_page_says_how_many_have_answered_what(client, editor):
    started = make.make_round()
    for answer in ["ok", "ok", "changed", "ceased", ""]:
        contact = make.make_contact(organization=make.make_organization(), confirms=True)
        answered_at = timezone.now() if answer else None
        make.make_request(round=started, contact=contact, answer=answer, answered_at=answered_at)
    expired = make.make_request(round=started, contact=make.make_contact(confirms=True), expires_at=timezone.now())
    revoked = make.make_request(round=started, contact=make.make_contact(confirms=True), revoked_at=timezone.now())
    page = reverse("admin:actors_verificationround_change", args=[started.pk])

    context = client.get(page).context
    figures = {name: number for name, _label, number, _shown in context["figures"]}

    assert figures == {"waiting": 1, "ok": 2, "changed": 1, "ceased": 1, "expired": 1, "revoked": 1}
    assert context["round"].response_rate == 67  # four of six: one link was revoked
    assert [row.answer for row in context["page"]] == [""]
    shown = {name: list(client.get(page, {"show": name}).context["page"]) for name in figures}
    assert {name: len(rows) for name, rows in shown.items()} == figures
    assert (shown["expired"], shown["revoked"]) == ([expired], [revoked])


def test_links_are_revoked_one_by_one_or_all(client, editor):
    started = make.make_round()
    requests = [make.make_request(round=started, contact=make.make_contact(confirms=True)) for _ in range(3)]
    other = make.make_request(contact=make.make_contact(confirms=True))
    page = reverse("admin:actors_verificationround_change", args=[started.pk])
    confirming.answer(requests[0], said="changed")

    client.post(page, {"revoke": requests[1].pk})
    assert VerificationRequest.objects.exclude(revoked_at=None).get() == requests[1]
    client.post(page, {"revoke": other.pk})
    client.post(page, {"revoke": "all"})

    revoked = VerificationRequest.objects.exclude(revoked_at=None).order_by("pk")
    assert list(revoked) == requests[1:]  # neither what was answered nor another round's


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ([], (403, 403, 403)),
        (["view_verificationround"], (200, 403, 403)),
        (["view_verificationround", "add_verificationround"], (200, 302, 403)),
        (["view_verificationround", "change_verificationround"], (200, 403, 302)),
    ],
)
def test_seeing_starting_and_revoking_are_three_permissions(client, permissions, may):
    somebody = make.make_editor(is_superuser=False)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(somebody)
    asked_organization()
    contact = make.make_contact(organization=make.make_organization(status="draft"), confirms=True)
    asked = make.make_request(contact=contact)
    page = reverse("admin:actors_verificationround_change", args=[asked.round_id])

    answers = client.get(page), start(client, 1), client.post(page, {"revoke": asked.pk})

    assert tuple(answer.status_code for answer in answers) == may
    asked.refresh_from_db()
    assert (asked.revoked_at is not None, VerificationRound.objects.count()) == (may[2] == 302, 1 + (may[1] == 302))


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 400, "\x00"])
def test_garbage_revokes_nothing(client, editor, number):
    asked = make.make_request()
    page = reverse("admin:actors_verificationround_change", args=[asked.round_id])

    assert client.post(page, {"revoke": number}).status_code == 403
    assert client.get(page, {"show": number, "page": number}).status_code == 200
    asked.refresh_from_db()
    assert asked.is_open
