"""Lists with facets: whatever is asked, results and counts equal a plain recomputation."""

import datetime as dt
from urllib.parse import parse_qsl, urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.forms import ServiceFilters
from actors.models import AccessFact, Service, ServiceLanguage
from lmh_portal.core import version
from lmh_portal.vocabulary import models as vocabulary
from lmh_portal.vocabulary.services import flatten_hierarchies
from tests.make import make_area, make_organization, make_service, make_term, make_topic
from tests.reading import read

pytestmark = pytest.mark.searches


def ask(address: str) -> ServiceFilters:
    return ServiceFilters(QueryDict(address), Service.objects.listed(), AnonymousUser())


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
    make_service(audience="both")
    before = counts("", "for")
    make_service(audience="both")

    after = counts("", "for")

    assert (before, after) == ({"both": 1}, {"both": 2})


@pytest.mark.django_db
def test_language_and_how_it_is_used_must_stand_together():
    arabic, somali = (make_term(vocabulary.Language, code=code) for code in ["ar", "so"])
    both = make_service(name_sv="Arabic spoken, Somali by phone")
    ServiceLanguage.objects.create(service=both, language=arabic, mode="spoken")
    ServiceLanguage.objects.create(service=both, language=somali, mode="phone")

    assert found("language=ar&how=spoken") == ["Arabic spoken, Somali by phone"]
    assert found("language=ar&how=phone") == []
    assert counts("language=ar", "how") == {"spoken": 1}
    assert counts("how=phone", "language") == {"so": 1}
    assert counts("", "language") == {"ar": 1, "so": 1}


@pytest.mark.django_db
def test_of_access_facts_all_that_are_chosen_must_hold():
    make_service(name_sv="A", access_facts=["free", "anonymous"])
    make_service(name_sv="B", access_facts=["free"])

    assert found("facts=free") == ["A", "B"]
    assert found("facts=free&facts=anonymous") == ["A"]
    assert counts("facts=free", "facts") == {"free": 2, "anonymous": 1, "self-referral": 2}
    assert counts("facts=anonymous", "facts") == {"free": 1, "anonymous": 1, "self-referral": 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("access", "access_facts", "expected"),
    [
        ("contact", ["free"], {"free", "self-referral"}),
        ("open", [], {"open", "self-referral"}),
        ("booking", ["self-referral"], {"booking", "self-referral"}),
        ("booking", ["referral"], {"booking", "referral"}),
        ("referral", ["referral"], {"referral"}),
        ("referral", [], {"referral"}),
        ("referral", ["self-referral"], {"self-referral"}),
        ("outreach", ["no-papers"], {"outreach", "no-papers"}),
        ("closed", [], {"closed"}),
    ],
)
def test_way_to_get_in_and_terms_are_one_list(access, access_facts, expected):
    make_service(access=access, access_facts=access_facts)

    assert counts("", "facts") == dict.fromkeys(expected, 1)


@pytest.mark.django_db
def test_address_from_before_finds_the_same_and_offers_what_it_asks_for(client):
    for access in ["open", "booking", "referral"]:
        make_service(name_sv=access, access=access)

    page = read(client, reverse("actors:service_list") + "?access=open&access=booking")

    assert found("access=open&access=booking") == ["booking", "open"]
    assert counts("access=open&access=booking", "access") == {"open": 1, "booking": 1, "referral": 1}
    assert "?access=booking" in page.links
    assert "access" not in {group.facet.name for group in ask("").groups}


@pytest.mark.django_db
def test_list_is_in_swedish_order_or_last_confirmed_first():
    for name, day in [("Öppet hus", None), ("Åsikt", "2026-03-01"), ("Zebra", "2026-05-01"), ("Ett", None)]:
        make_service(name_sv=name, assured_on=day)

    assert in_order("") == in_order("sort=name") == ["Ett", "Zebra", "Åsikt", "Öppet hus"]
    assert in_order("sort=confirmed") == ["Zebra", "Åsikt", "Öppet hus", "Ett"]


@pytest.mark.django_db
def test_name_matches_come_first_where_words_are_asked_for():
    make_service(name_sv="A", description_sv="Stöd och samtal")
    make_service(name_sv="Samtal och stöd")
    make_service(name_sv="B samtal", description_sv="Stöd")

    assert in_order("q=stöd samtal") == ["Samtal och stöd", "B samtal", "A"]
    assert in_order("q=stöd samtal&sort=name") == ["A", "B samtal", "Samtal och stöd"]


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["", "relevance", "nonsense", "-pk", "name&sort=confirmed"])
def test_nonsense_for_an_order_gives_some_order(sort):
    make_service(name_sv="A")

    assert in_order(f"sort={sort}") == ["A"]


