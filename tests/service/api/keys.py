"""Keys and clients for the tests of the API."""

from __future__ import annotations

from django.test import Client

from tests.service.makers import NOW_US
from throughcare.service.api.actions import make_key
from throughcare.service.api.scopes import ApiScope
from throughcare.service.viewer import system


def key_with(*scopes: ApiScope, days: int = 30) -> str:
    """Return a key with the scopes, or with all of them."""
    return make_key(
        by=system("test"), now_us=NOW_US, label="test", scopes=scopes or tuple(ApiScope), days=days
    )


def client_with(*scopes: ApiScope) -> Client:
    """Return a client that asks with a key."""
    return Client(headers={"Authorization": f"Bearer {key_with(*scopes)}"})
