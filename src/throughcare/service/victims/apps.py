"""The app victims."""

from __future__ import annotations

from django.apps import AppConfig


class VictimsConfig(AppConfig):
    """Which device a protected person carries, and what it said. It knows no name and no person of the record."""

    name = "throughcare.service.victims"
    label = "victims"
