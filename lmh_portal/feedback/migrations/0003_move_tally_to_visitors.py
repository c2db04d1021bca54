from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0002_count_helpful_answers_and_assign_messages'),
        ('visitors', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='Tally')],
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE feedback_tally RENAME TO visitors_tally',
                    'ALTER TABLE visitors_tally RENAME TO feedback_tally',
                ),
            ],
        ),
    ]
