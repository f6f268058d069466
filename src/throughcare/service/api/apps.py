"""The app api."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Keys of other systems, and what they may ask."""

    name = "throughcare.service.api"
    label = "api"
