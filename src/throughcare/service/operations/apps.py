"""The app operations."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Health, metrics, logs, backup and retention."""

    name = "throughcare.service.operations"
    label = "operations"
