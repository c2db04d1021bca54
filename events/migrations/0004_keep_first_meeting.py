"""The first meeting is as its event says, and the event knows when its last meeting ends and how many there are.

Triggers keep this, so that it is true whatever door a change comes through.
"""

from django.db import migrations

KEEP = """
CREATE FUNCTION events_last_end(event bigint, first_end timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(first_end, (SELECT max(ends_at) FROM events_occasion WHERE event_id = event AND position > 1))
$$;

CREATE FUNCTION events_set_last_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number integer := (SELECT count(*) FROM events_occasion WHERE event_id = NEW.id);
BEGIN
    NEW.finishes_at := events_last_end(NEW.id, NEW.ends_at);
    IF number > 1 THEN
        NEW.meetings := number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER set_last_end BEFORE INSERT OR UPDATE OF starts_at, ends_at, finishes_at, meetings ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_set_last_end();

CREATE FUNCTION events_keep_first_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events_occasion (event_id, position, starts_at, ends_at, venue, check_in_code)
    VALUES (NEW.id, 1, NEW.starts_at, NEW.ends_at, '',
            translate(upper(left(replace(gen_random_uuid()::text, '-', ''), 6)), '01', 'XY'))
    ON CONFLICT (event_id, position) DO UPDATE SET starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at
    WHERE (events_occasion.starts_at, events_occasion.ends_at) <> (EXCLUDED.starts_at, EXCLUDED.ends_at);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_first_meeting AFTER INSERT OR UPDATE OF starts_at, ends_at ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_keep_first_meeting();

CREATE FUNCTION events_count_meetings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.event_id ELSE NEW.event_id END;
    number integer := (SELECT count(*) FROM events_occasion WHERE event_id = concerned);
BEGIN
    UPDATE events_event SET finishes_at = events_last_end(id, ends_at), meetings = number
    WHERE id = concerned AND (finishes_at, meetings) IS DISTINCT FROM (events_last_end(id, ends_at), number);
    RETURN NULL;
END $$;
CREATE TRIGGER count_meetings AFTER INSERT OR UPDATE ON events_occasion
    FOR EACH ROW WHEN (NEW.position > 1) EXECUTE FUNCTION events_count_meetings();
CREATE TRIGGER count_meetings_left AFTER DELETE ON events_occasion
    FOR EACH ROW WHEN (OLD.position > 1) EXECUTE FUNCTION events_count_meetings();
"""
FORGET = """
DROP FUNCTION events_set_last_end, events_keep_first_meeting, events_count_meetings CASCADE;
DROP FUNCTION events_last_end;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_add_sign_up")]
    operations = [
        migrations.RunSQL(KEEP, FORGET),
        migrations.RunSQL("UPDATE events_event SET ends_at = ends_at", migrations.RunSQL.noop),
    ]
