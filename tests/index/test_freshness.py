"""The index is equal to what is public at every commit, whatever door a change comes through."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.models import Organization, Service, ServiceLanguage
from knowledge import services as knowledge
from knowledge.models import Overview
from lmh_portal.index.checking import differences
from lmh_portal.index.finding import find
from lmh_portal.index.models import Document, Word
from lmh_portal.vocabulary import models as vocabulary
from tests.make import (
    make_area,
    make_contact,
    make_event,
    make_glossary_term,
    make_location,
    make_organization,
    make_overview,
    make_resource,
    make_service,
    make_term,
    make_topic,
    make_upload,
)

pytestmark = pytest.mark.searches


def kinds_found(text: str) -> list[str]:
    return [hit.kind for hit in find(text).hits]


@pytest.mark.django_db
def test_single_bulk_and_raw_changes_are_found():
    service = make_service(name_sv="Alfa")
    Service.objects.filter(pk=service.pk).update(name_sv="Beta")
    of_type = {"status": "published", "name_sv": "Gamma", "organization_type": service.organization.organization_type}
    Organization.objects.bulk_create(Organization(slug=f"gamma-{number}", **of_type) for number in range(3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE actors_service SET description_sv = 'Delta' WHERE id = %s", [service.pk])

    assert kinds_found("alfa") == []
    assert kinds_found("beta")[0] == "service"
    assert kinds_found("gamma") == ["organization"] * 3
    assert kinds_found("delta")[0] == "service"
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE actors_service CASCADE")
    assert kinds_found("delta") == []
    assert differences() == []


@pytest.mark.django_db
def test_change_of_what_a_page_refers_to_is_found_on_the_page():
    organization = make_organization(name_sv="Alfa")
    topic, group, language = make_topic(), make_term(vocabulary.TargetGroup), make_term(vocabulary.Language)
    area = make_area()
    service = make_service(name_sv="Insats", organization=organization, topics=[topic], target_groups=[group])
    make_overview(title_sv="Översikt", topics=[topic])
    make_resource(title_sv="Material", topics=[topic])
    make_event(name_sv="Dag", organizer=organization, topics=[topic])
    Organization.objects.filter(pk=organization.pk).update(name_sv="Omega")
    vocabulary.Topic.objects.filter(pk=topic.pk).update(name_sv="Zeta")
    vocabulary.TargetGroup.objects.filter(pk=group.pk).update(name_sv="Teta")
    service.areas.add(area)
    ServiceLanguage.objects.create(service=service, language=language)

    assert set(kinds_found("omega")) >= {"organization", "service", "event"}
    assert set(kinds_found("zeta")) >= {"overview", "resource", "service", "event"}
    assert "service" in kinds_found("teta")
    document = Document.objects.get(kind="service")
    assert (document.municipalities, document.languages) == ([area.pk], [language.pk])
    assert differences() == []


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_there():
    with transaction.atomic():
        make_service(name_sv="Alfa")
        transaction.set_rollback(True)

    assert not Document.objects.filter(kind="service").exists()
    assert not Word.objects.filter(word="alfa").exists()


@pytest.mark.django_db
def test_next_version_of_an_overview_is_found_when_it_is_published():
    overview = make_overview(title_sv="Alfa", body_sv="Kappa.")
    revision = knowledge.start_revision(overview)
    Overview.objects.filter(pk=revision.pk).update(title_sv="Lambda", body_sv="Sigma.")

    assert kinds_found("lambda") == kinds_found("sigma") == []
    assert kinds_found("kappa") == ["overview"]
    knowledge.archive(overview)
    assert kinds_found("kappa") == []
    assert differences() == []


@pytest.mark.django_db
def test_nothing_that_is_not_public_is_in_the_index():
    """Marked words in every text field of drafts, hidden rows, contacts and places."""
    published = make_service(name_sv="Offentlig")
    make_service(name_sv="Doldaord", description_sv="Doldaord", status="draft")
    make_organization(name_sv="Doldaord", status="draft")
    make_overview(title_sv="Doldaord", status="draft")
    make_resource(title_sv="Doldaord", status="draft")
    make_event(name_sv="Doldaord", status="draft")
    make_service(name_sv="Doldaord", operation="defunct")
    make_organization(name_sv="Doldaord", verification="unlisted")
    make_service(name_sv="Känd", organization=make_organization(name_sv="Doldaord", status="draft"))
    make_contact([published], name_sv="Doldaord", email="doldaord@example.org", phone="Doldaord")
    for visibility in ["public", "area", "hidden"]:
        make_location([published], {"address_1": "Doldaord 7"}, visibility=visibility, name_sv="Doldaord")
    make_upload(name="Doldaord.pdf", resource=make_resource())

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM index_document AS d WHERE d::text ILIKE '%doldaord%'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM index_word WHERE word LIKE 'dolda%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_words_are_forgotten_with_the_last_page_that_has_them():
    first, second = make_service(name_sv="Unikum"), make_service(name_sv="Unikum två")
    assert Word.objects.get(word="unikum").docs == 2

    second.delete()
    assert Word.objects.get(word="unikum").docs == 1
    Service.objects.filter(pk=first.pk).update(status="draft")

    assert not Word.objects.filter(word="unikum").exists()


NAMES = ["Alfa", "Beta gamma", "Delta", ""]
CHANGE = st.tuples(
    st.sampled_from(["add", "rename", "publish", "hide", "delete", "topic", "raw", "bulk", "term", "area"]),
    st.integers(0, 5),
    st.sampled_from(NAMES),
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGE, max_size=12))
def test_index_is_equal_to_the_rows_after_any_changes(changes):
    with transaction.atomic():
        topics = [make_topic(), make_topic()]
        area = make_area()
        for what, number, name in changes:
            rows = Service.objects.order_by("pk")
            row = rows[number % len(rows)] if rows else make_service()
            if what == "add":
                make_service(name_sv=name or "x", topics=topics[: number % 3], description_sv=name)
            elif what in {"rename", "publish", "hide"}:
                row.name_sv, row.status = name or "y", "draft" if what == "hide" else "published"
                row.save()
            elif what == "delete":
                row.delete()
            elif what == "topic":
                row.topics.set(topics[: number % 3])
            elif what == "raw":
                with connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE actors_service SET name_sv = %s WHERE id %% 2 = %s", [name or "z", number % 2]
                    )
            elif what == "bulk":
                Service.objects.update(description_sv=name)
            elif what == "term":
                make_glossary_term(name_sv=name or "ord", synonyms_sv="beta")
            else:
                row.areas.set([area] if number % 2 else [area.within])
        assert differences() == []
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_page_at_the_same_time_are_both_found():
    """Each transaction sees only its own half until it commits; the document must have both."""
    organization = make_organization(name_sv="Alfa")
    service = make_service(name_sv="Beta", organization=organization)
    both = threading.Barrier(2)

    def change(model, pk, name):
        try:
            with transaction.atomic():
                model.objects.filter(pk=pk).update(name_sv=name)
                both.wait(20)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=change, args=(Organization, organization.pk, "Gamma")),
        threading.Thread(target=change, args=(Service, service.pk, "Delta")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert differences() == []
    assert "service" in kinds_found("gamma")
    assert kinds_found("delta")[0] == "service"


@pytest.mark.django_db(transaction=True)
def test_index_is_checked_and_made_anew(capsys):
    make_service(name_sv="Alfa")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE index_document SET titles = '{}', words = '{}' WHERE kind = 'service'")
        cursor.execute("DELETE FROM index_document WHERE kind = 'organization'")

    with pytest.raises(CommandError, match="differences"):
        call_command("check_index")
    call_command("rebuild_index")
    call_command("check_index")

    assert "equal" in capsys.readouterr().out
    assert kinds_found("alfa") == ["service", "organization"]
