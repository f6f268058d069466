"""Addresses of casework: the caseload, a person's page, contacts, the trail."""

from __future__ import annotations

from django.urls import path

from throughcare.service.casework import trail_pages, views

app_name = "casework"
urlpatterns = [
    path("cases/", views.cases, name="caseload"),
    path("people/<str:ref>", views.person, name="person"),
    path("people/<str:ref>/contacts/plan", views.plan, name="plan"),
    path("people/<str:ref>/contacts/<int:contact_id>", views.result, name="result"),
    path("people/<str:ref>/trail", trail_pages.trail, name="trail"),
    path("people/<str:ref>/trail/map", trail_pages.trail_map, name="trail_map"),
    path("people/<str:ref>/trail/csv", trail_pages.trail_csv, name="trail_csv"),
]
