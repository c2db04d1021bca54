"""Lists with facets: whatever is asked, results and counts equal a plain recomputation."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, override

from actors.forms import ServiceFilters
from actors.models import Service
from lmh_portal.vocabulary import models as vocabulary
from tests.make import make_area, make_organization, make_service, make_term, make_topic
from tests.reading import read


def ask(address: str) -> ServiceFilters:
    return ServiceFilters(QueryDict(address), Service.objects.all(), AnonymousUser())


def found(address: str) -> list[str]:
    return sorted(service.name_sv for service in ask(address).page("pk").object_list)


def counts(address: str, facet: str) -> dict[str, int]:
    group = next(group for group in ask(address).groups if group.facet.name == facet)
    return {one.choice.code: one.count for one in group.choices}


@pytest.mark.django_db
def test_choices_of_one_facet_widen_and_facets_narrow():
    trauma, tolk = make_topic(slug="trauma"), make_topic(slug="tolk")
    make_service(name_sv="A", topics=[trauma], access="open")
    make_service(name_sv="B", topics=[tolk], access="open")
    make_service(name_sv="C", topics=[trauma, tolk], access="referral")

    assert found("topic=trauma") == ["A", "C"]
    assert found("topic=trauma&topic=tolk") == ["A", "B", "C"]
    assert found("topic=trauma&access=referral") == ["C"]
    assert counts("topic=trauma&access=referral", "access") == {"open": 1, "referral": 1}


@pytest.mark.django_db
def test_broader_topic_finds_and_counts_what_is_about_a_narrower_one_once():
    mental = make_topic(slug="mental")
    trauma = make_topic(slug="trauma", broader=mental)
    make_service(name_sv="Both", topics=[mental, trauma])
    make_service(name_sv="Narrow", topics=[trauma])

    assert found("topic=mental") == ["Both", "Narrow"]
    assert counts("", "topic") == {"mental": 2, "trauma": 2}


@pytest.mark.django_db
def test_municipality_includes_what_its_county_and_country_offer():
    here, there = make_area(code="1490"), make_area(code="1480")
    make_service(name_sv="Local", areas=[here])
    make_service(name_sv="County", areas=[here.within])
    make_service(name_sv="Country and here", areas=[here.within.within, here])
    make_service(name_sv="Elsewhere", areas=[there])

    assert found("municipality=1490") == ["Country and here", "County", "Local"]
    assert counts("", "municipality") == {"1490": 3, "1480": 3}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_results_and_counts_equal_a_plain_recomputation(seed):
    chance = random.Random(seed)
    top = [make_topic() for _ in range(3)]
    topics = top + [make_topic(broader=chance.choice(top)) for _ in range(4)]
    groups = [make_term(vocabulary.TargetGroup) for _ in range(4)]
    organization = make_organization()
    for _ in range(30):
        make_service(
            organization=organization,
            topics=chance.sample(topics, chance.randint(0, 3)),
            target_groups=chance.sample(groups, chance.randint(0, 3)),
            access=chance.choice(["open", "referral", "contact"]),
            status=chance.choice(["published", "published", "draft"]),
        )
    chosen = {
        "topic": {topic.slug for topic in chance.sample(topics, chance.randint(0, 2))},
        "group": {group.code for group in chance.sample(groups, chance.randint(0, 2))},
        "access": set(chance.sample(["open", "referral"], chance.randint(0, 1))),
    }

    filters = ask("&".join(f"{name}={code}" for name, codes in chosen.items() for code in codes))

    rows = [(service.pk, values_of(service)) for service in Service.objects.filter(status="published")]
    kept = {pk for pk, values in rows if matches(values, chosen)}
    assert {service.pk for service in filters.page("pk").paginator.object_list.rows} == kept
    assert filters.total == len(kept)
    for group in filters.groups:
        if group.facet.name in chosen:
            others = chosen | {group.facet.name: set()}
            for one in group.choices:
                expected = sum(
                    matches(values, others) and one.choice.code in values[group.facet.name] for _, values in rows
                )
                assert one.count == expected, one


def values_of(service) -> dict[str, set[str]]:
    topics = list(service.topics.all())
    return {
        "topic": {topic.slug for topic in topics} | {topic.broader.slug for topic in topics if topic.broader},
        "group": {group.code for group in service.target_groups.all()},
        "access": {service.access},
    }


def matches(values, chosen) -> bool:
    return all(not codes or codes & values[name] for name, codes in chosen.items())


@pytest.mark.django_db
def test_words_are_found_in_any_language_and_all_of_them_must_be():
    make_service(name_sv="Tolk i vården", name_en="Interpreters in care")
    make_service(name_sv="Tolkförmedling")

    assert found("q=tolk") == ["Tolk i vården", "Tolkförmedling"]
    assert found("q=INTERPRETERS+vård") == ["Tolk i vården"]


@pytest.mark.django_db
def test_unknown_choices_are_left_out_and_said_so(client):
    make_service(name_sv="A")

    page = read(client, reverse("actors:service_list") + "?access=nonsense")

    assert gettext("Some filters in the address are not known here and were left out.") in page.words
    assert found("access=nonsense") == ["A"]


@pytest.mark.django_db
def test_each_active_filter_can_be_taken_away_alone(client):
    make_service(topics=[make_topic(slug="trauma")], access="open")

    filters = ask("q=insats&topic=trauma&access=open")

    assert [one.without for one in filters.active] == [
        "?topic=trauma&access=open",
        "?q=insats&access=open",
        "?q=insats&topic=trauma",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "shown"), [("sv", "”100 %”"), ("en", "“100 %”"), ("ar", "«100 %»")])
def test_words_that_are_looked_for_stand_in_the_quotation_marks_of_the_language(language, shown):
    with override(language):
        assert [one.text.value for one in ask("q=100 %25").active] == [shown]


@pytest.mark.django_db
def test_counts_follow_a_change_at_once(client):
    make_service(access="open")
    before = counts("", "access")
    make_service(access="open")

    after = counts("", "access")

    assert (before, after) == ({"open": 1}, {"open": 2})
