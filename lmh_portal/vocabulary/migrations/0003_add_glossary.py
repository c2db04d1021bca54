import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vocabulary', '0002_add_care_settings'),
    ]

    operations = [
        migrations.CreateModel(
            name='GlossaryTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='Stable; used in addresses and files.', unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_sv', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_ar', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('definition', models.TextField(blank=True, verbose_name='definition')),
                ('definition_sv', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_en', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('definition_ar', models.TextField(blank=True, null=True, verbose_name='definition')),
                ('synonyms', models.TextField(blank=True, verbose_name='synonyms')),
                ('synonyms_sv', models.TextField(blank=True, null=True, verbose_name='synonyms')),
                ('synonyms_en', models.TextField(blank=True, null=True, verbose_name='synonyms')),
                ('synonyms_ar', models.TextField(blank=True, null=True, verbose_name='synonyms')),
                ('use_instead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discouraged', to='vocabulary.glossaryterm', verbose_name='use instead')),
            ],
            options={
                'verbose_name': 'glossary term',
                'verbose_name_plural': 'glossary terms',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('use_instead', models.F('pk')), _negated=True), name='glossary_term_is_not_used_instead_of_itself', violation_error_message='A term cannot be used instead of itself.')],
            },
        ),
    ]
