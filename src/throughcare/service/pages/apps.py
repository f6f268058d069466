"""The app pages."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The frame, the components and the front-end files of every page."""

    name = "throughcare.service.pages"
    label = "pages"
