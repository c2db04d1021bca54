
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('actors', '0006_add_proposals_and_confirmation_rounds'),
        ('vocabulary', '0003_add_glossary'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(db_index=False, max_length=120, verbose_name='address')),
            ],
            options={
                'verbose_name': 'former address',
                'verbose_name_plural': 'former addresses',
            },
        ),
        migrations.AlterModelOptions(
            name='organization',
            options={'permissions': [('import_register', 'Can import tables into the register'), ('export_register', 'Can export tables of the register')], 'verbose_name': 'organisation', 'verbose_name_plural': 'organisations'},
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_sv'], name='actors_organization_like_sv', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_en'], name='actors_organization_like_en', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_ar'], name='actors_organization_like_ar', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='service',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_sv'], name='actors_service_like_sv', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='service',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_en'], name='actors_service_like_en', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='service',
            index=django.contrib.postgres.indexes.GinIndex(fields=['name_ar'], name='actors_service_like_ar', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddField(
            model_name='formeraddress',
            name='organization',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='actors.organization', verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='formeraddress',
            name='service',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='actors.service', verbose_name='service'),
        ),
        migrations.AddConstraint(
            model_name='formeraddress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organization', None), ('service__isnull', False)), models.Q(('organization__isnull', False), ('service', None)), _connector='OR'), name='former_address_leads_to_one_entry'),
        ),
        migrations.AddConstraint(
            model_name='formeraddress',
            constraint=models.UniqueConstraint(condition=models.Q(('service', None)), fields=('slug',), name='former_address_of_an_organization_once'),
        ),
        migrations.AddConstraint(
            model_name='formeraddress',
            constraint=models.UniqueConstraint(condition=models.Q(('organization', None)), fields=('slug',), name='former_address_of_a_service_once'),
        ),
        migrations.RemoveConstraint(
            model_name='address',
            name='address_has_both_coordinates',
        ),
        migrations.RemoveConstraint(
            model_name='schedule',
            name='schedule_closes_after_it_opens',
        ),
        migrations.AddConstraint(
            model_name='address',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180))), _connector='OR'), name='address_has_both_coordinates', violation_error_message='Give both coordinates, in degrees, or none.'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closes_at', None), ('opens_at', None)), models.Q(('closes_at__gt', models.F('opens_at')), ('closes_at__isnull', False), ('opens_at__isnull', False)), _connector='OR'), name='schedule_closes_after_it_opens', violation_error_message='Give both times, and let it close after it opens.'),
        ),
        migrations.AlterField(
            model_name='serviceatlocation',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='service_at_locations', to='actors.service', verbose_name='service'),
        ),
    ]
