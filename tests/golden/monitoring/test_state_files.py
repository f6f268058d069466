"""A state that an earlier release wrote stays readable, and says what it said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lib.engine_tables import Clock, facts, night, order, rules_of
from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import STATE_VERSION, State
from throughcare.monitoring.status import Statuses

HERE = Path(__file__).parent
OLD, OLD_SAYS = HERE / "state-v1.bin", HERE / "state-v1.json"
STATE, SAYS = HERE / "state-v2.bin", HERE / "state-v2.json"
CLOCK = Clock()
NOW_US = CLOCK.us("Tue 08:00")


def rules() -> Rules:
    curfew = {"kind": "curfew", "condition_id": "C1", "phases": [{"timetable": night()}]}
    return rules_of(order(curfew, homes={"home": (0.0, 0.0)}, clock=CLOCK, home_unit=True), clock=CLOCK)


def made() -> State:
    """Return the state of a night with an absence, a silence, a battery and some radio, half of it forgotten."""
    cell = (
        "17:00-22:00 home every 5 min; 22:00-23:00 away every 5 min; 23:00-Tue 08:00 home every 10 min; "
        "17:00-20:00 home unit hears the tag every 30 min; Tue 06:00 battery 15"
    )
    at = {"home": (0.0, 0.0), "away": (0.0, 2000.0)}
    told = facts(cell, at=at, clock=CLOCK, now_us=NOW_US)
    return advance(State(), *told, rules=rules(), now_us=NOW_US, retain_us=HOUR_US)[0]


def says(state: State) -> dict[str, Any]:
    """Return what a state says, in values that any release can compare."""
    return {
        "now_us": state.now_us,
        "activations": {
            key: {
                "settled_us": held.settled_us,
                "base_us": held.base_us,
                "head_us": held.head_us,
                "fixes": [
                    held.fixes.t_us.tolist(),
                    held.fixes.lat_deg.tolist(),
                    held.fixes.accuracy_m.tolist(),
                ],
                "statuses": [held.statuses.t_us.tolist(), held.statuses.kind.tolist()],
                "segments": [
                    [s.start_us, s.end_us, int(s.state), s.first_us, s.last_us, s.evidence, s.confidence]
                    for _, watch in sorted(held.watches.items())
                    for s in (*watch.before, *watch.since)
                ],
                "told": [
                    [t.incident_id, t.kind, t.code, t.start_us, t.end_us, t.stop_us, t.revision]
                    for _, t in sorted(held.told.items())
                ],
            }
            for key, held in sorted(state.activations.items())
        },
    }


def test_a_state_of_version_1_says_what_it_said_when_it_was_written() -> None:
    state = decode(OLD.read_bytes())

    assert says(state) == json.loads(OLD_SAYS.read_text(encoding="utf-8"))
    assert says(decode(encode(state))) == says(state)


def test_a_state_of_version_1_is_written_again_as_today_s() -> None:
    raw = encode(decode(OLD.read_bytes()))

    assert int.from_bytes(raw[4:6], "big") == STATE_VERSION
    assert encode(decode(raw)) == raw


def test_a_state_of_version_2_says_what_it_said_when_it_was_written(regenerate: bool) -> None:
    assert STATE_VERSION == 2, "write state-v3 beside state-v2, and keep this test as it is"
    if regenerate:
        STATE.write_bytes(encode(made()))
        SAYS.write_text(json.dumps(says(made())) + "\n", encoding="utf-8")

    raw = STATE.read_bytes()

    assert says(decode(raw)) == json.loads(SAYS.read_text(encoding="utf-8"))
    assert encode(decode(raw)) == raw


@pytest.mark.parametrize("file", [OLD, STATE])
def test_a_state_of_any_version_can_be_advanced(file: Path) -> None:
    state = decode(file.read_bytes())

    after, _ = advance(
        state, Fixes.empty(), Statuses.empty(), rules=rules(), now_us=NOW_US + HOUR_US, retain_us=HOUR_US
    )

    assert after.now_us == NOW_US + HOUR_US
    assert sorted(after.activations) == sorted(state.activations)
