"""The app outbox."""

from __future__ import annotations

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What leaves the service, sent until it arrives."""

    name = "throughcare.service.outbox"
    label = "outbox"
