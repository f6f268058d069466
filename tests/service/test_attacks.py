"""What a stranger, or a member of staff with ill intent, tries against the service: each try here was made and failed."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp_auth
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.service import matrix
from tests.service.makers import NOW_US, PASSWORD, make_user
from tests.service.pages.test_every_page import pages
from throughcare.service.access.models import BreakGlass, Restriction
from throughcare.service.accounts.models import User
from throughcare.service.audit.actions import record
from throughcare.service.casework.models import Contact
from throughcare.service.desk.models import Decision, DeskEntry
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.operations.models import LegalHold
from throughcare.service.people.models import Alias, ContactPoint, Organisation, Person, PersonChange, Team
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
SCRIPT = "<xss onload=alert(1)>\"'><script>"
ASKED = (
    "q", "page", "before", "day", "ref", "name", "person", "who", "action", "from", "to", "state", "kind", "team",
    "owner", "device", "reason", "purpose", "version", "first_day", "last_day", "first_day_0", "from_day", "on_day",
    "known_day", "until", "sort", "change", "number", "offset", "limit",
)  # fmt: skip
NASTY = ("\0", "9" * 5000, "-1", "\ud800", "9" * 30, "%", "'\"<", "0001-01-01", "9999-12-31", "NaN", "\u0663")


def signed(client: Client, who: Any) -> Client:
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_no_page_is_kept_by_the_browser_for_whoever_presses_back(client: Client) -> None:
    kept = {
        url: answer.headers.get("Cache-Control")
        for _, url, answer in pages(matrix.make_seed(), client)
        if "no-store" not in answer.headers.get("Cache-Control", "")
    }
    assert kept == {}


def test_nothing_asked_of_any_page_makes_it_fail(client: Client) -> None:
    seed = matrix.make_seed()
    client.raise_request_exception = False
    signed(client, seed.keeper)
    failed = []
    for route in matrix.routes():
        url = reverse(route.name, kwargs=matrix.address(route, seed))
        for text in NASTY:
            with transaction.atomic():
                status = client.get(
                    url, dict.fromkeys(ASKED, text.encode("utf-8", "surrogatepass"))
                ).status_code
                transaction.set_rollback(True)
            if status >= 500 and route.name not in {"operations:ready", "openid_connect_login"}:
                failed.append(f"{url} with {text[:12]!r}: {status}")
    assert failed == []


def test_a_number_too_large_for_any_record_is_no_record(client: Client) -> None:
    seed = matrix.make_seed()
    client.raise_request_exception = False
    signed(client, seed.keeper)
    failed = []
    for route in matrix.routes():
        known = matrix.address(route, seed)
        if not any(isinstance(value, int) for value in known.values()):
            continue
        large = {name: 10**30 if isinstance(value, int) else value for name, value in known.items()}
        for method in ("get", "post"):
            with transaction.atomic():
                status = getattr(client, method)(reverse(route.name, kwargs=large)).status_code
                transaction.set_rollback(True)
            if status >= 500:
                failed.append(f"{method} {route}: {status}")
    assert failed == []


def test_no_text_that_somebody_wrote_becomes_markup(client: Client) -> None:
    seed = matrix.make_seed()
    Person.objects.update(
        given_name=SCRIPT, middle_names=SCRIPT, family_name=SCRIPT, preferred_name=SCRIPT, safety_note=SCRIPT
    )
    Alias.objects.update(name=SCRIPT)
    ContactPoint.objects.update(value=SCRIPT)
    Contact.objects.update(note=SCRIPT)
    PersonChange.objects.update(before=SCRIPT)
    DeskEntry.objects.update(words=SCRIPT)
    Decision.objects.update(reason=SCRIPT, alternatives=[["no_action", SCRIPT]])
    Restriction.objects.update(message=SCRIPT)
    BreakGlass.objects.update(reason=SCRIPT)
    LegalHold.objects.update(reason=SCRIPT)
    User.objects.update(first_name=SCRIPT, last_name=SCRIPT)
    Team.objects.update(name=SCRIPT)
    Organisation.objects.update(name=SCRIPT)
    marked, shown = [], 0
    for _, url, answer in pages(seed, client):
        text = answer.content.decode()
        shown += "&lt;xss" in text
        if "<xss" in text:
            marked.append(url)
    assert marked == []
    assert shown > 50


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
           "\thttps://evil.example", "http://localhost@evil.example/"]
)  # fmt: skip
def test_a_sign_in_leads_nowhere_else(client: Client, to: str) -> None:
    make_user(Role.SENIOR, name="sam")
    answer = client.post(LOGIN, {"login": "sam", "password": PASSWORD, "next": to}, QUERY_STRING=f"next={to}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(client: Client) -> None:
    make_user(Role.SENIOR, name="sam")
    client.cookies["sessionid"] = "a" * 32
    client.get(LOGIN)
    client.post(LOGIN, {"login": "sam", "password": PASSWORD})
    first = client.cookies["sessionid"].value
    assert first not in {"", "a" * 32}
    client.post("/account/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = first
    assert stolen.get("/staff/me").status_code == 302


def test_no_form_is_taken_from_another_site() -> None:
    seed = matrix.make_seed()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    signed(client, seed.keeper)
    taken = []
    for route in matrix.routes():
        if route.for_machines:
            continue
        with transaction.atomic():
            status = client.post(
                reverse(route.name, kwargs=matrix.address(route, seed)), {"a": "b"}
            ).status_code
            transaction.set_rollback(True)
        if status not in {403, 405}:
            taken.append(f"{route}: {status}")
    assert taken == []


def test_a_wrong_host_is_answered_with_nothing() -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost:80@evil.example", ""):
        assert Client().get(LOGIN, HTTP_HOST=host).status_code == 400
    answer = Client().get("/people/", HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "spelling", ["SAM", " sam ", "\uff53\uff41\uff4d", "\u017fam", "sam\u200b", "s\u0430m"]
)
def test_no_spelling_of_a_name_has_five_tries_of_its_own(client: Client, spelling: str) -> None:
    make_user(Role.SENIOR, name="sam")
    for number in range(5):
        client.post(
            LOGIN, {"login": "sam", "password": "wrong"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
            HTTP_USER_AGENT=f"agent {number}",
        )  # fmt: skip
    client.post(LOGIN, {"login": spelling, "password": PASSWORD}, HTTP_X_FORWARDED_FOR="10.9.9.9")
    assert "_auth_user_id" not in client.session


def bodies() -> dict[str, bytes]:
    """Return deliveries made to break whoever reads them."""
    fact = {"device": "D1", "time": "2026-03-09T11:00:00Z", "lat": 54.0, "lon": -1.5, "accuracy_m": 5}
    return {
        "deep": b"[" * 100_000,
        "deep objects": b'{"a":' * 50_000,
        "many digits": b'[{"device":"D1","time":' + b"9" * 6000 + b"}]",
        "infinity": b'[{"device":"D1","time":1e999,"lat":NaN,"lon":-Infinity}]',
        "half a letter": json.dumps([fact | {"device": "\ud800"}]).encode(),
        "no letter": json.dumps([fact | {"device": "\0"}]).encode(),
        "no text": b"\xff\xfe\x00" * 99,
        "twice a key": b'{"positions":[],"positions":[]}',
        "a number": b"5",
        "nothing": b"",
        "names of its own": json.dumps([fact | {"__class__": "x", "person_ref": "P1"}]).encode(),
        "times out of range": json.dumps([fact | {"time": "9999-12-31T23:59:59.999999Z"}]).encode(),
        "times before": json.dumps([fact | {"time": "0001-01-01T00:00:00+14:00"}]).encode(),
        "lists for numbers": json.dumps([fact | {"lat": [1], "lon": {"a": 1}, "device": None}]).encode(),
    }


@pytest.mark.parametrize("name", sorted(bodies()))
@pytest.mark.parametrize("form", ["application/json", "application/x-ndjson"])
def test_no_delivery_breaks_the_way_in(client: Client, name: str, form: str) -> None:
    _, key = add_device(by=system("test"), now_us=NOW_US, device_id="D1", is_gateway=False)
    client.raise_request_exception = False
    for packed in (False, True):
        body = gzip.compress(bodies()[name]) if packed else bodies()[name]
        headers = {"Authorization": f"Bearer {key}"} | ({"Content-Encoding": "gzip"} if packed else {})
        answer = client.post("/ingest/v1/facts", body, content_type=form, headers=headers)
        assert answer.status_code in {202, 400, 413, 415, 429}, answer.content[:200]


def test_a_small_packet_that_unpacks_to_a_mountain_is_refused(client: Client) -> None:
    _, key = add_device(by=system("test"), now_us=NOW_US, device_id="D1", is_gateway=False)
    headers = {"Authorization": f"Bearer {key}", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=9)
    for body in (bomb, gzip.compress(bomb), bomb[: len(bomb) // 2]):
        answer = client.post("/ingest/v1/facts", body, content_type="application/json", headers=headers)
        assert answer.status_code in {400, 413}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\uff1d", "\uff20"])
def test_no_reason_is_a_formula_in_the_spreadsheet_of_the_log(client: Client, sign: str) -> None:
    auditor = make_user(Role.AUDITOR, name="ada")
    record(
        viewer=auditor.viewer, action="person_viewed", subject="page:summary", at_us=NOW_US, reason=f"{sign}HYPERLINK(1)"
    )  # fmt: skip
    answer = signed(client, auditor).get("/audit/csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if "HYPERLINK" in cell]
    assert cells
    assert all(cell.startswith("'") for cell in cells)


def test_a_password_without_its_second_factor_opens_nothing_and_codes_cannot_be_tried_through(
    client: Client,
) -> None:
    sam = make_user(Role.SENIOR, name="sam")
    secret = totp_auth.generate_totp_secret()
    totp_auth.TOTP.activate(sam.user, secret)
    client.post(LOGIN, {"login": "sam", "password": PASSWORD})
    for url in (
        "/staff/me",
        "/people/",
        "/desk/",
        "/api/v1/orders",
        "/account/2fa/",
        "/account/password/change/",
    ):
        assert client.get(url).status_code in {302, 401, 404}, url
    assert "_auth_user_id" not in client.session
    answers = [client.post("/account/2fa/authenticate/", {"code": f"{n:06}"}) for n in range(12)]
    assert "Too many failed" not in answers[0].content.decode()
    assert "Too many failed" in answers[-1].content.decode()
    right = totp_auth.format_hotp_value(
        totp_auth.hotp_value(secret, next(totp_auth.yield_hotp_counters_from_time()))
    )
    client.post("/account/2fa/authenticate/", {"code": right})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("url", ["/access/limits/?ref=%00", "/people/?q=a%00", "/casework/people/%00"])
def test_a_character_that_no_database_holds_is_refused_before_it_is_asked(client: Client, url: str) -> None:
    assert client.get(url).status_code == 400


def test_a_program_that_sends_such_a_character_is_told_so_in_its_own_form(client: Client) -> None:
    answer = client.get("/api/v1/people/P1/positions?purpose=%00")
    assert answer.status_code == 400
    assert "null character" in answer.json()["words"]
