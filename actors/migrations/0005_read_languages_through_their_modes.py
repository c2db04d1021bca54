from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actors", "0004_copy_languages_of_services")]
    operations = [
        migrations.RemoveField(model_name="service", name="languages"),
        migrations.AddField(
            model_name="service",
            name="languages",
            field=models.ManyToManyField(
                blank=True,
                related_name="services",
                through="actors.ServiceLanguage",
                to="vocabulary.language",
                verbose_name="languages",
            ),
        ),
    ]
