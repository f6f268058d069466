"""What samples cannot show: joined messages, sessions, repeated fields, and bytes that only look like a message."""

from __future__ import annotations

import pytest

from throughcare.adapters.devices.fields import number, signed_deg, utc_stamp_us
from throughcare.adapters.devices.parsed import Parsed, Session
from throughcare.adapters.devices.registry import load_adapter
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.status import StatusKind

LOGIN = bytes.fromhex("676701000a0001" + "0000000000000001")
REMOVED = bytes.fromhex("67671400" + "0a" + "0002" + "69a4b078" + "00" + "25" + "0000")
ARRIVED = Session(received_us=parse_instant("2026-03-01T22:00:00Z"))


def read(kind: str, data: bytes, session: Session = ARRIVED) -> Parsed:
    return load_adapter(kind).parse(data, session)


def test_an_eelink_login_names_the_packages_after_it_and_the_session():
    parsed = read("eelink", LOGIN + REMOVED)
    assert parsed.device == "000000000000001"
    assert StatusKind.STRAP_OPEN in parsed.readings.kind.tolist()
    assert parsed.readings.keys == ("000000000000001",)
    assert parsed.readings.row.tolist() == [1, 2, 2]
    assert [reject.reason for reject in read("eelink", REMOVED).rejects] == ["no_device"]


def test_a_removal_carries_the_devices_time_and_not_that_of_its_arrival():
    parsed = read("eelink", LOGIN + REMOVED)
    opened = parsed.readings.t_us[parsed.readings.kind == StatusKind.STRAP_OPEN]
    assert opened.tolist() == [0x69A4B078 * 1_000_000]
    assert set(parsed.readings.received_us.tolist()) == {ARRIVED.received_us}


def test_one_damaged_laipac_line_costs_no_other_line():
    whole = b"$ECHK,000000000000001,0*35"
    body = whole[1:-3]
    total = 0
    for byte in body:
        total ^= byte
    good = b"$" + body + b"*%02X" % total
    parsed = read("laipac", good + b"\r\n" + good[:-3] + b"!*00\r\n" + good)
    assert parsed.readings.row.tolist() == [1, 3]
    assert [(reject.row, reject.reason) for reject in parsed.rejects] == [(2, "bad_checksum")]


def test_a_watch_message_with_a_wrong_length_ends_at_its_bracket():
    parsed = read("watch", b"[3G*0000000001*00FF*LK,0,0,80][3G*0000000001*0009*LK,0,0,70]")
    assert parsed.readings.value[parsed.readings.kind == StatusKind.BATTERY_PERCENT].tolist() == [80.0, 70.0]


def test_a_watch_pictures_brackets_stay_inside_it():
    parsed = read("watch", b"[3G*0000000001*0007*img,][\xff][3G*0000000001*0002*LK]")
    assert parsed.messages == 2
    assert parsed.unknown[0].field == "img"


def test_a_field_that_rftrack_says_twice_is_kept_twice():
    parsed = read("rftrack", b"i=000000000000001&t=1772400600000&u=1&u=2")
    assert [(item.field, item.value) for item in parsed.unknown] == [("u", "1"), ("u", "2")]


def test_an_accuracy_of_nothing_is_not_said():
    gps = b'gps={"a":0,"x":0.1,"y":51.5,"t":1772400600000}'
    parsed = read("rftrack", b"i=000000000000001&t=1772400600000&" + gps)
    assert len(parsed.positions) == 1
    assert parsed.positions.accuracy_m[0] != parsed.positions.accuracy_m[0]


@pytest.mark.parametrize("text", ["", "nan", "inf", "0x1", "1e5", "1" * 40, "٣", "1_0"])
def test_what_is_no_plain_number_is_none(text):
    assert number(text) is None


@pytest.mark.parametrize(
    ("date", "clock"),
    [("20260230", "000000"), ("20260301", "240000"), ("٢٠٢٦٠٣٠١", "000000"), ("2026031", "00000")],
)
def test_a_stamp_that_does_not_exist_is_no_time(date, clock):
    assert utc_stamp_us(date, clock, form="%Y%m%d") == NO_TIME_US


def test_south_and_west_are_negative_whatever_the_sign_and_others_stand():
    assert [signed_deg(1.0, "S"), signed_deg(-1.0, "W"), signed_deg(-1.0, "E"), signed_deg(1.0, "")] == [
        -1,
        -1,
        -1,
        1,
    ]