@pytest.mark.django_db
def test_order_and_what_is_carried_stay_in_every_link():
    make_service(topics=[make_topic(slug="trauma")])
    data = QueryDict("topic=trauma&sort=confirmed&q=insats&s=one")

    filters = ServiceFilters(data, Service.objects.listed(), AnonymousUser())

    assert [one.without for one in filters.active] == [
        "?topic=trauma&sort=confirmed&s=one", "?q=insats&sort=confirmed&s=one",
    ]  # fmt: skip
    assert filters.kept_query() == "q=insats&topic=trauma&sort=confirmed&s=one"
    assert filters.clear == "?sort=confirmed&s=one"
    assert [address for _sort, address in filters.sort_links] == [
        "?q=insats&topic=trauma&s=one", "?q=insats&topic=trauma&sort=name&s=one",
        "?q=insats&topic=trauma&sort=confirmed&s=one",
    ]  # fmt: skip


# --- everything at once, against a plain recomputation


DAY = dt.timedelta(days=1)
TOPICS = {"mental": None, "body": None, "trauma": "mental", "sleep": "mental", "teeth": "body"}
AREAS = {  # within
    "SE": None, "14": "SE", "12": "SE", "west": "14", "1490": "west", "1480": "14", "1280": "12",
}  # fmt: skip
MUNICIPALITIES = {"1490", "1480", "1280"}
GROUPS, LANGUAGES, LEVELS, TYPES = (
    ["children", "women"],
    ["ar", "so", "ti"],
    ["general", "specialist"],
    ["region", "ngo"],
)
MODES, FACTS = ServiceLanguage.Mode.values, AccessFact.values
CODES = {
    "municipality": sorted(MUNICIPALITIES), "topic": list(TOPICS), "group": GROUPS, "language": LANGUAGES, "how": MODES,
    "facts": [*FACTS, "open", "booking", "school"], "access": ["open", "contact", "booking", "referral", "school"],
    "for": ["residents", "both"], "level": LEVELS, "type": TYPES,
    "verified": ["confirmed", "due", "unconfirmed"],
}  # fmt: skip


REFERRED = "referral", "self-referral"
WAYS = {"open": {"open", "self-referral"}, "booking": {"booking", "self-referral"}, "contact": {"self-referral"}}


def some(codes, at_most=2):
    return st.sets(st.sampled_from(sorted(codes)), max_size=at_most)


SERVICES = st.fixed_dictionaries({
    "name": st.sampled_from(["Tolk", "Stöd och tolk", "Samtal"]),
    "topic": some(TOPICS), "group": some(GROUPS), "areas": some(AREAS),
    "languages": st.sets(st.tuples(st.sampled_from(LANGUAGES), st.sampled_from(MODES)), max_size=3),
    "facts": some(FACTS, 3), "access": st.sampled_from(CODES["access"]), "for": st.sampled_from(CODES["for"]),
    "level": st.sampled_from([None, *LEVELS]), "type": st.sampled_from(TYPES),
    "verified": st.sampled_from([*CODES["verified"], "unlisted"]),
    "status": st.sampled_from(["published", "published", "draft"]),
    "operation": st.sampled_from(["active", "active", "paused", "defunct"]),
    "ends": st.sampled_from([None, None, -1, 0, 1]),
})  # fmt: skip
ASKED = st.fixed_dictionaries(
    {name: some(codes, 1 if name in {"municipality", "verified"} else 2) for name, codes in CODES.items()}
).flatmap(  # few facets at a time, or nothing would ever be found
    lambda asked: st.sets(st.sampled_from(list(CODES)), max_size=3).map(
        lambda used: {name: codes if name in used else set() for name, codes in asked.items()}
    )
)


class Register:
    """The vocabularies in the database, and services as they were drawn."""

    def __init__(self):
        self.topics, self.areas = {}, {}
        for slug, broader in TOPICS.items():
            self.topics[slug] = make_topic(slug=slug, broader=self.topics.get(broader))
        kinds = {"SE": "country", "14": "county", "12": "county", "west": "subregion"}
        for code, within in AREAS.items():
            kind = kinds.get(code, "municipality")
            self.areas[code] = vocabulary.Area.objects.create(
                code=code, kind=kind, name_sv=code, within=self.areas.get(within)
            )
        flatten_hierarchies()
        make = {
            "groups": (vocabulary.TargetGroup, GROUPS), "languages": (vocabulary.Language, LANGUAGES),
            "levels": (vocabulary.InterventionLevel, LEVELS), "types": (vocabulary.OrganizationType, TYPES),
        }  # fmt: skip
        for name, (model, codes) in make.items():
            setattr(self, name, {code: make_term(model, code=code) for code in codes})
        self.organizations = {
            code: make_organization(organization_type=one, name_sv="x", description_sv="")
            for code, one in self.types.items()
        }

    def add(self, drawn: dict) -> int:
        ends_on = None if drawn["ends"] is None else timezone.localdate() + drawn["ends"] * DAY
        service = make_service(
            name_sv=drawn["name"], description_sv="", organization=self.organizations[drawn["type"]],
            topics=[self.topics[slug] for slug in drawn["topic"]], ends_on=ends_on,
            target_groups=[self.groups[code] for code in drawn["group"]],
            areas=[self.areas[code] for code in drawn["areas"]], level=self.levels.get(drawn["level"]),
            access_facts=sorted(drawn["facts"]), access=drawn["access"], audience=drawn["for"],
            verification=drawn["verified"], status=drawn["status"], operation=drawn["operation"],
        )  # fmt: skip
        for language, mode in drawn["languages"]:
            ServiceLanguage.objects.create(service=service, language=self.languages[language], mode=mode)
        return service.pk


