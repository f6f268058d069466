"""Signing in: password, second factor, lock-out, limits of a session, the organisation's own sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from pytest_django import Settings

from tests.service.conftest import Clock
from tests.service.makers import PASSWORD, Staff, make_user
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service import settings as shipped
from throughcare.service.accounts import actions
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
SignIn = Callable[[Staff], Client]


def log_in(client: Client, name: str, password: str = PASSWORD):
    return client.post("/account/login/", {"login": name, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def demand_mfa(settings: Settings) -> None:
    settings.CONFIGURATION = replace(settings.CONFIGURATION, require_mfa=True)


def test_passwords_are_kept_as_argon2_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = shipped.PASSWORD_HASHERS
    who = make_user(Role.SENIOR)
    assert identify_hasher(who.user.password).algorithm == "argon2"


def test_whoever_has_no_second_factor_is_led_to_it_before_anything(
    settings: Settings, signed_in: SignIn
) -> None:
    demand_mfa(settings)
    client = signed_in(make_user(Role.ADMINISTRATOR))
    for path in ("/", "/staff/me", "/staff/accounts/", "/account/password/change/"):
        assert client.get(path).headers["Location"] == "/account/2fa/"
    assert client.get("/account/2fa/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(settings: Settings, signed_in: SignIn) -> None:
    demand_mfa(settings)
    who = make_user(Role.ADMINISTRATOR)
    RecoveryCodes.activate(who.user)
    assert signed_in(who).get("/staff/me").headers["Location"] == "/account/2fa/"


def test_an_authenticator_app_is_set_up_and_then_asked_for(settings: Settings, client: Client) -> None:
    demand_mfa(settings)
    who = make_user(Role.SENIOR, name="sam")
    log_in(client, "sam")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    secret = re.search(r'tc-mono">(\w+)<', page.content.decode())[1]
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/account/2fa/recovery-codes/"
    assert "Your recovery codes" in client.get("/account/2fa/recovery-codes/").content.decode()
    assert client.get("/staff/me").status_code == 200
    assert secret not in str(Authenticator.objects.get(user=who.user, type="totp").data)

    fresh = Client()
    assert log_in(fresh, "sam").headers["Location"] == "/account/2fa/authenticate/"
    assert fresh.get("/staff/me").status_code == 302  # a password alone is not signed in
    wrong = fresh.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()


def test_a_recovery_code_lets_in_once(client: Client) -> None:
    who = make_user(Role.SENIOR, name="sam")
    TOTP.activate(who.user, SECRET)
    code = RecoveryCodes.activate(who.user).get_unused_codes()[0]
    for expected in (302, 200):
        fresh = Client()
        log_in(fresh, "sam")
        assert fresh.post("/account/2fa/authenticate/", {"code": code}).status_code == expected


def test_codes_cannot_be_guessed_without_end(client: Client) -> None:
    who = make_user(Role.SENIOR, name="sam")
    TOTP.activate(who.user, SECRET)
    log_in(client, "sam")
    for _ in range(10):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/account/2fa/authenticate/", {"code": code_of(SECRET)})
    assert "Too many" in answer.content.decode()


def test_the_fifth_wrong_password_locks_the_user_name_however_it_is_spelt(client: Client) -> None:
    make_user(Role.SENIOR, name="sam")
    answers = [log_in(client, name, "wrong") for name in ("sam", "Sam", "SAM", "sAm", "saM ")]
    assert answers[-1].status_code == 429
    assert "locked for 15 minutes" in answers[-1].content.decode()
    assert log_in(client, "sam").status_code == 429


def test_a_lock_of_one_name_leaves_the_others_alone(client: Client) -> None:
    make_user(Role.SENIOR, name="sam")
    make_user(Role.SENIOR, name="kim")
    for _ in range(6):
        log_in(client, "sam", "wrong")
    assert log_in(client, "kim").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (60, 302)])
def test_an_idle_session_ends(clock: Clock, signed_in: SignIn, minutes: int, status: int) -> None:
    client = signed_in(make_user(Role.SENIOR))
    client.get("/staff/me")
    clock.now_us += minutes * MINUTE_US
    assert client.get("/staff/me").status_code == status


def test_a_busy_session_ends_after_twelve_hours(clock: Clock, signed_in: SignIn) -> None:
    client = signed_in(make_user(Role.SENIOR))
    for _ in range(24):
        assert client.get("/staff/me").status_code == 200
        clock.now_us += HOUR_US // 2
    assert client.get("/staff/me").status_code == 302


def test_signing_out_everywhere_ends_the_other_sessions_too(clock: Clock, client: Client) -> None:
    make_user(Role.SENIOR, name="sam")
    other = Client()
    for each in (client, other):
        log_in(each, "sam")
    clock.now_us += MINUTE_US
    assert client.post("/staff/me/sign-out-everywhere").status_code == 302
    assert other.get("/staff/me").status_code == 302
    clock.now_us += MINUTE_US
    log_in(other, "sam")
    assert other.get("/staff/me").status_code == 200


def test_the_account_that_is_closed_is_out_at_once(signed_in: SignIn) -> None:
    who = make_user(Role.SENIOR, name="sam")
    client = signed_in(who)
    assert client.get("/staff/me").status_code == 200
    actions.close_account(by=system("test"), now_us=Clock().now_us, user_id=who.user.pk)
    assert client.get("/staff/me").status_code == 302
    assert log_in(Client(), "sam").headers["Location"] == "/account/inactive/"
    assert "closed" in client.get("/account/inactive/").content.decode()
