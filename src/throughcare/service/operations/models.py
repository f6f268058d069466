"""How the service runs (workers, daily chores), and retention as data: what is kept how long, on what ground."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class RetentionRule(models.Model):
    """How long one class of record is kept after its trigger, and the legal basis that the deployer names."""

    record_class = models.CharField(max_length=60, unique=True)
    trigger = models.CharField(max_length=60)
    days = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    legal_basis = models.CharField(max_length=300)
    set_by = models.CharField(max_length=80)
    set_us = models.BigIntegerField()


class LegalHold(models.Model):
    """A hold on a person's records: while it is live, retention erases nothing of theirs."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=300)
    set_by = models.CharField(max_length=80)
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)


class Tombstone(models.Model):
    """What retention erased: the class, how many, when, under which rule, and the hash of what was there."""

    record_class = models.CharField(max_length=60)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    erased_us = models.BigIntegerField()
    rule_days = models.PositiveIntegerField()


class WorkerBeat(models.Model):
    """A worker's sign of life after each pass, and its counts since it started; ``stopped_us`` when it left in order."""

    worker = models.CharField(max_length=80, unique=True)
    started_us = models.BigIntegerField()
    beat_us = models.BigIntegerField()
    stopped_us = models.BigIntegerField(null=True)
    passes = models.BigIntegerField(default=0)
    done = models.JSONField(default=dict)  # how much of each task
    busy_s = models.FloatField(default=0.0)
    longest_pass_s = models.FloatField(default=0.0)
    trouble = models.CharField(max_length=80, blank=True)


class Chore(models.Model):
    """Work for one worker at a time, now and then: whoever moves ``due_us`` on does it."""

    name = models.CharField(max_length=40, unique=True)
    every_us = models.BigIntegerField()
    made_us = models.BigIntegerField()
    due_us = models.BigIntegerField()
    done_us = models.BigIntegerField(null=True)


class ChoreRun(models.Model):
    """One run of a chore by one worker: what it did and how it ended; while it runs it has no end.

    What it did is written as it goes, so that whoever takes it up after a kill knows how far it was.
    """

    chore = models.CharField(max_length=40)
    worker = models.CharField(max_length=80)
    started_us = models.BigIntegerField()
    ended_us = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)  # a RunOutcome
    counts = models.JSONField(default=dict)
    error = models.CharField(
        max_length=120, blank=True
    )  # a class and a place, or words of ours; nothing typed

    class Meta:
        """Listed by chore, the newest first."""

        indexes: ClassVar = [models.Index(fields=["chore", "-started_us"])]
