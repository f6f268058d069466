"""What staff did about incidents. The engine's rows say what happened; these say what people made of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DeskItem(models.Model):
    """One incident on the desk. Every incident has one; several may be worked on as one (``merged_into``).

    What a person did changes ``state`` by compare-and-set on ``revision``. The fields up to ``engine_revision`` are
    a copy of what the engine told last, for lists; the incident itself stays where it is.
    """

    incident_id = models.CharField(max_length=80, unique=True)
    person_ref = models.CharField(max_length=64)
    order_id = models.CharField(max_length=64)
    activation_id = models.CharField(max_length=64)
    condition_id = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    start_us = models.BigIntegerField()
    end_us = models.BigIntegerField(null=True)
    detected_us = models.BigIntegerField()
    best_s = models.FloatField()
    atv_s = models.FloatField()
    allowed_s = models.FloatField()
    cause = models.CharField(max_length=40, blank=True)
    confidence = models.FloatField()
    is_over = models.BooleanField()  # the engine expects no more of it
    retracted = models.BooleanField()
    engine_revision = models.IntegerField()

    state = models.CharField(max_length=20)  # an ItemState
    revision = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    merge_rule = models.CharField(max_length=40, blank=True)
    suppressed = models.CharField(max_length=40, blank=True)
    kept = models.BooleanField(
        default=False
    )  # a person put it on the desk: it is not suppressed or merged again
    lead_kind = models.CharField(max_length=40)  # the gravest of the merged incidents
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="desk_items")
    team = models.ForeignKey("people.Team", on_delete=models.PROTECT, null=True, related_name="desk_items")
    rank = models.IntegerField(default=0)
    rank_reasons = models.JSONField(default=list)  # (points, words) pairs that add up to the rank
    rerank_us = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    due_step = models.CharField(max_length=20, blank=True)  # a ClockStep
    due_us = models.BigIntegerField(null=True)
    run_out = models.JSONField(default=list)  # the clocks that ran out
    opened_us = models.BigIntegerField()
    clock_us = models.BigIntegerField()  # from when its clocks run: since it was opened, or opened again
    acknowledged_us = models.BigIntegerField(null=True)
    contacted_us = models.BigIntegerField(null=True)  # the first attempt since then
    escalated_us = models.BigIntegerField(null=True)
    closed_us = models.BigIntegerField(null=True)
    closed_best_s = models.FloatField(default=0.0)

    class Meta:
        """Listed by rank among the open; woken by its clocks; read by person."""

        indexes: ClassVar = [
            models.Index(fields=["state", "-rank"]),
            models.Index(fields=["due_us"]),
            models.Index(fields=["rerank_us"]),
            models.Index(fields=["person_ref", "start_us"]),
            models.Index(fields=["opened_us"]),
            models.Index(fields=["acknowledged_us"]),
            models.Index(fields=["closed_us"]),
        ]


class DeskEntry(models.Model):
    """One thing that a person or the desk did about an item, never edited."""

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="entries")
    at_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    outcome = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    detail = models.JSONField(default=dict)


class Decision(models.Model):
    """An enforcement decision: proposed by one person with alternatives weighed, signed or sent back by another.

    ``seen`` counts the tellings of the item's incidents that the author saw: a new one must be looked at first.
    """

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=40)
    alternatives = models.JSONField(default=list)  # (outcome, why not) pairs
    reason = models.CharField(max_length=2000)
    seen = models.IntegerField()
    proposed_by = models.CharField(max_length=80)
    proposed_us = models.BigIntegerField()
    signed_by = models.CharField(max_length=80, blank=True)
    signed_us = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)  # who sent it back, or the desk where it fell away
    ended_us = models.BigIntegerField(null=True)
    ended_words = models.CharField(max_length=500, blank=True)

    class Meta:
        """One decision at a time waits, and a decision has two authors."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(signed_us__isnull=True, ended_us__isnull=True),
                name="one_decision_waits",
            ),
            models.CheckConstraint(
                condition=~models.Q(signed_by=models.F("proposed_by")), name="signed_by_another"
            ),
        ]


class Pack(models.Model):
    """A court pack as it was made: the document and the evidence beside it, and their hashes."""

    item = models.ForeignKey(DeskItem, on_delete=models.PROTECT, related_name="packs")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="packs")
    made_us = models.BigIntegerField()
    made_by = models.CharField(max_length=80)
    violation_us = models.BigIntegerField()  # when what it is about began
    digest = models.CharField(max_length=64)
    document = models.BinaryField()
    evidence_digest = models.CharField(max_length=64)
    evidence = models.BinaryField()

    class Meta:
        """Charted by when they were made."""

        indexes: ClassVar = [models.Index(fields=["made_us"])]


class Intake(models.Model):
    """How far the desk has read what the engine told, and when it last compared everything."""

    taken_us = models.BigIntegerField(default=0)
    swept_us = models.BigIntegerField(default=0)
