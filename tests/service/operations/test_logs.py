"""Logs carry ids and counts: no name, no coordinate, nothing that anybody typed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.service import matrix
from tests.service.conftest import Clock
from tests.service.makers import PASSWORD, make_person, make_user
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.monitoring.gateway import tickets_of
from throughcare.service.monitoring.ingest_commit import write_each
from throughcare.service.operations.chores import DailyTask, Turn, attend
from throughcare.service.operations.daily import CHORES
from throughcare.service.operations.logs import JsonLines
from throughcare.service.operations.working import NOTICES, tasks
from throughcare.service.roles import Role
from throughcare.service.viewer import system

SECRETS = ("Given", "FamilyP1", "Samantha", "typed-by-hand", "53.123456", "SW1A", PASSWORD)


class Lines(logging.Handler):
    """Keeps what the service's own formatter writes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Everything that is logged at the levels of the service's settings."""
    kept = Lines()
    root = logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(before)


@pytest.mark.django_db
def test_a_journey_leaves_no_name_and_nothing_typed_in_the_log(client: Client, written: list[str]) -> None:
    make_person("P1")
    make_user(Role.PRACTITIONER, name="Samantha")
    client.post("/account/login/", {"login": "typed-by-hand", "password": "wrong"})
    client.post("/account/login/", {"login": "Samantha", "password": PASSWORD})
    for address in (
        "/",
        "/staff/me",
        "/people/?name=FamilyP1",
        "/people/FamilyP1?near=53.123456,-1.5",
        "/nowhere/FamilyP1?postcode=SW1A",
        "/ingest/v1/facts",
    ):
        client.get(address)
    text = "\n".join(written)
    assert "staff/me" in text
    assert [secret for secret in SECRETS if secret.lower() in text.lower()] == []


@pytest.mark.django_db
def test_an_answer_is_logged_by_route_status_and_actor(client: Client, written: list[str]) -> None:
    user = make_user(Role.AUDITOR).user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/staff/me?who=FamilyP1")
    line = next(found for found in map(json.loads, written) if found.get("route") == "staff/me")
    assert (line["method"], line["status"], line["actor"]) == ("GET", 200, f"user:{user.pk}")


def test_of_an_error_the_class_and_the_place_are_told_and_not_its_words(written: list[str]) -> None:
    try:
        float("FamilyP1 lives at 53.123456")
    except ValueError:
        logging.getLogger("t").exception("pass failed")
    assert json.loads(written[-1])["error"] == "ValueError"
    assert "test_logs.py" in written[-1]
    assert "FamilyP1" not in written[-1]


TYPED = "Typedbyhand 53.123456 SW1A"
AS_TYPED = ("Typedbyhand", "53.123456", "SW1A")
SAID = ("54.00017", "1.50023")  # where a device says that it is


@pytest.mark.django_db
def test_every_page_and_every_form_with_something_typed_into_it_leave_nothing_of_it_in_the_log(
    written: list[str],
) -> None:
    seed = matrix.make_seed()
    client = Client(raise_request_exception=False)
    client.force_login(seed.keeper.user, backend="django.contrib.auth.backends.ModelBackend")
    walked = 0
    for route in matrix.routes():
        if route.for_machines or not route.name:
            continue
        url = reverse(route.name, kwargs=matrix.address(route, seed))
        session = client.cookies.copy()
        with transaction.atomic():
            page = client.get(url, {"q": TYPED, "name": TYPED, "ref": TYPED})
            fields = (
                [] if page.streaming else re.findall(r' name="([^"]+)"', page.content.decode(errors="ignore"))
            )
            client.post(url, dict.fromkeys(fields, TYPED))
            transaction.set_rollback(True)
        client.cookies = session
        walked += 1
    text = "\n".join(written)
    assert walked > 100
    assert len(written) > walked
    assert [secret for secret in (*matrix.SECRETS, *AS_TYPED) if secret.lower() in text.lower()] == []


@pytest.mark.django_db
def test_what_devices_say_and_what_workers_and_the_gateway_do_with_it_leaves_no_place_in_the_log(
    client: Client, written: list[str], clock: Clock
) -> None:
    make_person("P1")
    add_device(by=system("t"), now_us=clock.now_us, device_id="D1", is_gateway=False)
    key = add_device(by=system("t"), now_us=clock.now_us, device_id="D2", is_gateway=False)[1]
    bodies = [
        json.dumps(
            {"device_id": "D2", "time": "2026-03-09T11:00:00Z", "latitude": SAID[0], "longitude": 1.50023}
        ),
        json.dumps({"device_id": "D2", "time": TYPED, "latitude": 54.00017, "longitude": 1.50023}),
        TYPED,
        "{" * 50 + SAID[0],
    ]
    for body in bodies:
        client.post(
            "/ingest/v1/facts", data=body, content_type="application/x-ndjson",
            headers={"Authorization": f"Bearer {key}"},
        )  # fmt: skip
    write_each(tickets_of([("devices/D1/facts", body.encode()) for body in bodies], now_us=clock.now_us))
    for task in (*tasks("w1"), *NOTICES):
        task.run(clock.now_us)
    for chore in CHORES:
        attend(chore, worker="w1", clock=clock)

    def broken(turn: Turn) -> None:
        raise ValueError(f"{TYPED} {SAID[0]} FamilyP1")

    attend(DailyTask(name="broken", every_us=1, run=broken), worker="w1", clock=clock)
    text = "\n".join(written)
    assert "chore failed" in text
    assert [word for word in (*AS_TYPED, *SAID, "FamilyP1", key) if word.lower() in text.lower()] == []
