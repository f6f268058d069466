"""The organisation's own sign-in (OpenID Connect), against a provider that runs in the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from tests.service.makers import NOW_US, make_user
from throughcare.service.accounts import actions
from throughcare.service.accounts.models import User
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    """A provider that knows one person and tells what the test wants it to tell."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.claims: dict[str, Any] = {"sub": "42", "email": "alex@example.org", "email_verified": True}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    """Discovery, token and user info."""

    server: Provider

    def do_GET(self) -> None:
        if self.path.startswith("/.well-known"):
            url = self.server.url
            self.tell({"issuer": url, "authorization_endpoint": f"{url}/authorize", "jwks_uri": f"{url}/keys",
                       "token_endpoint": f"{url}/token", "userinfo_endpoint": f"{url}/userinfo"})  # fmt: skip
        else:
            self.tell(self.server.claims)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        claims = {
            **self.server.claims,
            "iss": self.server.url,
            "aud": sent["client_id"][0],
            "exp": 4e9,
            "iat": 1,
        }
        token = jwt.encode(claims, KEY, algorithm="RS256")
        self.tell({"access_token": "access", "token_type": "Bearer", "id_token": token})

    def tell(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    running = Provider()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    app = {"provider_id": "organisation", "name": "Invented Region", "client_id": "throughcare", "secret": "x",
           "settings": {"server_url": running.url}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield running
    running.shutdown()
    running.server_close()


def sign_in(client: Client) -> Any:
    """Follow the way through the provider, and return its last page."""
    way = client.get("/account/oidc/organisation/login/").headers["Location"]
    state = parse_qs(urlsplit(way).query)["state"][0]
    return client.get(
        "/account/oidc/organisation/login/callback/", {"code": "1", "state": state}, follow=True
    )


def make_alex(email: str = "Alex@Example.org") -> User:
    user = make_user(Role.SENIOR, name="alex").user
    user.email = email
    user.save()
    return user


def test_the_page_offers_the_organisations_sign_in(provider: Provider, client: Client) -> None:
    assert "Sign in with Invented Region" in client.get("/account/login/").content.decode()


def test_without_a_provider_there_is_no_such_sign_in(client: Client) -> None:
    assert "Sign in with" not in client.get("/account/login/").content.decode()
    assert client.get("/account/oidc/organisation/login/").status_code == 404


def test_a_verified_address_opens_the_account_that_exists(provider: Provider, client: Client) -> None:
    make_alex()
    assert "Senior probation officer" in sign_in(client).content.decode()
    provider.claims["email"] = "renamed@example.org"  # from now on the provider's own id counts
    assert "Senior probation officer" in sign_in(Client()).content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": "other@example.org"},
        {"email": ""},
    ],
    ids=str,
)
def test_any_other_address_opens_nothing_and_makes_nothing(
    provider: Provider, client: Client, claims: dict[str, Any]
) -> None:
    make_alex()
    provider.claims |= claims
    assert "You have no account here yet" in sign_in(client).content.decode()
    assert client.get("/staff/me").status_code == 302
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_a_closed_account_stays_closed_whatever_the_organisation_says(
    provider: Provider, client: Client
) -> None:
    alex = make_alex()
    sign_in(client)
    actions.close_account(by=system("test"), now_us=NOW_US, user_id=alex.pk)
    assert "This account is closed" in sign_in(Client()).content.decode()


def test_a_forged_return_opens_nothing(provider: Provider, client: Client) -> None:
    make_alex()
    answer = client.get("/account/oidc/organisation/login/callback/", {"code": "1", "state": "made-up"})
    assert "did not work" in answer.content.decode()


def test_the_second_factor_is_asked_for_all_the_same(provider: Provider, client: Client) -> None:
    TOTP.activate(make_alex(), "JBSWY3DPEHPK3PXP")
    assert "Enter your code" in sign_in(client).content.decode()
