"""What search finds of the register; nothing of its places, some of which are protected, and of its contacts."""

from lmh_portal.index.sources import Source, ids, names, term_touched

ORGANIZATION_TOPICS, SERVICE_TOPICS = "actors_topicoforganization", "actors_topicofservice"
ORGANIZATION_GROUPS, SERVICE_GROUPS = "actors_organization_target_groups", "actors_service_target_groups"
LISTED = "row.status = 'published' AND row.verification <> 'unlisted'"


def subjects(topics: str, groups: str, owner: str) -> str:
    return " || ', ' || ".join(
        [
            names("vocabulary_topic", topics, "tag_id"),
            names("vocabulary_targetgroup", groups, "targetgroup_id", owner),
        ]
    )


SOURCES = [
    Source(
        kind="organization",
        rows=f"actors_organization row WHERE {LISTED}",
        title="row.name_{code}",
        other_names="row.alternate_name",
        summary="row.description_{code}",
        subjects=subjects(ORGANIZATION_TOPICS, ORGANIZATION_GROUPS, "organization_id")
        + """ || ', ' || coalesce((SELECT string_agg(service.name_{code}, ', ' ORDER BY service.id)
            FROM actors_service service WHERE service.organization_id = row.id AND service.status = 'published'
            AND service.operation <> 'defunct' AND service.verification <> 'unlisted'), '')
            || ', ' || coalesce((SELECT name_{code} FROM vocabulary_organizationtype type
            WHERE type.id = row.organization_type_id), '')""",
        topics=ids(ORGANIZATION_TOPICS, "tag_id"),
        target_groups=ids(ORGANIZATION_GROUPS, "targetgroup_id", "organization_id"),
        places="CASE WHEN row.municipality_id IS NULL THEN ARRAY[]::int[] ELSE ARRAY[row.municipality_id::int] END",
        languages=ids("actors_organization_languages", "language_id", "organization_id"),
        touched={
            "actors_organization": "SELECT id FROM changed",
            "actors_service": "SELECT organization_id FROM changed",
            ORGANIZATION_TOPICS: "SELECT content_object_id FROM changed",
            ORGANIZATION_GROUPS: "SELECT organization_id FROM changed",
            "actors_organization_languages": "SELECT organization_id FROM changed",
            "vocabulary_topic": term_touched(ORGANIZATION_TOPICS, "tag_id"),
            "vocabulary_targetgroup": term_touched(ORGANIZATION_GROUPS, "targetgroup_id", "organization_id"),
            "vocabulary_organizationtype": "SELECT id FROM actors_organization WHERE organization_type_id IN"
            " (SELECT id FROM changed)",
            "vocabulary_area_municipalities": "SELECT id FROM actors_organization WHERE municipality_id IN"
            " (SELECT from_area_id FROM changed)",
        },
    ),
    Source(
        kind="service",
        rows="actors_service row JOIN actors_organization organization ON organization.id = row.organization_id"
        f" WHERE {LISTED} AND row.operation <> 'defunct'",
        title="row.name_{code}",
        other_names="CASE WHEN organization.status = 'published'"
        " THEN organization.name_{code} || ' ' || organization.alternate_name ELSE '' END",
        summary="concat_ws(' ', row.description_{code}, row.eligibility_description_{code})",
        subjects=subjects(SERVICE_TOPICS, SERVICE_GROUPS, "service_id"),
        body="concat_ws(' ', row.application_process_{code}, row.fees_description_{code})",
        topics=ids(SERVICE_TOPICS, "tag_id"),
        target_groups=ids(SERVICE_GROUPS, "targetgroup_id", "service_id"),
        places=ids("actors_service_areas", "area_id", "service_id"),
        languages=ids("actors_servicelanguage", "language_id", "service_id"),
        is_past_after="row.ends_on",
        touched={
            "actors_service": "SELECT id FROM changed",
            "actors_organization": "SELECT id FROM actors_service WHERE organization_id IN (SELECT id FROM changed)",
            SERVICE_TOPICS: "SELECT content_object_id FROM changed",
            SERVICE_GROUPS: "SELECT service_id FROM changed",
            "actors_service_areas": "SELECT service_id FROM changed",
            "actors_servicelanguage": "SELECT service_id FROM changed",
            "vocabulary_topic": term_touched(SERVICE_TOPICS, "tag_id"),
            "vocabulary_targetgroup": term_touched(SERVICE_GROUPS, "targetgroup_id", "service_id"),
            "vocabulary_area_municipalities": "SELECT service_id FROM actors_service_areas WHERE area_id IN"
            " (SELECT from_area_id FROM changed)",
        },
    ),
]
