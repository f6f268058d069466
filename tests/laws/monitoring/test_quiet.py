"""What is taken for quiet is quiet: leaving the rules out tells what evaluating them tells, and most facts are so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.monitoring.test_varied_orders import LATE, rules_at
from tests.laws.monitoring.worlds import END_US, HOME, START_US, facts_from, rules_for
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.evaluate import evaluate
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses, StatusKind


def days_of(seed: int) -> tuple[Fixes, Statuses]:
    """Return a position and a poll every few minutes: long stays, some away, silences, and what a tag may say."""
    rng = np.random.default_rng(seed)
    every_us = int(rng.choice([1, 2, 5])) * MINUTE_US
    t_us = np.arange(START_US + MINUTE_US, END_US, every_us)
    t_us = t_us[np.repeat(rng.random(len(t_us) // 20 + 1) > 0.03, 20)[: len(t_us)]]  # silences
    stay = np.repeat(rng.integers(4, 200, len(t_us)), rng.integers(4, 200, len(t_us)))[: len(t_us)]
    side = rng.choice([0.0] * 9 + [60.0, 130.0, 300.0, 2000.0], 201)[stay]
    fixes = Fixes.build(
        key=np.zeros(len(t_us)), keys=("A0",), t_us=t_us, lat_deg=HOME[1] + rng.normal(0, 8, len(t_us)) / 111_195.0,
        lon_deg=HOME[0] + (side + rng.normal(0, 8, len(t_us))) / 67_500.0,
        accuracy_m=rng.choice([4.0, 12.0, 12.0, 40.0], len(t_us)), source=rng.choice([1, 1, 1, 1, 5], len(t_us)),
    )  # fmt: skip
    polls = t_us[rng.random(len(t_us)) < 0.9] + 7_000_000
    _, odd = facts_from(seed, people=1, fixes=0, statuses=int(rng.choice([0, 0, 0, 3, 30])))
    heard = np.where(rng.random(len(polls)) < 0.95, StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED)
    heard[rng.random(len(polls)) < 0.1] = StatusKind.BATTERY_PERCENT
    said = Statuses.build(
        key=np.zeros(len(polls)), keys=("A0",), t_us=polls, kind=heard, value=np.full(len(polls), 60.0)
    )
    return fixes, Statuses.concat([said, odd])


def check_steps(rules: Rules, facts: tuple[Fixes, Statuses], seed: int, retain_us: int | None) -> None:
    """Advance in short steps, now and then with facts that come late, and compare with a full evaluation each time."""
    rng = np.random.default_rng(seed)
    step_us = int(rng.choice([1, 3, 11, 40])) * MINUTE_US
    first_us = START_US + int(rng.integers(0, 50)) * HOUR_US
    known_us = [t + np.where(rng.random(len(t)) < 0.02, HOUR_US, 0) for t in (facts[0].t_us, facts[1].t_us)]
    state, last_us = State(), 0
    for now_us in range(first_us, min(first_us + 60 * step_us, LATE), step_us):
        new: list[Any] = [
            batch.take((at > last_us) & (at <= now_us)) for batch, at in zip(facts, known_us, strict=True)
        ]
        last_us = now_us
        bare = decode(encode(state))  # what it knows of deadlines is not encoded: every rule is evaluated
        expected, told = advance(bare, *new, rules=rules, now_us=now_us, retain_us=retain_us)
        state, events = advance(state, *new, rules=rules, now_us=now_us, retain_us=retain_us)
        assert [e.as_dict() for e in events] == [e.as_dict() for e in told]
        assert encode(state) == encode(expected)


@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 6 * HOUR_US]))
def test_quiet_facts_tell_what_a_full_evaluation_tells(seed: int, retain_us: int | None) -> None:
    check_steps(rules_for(1), days_of(seed), seed, retain_us)


@given(st.integers(0, 2**32 - 1), st.sampled_from([None, 6 * HOUR_US]))
def test_the_same_under_an_order_that_uses_everything(seed: int, retain_us: int | None) -> None:
    check_steps(rules_at(LATE, START_US + 12 * HOUR_US), days_of(seed), seed, retain_us)


def test_an_ordinary_night_is_quiet_but_for_its_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[int] = []

    def counted(scope: Scope) -> tuple[Incident, ...]:
        evaluated.append(scope.now_us)
        return evaluate(scope)

    monkeypatch.setattr("throughcare.monitoring.advance.evaluate", counted)
    rules, state = rules_for(1), State()
    minutes = range(START_US + MINUTE_US, START_US + 5 * HOUR_US, MINUTE_US)
    for now_us in minutes:
        at_home = Fixes.build(
            key=[0], keys=("A0",), t_us=[now_us], lat_deg=[HOME[1]], lon_deg=[HOME[0]], source=[1]
        )
        heard = Statuses.build(key=[0], keys=("A0",), t_us=[now_us], kind=[StatusKind.RADIO_HEARD])
        state, _ = advance(state, at_home, heard, rules=rules, now_us=now_us)
    assert len(evaluated) < len(minutes) / 4
