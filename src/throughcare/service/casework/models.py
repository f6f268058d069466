"""What officers plan and do with people, and when each officer last looked at a record."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Contact(models.Model):
    """A contact of an officer with a person: planned, and later what came of it. An outcome is written once."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="contacts")
    planned_us = models.BigIntegerField()
    channel = models.CharField(max_length=20)  # a ContactChannel
    planned_by = models.CharField(max_length=80)
    result = models.CharField(max_length=20, blank=True)  # a ContactResult
    note = models.CharField(max_length=1000, blank=True)
    recorded_by = models.CharField(max_length=80, blank=True)
    recorded_us = models.BigIntegerField(null=True)

    class Meta:
        """Asked for what is due by person."""

        indexes: ClassVar = [models.Index(fields=["person", "result", "planned_us"])]


class Look(models.Model):
    """When a member of staff last opened a person's page: what changed since then is new to them."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="looks")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="looks")
    at_us = models.BigIntegerField()

    class Meta:
        """One a person and member of staff."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "user"], name="look_once")]
