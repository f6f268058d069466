"""The app casework."""

from __future__ import annotations

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Caseload, the person's page, the trail."""

    name = "throughcare.service.casework"
    label = "casework"
