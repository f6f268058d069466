"""Laws that every incident rule obeys, whatever was received, in whatever order, and whenever it is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.lib.rule_tables import Fact, instant
from tests.lib.scopes import compiled, cut, scope_of
from throughcare.kernel.time import HOUR_US, MINUTE_US, SECOND_US
from throughcare.monitoring.alcohol import alcohol_incidents
from throughcare.monitoring.attendance import attendance
from throughcare.monitoring.contact import LOOK_BACK_US, loss_of_contact
from throughcare.monitoring.devices import device_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident, IncidentStatus
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.presence import Presence, Segment
from throughcare.monitoring.proximity import proximity
from throughcare.monitoring.rules import ActivationRules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.status import StatusKind
from throughcare.monitoring.tracks import proximity_track

START_US = instant("00:00")
DAY_MIN = 36 * 60
NUMBERED = {StatusKind.BATTERY_PERCENT: 100, StatusKind.ALCOHOL_READING: 0.12}
ALCOHOL = {
    "kind": "alcohol",
    "condition_id": "alc-1",
    "start_date": "2026-03-02",
    "monitoring": "abstinence",
}
OFFICE = {
    "kind": "attendance",
    "condition_id": "att-1",
    "start_date": "2026-03-02",
    "purpose": "Supervision",
    "place_id": "office",
    "recurrence": "FREQ=DAILY",
    "start": "10:00",
    "duration_min": 60,
}
RULES = compiled(ALCOHOL, OFFICE, home_unit=True)
ENDED = compiled(ALCOHOL, OFFICE, home_unit=True, worn_to="2026-03-02T20:00:00Z")


def value_of(kind: StatusKind | None, share: float) -> float:
    top = NUMBERED.get(kind) if kind is not None else None
    return float("nan") if top is None else round(top * share, 3)


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Draw bursts of regular reports with single events between them, over a day and a half."""
    kinds = st.sampled_from([None, *StatusKind])
    regular = st.sampled_from(
        [None, StatusKind.DEVICE_HEARTBEAT, StatusKind.UNIT_HEARTBEAT, StatusKind.ALCOHOL_READING]
    )
    minutes = st.integers(0, DAY_MIN)
    found: list[Fact] = []
    for _ in range(draw(st.integers(0, 5))):
        kind, first = draw(regular), draw(minutes)
        step, count = draw(st.sampled_from([5, 15, 30])), draw(st.integers(1, 40))
        level = draw(st.sampled_from([0.0, 0.2, 0.3, 0.6]))
        for i in range(count):
            bump = level * max(0.0, 1 - abs(i - count / 2) / (count / 2 + 1))
            at_us = START_US + (first + i * step) * MINUTE_US
            found.append(Fact(at_us, kind, value_of(kind, bump), draw(st.booleans())))
    for kind, minute, share in draw(st.lists(st.tuples(kinds, minutes, st.floats(0, 1)), max_size=25)):
        found.append(Fact(START_US + minute * MINUTE_US, kind, value_of(kind, share), False))
    return [fact for fact in found if fact.t_us <= START_US + DAY_MIN * MINUTE_US]


EVERY_RULE = pytest.mark.parametrize("rule", [loss_of_contact, device_incidents, alcohol_incidents])
Rule = Callable[[Scope], tuple[Incident, ...]]


def known_at(said: list[Fact], minute: int, rules: ActivationRules = RULES) -> Scope:
    return scope_of(said, now_us=START_US + minute * MINUTE_US, rules=rules)


@EVERY_RULE
@given(said=facts(), seed=st.integers(0, 2**32 - 1), repeats=st.integers(1, 3))
def test_the_order_of_arrival_and_repeats_change_nothing(
    rule: Rule, said: list[Fact], seed: int, repeats: int
) -> None:
    shuffled = said * repeats
    np.random.default_rng(seed).shuffle(shuffled)

    assert rule(known_at(shuffled, DAY_MIN)) == rule(known_at(said, DAY_MIN))


