"""Invented devices and gateways that deliver, for the tests of ingest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.service.makers import NOW_US
from throughcare.kernel.time import SECOND_US, iso_utc
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.viewer import system

BY = system("test")
FACTS = "/ingest/v1/facts"
NDJSON = "application/x-ndjson"


def fix(number: int = 0, *, device: str = "D1", **changes: Any) -> dict[str, Any]:
    """Return a position, each number's a second after the one before it."""
    said = {
        "device_id": device,
        "time": iso_utc(NOW_US - 3_600 * SECOND_US + number * SECOND_US),
        "latitude": 54.0 + number * 1e-5,
        "longitude": 1.5,
        "accuracy": 8,
        "source": "gnss",
    }
    return said | changes


def status(number: int = 0, *, device: str = "D1", **changes: Any) -> dict[str, Any]:
    """Return what a device says of itself."""
    said = {"device_id": device, "time": NOW_US // SECOND_US - 60 + number, "kind": "strap_open"}
    return said | changes


@dataclass
class Told:
    """An answer: its status, what it says, and its headers."""

    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def counts(self) -> tuple[int, int, int]:
        """Accepted, already held, rejected."""
        return self.body["accepted"], self.body["already_held"], self.body["rejected"]

    @property
    def reasons(self) -> list[str]:
        """The reasons of what was rejected, by row."""
        return [reject["reason"] for reject in self.body["rejects"]]


@dataclass
class Device:
    """A device or gateway with its key."""

    client: Client
    key: str
    number: int

    def send(
        self, body: bytes, *, kind: str = NDJSON, path: str = FACTS, key: str | None = None, **headers: str
    ) -> Told:
        """Send bytes as they are."""
        given = {"Authorization": f"Bearer {self.key if key is None else key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        answer = self.client.post(path, data=body, content_type=kind, headers=given)
        return Told(answer.status_code, answer.json(), answer.headers)

    def say(self, *records: object) -> Told:
        """Send records as NDJSON."""
        return self.send(b"\n".join(json.dumps(record).encode() for record in records))


def make_device(
    client: Client, device_id: str = "D1", *, is_gateway: bool = False, facts_per_minute: int | None = None
) -> Device:
    """Return a device with a key of its own."""
    number, key = add_device(
        by=BY,
        now_us=NOW_US,
        device_id=device_id,
        is_gateway=is_gateway,
        facts_per_minute=facts_per_minute,
    )
    return Device(client, key, number)
