"""Facts over HTTP: good rows are durable before the answer, bad rows are kept with their reason, nothing is doubled."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.test import Client

from tests.service.conftest import Clock
from tests.service.makers import NOW_US
from tests.service.monitoring.senders import BY, FACTS, Device, fix, make_device, status
from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.adapters.devices.samples import read_samples
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, iso_utc
from throughcare.service.monitoring import ingest_commit, ingest_limits, ingest_reading
from throughcare.service.monitoring.credentials import change_key, set_disabled
from throughcare.service.monitoring.ingest import forget_receipts
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.lines import parsed
from throughcare.service.monitoring.measures import Waiting
from throughcare.service.monitoring.models import InboxItem, Receipt, Reject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    LIMITS.clear()
    yield
    LIMITS.clear()


@pytest.fixture
def tag(client: Client) -> Device:
    return make_device(client)


@pytest.fixture
def gateway(client: Client) -> Device:
    return make_device(client, "G1", is_gateway=True)


def held() -> list[tuple[str, int]]:
    """Return device and instant of every fact in the inbox."""
    return sorted(
        (row.device_id, line[1]) for row in InboxItem.objects.all() for line in parsed(bytes(row.body))
    )


def test_what_is_answered_is_in_the_inbox(tag: Device) -> None:
    told = tag.say(fix(0), fix(1), status())
    assert told.status == 202
    assert told.counts == (3, 0, 0)
    assert len(held()) == 3
    assert told.body["delivery_id"] == InboxItem.objects.get().delivery_id


def test_a_document_is_a_list_an_object_with_lists_or_one_record(tag: Device) -> None:
    for document in ([fix(0)], {"positions": [fix(1)], "statuses": [status()]}, {"facts": [fix(2)]}, fix(3)):
        assert tag.send(json.dumps(document).encode(), kind="application/json").body["rejected"] == 0
    assert len(held()) == 5


def test_the_ministrys_names_are_understood(gateway: Device) -> None:
    told = gateway.say(
        {"deviceId": 7, "gpsDate": "2026-03-09T11:00:00Z", "latitude": 54, "longitude": 1.5, "precision": 8, "lbs": 1,
         "satellite": 9, "hdop": 0, "speed": 3.6, "direction": 1, "uploadedDate": "2026-03-09T11:00:09Z"},
        {"deviceId": 7, "eventStartDateUtc": "2026-03-09T11:00:00Z", "eventTypeName": "strap_open"},
        {"deviceId": 7, "eventStartDateUtc": "2026-03-09T11:00:00Z", "eventTypeName": "HMU moved"},
    )  # fmt: skip
    assert told.counts == (2, 0, 1)
    assert told.reasons == ["unknown_kind"]


def test_a_bad_row_costs_no_other_and_is_kept_with_what_to_do(tag: Device) -> None:
    told = tag.say(fix(0), fix(1, latitude=91, longitude=120), fix(2))
    assert told.counts == (2, 0, 1)
    shown = told.body["rejects"][0]
    assert (shown["row"], shown["field"], shown["reason"]) == (2, "latitude", "latitude_out_of_range")
    assert "expected a latitude from -90 to 90; found '91" in shown["words"]
    kept = Reject.objects.get()
    assert (kept.device_id, kept.row, json.loads(kept.raw)["latitude"]) == ("D1", 2, 91)
    assert kept.delivery_id == told.body["delivery_id"]


BAD = {
    "broken_row": ["{", "[1]", "null", "{}", '"text"', "\x00"],
    "missing_latitude": [{"latitude": None}, {"latitude": ""}],
    "not_a_number": [{"latitude": "north"}, {"latitude": [1]}, {"latitude": True}, {"latitude": {"a": 1}},
                     {"latitude": 1e999}, {"longitude": "Infinity"}, {"accuracy": "1_0"}, {"latitude": 10**400}],
    "latitude_out_of_range": [{"latitude": -90.5, "longitude": 120}, {"latitude": 1e308}],
    "null_island": [{"latitude": 0, "longitude": 0}],
    "negative_accuracy": [{"accuracy": -1}],
    "unknown_source": [{"source": "pigeon"}, {"source": 99}],
    "unreadable_time": [{"time": 10**300}, {"time": "yesterday"}, {"time": "09/03/2026 10:00"}, {"time": {}}],
    "time_zone_missing": [{"time": "2026-03-09T11:00:00"}],
    "missing_time": [{"time": None}],
    "time_out_of_range": [{"time": 10**15 * 9}, {"time": -(10**17)}, {"time": "1970-01-01T00:00:00Z"}],
    "clock_in_future": [{"time": iso_utc(NOW_US + 121 * SECOND_US)}, {"time": "2099-01-01T00:00:00Z"}],
    "not_yours": [{"device_id": "D2"}, {"device_id": "D1\x00"}, {"device_id": "\ud800"}, {"device_id": "x" * 300}],
    "repeated_field": [{"Time": "2026-03-09T11:00:00Z"}],
}  # fmt: skip


@pytest.mark.parametrize("reason", BAD)
def test_each_bad_input_has_its_reason_and_is_kept(reason: str, tag: Device) -> None:
    rows = [
        (change if isinstance(change, str) else json.dumps(fix(number) | change)).encode()
        for number, change in enumerate(BAD[reason])
    ]
    told = tag.send(b"\n".join(rows))
    assert told.status == 202
    assert told.reasons == [reason] * len(rows)
    assert told.counts == (0, 0, len(rows))
    assert Reject.objects.count() == len(rows)


def test_not_a_number_is_unknown_where_it_may_be_and_refused_where_it_may_not(tag: Device) -> None:
    told = tag.send(
        b"\n".join(
            json.dumps(fix(i) | c).encode()
            for i, c in enumerate([{"accuracy": float("nan")}, {"latitude": float("nan")}])
        )
    )
    assert told.counts == (1, 0, 1)
    assert told.reasons == ["missing_latitude"]


def test_a_gateways_unusable_device_ids_are_refused(gateway: Device) -> None:
    told = gateway.say(
        fix(device="D\x00"), fix(device="\ud800"), fix(device="x" * 65), fix(device=""), fix(device="é")
    )
    assert told.reasons == ["unusable_device_id", "unusable_device_id", "missing_device"]
    assert told.counts == (2, 0, 3)


def test_a_clock_a_little_fast_is_taken_and_waits(tag: Device) -> None:
    assert tag.say(fix(time=iso_utc(NOW_US + 119 * SECOND_US))).counts == (1, 0, 0)


def test_the_same_bytes_get_the_same_answer_and_add_nothing(tag: Device) -> None:
    first = tag.say(fix(0), fix(1), fix(2, latitude=99))
    again = tag.say(fix(0), fix(1), fix(2, latitude=99))
    assert again.body == first.body
    assert again.headers["Throughcare-Replayed"] == "true"
    assert len(held()) == 2
    assert Reject.objects.count() == 1


def test_the_same_bytes_of_another_sender_are_another_delivery(tag: Device, client: Client) -> None:
    other = make_device(client, "D2")
    assert tag.say(fix(0)).counts == (1, 0, 0)
    assert other.say(fix(0)).reasons == ["not_yours"]


def test_facts_sent_again_in_other_company_are_already_held(tag: Device) -> None:
    tag.say(fix(0), fix(1))
    told = tag.say(fix(1), fix(2), fix(2))
    assert told.counts == (1, 2, 0)


def test_facts_in_any_order_are_taken(tag: Device) -> None:
    assert tag.say(fix(9), fix(2), fix(5)).counts == (3, 0, 0)
    assert tag.say(fix(1)).counts == (1, 0, 0)
    assert len(held()) == 4


def test_one_instant_told_differently_is_kept_twice(tag: Device) -> None:
    tag.say(fix(0))
    assert tag.say(fix(0, latitude=54.1)).counts == (1, 0, 0)
    assert len(held()) == 2


def test_what_may_be_taken_later_gets_another_answer_later(tag: Device, clock: Clock) -> None:
    early = fix(time=iso_utc(NOW_US + HOUR_US))
    assert tag.say(early).reasons == ["clock_in_future"]
    clock.now_us += HOUR_US
    assert tag.say(early).counts == (1, 0, 0)


def test_receipts_are_let_go_after_an_hour(tag: Device, clock: Clock) -> None:
    tag.say(fix(0))
    assert forget_receipts(now_us=clock.now_us + HOUR_US) == 0
    assert forget_receipts(now_us=clock.now_us + HOUR_US + 1) == 1
    assert Receipt.objects.count() == 0
    assert tag.say(fix(0)).counts == (0, 1, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_vendors_bytes_become_facts(kind: str, gateway: Device) -> None:
    for sample in read_samples(load_adapter(kind).folder)[:3]:
        told = gateway.send(sample.data, kind="application/octet-stream", path=f"/ingest/v1/devices/{kind}")
        assert told.status == 202, told.body
        found = load_adapter(kind).parse
        assert callable(found)
        assert told.body["messages"] >= 1
        assert sum(told.counts) + told.body["fields_passed_over"] >= told.body["messages"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"{", "application/json", 400, "expected a JSON document"),
        (b"\xff\xfe", "application/json", 400, "a byte that is none"),
        (b"5", "application/json", 400, "found int"),
        (b"[" * 100_000, "application/json", 400, "in one another without end"),
        (b"[]", "application/json", 400, "at least one record"),
        (b"\n \n", "application/x-ndjson", 400, "at least one record"),
        (b"a,b", "text/csv", 415, "Content-Type"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "Content-Type"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(
    body: bytes, kind: str, status: int, words: str, tag: Device
) -> None:
    told = tag.send(body, kind=kind)
    assert told.status == status
    assert words in told.body["words"]
    assert not InboxItem.objects.exists()


def test_deep_nesting_in_a_row_costs_that_row_only(tag: Device) -> None:
    told = tag.send(b"[" * 100_000 + b"\n" + json.dumps(fix()).encode())
    assert told.counts == (1, 0, 1)
    assert len(Reject.objects.get().raw) < 11_000


def test_gzip_is_unpacked(tag: Device) -> None:
    whole = b"\n".join(json.dumps(fix(n)).encode() for n in range(50))
    two = gzip.compress(whole[:500]) + gzip.compress(whole[500:])
    assert tag.send(two, Content_Encoding="gzip").counts == (50, 0, 0)


@pytest.mark.parametrize(
    ("packed", "status", "words"),
    [
        (gzip.compress(b"x" * 1000)[:-9], 400, "its beginning only"),
        (b"no gzip", 400, "damaged"),
        (gzip.compress(b" " * 200_000_000), 413, "once unpacked"),
        (gzip.compress(b"") * 101, 400, "members"),
    ],
    ids=["cut", "damaged", "bomb", "members"],
)
def test_bad_gzip_is_refused_in_words(packed: bytes, status: int, words: str, tag: Device) -> None:
    told = tag.send(packed, Content_Encoding="gzip")
    assert (told.status, words in told.body["words"]) == (status, True)


def test_an_unknown_encoding_is_refused(tag: Device) -> None:
    assert tag.send(b"{}", Content_Encoding="br").status == 415


def test_a_body_that_is_too_large_is_refused_before_it_is_read(tag: Device) -> None:
    told = tag.send(b" " * 8_000_001)
    assert told.status == 413
    assert "at most 8,000,000 bytes" in told.body["words"]


def test_too_many_records_are_refused(tag: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_reading, "MOST_ROWS", 3)
    assert tag.say(*(fix(n) for n in range(3))).status == 202
    assert tag.say(*(fix(n) for n in range(4))).status == 413


def test_a_body_shorter_than_announced_is_refused(client: Client, tag: Device) -> None:
    cut = {"wsgi.input": io.BytesIO(b"[]"), "CONTENT_LENGTH": "100"}
    headers = {"Authorization": f"Bearer {tag.key}"}
    answer = client.post(FACTS, content_type="application/json", headers=headers, **cut)
    assert answer.status_code == 400
    assert "connection ended" in answer.json()["words"]


def test_only_post_is_answered(client: Client) -> None:
    answer = client.get(FACTS)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "key", ["", "tck_1_", "x", "tck_99999_" + "0" * 64, "tck_1_" + "0" * 64, "tck_\u0661_" + "0" * 64]
)
def test_without_a_good_key_nothing_is_taken(key: str, tag: Device) -> None:
    told = tag.send(b"{}", kind="application/json", key=key)
    assert told.status == 401
    assert told.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_key(client: Client, tag: Device) -> None:
    assert client.post(FACTS, b"{}", content_type="application/json").status_code == 401


def test_a_changed_key_leaves_the_former_one_a_day(tag: Device, clock: Clock) -> None:
    new = change_key(by=BY, now_us=clock.now_us, number=tag.number, at_once=False)
    assert tag.say(fix(0)).status == 202
    assert tag.send(json.dumps(fix(1)).encode(), key=new).status == 202
    clock.now_us += DAY_US
    assert tag.say(fix(2)).status == 401
    assert tag.send(json.dumps(fix(3)).encode(), key=new).status == 202


def test_a_key_changed_at_once_ends_the_former_one(tag: Device, clock: Clock) -> None:
    change_key(by=BY, now_us=clock.now_us, number=tag.number, at_once=True)
    assert tag.say(fix(0)).status == 401


def test_a_disabled_device_is_refused_and_so_is_what_a_gateway_says_for_it(
    tag: Device, gateway: Device
) -> None:
    set_disabled(by=BY, now_us=NOW_US, number=tag.number, disabled=True)
    assert tag.say(fix(0)).status == 403
    told = gateway.say(fix(0), fix(0, device="D9"))
    assert told.counts == (1, 0, 1)
    assert told.reasons == ["device_disabled"]
    set_disabled(by=BY, now_us=NOW_US, number=tag.number, disabled=False)
    assert gateway.say(fix(0), fix(0, device="D9")).counts == (1, 1, 0)


def test_a_device_over_its_limit_waits_and_is_told_how_long(client: Client, clock: Clock) -> None:
    tag = make_device(client, facts_per_minute=10)
    assert tag.say(*(fix(n) for n in range(25))).counts == (25, 0, 0)
    told = tag.say(fix(30))
    assert told.status == 429
    wait_s = int(told.headers["Retry-After"])
    assert wait_s == 90
    clock.now_us += wait_s * SECOND_US + 1
    assert tag.say(fix(30)).status == 202


def test_a_flooding_device_starves_no_other_of_its_gateway(gateway: Device, clock: Clock) -> None:
    gateway.say(*(fix(n, device="FLOOD") for n in range(700)))
    told = gateway.say(*(fix(n, device="FLOOD") for n in range(700, 710)), fix(device="D2"))
    assert told.counts == (1, 0, 10)
    assert set(told.reasons) == {"too_many_facts"}
    assert Reject.objects.filter(device_id="FLOOD").count() == 10
    clock.now_us += MINUTE_US
    again = gateway.say(*(fix(n, device="FLOOD") for n in range(700, 710)), fix(device="D2"))
    assert again.counts == (10, 1, 0)


def test_while_the_inbox_is_not_worked_off_senders_are_asked_to_wait(
    tag: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_limits, "waiting", lambda: Waiting(ingest_limits.MOST_ITEMS + 1, NOW_US))
    told = tag.say(fix(0))
    assert told.status == 503
    assert told.headers["Retry-After"] == "60"
    LIMITS.clear()
    old_us = NOW_US - ingest_limits.OLDEST_US - 1
    monkeypatch.setattr(ingest_limits, "waiting", lambda: Waiting(ingest_limits.MANY_ITEMS + 1, old_us))
    assert tag.say(fix(0)).status == 503
    assert held() == []


def test_one_delivery_that_is_stuck_stops_nobody(tag: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_limits, "waiting", lambda: Waiting(1, 0))
    assert tag.say(fix(0)).status == 202


@pytest.mark.parametrize("trouble", ["database or disk is full", "database is locked", "connection refused"])
def test_what_could_not_be_stored_is_not_acknowledged(
    trouble: str, tag: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError(trouble)

    with monkeypatch.context() as broken:
        broken.setattr(ingest_commit, "store", fail)
        told = tag.say(fix(0))
    assert told.status == 503
    assert "Nothing was stored" in told.body["words"]
    assert "Retry-After" in told.headers
    assert held() == []
    assert tag.say(fix(0)).counts == (1, 0, 0)
