"""The app risk."""

from __future__ import annotations

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Risk assessments, what was decided on them, and who looked."""

    name = "throughcare.service.risk"
    label = "risk"
