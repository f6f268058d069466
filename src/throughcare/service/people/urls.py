"""Addresses of people: finding, registering, the record."""

from __future__ import annotations

from django.urls import path

from throughcare.service.people import registering, views

app_name = "people"
urlpatterns = [
    path("", views.search, name="search"),
    path("register/", registering.start, name="register"),
    path("register/check", registering.check, name="register_check"),
    path("register/<slug:step>", registering.question, name="register_step"),
    path("equality", views.equality, name="equality"),
    path("<str:ref>/record", views.details, name="record"),
    path("<str:ref>/record/<slug:part>", views.edit, name="edit"),
    path("<str:ref>/record/<slug:part>/<int:row_id>/remove", views.remove, name="remove"),
]
