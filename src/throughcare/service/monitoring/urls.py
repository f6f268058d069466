"""Addresses of the pages about what comes in, under ``monitoring/``; those of ingest itself are in ``ingest_urls``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("rejects/", views.rejects, name="rejects"),
    path("rejects/<int:reject_id>", views.reject, name="reject"),
    path("unowned/", views.nobodys, name="unowned"),
    path("devices/", views.devices, name="devices"),
    path("devices/add", views.device_add, name="device_add"),
    path("devices/<int:device_number>", views.device, name="device"),
    path("devices/<int:device_number>/key", views.device_key, name="device_key"),
    path("devices/<int:device_number>/state", views.device_state, name="device_state"),
]
