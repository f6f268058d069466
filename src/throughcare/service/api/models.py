"""Keys of other systems. Only the hash of a key is kept."""

from __future__ import annotations

from django.db import models


class ApiKey(models.Model):
    """A key: what it is for, what it may ask, until when."""

    label = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.CharField(max_length=80)
    created_us = models.BigIntegerField()
    expires_us = models.BigIntegerField()
    revoked_us = models.BigIntegerField(null=True)
    last_used_us = models.BigIntegerField(null=True)