@EVERY_RULE
@pytest.mark.parametrize("rules", [RULES, ENDED], ids=["worn", "taken off"])
@given(said=facts(), nows=st.lists(st.integers(1, DAY_MIN + 600), min_size=2, max_size=8, unique=True))
def test_an_incident_once_closed_never_changes(
    rule: Rule, rules: ActivationRules, said: list[Fact], nows: list[int]
) -> None:
    worn = [fact for fact in said if fact.t_us < rules.interval.stop_us]
    tellings = [{i.incident_id: i for i in rule(known_at(worn, now, rules))} for now in sorted(nows)]

    for before, after in pairwise(tellings):
        for incident_id, incident in before.items():
            note(f"{incident}")
            if incident.status is IncidentStatus.CLOSED:
                assert after[incident_id] == incident


@EVERY_RULE
@given(said=facts(), now=st.integers(1, DAY_MIN + 600))
def test_every_incident_is_whole_and_known_in_time(rule: Rule, said: list[Fact], now: int) -> None:
    scope = known_at(said, now)
    found = rule(scope)

    assert len({i.incident_id for i in found}) == len(found)
    for incident in found:
        assert incident.start_us <= incident.detected_us <= scope.now_us
        assert 0 <= incident.low_s <= incident.best_s <= incident.high_s
        assert incident.atv_s == 0
        assert incident.end_us is None or incident.start_us <= incident.end_us <= scope.now_us
        assert all(a.end_us is not None and a.end_us <= b.start_us for a, b in pairwise(incident.spells))
        assert incident.spells[0].start_us == incident.start_us
        assert incident.spells[-1].end_us == incident.end_us
        assert incident.parameters_id == scope.parameters.parameters_id
        assert incident.fingerprint


@EVERY_RULE
@given(said=facts(), at=st.integers(200, DAY_MIN))
def test_a_live_state_that_forgot_what_was_settled_tells_the_same_of_the_rest(
    rule: Rule, said: list[Fact], at: int
) -> None:
    scope = known_at(said, DAY_MIN)
    whole = rule(scope)
    settled_us = START_US + at * MINUTE_US
    linger_us = 2 * HOUR_US + 30 * MINUTE_US
    if any(
        i.start_us - MINUTE_US <= settled_us and (i.end_us is None or i.end_us + linger_us >= settled_us)
        for i in whole
    ):
        return  # something unsettled reaches over this instant: a live state does not forget there
    pruned = rule(cut(scope, settled_us - LOOK_BACK_US - HOUR_US))

    assert [i for i in pruned if i.start_us > settled_us] == [i for i in whole if i.start_us > settled_us]


@EVERY_RULE
@given(said=facts())
def test_nothing_that_it_looks_at_is_changed(rule: Rule, said: list[Fact]) -> None:
    scope = known_at(said, DAY_MIN)
    before = (scope.fixes.content().tolist(), scope.statuses.content().tolist())

    rule(scope)

    assert (scope.fixes.content().tolist(), scope.statuses.content().tolist()) == before


@EVERY_RULE
def test_before_the_activation_nothing_is_told(rule: Rule) -> None:
    assert rule(scope_of([], now_us=START_US - HOUR_US, rules=RULES)) == ()


@st.composite
def presences(draw: st.DrawFn) -> tuple[Segment, ...]:
    """Draw contiguous presence over a day and a half, as evidence every few minutes would leave it."""
    cuts = sorted(draw(st.sets(st.integers(1, DAY_MIN - 1), max_size=12)) | {0, DAY_MIN})
    found: list[Segment] = []
    for a, b in pairwise(cuts):
        state = draw(st.sampled_from(list(Presence)))
        start_us, end_us = START_US + a * MINUTE_US, START_US + b * MINUTE_US
        decided_us = start_us if state is Presence.UNKNOWN else min(start_us + 4 * MINUTE_US, end_us)
        found.append(Segment(start_us, end_us, state, start_us, end_us, decided_us, 5, 0.9))
    return tuple(found)


def at_now(segments: tuple[Segment, ...], now_us: int) -> tuple[Segment, ...]:
    """Return the segments as they stood at an instant: the last one open, known up to its last evidence."""
    begun = [s for s in segments if s.decided_us <= now_us]
    if not begun:
        return ()
    last = begun[-1]
    stop_us = min(last.end_us or now_us, now_us)
    return (*begun[:-1], dataclasses.replace(last, end_us=None, last_us=stop_us))


