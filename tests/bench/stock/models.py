"""What the stock peer keeps beside viewflow's own tables."""

from __future__ import annotations

from django.db import models


class Note(models.Model):
    """A notification in its simplest form: for whom, what, and where."""

    # A plain number: without a foreign key the peer has one thing less to check.
    recipient = models.BigIntegerField(db_index=True)
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text
