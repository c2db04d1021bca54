from django.db import migrations

# As before, and a number of its own for the vocabularies: what is made of them alone is then kept for longer.
RAISE_CONTENT_VERSION = """
CREATE OR REPLACE FUNCTION raise_content_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  what int;
  whats int[] := CASE WHEN starts_with(TG_TABLE_NAME, 'vocabulary_') THEN ARRAY[1, 2] ELSE ARRAY[1] END;
BEGIN
  FOREACH what IN ARRAY whats LOOP
    IF current_setting('portal.raised_at_' || what, true) IS DISTINCT FROM statement_timestamp()::text THEN
      PERFORM set_config('portal.raised_at_' || what, statement_timestamp()::text, false);
      INSERT INTO core_contentversion AS v (id, number) VALUES (what, 1)
        ON CONFLICT (id) DO UPDATE SET number = v.number + 1;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_add_content_version_and_sort_key")]
    operations = [migrations.RunSQL(RAISE_CONTENT_VERSION, migrations.RunSQL.noop)]
