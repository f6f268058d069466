"""Addresses of staff accounts; signing in and the second factor are in ``sign_in_urls``, under ``account/``."""

from __future__ import annotations

from django.urls import path

from throughcare.service.accounts import views

app_name = "accounts"
urlpatterns = [
    path("me", views.me, name="me"),
    path("me/sign-out-everywhere", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("password/<str:token>", views.set_password, name="set_password"),
    path("accounts/", views.staff_list, name="staff"),
    path("accounts/new", views.new_account, name="new"),
    path("accounts/<int:user_id>", views.member, name="member"),
    path("accounts/<int:user_id>/link", views.password_link, name="password_link"),
    path("accounts/<int:user_id>/roles/<int:grant_id>/end", views.end_role, name="end_role"),
    path("accounts/<int:user_id>/<slug:name>", views.change, name="change"),
]
