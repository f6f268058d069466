"""Addresses of limited access and break-glass."""

from __future__ import annotations

from django.urls import path

from throughcare.service.people import limited_access as pages

app_name = "limited_access"
urlpatterns = [
    path("limits/", pages.limited, name="limited"),
    path("limits/<str:ref>", pages.person, name="person"),
    path("limits/<str:ref>/exclude", pages.exclude, name="exclude"),
    path("limits/<str:ref>/restrict", pages.restrict, name="restrict"),
    path("limits/<str:ref>/lift", pages.lift, name="lift"),
    path("limits/<str:ref>/end/<slug:kind>/<int:limit_id>", pages.end, name="end"),
    path("emergency/", pages.emergency, name="emergency"),
    path("reviews/", pages.reviews, name="reviews"),
    path("reviews/<int:opening_id>", pages.review, name="review"),
]
