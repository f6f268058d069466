"""The app monitoring."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Facts from devices, the engine's state and what it told."""

    name = "throughcare.service.monitoring"
    label = "monitoring"
