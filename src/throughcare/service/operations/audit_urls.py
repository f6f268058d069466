"""Addresses of the audit log."""

from __future__ import annotations

from django.urls import path

from throughcare.service.operations import audit_pages, oversight_pages

app_name = "audit_log"
urlpatterns = [
    path("", audit_pages.log, name="log"),
    path("csv", audit_pages.export, name="export"),
    path("whole", audit_pages.whole, name="whole"),
    path("unusual", audit_pages.unusual, name="unusual"),
    path("chores", oversight_pages.daily_chores, name="chores"),
    path("emergency", oversight_pages.emergency, name="emergency"),
]
