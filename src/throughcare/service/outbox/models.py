"""What leaves the service: written with its cause, sent after it, tried until it arrives or a person is told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class WebhookEndpoint(models.Model):
    """An address that is told of events. Its secret is made from ``salt`` and the service's key, and not stored."""

    url = models.CharField(max_length=500)
    salt = models.CharField(max_length=64)
    events = models.JSONField(default=list)
    created_by = models.CharField(max_length=80)
    created_us = models.BigIntegerField()
    stopped_us = models.BigIntegerField(null=True)


class OutboxItem(models.Model):
    """One thing to send; ``key`` makes it count once however often its cause is repeated.

    Without an endpoint it is an announcement, which becomes one item for each endpoint that asked for its kind.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, null=True, related_name="items")
    body = models.JSONField()
    created_us = models.BigIntegerField()
    next_try_us = models.BigIntegerField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    delivered_us = models.BigIntegerField(null=True)
    abandoned_us = models.BigIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        """Woken by the next try; what was given up is listed."""

        indexes: ClassVar = [models.Index(fields=["next_try_us"]), models.Index(fields=["abandoned_us"])]
