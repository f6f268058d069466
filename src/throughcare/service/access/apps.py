"""The app access."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may see whose record: limited access and break-glass."""

    name = "throughcare.service.access"
    label = "access"
