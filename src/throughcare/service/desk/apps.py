"""The app desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The alert desk: what staff did about incidents."""

    name = "throughcare.service.desk"
    label = "desk"
