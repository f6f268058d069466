"""The laws of stepping one activation: forgetting facts, windows and its own bytes changes nothing that is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.monitoring.worlds import END_US, START_US, World, facts_from, order_for, worlds
from tests.lib.simulated import small_simulation
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.codec import encode
from throughcare.monitoring.events import Event, EventKind, final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules
from throughcare.monitoring.screening import Screen
from throughcare.monitoring.state import State, Told
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import OrderHistory, history_of
from throughcare.runners.embedded import (
    Step,
    look_ahead_us,
    rebuild,
    restored,
    rules_for,
    step,
    stored,
    trimmed,
    unpacked,
)
from throughcare.runners.loading import activations_of, places_of

PARAMETERS = Parameters()


@dataclass(frozen=True)
class Life:
    history: OrderHistory
    activation_id: str
    fixes: Fixes
    statuses: Statuses
    first_us: int
    last_us: int


def own(batch, name: str):
    rows = np.array([key == name for key in batch.keys], bool)[batch.key]
    return batch.take(rows).rekey(np.zeros(int(rows.sum()), np.int64), (name,))


@cache
def lives() -> tuple[Life, ...]:
    """Return twelve days of simulated people, made once."""
    return tuple(_lives())


def _lives() -> Iterator[Life]:
    """Yield twelve days of simulated people whose orders do not change on the way."""
    town = small_simulation()
    histories = [history_of(list(g)) for _, g in groupby(town.orders, key=lambda order: order.order_id)]
    last_us = int(town.positions.t_us.max()) + 6 * HOUR_US
    screen = Screen(activations_of(histories), now_us=last_us, places=places_of(histories))
    fixes = screen.positions(town.positions, file="").fixes
    statuses = screen.readings(town.readings, file="").statuses
    for history in histories:
        if len(history.versions) == 1:
            name = history.versions[0].activations[0].activation_id
            first_us = activations_of([history])[0].interval.start_us
            yield Life(history, name, own(fixes, name), own(statuses, name), first_us, last_us)


def rules_now(life: Life, now_us: int) -> Rules:
    until_us = look_ahead_us(life.history.order_id, now_us=now_us)
    return rules_for(life.history, parameters=PARAMETERS, now_us=now_us, until_us=until_us)[
        life.activation_id
    ]


def live(life: Life, *, retain_us: int) -> list[Event]:
    """Step every six hours, as a worker that remembers nothing: rules trimmed, state stored, facts put back."""
    bare, events = b"", list[Event]()
    for now_us in range(life.first_us + HOUR_US, life.last_us + 1, 6 * HOUR_US):
        state, settled_us = State(), life.first_us
        if bare:
            held = unpacked(bare)
            assert held is not None
            settled_us = held.activations[life.activation_id].settled_us
            state = restored(
                held, *(b.take(b.t_us <= now_us - 6 * HOUR_US) for b in (life.fixes, life.statuses))
            )
        new = [
            b.take((b.t_us <= now_us) & (b.t_us > (now_us - 6 * HOUR_US if bare else 0)))
            for b in (life.fixes, life.statuses)
        ]
        rules = trimmed(rules_now(life, now_us), settled_us=settled_us)
        made = step(state, *new, rules=rules, now_us=now_us, retain_us=retain_us)
        assert not made.needs_archive
        bare = stored(made.state)
        events.extend(made.events)
    return events


@pytest.mark.parametrize("number", [0, 3, 7])
def test_twelve_live_days_tell_what_one_evaluation_tells(number: int) -> None:
    life = lives()[number]
    told = final_incidents(live(life, retain_us=12 * HOUR_US))
    now_us = range(life.first_us + HOUR_US, life.last_us + 1, 6 * HOUR_US)[-1]
    seen = [batch.take(batch.t_us <= now_us) for batch in (life.fixes, life.statuses)]
    _, events = advance(State(), *seen, rules=rules_now(life, now_us), now_us=now_us)
    whole = final_incidents(events)
    assert {k: v.material for k, v in told.items()} == {k: v.material for k, v in whole.items()}
    assert len(trimmed(rules_now(life, now_us), settled_us=now_us - DAY_US).activations) == 1


def test_trimming_leaves_out_windows_of_long_ago_and_keeps_every_watch() -> None:
    life = next(life for life in lives() if len(rules_now(life, life.last_us).activations) == 1)
    whole = rules_now(life, life.last_us)
    less = trimmed(whole, settled_us=life.last_us)
    [before], [after] = whole.activations.values(), less.activations.values()
    assert before.watches == after.watches
    windows = [sum(len(c.windows) for c in one.conditions) for one in (before, after)]
    assert windows[1] < windows[0]
    assert less.rules_id == whole.rules_id


def one_world(world: World) -> tuple[Rules, Fixes, Statuses]:
    made = rules_for(history_of([order_for(0)]), parameters=PARAMETERS, now_us=END_US)["A0"]
    return made, own(world.fixes, "A0"), own(world.statuses, "A0")


@given(worlds(people=1), st.integers(1, 40))
@settings(max_examples=40)
def test_what_is_stored_and_put_back_is_the_state_to_the_last_bit(world: World, hours: int) -> None:
    rules, fixes, statuses = one_world(world)
    made = step(State(), fixes, statuses, rules=rules, now_us=world.now_us, retain_us=hours * HOUR_US)
    bare = unpacked(stored(made.state))
    assert bare is not None
    assert encode(restored(bare, fixes, statuses)) == encode(made.state)


@given(worlds(people=1), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_a_fact_that_is_held_already_changes_nothing(world: World, seed: int) -> None:
    rules, fixes, statuses = one_world(world)
    retain_us = 100 * HOUR_US
    made = step(State(), fixes, statuses, rules=rules, now_us=world.now_us, retain_us=retain_us)
    again = np.random.default_rng(seed).permutation(len(fixes))[: len(fixes) // 2]
    late = fixes.take(again)
    late = Fixes.build(
        key=late.key, keys=late.keys,
        **{name: getattr(late, name) for name in late.columns()} | {"received_us": np.full(len(late), START_US)},
    )  # fmt: skip
    twice = step(made.state, late, statuses, rules=rules, now_us=world.now_us, retain_us=retain_us)
    assert twice.events == ()
    assert encode(twice.state) == encode(made.state)


def all_told(steps: list[Step]) -> list[Told]:
    standing: dict[str, Told] = {}
    for made in steps:
        standing |= made.told
    return list(standing.values())


@given(worlds(people=1), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_a_rebuild_tells_only_what_differs_from_what_was_told(world: World, seed: int) -> None:
    rules, fixes, statuses = one_world(world)
    kept = np.random.default_rng(seed).random(len(fixes)) < 0.7
    named = {"rules": rules, "now_us": world.now_us, "retain_us": 6 * HOUR_US}
    first = step(State(), fixes.take(kept), statuses, **named)
    anew = rebuild(all_told([first]), fixes, statuses, **named)
    _, events = advance(State(), fixes, statuses, rules=rules, now_us=world.now_us)
    whole = {k: v.material for k, v in final_incidents(events).items()}
    standing = final_incidents([*first.events, *anew.events])
    assert {k: v.material for k, v in standing.items()} == whole
    ids = [event.event_id for event in (*first.events, *anew.events)]
    assert len(ids) == len(set(ids))
    assert rebuild(all_told([first, anew]), fixes, statuses, **named).events == ()


def test_a_late_fact_asks_for_the_archive_and_a_damaged_state_for_everything() -> None:
    fixes, statuses = facts_from(4, people=1, fixes=240, statuses=0)
    rules = rules_for(history_of([order_for(0)]), parameters=PARAMETERS, now_us=END_US)["A0"]
    named = {"rules": rules, "now_us": END_US + 3 * DAY_US, "retain_us": HOUR_US}
    made = step(State(), fixes.take(fixes.t_us > START_US + HOUR_US), statuses, **named)
    late = step(made.state, fixes.take(fixes.t_us < START_US + 30 * MINUTE_US), statuses, **named)
    held = made.state.activations["A0"]
    if held.settled_us > START_US + 30 * MINUTE_US:
        assert late.needs_archive
        assert EventKind.TOO_LATE in {event.kind for event in late.events}
    assert unpacked(b"") is None
    assert unpacked(stored(made.state)[:-3]) is None


def test_an_order_that_nobody_knows_of_yet_has_no_rules() -> None:
    assert rules_for(history_of([order_for(0)]), parameters=PARAMETERS, now_us=START_US - 9 * DAY_US) == {}
