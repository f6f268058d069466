"""The app accounts."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff, their roles and how they sign in."""

    name = "throughcare.service.accounts"
    label = "accounts"
