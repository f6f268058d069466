"""Addresses of retention and of subject access."""

from __future__ import annotations

from django.urls import path

from throughcare.service.operations import retention_pages, subject_access_pages

app_name = "retention"
urlpatterns = [
    path("", retention_pages.overview, name="overview"),
    path("demonstration", retention_pages.demonstration, name="demonstration"),
    path("run", retention_pages.run, name="run"),
    path("rules/<slug:record_class>", retention_pages.rule, name="rule"),
    path("holds/<int:hold_id>/end", retention_pages.end_hold, name="end_hold"),
    path("subject-access", subject_access_pages.subject_access, name="subject_access"),
]