@given(segments=presences(), nows=st.lists(st.integers(1, DAY_MIN), min_size=2, max_size=6, unique=True))
def test_an_appointment_once_settled_stays_settled(segments: tuple[Segment, ...], nows: list[int]) -> None:
    watch_id = RULES.watches[0].watch_id
    settled: dict[int, str] = {}
    for minute in sorted(nows):
        now_us = START_US + minute * MINUTE_US
        scope = scope_of([], now_us=now_us, rules=RULES, segments={watch_id: at_now(segments, now_us)})
        records, incidents = attendance(scope)
        for record in records:
            outcome = str(record.outcome)
            before = settled.get(record.due.start_us)
            assert before in {None, "not_yet", "no_data", outcome}
            settled[record.due.start_us] = outcome
        told = {i.window.start_us for i in incidents if i.window is not None}
        assert told == {r.due.start_us for r in records if str(r.outcome) in {"absent", "late"}}
        for incident in incidents:
            assert incident.detected_us <= now_us
            assert incident.low_s <= incident.best_s <= incident.high_s


@st.composite
def ways(draw: st.DrawFn) -> Fixes:
    """Draw one person's positions: legs of a walk over two hours, with stray and poor ones among them."""
    rows: list[tuple[int, float, float]] = []
    east_m, second = draw(st.integers(-3000, 3000)), draw(st.integers(0, 600))
    step_s = draw(st.sampled_from([30, 60, 240]))
    while second < 7200:
        pause = draw(st.sampled_from([1, 1, 1, 15]))
        pace_mps = draw(st.sampled_from([-8, -1, 0, 0, 1, 8]))
        for _ in range(draw(st.integers(1, 20))):
            stray = draw(st.sampled_from([0, 0, 0, 0, 0, 0, 2500]))
            rows.append((second, float(east_m + stray), draw(st.sampled_from([8.0, 20.0, 60.0]))))
            second += step_s
            east_m += pace_mps * step_s
        second += step_s * pause
    t, east, accuracy = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    return Fixes.build(
        key=np.zeros(len(t), np.int64),
        keys=("act-1",),
        t_us=START_US + (t * SECOND_US).astype(np.int64),
        lat_deg=np.full(len(t), 52.0),
        lon_deg=-1.5 + east / 68_000,
        accuracy_m=accuracy,
        level=np.full(len(t), 0.68),
        source=np.where(accuracy > 50, 6, 1),
    )


NEAR = {
    "kind": "victim_proximity",
    "condition_id": "vic-1",
    "start_date": "2026-03-02",
    "protected_ref": "P-77",
    "distance_m": 500,
    "warning_m": 1200,
}
APART = compiled(NEAR)


def told_of(one: Fixes, other: Fixes, now_us: int) -> tuple[Incident, ...]:
    def track(fixes: Fixes):
        return proximity_track(fixes, parameters=Parameters(), until_us=now_us)

    return proximity(
        subject=track(one),
        protected=track(other),
        condition=APART.conditions[0],
        rules=APART,
        parameters=Parameters(),
        interval=APART.interval,
        now_us=now_us,
    )


@given(one=ways(), other=ways(), nows=st.lists(st.integers(1, 200), min_size=2, max_size=5, unique=True))
def test_a_closed_proximity_incident_never_changes_and_none_is_told_early(
    one: Fixes, other: Fixes, nows: list[int]
) -> None:
    closed: dict[str, Incident] = {}
    for minute in sorted(nows):
        now_us = START_US + minute * MINUTE_US
        standing = {i.incident_id: i for i in told_of(one, other, now_us)}
        for incident_id, incident in closed.items():
            assert standing[incident_id] == incident
        for incident in standing.values():
            assert incident.start_us <= incident.detected_us <= now_us
            assert incident.low_s <= incident.best_s <= incident.high_s
        closed |= {k: i for k, i in standing.items() if i.status is IncidentStatus.CLOSED}


@given(one=ways(), other=ways(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_positions_and_repeats_change_nothing_of_proximity(
    one: Fixes, other: Fixes, seed: int
) -> None:
    now_us = START_US + 180 * MINUTE_US
    order = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(one)), 2))

    assert told_of(one.take(order), other, now_us) == told_of(one, other, now_us)
