"""Addresses of ingest, for devices and gateways; under ``ingest/``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.monitoring import api

app_name = "ingest"
urlpatterns = [
    path("v1/facts", api.facts, name="facts"),
    path("v1/devices/<slug:vendor>", api.vendor, name="vendor"),
]
