"""The app audit."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only, hash-chained record of who did or saw what."""

    name = "throughcare.service.audit"
    label = "audit"
