"""The laws of the engine: the final incidents are a pure function of the facts, the rules and now."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.monitoring.worlds import END_US, HOME, START_US, World, rules_for, worlds
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.deadlines import next_deadline_us
from throughcare.monitoring.events import EventKind, final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.folding import fold, open_tail, start_carry
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.items import canonical_fixes, canonical_statuses, merge_items
from throughcare.monitoring.reference import reference_incidents, reference_segments
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses, StatusKind

NO_FIXES, NO_STATUSES = Fixes.empty(), Statuses.empty()


def run(world: World, *, retain_us: int | None = None) -> dict[str, Incident]:
    _, events = advance(
        State(), world.fixes, world.statuses, rules=world.rules, now_us=world.now_us, retain_us=retain_us
    )
    return final_incidents(events)


def only(batch, name: str):
    return batch.take(np.array([batch.keys[k] == name for k in batch.key], dtype=bool)).rekey(
        np.zeros(sum(batch.keys[k] == name for k in batch.key), np.int64), (name,)
    )


@given(worlds())
def test_the_fast_fold_equals_the_reference_exactly(world: World) -> None:
    for activation_id, compiled in world.rules.activations.items():
        fixes = canonical_fixes(only(world.fixes, activation_id))
        statuses = canonical_statuses(only(world.statuses, activation_id))
        items = merge_items(fixes, statuses, world.rules.parameters)
        start_us = compiled.interval.start_us
        for watch in compiled.watches:
            carry, closed = fold(items, watch, start_carry(start_us), parameters=world.rules.parameters)
            fast = (*closed, *open_tail(carry, now_us=world.now_us, parameters=world.rules.parameters))
            slow = reference_segments(
                items, watch, parameters=world.rules.parameters, start_us=start_us, now_us=world.now_us
            )
            assert fast == slow


@given(worlds())
def test_the_final_incidents_equal_the_reference(world: World) -> None:
    expected: dict[str, Incident] = {}
    for activation_id, compiled in world.rules.activations.items():
        for incident in reference_incidents(
            only(world.fixes, activation_id),
            only(world.statuses, activation_id),
            rules=compiled,
            parameters=world.rules.parameters,
            now_us=world.now_us,
        ):
            expected[incident.incident_id] = incident
    assert run(world) == expected


@given(worlds(), st.integers(0, 2**32 - 1))
def test_any_order_and_any_duplication_of_the_facts_gives_the_same_incidents(world: World, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fixes, statuses = world.fixes, world.statuses
    shuffled = World(
        world.rules,
        fixes.take(rng.permutation(np.concatenate([np.arange(len(fixes)), rng.integers(0, max(len(fixes), 1), len(fixes) // 3)]).astype(int))),
        statuses.take(rng.permutation(len(statuses))),
        world.now_us,
    )  # fmt: skip
    assert run(shuffled) == run(world)


@given(worlds(), st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_any_split_into_batches_gives_the_same_incidents(world: World, seed: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    of_fix = rng.integers(0, parts, len(world.fixes))
    of_status = rng.integers(0, parts, len(world.statuses))
    state, events = State(), []
    for part in range(parts):
        now_us = world.now_us if part == parts - 1 else min(world.now_us, START_US + part * 7 * HOUR_US)
        state, told = advance(
            state,
            world.fixes.take(of_fix == part),
            world.statuses.take(of_status == part),
            rules=world.rules,
            now_us=now_us,
        )
        events.extend(told)
    final = final_incidents(events)
    assert {key: value.material for key, value in final.items()} == {
        key: value.material for key, value in run(world).items()
    }


@given(worlds())
def test_sharding_by_activation_changes_nothing(world: World) -> None:
    parts: dict[str, Incident] = {}
    for activation_id, compiled in world.rules.activations.items():
        rules = Rules(
            rules_id=world.rules.rules_id,
            known_at_us=world.rules.known_at_us,
            within=world.rules.within,
            parameters=world.rules.parameters,
            activations={activation_id: compiled},
        )
        shard = World(
            rules, only(world.fixes, activation_id), only(world.statuses, activation_id), world.now_us
        )
        parts |= run(shard)
    assert parts == run(world)


@given(worlds())
def test_decode_undoes_encode_and_a_resumed_state_goes_on_the_same(world: World) -> None:
    middle = START_US + 20 * HOUR_US
    now_us = min(middle, world.now_us)
    early, late = world.fixes.t_us <= middle, world.fixes.t_us > middle
    state, _ = advance(State(), world.fixes.take(early), world.statuses, rules=world.rules, now_us=now_us)
    raw = encode(state)
    assert encode(decode(raw)) == raw
    after = [
        advance(s, world.fixes.take(late), Statuses.empty(), rules=world.rules, now_us=world.now_us)
        for s in (state, decode(raw))
    ]
    assert [e.as_dict() for e in after[0][1]] == [e.as_dict() for e in after[1][1]]
    assert encode(after[0][0]) == encode(after[1][0])


@given(worlds())
def test_the_same_input_gives_the_same_ids_and_leaves_the_input_alone(world: World) -> None:
    before = (world.fixes.content().copy(), world.statuses.content().copy())
    first, events = advance(State(), world.fixes, world.statuses, rules=world.rules, now_us=world.now_us)
    image = encode(first)
    _, again = advance(State(), world.fixes, world.statuses, rules=world.rules, now_us=world.now_us)
    advance(first, world.fixes, Statuses.empty(), rules=world.rules, now_us=world.now_us + MINUTE_US)
    assert [e.event_id for e in events] == [e.event_id for e in again]
    assert len({e.event_id for e in events}) == len(events)
    assert encode(first) == image
    assert np.array_equal(before[0], world.fixes.content())
    assert np.array_equal(before[1], world.statuses.content())


@given(worlds())
def test_telling_the_same_facts_twice_tells_nothing_new(world: World) -> None:
    state, _ = advance(State(), world.fixes, world.statuses, rules=world.rules, now_us=world.now_us)
    _, events = advance(state, world.fixes, world.statuses, rules=world.rules, now_us=world.now_us)
    assert events == ()


@given(worlds())
def test_a_live_state_that_forgets_old_facts_tells_the_same_incidents(world: World) -> None:
    fixes, statuses = world.fixes, world.statuses
    state, events, step = State(), [], 2 * HOUR_US
    for now_us in [*range(START_US + step, world.now_us, step), world.now_us]:
        new = (fixes.t_us > now_us - step) & (fixes.t_us <= now_us)
        news = (statuses.t_us > now_us - step) & (statuses.t_us <= now_us)
        if now_us == world.now_us:
            new, news = (
                (fixes.t_us > state.now_us) & (fixes.t_us <= now_us),
                (statuses.t_us > state.now_us) & (statuses.t_us <= now_us),
            )
        if state.now_us < START_US:
            new, news = fixes.t_us <= now_us, statuses.t_us <= now_us
        state, told = advance(
            state,
            fixes.take(new),
            statuses.take(news),
            rules=world.rules,
            now_us=now_us,
            retain_us=6 * HOUR_US,
        )
        events.extend(told)
    whole = run(world)
    pruned = final_incidents(events)
    assert {k: v.material for k, v in pruned.items()} == {k: v.material for k, v in whole.items()}
    assert not [e for e in events if e.kind in (EventKind.TOO_LATE, EventKind.REPLAY_NEEDED)]


@given(worlds(people=1))
def test_time_alone_changes_incidents_only_at_announced_deadlines(world: World) -> None:
    state, _ = advance(State(), world.fixes, world.statuses, rules=world.rules, now_us=world.now_us)
    horizon = world.now_us + 6 * HOUR_US
    deadline = next_deadline_us(state, world.rules)
    while deadline is not None and deadline <= horizon:
        assert deadline > state.now_us
        just_before = max(deadline - 1, state.now_us)
        state, silent = advance(state, NO_FIXES, NO_STATUSES, rules=world.rules, now_us=just_before)
        assert silent == ()
        state, _ = advance(state, NO_FIXES, NO_STATUSES, rules=world.rules, now_us=deadline)
        deadline = next_deadline_us(state, world.rules)
    _, silent = advance(state, NO_FIXES, NO_STATUSES, rules=world.rules, now_us=horizon)
    assert silent == ()


def test_a_fact_from_before_the_retained_time_is_told_and_counted() -> None:
    minutes = np.arange(0, 40 * 60)
    at_home = Fixes.build(
        key=np.zeros(len(minutes), np.int64),
        keys=("A0",),
        t_us=START_US + minutes * MINUTE_US,
        lat_deg=np.full(len(minutes), HOME[1]),
        lon_deg=np.full(len(minutes), HOME[0]),
        accuracy_m=np.full(len(minutes), 10.0),
    )
    alive = Statuses.build(
        key=np.zeros(len(minutes), np.int64),
        keys=("A0",),
        t_us=START_US + minutes * MINUTE_US,
        kind=np.full(len(minutes), int(StatusKind.UNIT_HEARTBEAT)),
    )
    rules, late = rules_for(1), at_home.take(minutes < 3)
    state, _ = advance(
        State(), at_home.take(minutes >= 3), alive, rules=rules, now_us=END_US, retain_us=HOUR_US
    )
    assert state.activations["A0"].settled_us > int(late.t_us.max())
    assert len(state.activations["A0"].fixes) < len(at_home) / 2
    _, events = advance(state, late, Statuses.empty(), rules=rules, now_us=END_US, retain_us=HOUR_US)
    assert [(e.kind, e.count) for e in events] == [(EventKind.TOO_LATE, 3)]


def test_now_never_goes_back() -> None:
    rules = rules_for(1)
    state, _ = advance(State(), Fixes.empty(), Statuses.empty(), rules=rules, now_us=END_US)
    with pytest.raises(ValueError, match="before the last advance"):
        advance(state, Fixes.empty(), Statuses.empty(), rules=rules, now_us=END_US - 1)
