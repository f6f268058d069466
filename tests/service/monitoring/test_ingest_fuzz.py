"""Whatever is sent, the endpoint answers in words: never a failure, and every row is accounted for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.monitoring.senders import FACTS, Device, fix, make_device, status
from throughcare.adapters.devices.registry import KINDS
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.lines import parsed
from throughcare.service.monitoring.models import InboxItem

pytestmark = pytest.mark.django_db
FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = ("device_id", "deviceId", "time", "gpsDate", "latitude", "lat", "longitude", "lon", "accuracy", "precision_level",
         "source", "lbs", "kind", "status", "value", "received", "speed", "Time", "hdop", "x")  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["D1", "D2", "gps", "strap_open", "2026-03-09T11:00:00Z", 1773057600, 1773057600123, 54.0, "54,1"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
changes = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
records = st.one_of(
    values,
    st.dictionaries(st.sampled_from(NAMES), values, max_size=8),
    st.tuples(st.integers(0, 5), changes).map(lambda pair: fix(pair[0]) | pair[1]),
    st.tuples(st.integers(0, 5), changes).map(lambda pair: status(pair[0]) | pair[1]),
)


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    LIMITS.clear()
    yield
    LIMITS.clear()


@pytest.fixture
def gateway(client: Client) -> Device:
    return make_device(client, "G1", is_gateway=True)


def facts_held() -> int:
    """Return how many facts the inbox holds, each once however many items have it."""
    return len(
        {(row.device_id, *line) for row in InboxItem.objects.all() for line in parsed(bytes(row.body))}
    )


@FUZZ
@given(rows=st.lists(records, min_size=1, max_size=8), document=st.booleans())
def test_every_row_is_accepted_held_or_rejected(rows: list[Any], document: bool, gateway: Device) -> None:
    LIMITS.clear()
    before = facts_held()
    if document:
        told = gateway.send(json.dumps({"facts": rows}).encode(), kind="application/json")
    else:
        told = gateway.say(*rows)
    assert told.status == 202, told.body
    assert sum(told.counts) == len(rows)
    replayed = "Throughcare-Replayed" in told.headers
    assert facts_held() - before == (0 if replayed else told.body["accepted"])


@FUZZ
@given(
    body=st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    kind=st.sampled_from(
        ["application/json", "application/x-ndjson", "text/plain", "multipart/form-data", "x/y; q"]
    ),
    encoding=st.sampled_from(["identity", "gzip", "br"]),
    packed=st.booleans(),
)
def test_no_bytes_make_the_endpoint_fail(
    body: bytes, kind: str, encoding: str, packed: bool, gateway: Device
) -> None:
    LIMITS.clear()
    told = gateway.send(gzip.compress(body) if packed else body, kind=kind, Content_Encoding=encoding)
    assert told.status in {202, 400, 413, 415}
    assert told.status == 202 or told.body["words"]


@FUZZ
@given(body=st.binary(max_size=400), vendor=st.sampled_from(KINDS))
def test_no_bytes_make_an_adapters_endpoint_fail(body: bytes, vendor: str, gateway: Device) -> None:
    LIMITS.clear()
    told = gateway.send(body, kind="application/octet-stream", path=f"/ingest/v1/devices/{vendor}")
    assert told.status in ({202, 400, 413} if body else {415})
    if told.status == 202:
        assert sum(told.counts) + told.body["fields_passed_over"] >= told.body["messages"]


@pytest.mark.parametrize("key", ["\x00", "tck_1_\x00", "Bearer", "a" * 10_000, "\u0661"])
def test_no_key_makes_the_endpoint_fail(key: str, client: Client) -> None:
    answer = client.post(
        FACTS, b"{}", content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 401
