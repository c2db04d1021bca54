from lmh_portal.index.sources import Source, ids, names, term_touched

TOPICS, GROUPS = "events_topicofevent", "events_event_target_groups"

SOURCES = [
    Source(
        kind="event",
        rows="events_event row JOIN vocabulary_eventtype type ON type.id = row.event_type_id"
        " JOIN actors_organization organizer ON organizer.id = row.organizer_id WHERE row.status = 'published'",
        title="row.name_{code}",
        other_names="concat_ws(' ', type.name_{code},"
        " CASE WHEN organizer.status = 'published' THEN organizer.name_{code} END)",
        summary="row.description_{code}",
        subjects=names("vocabulary_topic", TOPICS, "tag_id")
        + " || ', ' || "
        + names("vocabulary_targetgroup", GROUPS, "targetgroup_id", "event_id"),
        body="concat_ws(' ', row.venue_{code}, (SELECT string_agg("
        "concat_ws(' ', item.name_{code}, item.performer_{code}),"
        " ' ' ORDER BY item.id) FROM events_programmeitem item WHERE item.event_id = row.id))",
        topics=ids(TOPICS, "tag_id"),
        target_groups=ids(GROUPS, "targetgroup_id", "event_id"),
        places="CASE WHEN row.municipality_id IS NULL THEN ARRAY[]::int[] ELSE ARRAY[row.municipality_id::int] END",
        languages=ids("events_event_languages", "language_id", "event_id"),
        day="(row.starts_at AT TIME ZONE 'Europe/Stockholm')::date",
        is_past_after="(row.finishes_at AT TIME ZONE 'Europe/Stockholm')::date",
        touched={
            "events_event": "SELECT id FROM changed",
            "events_programmeitem": "SELECT event_id FROM changed",
            TOPICS: "SELECT content_object_id FROM changed",
            GROUPS: "SELECT event_id FROM changed",
            "events_event_languages": "SELECT event_id FROM changed",
            "actors_organization": "SELECT id FROM events_event WHERE organizer_id IN (SELECT id FROM changed)",
            "vocabulary_topic": term_touched(TOPICS, "tag_id"),
            "vocabulary_targetgroup": term_touched(GROUPS, "targetgroup_id", "event_id"),
            "vocabulary_eventtype": "SELECT id FROM events_event WHERE event_type_id IN (SELECT id FROM changed)",
            "vocabulary_area_municipalities": "SELECT id FROM events_event WHERE municipality_id IN"
            " (SELECT from_area_id FROM changed)",
        },
    )
]
