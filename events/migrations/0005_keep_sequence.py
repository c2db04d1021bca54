"""SEQUENCE of RFC 5545: raised when start, end, place or status change, by triggers, so that no door is missed.

The places of all languages are compared by the beginning of their columns' name: a new language needs nothing here.
"""

from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE FUNCTION events_for_calendars(facts jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each(facts)
    WHERE key IN ('starts_at', 'ends_at', 'date_precision', 'recurrence', 'event_status', 'attendance_mode',
                  'municipality_id', 'event_id', 'position') OR starts_with(key, 'venue')
$$;

CREATE FUNCTION events_raise_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := greatest(NEW.sequence, OLD.sequence);  -- whoever saves an older copy of the row lowers nothing
    IF events_for_calendars(to_jsonb(NEW)) <> events_for_calendars(to_jsonb(OLD)) THEN
        NEW.sequence := greatest(NEW.sequence, OLD.sequence + 1);
    END IF;
    IF NEW.sequence > OLD.sequence THEN
        NEW.sequence_raised_at := statement_timestamp();
    ELSE
        NEW.sequence_raised_at := OLD.sequence_raised_at;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER raise_sequence BEFORE UPDATE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_raise_sequence();

CREATE FUNCTION events_raise_sequence_of_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET sequence = sequence + 1
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.event_id ELSE NEW.event_id END;
    RETURN NULL;
END $$;
CREATE TRIGGER raise_sequence_of_new AFTER INSERT ON events_occasion
    FOR EACH ROW WHEN (NEW.position > 1) EXECUTE FUNCTION events_raise_sequence_of_meeting();
CREATE TRIGGER raise_sequence_of_changed AFTER UPDATE ON events_occasion
    FOR EACH ROW WHEN ((NEW.position > 1 OR NEW.starts_at = OLD.starts_at AND NEW.ends_at = OLD.ends_at)
                       AND events_for_calendars(to_jsonb(NEW)) <> events_for_calendars(to_jsonb(OLD)))
    EXECUTE FUNCTION events_raise_sequence_of_meeting();
CREATE TRIGGER raise_sequence_of_removed AFTER DELETE ON events_occasion
    FOR EACH ROW WHEN (OLD.position > 1) EXECUTE FUNCTION events_raise_sequence_of_meeting();
"""
COUNT = """
CREATE OR REPLACE FUNCTION events_count_meetings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.event_id ELSE NEW.event_id END;
    number integer := (SELECT greatest(count(*), 1) FROM events_occasion WHERE event_id = concerned);
BEGIN  -- an event that is deleted loses all its meetings just before
    UPDATE events_event SET finishes_at = events_last_end(id, ends_at), meetings = number
    WHERE id = concerned AND (finishes_at, meetings) IS DISTINCT FROM (events_last_end(id, ends_at), number);
    RETURN NULL;
END $$;
"""
FORGET = """
DROP FUNCTION events_raise_sequence, events_raise_sequence_of_meeting CASCADE;
DROP FUNCTION events_for_calendars CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('actors', '0007_add_former_addresses'),
        ('events', '0004_keep_first_meeting'),
        ('knowledge', '0007_keep_addresses_of_other_pages'),
        ('vocabulary', '0004_add_search_concepts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='sequence_raised_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='changed for calendars'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('status', 'published')), fields=['attendance_mode', 'starts_at'], name='events_event_by_form'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('status', 'published'), models.Q(('level', ''), _negated=True)), fields=['level'], name='events_event_by_level'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('status', 'published')), fields=['-updated_at', '-id'], name='events_event_by_change'),
        ),
        migrations.AddIndex(
            model_name='registrationform',
            index=models.Index(fields=['has_free_places'], name='events_form_by_free_places'),
        ),
        migrations.RunSQL(KEEP, FORGET),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
