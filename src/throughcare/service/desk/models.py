"""What staff did about incidents. The engine's rows say what happened; these say what people made of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DeskItem(models.Model):
    """One incident, or several merged, on the desk. Its state changes by compare-and-set on ``revision``."""

    incident_id = models.CharField(max_length=80, unique=True)
    person_ref = models.CharField(max_length=64)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    state = models.CharField(max_length=30, default="new")
    revision = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="desk_items")
    rank = models.FloatField(default=0.0)
    rank_reasons = models.JSONField(default=list)
    suppressed = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    escalate_us = models.BigIntegerField(null=True)
    opened_us = models.BigIntegerField()
    acknowledged_us = models.BigIntegerField(null=True)
    closed_us = models.BigIntegerField(null=True)

    class Meta:
        """Listed by rank among the open; woken by escalation."""

        indexes: ClassVar = [
            models.Index(fields=["closed_us", "-rank"]),
            models.Index(fields=["escalate_us"]),
            models.Index(fields=["person_ref"]),
        ]


class DeskEntry(models.Model):
    """One thing that a person did about an item, never edited."""

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="entries")
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    outcome = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    detail = models.JSONField(default=dict)


class Decision(models.Model):
    """An enforcement decision: proposed by one person with alternatives weighed, signed by another."""

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=40)
    alternatives = models.JSONField(default=list)
    reason = models.CharField(max_length=2000)
    proposed_by = models.CharField(max_length=80)
    proposed_us = models.BigIntegerField()
    signed_by = models.CharField(max_length=80, blank=True)
    signed_us = models.BigIntegerField(null=True)
    refused_reason = models.CharField(max_length=500, blank=True)


class Pack(models.Model):
    """A breach pack as it was made: the document's bytes and their hash."""

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="packs")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="packs")
    made_us = models.BigIntegerField()
    made_by = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    document = models.BinaryField()
