"""The index of everything that is public: one row for each page, written by the database itself (see install.py)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Reverse


class Titles(models.Func):
    """Of a head the words of the title and the other names."""

    template = """ts_filter(%(expressions)s, '{a,b}'::"char"[])"""


class Document(models.Model):
    """A public row as search knows it. Texts are JSON by language; ids are those of the vocabularies.

    `head` holds, folded and stemmed, the title (weight A), other names (B), the summary (C) and the vocabularies'
    words (D); `body` holds the long text. `places` are the areas that it is for, `municipalities` all within them.
    """

    kind = models.CharField(max_length=12)
    object_id = models.BigIntegerField()
    slug = models.CharField(max_length=200)
    titles = models.JSONField()
    summaries = models.JSONField()
    bodies = models.JSONField()
    topics = ArrayField(models.IntegerField())
    target_groups = ArrayField(models.IntegerField())
    places = ArrayField(models.IntegerField())
    municipalities = ArrayField(models.IntegerField())
    languages = ArrayField(models.IntegerField())
    day = models.DateField(null=True)  # when it takes place, or was published
    is_past_after = models.DateField(null=True)  # the last day on which it is of use to go there
    title_words = models.SmallIntegerField()
    head = SearchVectorField()
    body = SearchVectorField()
    words = ArrayField(models.TextField())  # all words, folded

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="index_document_once")]
        indexes = [
            GinIndex(fields=["head"], name="index_document_head", fastupdate=False),
            GinIndex(fields=["body"], name="index_document_body", fastupdate=False),
            GinIndex(Titles("head"), name="index_document_titles", fastupdate=False),
            GinIndex(fields=["topics"], name="index_document_topics", fastupdate=False),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"


class Word(models.Model):
    """A word of the index and the number of documents that have it: for splitting, correcting and suggesting."""

    word = models.TextField(primary_key=True)
    docs = models.IntegerField()
    stem = models.GeneratedField(
        expression=models.Func(F("word"), function="index_stem", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(fields=["stem"], name="index_word_stem"),
            models.Index(OpClass("word", "text_pattern_ops"), name="index_word_begins"),
            models.Index(OpClass(Reverse("word"), "text_pattern_ops"), name="index_word_ends"),
            GinIndex(OpClass("word", "gin_trgm_ops"), name="index_word_resembles"),
            models.Index(fields=["word"], condition=models.Q(docs__lte=0), name="index_word_gone"),
        ]

    def __str__(self):
        return self.word
