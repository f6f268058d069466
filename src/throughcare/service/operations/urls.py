"""Addresses for those who run the service."""

from __future__ import annotations

from django.urls import path

from throughcare.service.operations.views import alive, metrics, ready

app_name = "operations"
urlpatterns = [
    path("alive", alive, name="alive"),
    path("ready", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]
