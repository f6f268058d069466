"""Addresses of the pages about keys, under ``keys/``; the API's own are in ``api.py``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.api import views

app_name = "keys"
urlpatterns = [
    path("", views.key_list, name="list"),
    path("<int:number>/revoke", views.revoke, name="revoke"),
]
