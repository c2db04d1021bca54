"""A published version is never changed, whatever door somebody tries."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION keep_version_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A published version is not changed: publish a new one.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_version_as_it_is BEFORE UPDATE ON knowledge_overviewversion FOR EACH ROW
  WHEN ((OLD.overview_id, OLD.number, OLD.language, OLD.significance, OLD.content, OLD.published_at)
        IS DISTINCT FROM (NEW.overview_id, NEW.number, NEW.language, NEW.significance, NEW.content, NEW.published_at))
  EXECUTE FUNCTION keep_version_as_it_is();
"""
BACKWARDS = """
DROP TRIGGER keep_version_as_it_is ON knowledge_overviewversion;
DROP FUNCTION keep_version_as_it_is();
"""


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_add_findings_versions_and_workflow")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
