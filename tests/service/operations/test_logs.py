"""Logs carry ids and counts: no name, no coordinate, nothing that anybody typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.service.makers import PASSWORD, make_person, make_user
from throughcare.service.operations.logs import JsonLines
from throughcare.service.roles import Role

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
