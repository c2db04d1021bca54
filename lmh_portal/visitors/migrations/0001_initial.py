from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.SeparateDatabaseAndState(  # the table comes from feedback, whose migration 0003 renames it
            state_operations=[
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ('day', models.DateField()),
                        ('count', models.PositiveIntegerField()),
                    ],
                ),
            ],
        ),
    ]
