"""Messages that others published are read: each leaves a fact or a reject, and what they expect is found.

The messages are test data of Traccar (Apache-2.0), read in place and never copied.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from throughcare.adapters.devices.conformance import SESSION
from throughcare.adapters.devices.parsed import Parsed
from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.status import StatusKind

pytestmark = pytest.mark.real_data

PROTOCOLS = {"eelink": "Eelink", "laipac": "Laipac", "r16h": "R16h", "rftrack": "RfTrack", "watch": "Watch"}
FOUND = {  # messages of the file; then in them: positions, no position, strap opened, case opened, rejects
    "rftrack": (1, 1, 0, 0, 0, 0),
    "watch": (50, 14, 22, 3, 0, 0),
    "eelink": (36, 25, 9, 1, 0, 0),
    "r16h": (3, 1, 1, 0, 0, 0),
    "laipac": (37, 25, 7, 0, 1, 0),
}
_POSITION = re.compile(r'position\("([^"]+)", (true|false), ([-\d.]+), ([-\d.]+)\)')


@pytest.fixture(scope="module")
def messages(shared_data: Path) -> list[dict[str, object]]:
    text = (shared_data / "traccar_messages" / "traccar_test_messages_personal.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def parsed_messages(messages: list[dict[str, object]], kind: str) -> list[tuple[dict[str, object], Parsed]]:
    parse = load_adapter(kind).parse
    mine = [message for message in messages if message["protocol"] == PROTOCOLS[kind]]
    return [(message, parse(as_bytes(message), SESSION)) for message in mine]


def as_bytes(message: dict[str, object]) -> bytes:
    text = str(message["message"])
    try:
        return bytes.fromhex(text) if message["kind"] == "hex" else text.encode()
    except ValueError:  # one text message is filed as hexadecimal
        return text.encode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_public_message_leaves_a_fact_or_a_reject(messages: list[dict[str, object]], kind: str):
    done = [parsed for _, parsed in parsed_messages(messages, kind)]
    assert all(parsed.accounted_rows() == set(range(1, parsed.messages + 1)) for parsed in done)
    assert all(parsed.messages for parsed in done)

    def times(status: StatusKind) -> int:
        return sum(parsed.readings.kind.tolist().count(status) for parsed in done)

    counts = (times(StatusKind.NO_POSITION), times(StatusKind.STRAP_OPEN), times(StatusKind.CASE_OPEN))
    positions, rejects = sum(len(p.positions) for p in done), sum(len(p.rejects) for p in done)
    assert (len(done), positions, *counts, rejects) == FOUND[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_publisher_expects_is_found(messages: list[dict[str, object]], kind: str):
    for message, parsed in parsed_messages(messages, kind):
        expected = message["expect"]
        stated = _POSITION.search(str(expected[0])) if expected else None
        if stated and stated[2] == "true":
            assert parsed.positions.t_us.tolist() == [parse_instant(stated[1].replace(" ", "T") + "Z")]
            assert parsed.positions.lat_deg[0] == pytest.approx(float(stated[3]), abs=5e-6)
            assert parsed.positions.lon_deg[0] == pytest.approx(float(stated[4]), abs=5e-6)
        elif stated:
            assert StatusKind.NO_POSITION in parsed.readings.kind.tolist()
        if "Position.ALARM_REMOVING" in expected:
            assert StatusKind.STRAP_OPEN in parsed.readings.kind.tolist()