def with_wider(code: str, parents: dict) -> set[str]:
    return {code} | (with_wider(parents[code], parents) if parents[code] else set())


def values_of(drawn: dict) -> dict[str, set]:
    served = {
        one for one in MUNICIPALITIES for area in drawn["areas"] if area in with_wider(one, AREAS)
    }  # fmt: skip
    ways, facts = WAYS.get(drawn["access"], {drawn["access"]}), drawn["facts"]
    against = {two for one, two in [REFERRED, REFERRED[::-1]] if one in facts}
    return {
        "municipality": served, "topic": {up for slug in drawn["topic"] for up in with_wider(slug, TOPICS)},
        "group": drawn["group"], "facts": facts | (ways - against), "access": {drawn["access"]}, "for": {drawn["for"]},
        "level": {drawn["level"]} - {None}, "type": {drawn["type"]}, "verified": {drawn["verified"]},
    }  # fmt: skip


def is_listed(drawn: dict) -> bool:
    is_over = drawn["operation"] == "defunct" or (drawn["ends"] is not None and drawn["ends"] < 0)
    return drawn["status"] == "published" and drawn["verified"] != "unlisted" and not is_over


def matches(drawn: dict, asked: dict, words: str = "") -> bool:
    """Whether a service is to be found, without any of the portal's own means."""
    values = values_of(drawn)
    plain = set(asked) - {"language", "how", "facts"}
    languages, modes = asked["language"] or set(LANGUAGES), asked["how"] or set(MODES)
    is_spoken = any(language in languages and mode in modes for language, mode in drawn["languages"])
    return (
        is_listed(drawn)
        and all(word in drawn["name"].lower() for word in words.split())
        and all(not asked[name] or asked[name] & values[name] for name in plain)
        and asked["facts"] <= values["facts"]
        and (is_spoken or not (asked["language"] or asked["how"]))
    )


def expected_count(services: list, asked: dict, words: str, facet: str, code: str) -> int:
    """The rows that a choice would have beside what is chosen in the other facets."""
    one = asked[facet] | {code} if facet == "facts" else {code}
    return sum(matches(drawn, asked | {facet: one}, words) for drawn in services)


@pytest.mark.django_db
def test_results_and_counts_equal_a_plain_recomputation():
    register = Register()

    @settings(max_examples=120, deadline=None, derandomize=True)
    @given(services=st.lists(SERVICES, min_size=3, max_size=9), asked=ASKED, words=st.sampled_from(["", "", "tolk"]))
    def compare(services, asked, words):
        with transaction.atomic():
            pks = [register.add(drawn) for drawn in services]
            version.forget()
            query = [("q", words), *((name, code) for name, codes in asked.items() for code in codes)]
            judge(ask(urlencode(query)), dict(zip(pks, services, strict=True)), asked, words)
            transaction.set_rollback(True)

    compare()


def judge(filters, services: dict, asked: dict, words: str) -> None:
    rows = list(services.values())
    kept = {pk for pk, drawn in services.items() if matches(drawn, asked, words)}
    assert {service.pk for service in filters.page().paginator.object_list.rows} == kept
    assert filters.total == len(kept)
    assert {group.facet.name for group in filters.groups} <= set(CODES)
    shown = {(group.facet.name, one.choice.code): one.count for group in filters.groups for one in group.choices}
    for name, codes in CODES.items():
        for code in codes if name != "access" or asked["access"] else []:  # retired
            assert shown.get((name, code), 0) == expected_count(rows, asked, words, name, code), (name, code)
    judge_ways_out(filters, rows, asked, words)


def judge_ways_out(filters, rows: list, asked: dict, words: str) -> None:
    """Where nothing is found, each thing that may be left out is offered with what it would lead to."""
    without = {name: asked | {name: set()} for name, codes in asked.items() if codes}
    ways = {name: sum(matches(drawn, others, words) for drawn in rows) for name, others in without.items()}
    if words:
        ways["q"] = sum(matches(drawn, asked) for drawn in rows)
    offered = {}
    for way in filters.loosened:
        left = {name for name, _code in parse_qsl(way.address[1:])}
        (name,) = ways.keys() - left
        offered[name] = way.count
        assert ask(way.address[1:]).total == way.count
    assert offered == ({} if filters.total else {name: count for name, count in ways.items() if count})


def in_order(address: str) -> list[str]:
    return [service.name_sv for service in ask(address).page().object_list]
