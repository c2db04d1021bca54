from django.db import migrations, models

RAISE_CONTENT_VERSION = """
-- Deferred row triggers call this at commit: once per transaction, because all of them then share
-- one statement timestamp. The row is locked only for the commit itself, so editors never wait.
CREATE FUNCTION raise_content_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('portal.raised_at', true) IS DISTINCT FROM statement_timestamp()::text THEN
    PERFORM set_config('portal.raised_at', statement_timestamp()::text, false);
    INSERT INTO core_contentversion AS v (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = v.number + 1;
  END IF;
  RETURN NULL;
END $$;
"""

# Swedish order without ICU: å, ä, ö become the three characters after z; accents and punctuation fold away,
# and Arabic letter variants fold together. Capitals stand in the map because lower() knows only ASCII on some servers.
SORT_KEY = """
CREATE FUNCTION portal_sort_key(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT lower(translate(normalize(t, NFC),
    'åäæöøœéèêëáàâãíìîïóòôõúùûüýÿñçšžćčđðþłÅÄÆÖØŒÉÈÊËÁÀÂÃÍÌÎÏÓÒÔÕÚÙÛÜÝŸÑÇŠŽĆČĐÐÞŁأإآٱىة-–''’".,()ًٌٍَُِّْـ',
    '{||}}}eeeeaaaaiiiioooouuuyyyncszccddtl{||}}}eeeeaaaaiiiioooouuuyyyncszccddtlاااايه'))
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="ContentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(default=1)),
            ],
        ),
        migrations.RunSQL(RAISE_CONTENT_VERSION, "DROP FUNCTION raise_content_version CASCADE"),
        migrations.RunSQL(SORT_KEY, "DROP FUNCTION portal_sort_key CASCADE"),
    ]
