"""Addresses of the pages about webhooks, under ``webhooks/``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.api import webhook_pages

app_name = "webhooks"
urlpatterns = [
    path("", webhook_pages.webhooks, name="list"),
    path("<int:number>/stop", webhook_pages.stop, name="stop"),
    path("<int:number>/again", webhook_pages.again, name="again"),
]
