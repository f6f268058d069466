"""Orders as recorded: every signed version whole, drafts apart, and the register of installation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OrderRecord(models.Model):
    """One order of one person; what it says is in its versions."""

    order_id = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="orders")
    created_us = models.BigIntegerField()
    newest_version = (
        models.PositiveIntegerField()
    )  # compared and set at every signing: one of two signers wins
    starts_us = models.BigIntegerField()  # of the version last signed, for lists
    ends_us = models.BigIntegerField(null=True)

    class Meta:
        """Listed by person and by end."""

        indexes: ClassVar = [models.Index(fields=["ends_us"])]


class OrderVersion(models.Model):
    """A signed version: the typed order as JSON, never edited. ``digest`` is the content hash of ``document``."""

    order = models.ForeignKey(OrderRecord, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    recorded_us = models.BigIntegerField()
    authored_by = models.CharField(max_length=80)
    signed_by = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        """Versions count up within their order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "version"], name="order_version_once")
        ]


class OrderDraft(models.Model):
    """An order or a variation being written, question by question; nothing is monitored by it.

    ``answers`` holds the order's document as far as it is known, what the variation is, which findings of the
    law were accepted and why, and who wrote. ``revision`` counts the changes: a write names the one it saw.
    """

    draft_id = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="drafts")
    order = models.ForeignKey(OrderRecord, on_delete=models.PROTECT, null=True, related_name="drafts")
    base_version = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="writing")  # a DraftState
    revision = models.PositiveIntegerField(default=0)
    authored_by = models.CharField(max_length=80)
    returned_note = models.CharField(max_length=500, blank=True)
    created_us = models.BigIntegerField()
    updated_us = models.BigIntegerField()

    class Meta:
        """Listed by what waits for whom."""

        indexes: ClassVar = [models.Index(fields=["state", "updated_us"])]


class ActivationRow(models.Model):
    """Which device is on which person from when to when: how a fact finds its order. Made at signing."""

    activation_id = models.CharField(max_length=64, unique=True)
    device_id = models.CharField(max_length=64)
    home_unit_id = models.CharField(max_length=64, blank=True)
    order = models.ForeignKey(OrderRecord, on_delete=models.PROTECT, related_name="activations")
    from_us = models.BigIntegerField()
    to_us = models.BigIntegerField(null=True)

    class Meta:
        """Asked by device for every delivery."""

        indexes: ClassVar = [
            models.Index(fields=["device_id", "from_us"]),
            models.Index(fields=["home_unit_id", "from_us"]),
        ]


class Installation(models.Model):
    """The register of installation: from the order to the first monitored minute, and why not yet."""

    order = models.OneToOneField(OrderRecord, on_delete=models.PROTECT, related_name="installation")
    ordered_us = models.BigIntegerField()
    due_us = models.BigIntegerField()
    visit_booked_us = models.BigIntegerField(null=True)
    fitted_us = models.BigIntegerField(null=True)
    first_contact_us = models.BigIntegerField(null=True)
    monitored_us = models.BigIntegerField(null=True)
    not_monitored_reason = models.CharField(max_length=60, blank=True)
    closed_us = models.BigIntegerField(null=True)

    class Meta:
        """Listed by what is still due."""

        indexes: ClassVar = [models.Index(fields=["closed_us", "due_us"])]


class InstallationStep(models.Model):
    """One thing that happened on the way: a visit booked, an attempt and its outcome, a fitting, a removal."""

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40, blank=True)
    at_us = models.BigIntegerField()
    recorded_us = models.BigIntegerField()
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)
