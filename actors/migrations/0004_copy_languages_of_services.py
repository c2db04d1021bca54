from django.db import migrations


def copy(apps, schema_editor):
    """Until now a language meant that people are met in it without an interpreter."""
    old = apps.get_model("actors", "Service").languages.through
    new = apps.get_model("actors", "ServiceLanguage")
    pairs = old.objects.values_list("service_id", "language_id")
    new.objects.bulk_create(new(service_id=service, language_id=language, mode="spoken") for service, language in pairs)


class Migration(migrations.Migration):
    dependencies = [("actors", "0003_add_places_contacts_hours_and_access")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
