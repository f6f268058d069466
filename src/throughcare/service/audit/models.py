"""The log's rows. Triggers in the database refuse to change or delete them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """One thing that somebody did or saw. ``person_ref`` is opaque; no name and no coordinate is ever here.

    ``shown`` holds the references of everybody whom a list showed, each with a line break before and after it, so
    that one row tells of a whole page and whoever was on it is found by an exact search.
    """

    seq = models.BigIntegerField(primary_key=True)
    at_us = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=160)
    person_ref = models.CharField(max_length=64, blank=True)
    shown = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    recipient = models.CharField(max_length=160, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        """Asked by person, by actor and by time; lists of people by time alone."""

        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [
            models.Index(fields=["person_ref", "at_us"]),
            models.Index(fields=["actor", "at_us"]),
            models.Index(fields=["at_us"], condition=~models.Q(shown=""), name="audit_entry_lists"),
        ]


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is written."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
