"""The app people."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people under supervision, their teams and their officers."""

    name = "throughcare.service.people"
    label = "people"
