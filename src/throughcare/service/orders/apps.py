"""The app orders."""

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders, their versions and the register of installation."""

    name = "throughcare.service.orders"
    label = "orders"
