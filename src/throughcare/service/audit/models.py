"""The log's rows. Triggers in the database refuse to change or delete them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One thing that somebody did or saw. ``person_ref`` is opaque; no name and no coordinate is ever here."""

    seq = models.BigIntegerField(primary_key=True)
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=160)
    person_ref = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    recipient = models.CharField(max_length=160, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        """Asked by person, by actor and by time."""

        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [
            models.Index(fields=["person_ref", "at_us"]),
            models.Index(fields=["actor", "at_us"]),
        ]


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is written."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
