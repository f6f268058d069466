"""Addresses of staff accounts; signing in and the second factor are allauth's, under ``account/``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.accounts.views import me

app_name = "accounts"
urlpatterns = [path("me", me, name="me")]
