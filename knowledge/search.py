"""What search finds of knowledge: of an overview the version that is public, never what is being written."""

from lmh_portal.index.sources import Source, ids, names, term_touched

OVERVIEW_TOPICS, RESOURCE_TOPICS = "knowledge_topicofoverview", "knowledge_topicofresource"
OVERVIEW_GROUPS, RESOURCE_GROUPS = "knowledge_overview_target_groups", "knowledge_resource_target_groups"


def said(*fields: str) -> str:
    """Texts of the public version."""
    return (
        "concat_ws(' ', " + ", ".join(f"version.content #>> '{{{{texts,{field},{{code}}}}}}'" for field in fields) + ")"
    )


def drawn(*fields: str) -> str:
    """Long texts of the public version, without their markup."""
    texts = ", ".join(f"version.content #>> '{{{{html,{field},{{code}}}}}}'" for field in fields)
    return f"index_plain(concat_ws(' ', {texts}))"


def parts(kind: str, field: str) -> str:
    """The findings or implications of the public version."""
    return (
        f"coalesce((SELECT string_agg(index_plain(part #>> '{{{{html,{field},{{code}}}}}}'), ' ')"
        f" FROM jsonb_array_elements(version.content -> '{kind}') part), '')"
    )


SOURCES = [
    Source(
        kind="overview",
        rows="knowledge_overview row JOIN knowledge_overviewversion version"
        " ON version.overview_id = row.id AND version.number = row.version"
        " WHERE row.status = 'published' AND row.revises_id IS NULL",
        title=said("title"),
        summary=said("question", "summary", "key_messages"),
        subjects=names("vocabulary_topic", OVERVIEW_TOPICS, "tag_id")
        + " || ', ' || "
        + names("vocabulary_targetgroup", OVERVIEW_GROUPS, "targetgroup_id", "overview_id"),
        body=f"concat_ws(' ', {drawn('practice', 'body', 'gaps')}, {parts('findings', 'statement')},"
        f" {parts('implications', 'text')})",
        topics=ids(OVERVIEW_TOPICS, "tag_id"),
        target_groups=ids(OVERVIEW_GROUPS, "targetgroup_id", "overview_id"),
        day="row.published_on",
        touched={
            "knowledge_overview": "SELECT id FROM changed",
            "knowledge_overviewversion": "SELECT overview_id FROM changed",
            OVERVIEW_TOPICS: "SELECT content_object_id FROM changed",
            OVERVIEW_GROUPS: "SELECT overview_id FROM changed",
            "vocabulary_topic": term_touched(OVERVIEW_TOPICS, "tag_id"),
            "vocabulary_targetgroup": term_touched(OVERVIEW_GROUPS, "targetgroup_id", "overview_id"),
        },
    ),
    Source(
        kind="resource",
        rows="knowledge_resource row JOIN vocabulary_resourcetype type ON type.id = row.resource_type_id"
        " WHERE row.status = 'published'",
        title="row.title_{code}",
        other_names="concat_ws(' ', row.publisher, type.name_{code})",
        summary="row.description_{code}",
        subjects=names("vocabulary_topic", RESOURCE_TOPICS, "tag_id")
        + " || ', ' || "
        + names("vocabulary_targetgroup", RESOURCE_GROUPS, "targetgroup_id", "resource_id"),
        topics=ids(RESOURCE_TOPICS, "tag_id"),
        target_groups=ids(RESOURCE_GROUPS, "targetgroup_id", "resource_id"),
        languages="ARRAY(SELECT DISTINCT language_id::int FROM knowledge_resourcefile"
        " WHERE resource_id = row.id AND language_id IS NOT NULL ORDER BY 1)",
        day="CASE WHEN row.year BETWEEN 1000 AND 9999 THEN make_date(row.year, 1, 1) END",
        touched={
            "knowledge_resource": "SELECT id FROM changed",
            "knowledge_resourcefile": "SELECT resource_id FROM changed",
            RESOURCE_TOPICS: "SELECT content_object_id FROM changed",
            RESOURCE_GROUPS: "SELECT resource_id FROM changed",
            "vocabulary_topic": term_touched(RESOURCE_TOPICS, "tag_id"),
            "vocabulary_targetgroup": term_touched(RESOURCE_GROUPS, "targetgroup_id", "resource_id"),
            "vocabulary_resourcetype": "SELECT id FROM knowledge_resource WHERE resource_type_id IN"
            " (SELECT id FROM changed)",
        },
    ),
]
