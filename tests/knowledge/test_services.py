"""From draft to published and on: four eyes, whole or not at all, nothing public changes before its time."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import services, translating
from knowledge.models import Finding, Implication, Overview, OverviewTranslation, OverviewVersion, TranslationState
from lmh_portal.vocabulary import models as vocabulary
from tests.make import make_editor, make_overview, make_reference, make_term, make_topic

pytestmark = pytest.mark.django_db
READY = {"key_messages_sv": "Ett budskap.", "license": "CC-BY-4.0", "change_note_sv": "Ny."}


def make_draft(**fields) -> Overview:
    """A draft that may be sent for review."""
    return make_overview(status="draft", **READY | fields)


def publish(draft: Overview, reviewer=None, comment="") -> OverviewVersion:
    services.send_for_review(draft)
    return services.approve(overview=draft, reviewer=reviewer or make_editor(), comment=comment)


def revise(overview: Overview, significance="medium", **changes) -> OverviewVersion:
    revision = services.start_revision(overview)
    for name, value in {"change_note_sv": "Ändrad.", "significance": significance, **changes}.items():
        setattr(revision, name, value)
    revision.save()
    return publish(revision)


def state(overview: Overview, language="ar") -> TranslationState:
    return OverviewTranslation.objects.select_related("overview").get(overview=overview, language=language).state


# --- review


def test_first_version_is_published_with_its_review():
    reviewer = make_editor()
    draft = make_draft(review_months=6)

    version = publish(draft, reviewer, "Bra.")

    draft.refresh_from_db()
    today = timezone.localdate()
    assert (draft.status, draft.version, draft.change_note_sv) == ("published", 1, "")
    assert (draft.published_on, draft.reviewed_on) == (today, today)
    assert draft.review_due == services.months_after(today, 6)
    assert (version.number, version.significance, version.change_note_sv) == (1, "major", "Ny.")
    assert (version.review.reviewer, version.review.comment, version.review.decision) == (reviewer, "Bra.", "approved")


def test_authors_cannot_approve_their_own_text():
    author, draft = make_editor(), make_draft()
    draft.written_by.add(author)
    services.send_for_review(draft)

    with pytest.raises(ValidationError, match="Någon annan måste godkänna"):
        services.approve(overview=draft, reviewer=author)

    draft.refresh_from_db()
    assert (draft.status, draft.versions.count()) == ("in-review", 0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key_messages_sv": " \n"}, "Skriv minst ett huvudbudskap."),
        ({"license": ""}, "Välj en licens"),
        ({"change_note_sv": ""}, "vad som är nytt"),
        ({"body_sv": "Sant [@nobody]."}, "@nobody"),
        ({"practice_en": "True [@nobody]."}, "@nobody"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_published(changes, sentence):
    draft = make_draft(**changes)

    with pytest.raises(ValidationError) as refusal:
        services.send_for_review(draft)

    assert len(refusal.value.messages) == 1
    assert sentence in refusal.value.messages[0]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_next_version_needs_its_significance():
    draft = make_draft()
    publish(draft)
    revision = services.start_revision(draft)
    revision.change_note_sv = "Ändrad."
    revision.save()

    with pytest.raises(ValidationError, match="hur stor ändringen är"):
        services.send_for_review(revision)


def test_text_that_is_sent_back_is_a_draft_with_the_reviewers_words():
    draft = make_draft()
    services.send_for_review(draft)
    with pytest.raises(ValidationError, match="vad som bör ändras"):
        services.send_back(overview=draft, reviewer=make_editor(), comment=" ")

    services.send_back(overview=draft, reviewer=make_editor(), comment="Kortare.")

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert [(one.decision, one.comment) for one in draft.reviews.all()] == [("sent-back", "Kortare.")]


def test_what_is_not_in_review_cannot_be_approved():
    with pytest.raises(ValidationError):
        services.approve(overview=make_draft(), reviewer=make_editor())


# --- the next version


def what_is_read(client, overview: Overview) -> bytes:
    """The page without the question at its end, whose stamp tells the time."""
    return client.get(overview.get_absolute_url()).content.partition(b'id="helpful"')[0]


def test_published_text_stays_while_the_next_is_written(client):
    topic, setting = make_topic(), make_term(vocabulary.CareSetting)
    draft = make_draft(
        title_sv="Före", findings=[{"code": "a"}], implications=[{"code": "b", "settings": [setting]}], topics=[topic],
        references=[make_reference(key="berg")],
    )  # fmt: skip
    publish(draft)
    before = what_is_read(client, draft)

    revision = services.start_revision(draft)
    revision.title_sv = "Efter"
    revision.save()
    revision.findings.update(statement_sv="Annat.")
    revision.topics.clear()
    revision.citations.all().delete()

    assert what_is_read(client, draft) == before
    assert list(Overview.objects.visible_to(make_editor())) == [draft]
    assert services.start_revision(draft) == revision


def test_approved_version_takes_the_place_of_the_published_one():
    setting, reviewer = make_term(vocabulary.CareSetting), make_editor()
    draft = make_draft(findings=[{"code": "a"}, {"code": "gone"}])
    publish(draft)
    kept = draft.findings.get(code="a")
    revision = services.start_revision(draft)
    revision.title_sv, revision.change_note_sv, revision.significance = "Efter", "Ändrad.", "major"
    revision.save()
    revision.findings.filter(code="gone").delete()
    revision.findings.update(statement_sv="Annat.")
    implication = Implication.objects.create(
        overview=revision, finding=revision.findings.get(), text_sv="Gör.", action="do"
    )
    implication.settings.add(setting)

    version = publish(revision, reviewer)

    draft.refresh_from_db()
    assert not Overview.objects.filter(pk=revision.pk).exists()
    assert (draft.title_sv, draft.status, draft.version, draft.major_version) == ("Efter", "published", 2, 2)
    assert [(one.pk, one.statement_sv) for one in draft.findings.all()] == [(kept.pk, "Annat.")]
    assert [(one.finding, list(one.settings.all())) for one in draft.implications.all()] == [(kept, [setting])]
    assert version.overview == draft
    assert [review.reviewer for review in draft.reviews.filter(decision="approved")][0] == reviewer
    assert version.content["texts"]["title"]["sv"] == "Efter"


def test_publishing_is_whole_or_not_at_all(monkeypatch):
    draft = make_draft()
    publish(draft)
    revision = services.start_revision(draft)
    revision.title_sv, revision.change_note_sv, revision.significance = "Efter", "Ändrad.", "typo"
    revision.save()
    services.send_for_review(revision)
    monkeypatch.setattr(services, "content_of", lambda overview: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        services.approve(overview=revision, reviewer=make_editor())

    draft.refresh_from_db()
    assert (draft.title_sv != "Efter", draft.version, draft.versions.count()) == (True, 1, 1)
    assert Overview.objects.filter(pk=revision.pk, status="in-review").exists()


def test_archived_overview_keeps_its_page_and_leaves_the_lists(client):
    draft = make_draft(title_sv="Gammal kunskap")
    publish(draft)

    services.archive(draft)

    assert "Översikten är arkiverad" in client.get(draft.get_absolute_url()).content.decode()
    assert "Gammal kunskap" not in client.get("/sv/kunskap/").content.decode()
    services.restore(draft)
    assert "Gammal kunskap" in client.get("/sv/kunskap/").content.decode()


@pytest.mark.parametrize("change", ["number = 7", "content = '{}'", "significance = 'typo'", "published_at = now()"])
def test_database_refuses_to_change_a_version(change):
    publish(make_draft())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE knowledge_overviewversion SET {change}")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-12-15", 12, "2027-12-15"), ("2024-02-29", 12, "2025-02-28")],
)
def test_months_end_on_a_day_that_exists(day, months, expected):
    assert services.months_after(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


# --- translations


def test_translations_follow_versions_by_significance():
    draft = make_draft(title_ar="عنوان", title_en="Title")
    publish(draft)
    assert (state(draft, "ar"), state(draft, "en")) == ("up-to-date", "up-to-date")

    revise(draft, "typo")
    assert state(draft) == "up-to-date"
    revise(draft, "medium", followed_in=["en"])
    assert (state(draft, "ar"), state(draft, "en")) == ("needs-update", "up-to-date")
    revise(draft, "major")
    assert (state(draft, "ar"), state(draft, "en")) == ("outdated", "outdated")


def test_readers_are_warned_of_a_major_change_until_the_translation_follows(client):
    draft = make_draft(title_ar="عنوان", summary_ar="ملخص")
    publish(draft)
    page = f"/ar/knowledge/{draft.slug}/"
    warning = "تغير شيء مهم في النص الأصلي"
    assert warning not in client.get(page).content.decode()

    revise(draft, "medium")
    assert warning not in client.get(page).content.decode()
    revise(draft, "major")
    assert warning in client.get(page).content.decode()
    translate(draft, title="عنوان جديد")
    html = client.get(page).content.decode()
    assert warning not in html
    assert "عنوان جديد" in html


def translate(overview: Overview, language="ar", read=None, **texts) -> OverviewVersion:
    overview.refresh_from_db()
    translation = OverviewTranslation.objects.get(overview=overview, language=language)
    return translating.publish(
        translation, texts=texts, read=read or overview.version, edition=translation.edition, user=make_editor()
    )  # fmt: skip


def test_translation_is_a_version_that_changes_nothing_else():
    draft = make_draft(findings=[{"code": "a"}])
    publish(draft)
    revision = services.start_revision(draft)

    version = translate(draft, title="عنوان", **{"findings.a.statement": "نتيجة"})

    before, after = OverviewVersion.objects.get(number=1).content, version.content
    assert (version.language, version.significance, version.number) == ("ar", "", 2)
    assert after["texts"]["title"] == before["texts"]["title"] | {"ar": "عنوان"}
    assert after["findings"][0]["texts"]["statement"]["ar"] == "نتيجة"
    assert after["texts"]["body"] == before["texts"]["body"]
    revision.refresh_from_db()
    assert revision.title_ar == "عنوان"  # the next version does not lose it
    assert Finding.objects.get(overview=revision).statement_ar == "نتيجة"


def test_second_translator_is_told_and_nothing_is_overwritten():
    draft = make_draft()
    publish(draft)
    translation = OverviewTranslation.objects.get(overview=draft, language="ar")
    translating.save_draft(translation, texts={"title": "أ"}, edition=0, user=make_editor())

    with pytest.raises(ValidationError, match="Någon annan har sparat"):
        translating.save_draft(translation, texts={"title": "ب"}, edition=0, user=make_editor())

    translation.refresh_from_db()
    assert translation.draft == {"title": "أ"}
    assert state(draft) == "in-progress"


def test_translator_works_on_what_changed_since():
    draft = make_draft(title_ar="عنوان")
    publish(draft)
    revise(draft, "major", title_sv="En helt annan rubrik")

    translation = OverviewTranslation.objects.select_related("overview").get(overview=draft, language="ar")
    changed = {part.name: part.changes for part in translating.parts_of(translation) if part.changes}

    assert list(changed) == ["title"]
    assert ("inserted", "En helt annan rubrik") in [tuple(piece) for piece in changed["title"]] or any(
        piece.kind == "inserted" for piece in changed["title"]
    )


@pytest.mark.parametrize(
    ("fields", "language", "may"),
    [
        ({"is_superuser": True}, "ar", True),
        ({"is_superuser": True}, "sv", False),
        ({"is_superuser": False, "translates": ["ar"]}, "ar", False),  # the permission is missing
        ({"is_superuser": True, "is_staff": False}, "ar", False),
    ],
)
def test_who_may_translate(fields, language, may):
    assert translating.may_translate(make_editor(**fields), language) is may


# --- whatever happens


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("revise"), st.sampled_from(["typo", "medium", "major"]), st.booleans()),
        st.tuples(st.just("translate"), st.integers(0, 3), st.just(True)),
        st.tuples(st.just("edit"), st.text(max_size=20), st.just(True)),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS)
def test_versions_stay_byte_identical_and_states_follow_them(deeds):
    with transaction.atomic():
        draft = make_draft(title_ar="عنوان")
        publish(draft)
        kept = {1: _bytes(draft, 1)}
        for deed, what, follows in deeds:
            if deed == "revise":
                revise(draft, what, followed_in=["ar"] if follows else [], body_sv=f"Text {len(kept)}")
            elif deed == "translate":
                draft.refresh_from_db()
                translate(draft, read=max(1, draft.version - what), title=f"عنوان {len(kept)}")
            else:
                revision = services.start_revision(draft)
                revision.gaps_sv = what.replace("\x00", "")
                revision.save()
            draft.refresh_from_db()
            kept.setdefault(draft.version, _bytes(draft, draft.version))
            assert {number: _bytes(draft, number) for number in kept} == kept
            assert (state(draft) == "up-to-date") == _follows(draft)
        transaction.set_rollback(True)


def _bytes(overview, number) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content::text FROM knowledge_overviewversion WHERE overview_id = %s AND number = %s",
            [overview.pk, number],
        )
        return cursor.fetchone()[0].encode()


def _follows(overview) -> bool:
    """Recomputed from the versions alone: nothing of substance came after the one that the translation says."""
    based_on = OverviewTranslation.objects.get(overview=overview, language="ar").based_on
    later = overview.versions.filter(number__gt=based_on, significance__in=["medium", "major"])
    return based_on > 0 and not later.exists()


def test_a_translators_unpublished_work_survives_what_editors_publish():
    draft = make_draft(title_ar="عنوان")
    publish(draft)
    translation = OverviewTranslation.objects.get(overview=draft, language="ar")
    translating.save_draft(translation, texts={"title": "عمل"}, edition=0, user=make_editor())

    revise(draft, "major", followed_in=["ar"])

    translation.refresh_from_db()
    assert (translation.draft, translation.based_on) == ({"title": "عمل"}, 2)


def test_next_version_of_an_archived_overview_is_not_published():
    draft = make_draft()
    publish(draft)
    revision = services.start_revision(draft)
    revision.change_note_sv, revision.significance = "Ändrad.", "typo"
    revision.save()
    services.send_for_review(revision)
    draft.refresh_from_db()
    services.archive(draft)

    with pytest.raises(ValidationError, match="publicerad översikt"):
        services.approve(overview=revision, reviewer=make_editor())

    draft.refresh_from_db()
    assert (draft.status, draft.version) == ("archived", 1)


def test_who_may_only_look_can_open_every_state(client):
    reader = make_editor(is_superuser=False)
    reader.user_permissions.set(Permission.objects.filter(codename="view_overview"))
    client.force_login(reader)
    draft = make_draft(findings=[{"code": "a"}])
    page = f"/admin/knowledge/overview/{draft.pk}/change/"

    states = []
    for deed in [None, services.send_for_review, lambda one: services.approve(overview=one, reviewer=make_editor())]:
        if deed:
            deed(draft)
        states.append(client.get(page).status_code)

    assert states == [200, 200, 200]


@pytest.mark.parametrize("numbers", ["older=1&newer=99999999999999999999", "older=-1&newer=2", "older=x&newer=1"])
def test_comparing_versions_that_are_not_there_is_refused_in_words(client, numbers):
    draft = make_draft()
    publish(draft)
    revise(draft, "typo")

    response = client.get(f"/sv/kunskap/{draft.slug}/versioner/?{numbers}")

    assert response.status_code == 200
    assert 'class="error"' in response.content.decode()
