"""Addresses of the pages about protected persons' devices, under ``protected/``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.monitoring import protected_pages

app_name = "protected"
urlpatterns = [
    path("", protected_pages.devices, name="list"),
    path("give", protected_pages.give, name="give"),
    path("<int:protected_number>/take-back", protected_pages.take_back, name="take_back"),
]
