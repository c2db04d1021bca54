from django.db import models


class Tally(models.Model):
    """How often something happened today, under a digest that nobody can turn back: see visitors.services."""

    digest = models.CharField(primary_key=True, max_length=64)
    day = models.DateField()
    count = models.PositiveIntegerField()

    def __str__(self):
        return self.digest
