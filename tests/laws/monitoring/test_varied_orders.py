"""The engine's laws again, under an order that uses everything: versions, addresses, corridors, appointments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.monitoring.worlds import DAYS, END_US, HOME, START_US, facts_from, order_for, polygon_around
from throughcare.kernel.time import DAY_US, HOUR_US, MINUTE_US, Interval, iso_utc
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.codec import decode, encode
from throughcare.monitoring.deadlines import next_deadline_us
from throughcare.monitoring.evaluate import evaluate
from throughcare.monitoring.events import Event, EventKind, final_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import history_of
from throughcare.orders.model import Order

FRIEND = (HOME[0] + 0.0045, HOME[1])


def span(day: str, start: str, end: str, *places: str) -> dict[str, Any]:
    return {"day": day, "start": start, "end": end, "place_ids": list(places)}


def varied(*, version: int = 1, **more: Any) -> Order:
    """Return a version of an order: later ones move the night to the friend's and change the zones."""
    base = order_for(0).as_json()
    moved = version > 1
    homes = ["friend"] if moved else ["home"]
    nights = [span(day, "19:00", "23:30", *homes) for day in DAYS]
    nights += [span(day, "23:30", "07:00", "home", "friend") for day in DAYS]
    circle = {"type": "Circle", "centre": list(FRIEND), "radius_m": 40}
    corridor = {"type": "Circle", "centre": [HOME[0] + 0.004, HOME[1]], "radius_m": 30}
    conditions = [
        {
            "condition_id": "C1",
            "kind": "curfew",
            "start_date": "2026-03-02",
            "grace_s": 0 if moved else 240,
            "phases": [{"start_date": "2026-03-02", "timetable": nights}],
            "release_day": {
                "release_date": "2026-03-02",
                "start": "15:30",
                "end": "21:00",
                "place_id": "home",
            },
        },
        {
            "condition_id": "E1",
            "kind": "exclusion_zone",
            "name": "School",
            "start_date": "2026-03-02",
            "area": polygon_around((HOME[0] + 0.004, HOME[1]), 0.0015),
            "buffer_m": 60,
            "timetable": [span(day, "08:00" if moved else "15:00", "22:00") for day in DAYS],
            "exemptions": [
                {"reason": "travel_corridor", "corridor": corridor},
                {"reason": "court", "from_time": "2026-03-02T17:00:00Z", "to_time": "2026-03-02T17:40:00Z"},
                {
                    "reason": "work",
                    "corridor": circle,
                    "from_time": "2026-03-02T18:00:00Z",
                    "to_time": "2026-03-03T02:00:00Z",
                },
            ],
        },
        {
            "condition_id": "R1",
            "kind": "restriction_zone",
            "name": "District",
            "start_date": "2026-03-02",
            "area": polygon_around((HOME[0] + 0.01, HOME[1]), 0.02),
        },
        {
            "condition_id": "T1",
            "kind": "attendance",
            "purpose": "Supervision",
            "start_date": "2026-03-02",
            "place_id": "friend",
            "recurrence": "FREQ=DAILY",
            "start": "16:00",
            "duration_min": 90 if moved else 60,
        },
    ]
    allowances = {
        "authorised_absences": [base["authorised_absences"][0] | {"condition_ids": ["C1"]}],
        "suspensions": [
            {
                "suspension_id": "S1",
                "condition_ids": ["C1", "E1"],
                "from_time": "2026-03-03T03:00:00Z",
                "to_time": "2026-03-03T05:00:00Z",
                "reason": "hospital",
            }
        ],
    }
    places = [*base["places"], {"place_id": "friend", "label": "Friend", "area": circle}]
    kinds = {"ticked": sorted({c["kind"] for c in conditions})}
    return Order.model_validate(
        base | kinds | allowances | {"conditions": conditions, "places": places, "version": version} | more
    )


@cache
def rules_at(known_at_us: int, effective_us: int) -> Rules:
    changed = varied(version=2, recorded_at="2026-03-03T06:00:00Z", effective_from=iso_utc(effective_us))
    return compile_rules(
        [history_of([varied(), changed])],
        parameters=Parameters(),
        known_at_us=known_at_us,
        within=Interval(START_US - DAY_US, END_US + 8 * DAY_US),
    )


LATE = END_US + DAY_US


@dataclass(frozen=True)
class Story:
    """What hypothesis shows of a failure: the numbers from which the facts are made again."""

    seed: int
    size: int
    effective_us: int

    def __iter__(self) -> Iterator[Any]:
        yield rules_at(LATE, self.effective_us)
        yield from facts_from(self.seed, people=1, fixes=self.size, statuses=60)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    effective_us = START_US + draw(st.sampled_from([1, 4 * 60 + 17, 8 * 60, 12 * 60, 18 * 60])) * MINUTE_US
    return Story(draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 300)), effective_us)


def told(events: list[Event]) -> dict[str, str]:
    return {key: value.material for key, value in final_incidents(events).items()}


def whole(story: Iterable[Any], now_us: int = LATE) -> list[Event]:
    rules, fixes, statuses = story
    return list(advance(State(), fixes, statuses, rules=rules, now_us=now_us)[1])


@given(stories())
def test_no_two_incidents_share_an_id_and_bounds_are_in_order(story: Story) -> None:
    rules, fixes, statuses = story
    state, _ = advance(State(), fixes, statuses, rules=rules, now_us=LATE)
    scope = scope_of(state.activations["A0"], compiled=rules.activations["A0"], rules=rules, now_us=LATE)
    incidents: tuple[Incident, ...] = evaluate(scope)
    assert len({i.incident_id for i in incidents}) == len(incidents)
    for i in incidents:
        assert 0 <= i.low_s <= i.best_s <= i.high_s
        assert 0 <= i.atv_s <= i.best_s
        assert i.start_us <= i.detected_us <= LATE
        assert all(0 <= s.low_s <= s.best_s <= s.high_s for s in i.spells)
    _, again = advance(state, fixes, statuses, rules=rules, now_us=LATE)
    assert again == ()


@given(stories(), st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_any_split_and_order_of_arrival_ends_the_same(story: Story, seed: int, parts: int) -> None:
    rules, fixes, statuses = story
    rng = np.random.default_rng(seed)
    of_fix, of_status = rng.integers(0, parts, len(fixes)), rng.integers(0, parts, len(statuses))
    state, events = State(), []
    for part in range(parts):
        now_us = LATE if part == parts - 1 else START_US + part * 9 * HOUR_US
        state, news = advance(
            decode(encode(state)),
            fixes.take(of_fix == part),
            statuses.take(of_status == part),
            rules=rules,
            now_us=now_us,
        )
        events.extend(news)
    assert told(events) == told(whole(story))
    assert len({e.event_id for e in events}) == len(events)
    revisions: dict[str, int] = {}
    for event in events:
        if event.incident_id is not None:
            assert event.revision == revisions.get(event.incident_id, 0) + 1
            revisions[event.incident_id] = event.revision


@given(stories(), st.sampled_from([20 * MINUTE_US, HOUR_US, 3 * HOUR_US, 12 * HOUR_US]))
def test_forgetting_changes_nothing(story: Story, retain_us: int) -> None:
    rules, fixes, statuses = story
    state, events, step = State(), [], 2 * HOUR_US
    for now_us in range(START_US, LATE + step, step):
        new = (fixes.t_us > now_us - step) & (fixes.t_us <= now_us)
        news = (statuses.t_us > now_us - step) & (statuses.t_us <= now_us)
        if now_us == START_US:
            new, news = fixes.t_us <= now_us, statuses.t_us <= now_us
        state, said = advance(
            state,
            fixes.take(new),
            statuses.take(news),
            rules=rules,
            now_us=min(now_us, LATE),
            retain_us=retain_us,
        )
        events.extend(said)
    assert not [e for e in events if e.kind in (EventKind.TOO_LATE, EventKind.REPLAY_NEEDED)]
    assert told(events) == told(whole(story))


@given(stories(), st.integers(1, 40))
def test_time_alone_changes_incidents_only_at_announced_deadlines(story: Story, hours: int) -> None:
    rules, fixes, statuses = story
    now_us = START_US + hours * HOUR_US
    known = fixes.take(fixes.t_us <= now_us), statuses.take(statuses.t_us <= now_us)
    state, _ = advance(State(), *known, rules=rules, now_us=now_us)
    for _ in range(6):
        deadline = next_deadline_us(state, rules)
        assert deadline is not None
        assert deadline > state.now_us
        if deadline - 1 > state.now_us:
            state, silent = advance(state, Fixes.empty(), Statuses.empty(), rules=rules, now_us=deadline - 1)
            assert silent == ()
        state, _ = advance(state, Fixes.empty(), Statuses.empty(), rules=rules, now_us=deadline)


@given(stories())
def test_a_variation_learned_late_ends_where_it_would_have_if_known_at_once(
    story: Story,
) -> None:
    after, fixes, statuses = story
    before = rules_at(START_US, START_US)
    assert before.rules_id != after.rules_id
    state, first = advance(State(), fixes, statuses, rules=before, now_us=LATE)
    _, second = advance(state, Fixes.empty(), Statuses.empty(), rules=after, now_us=LATE)
    assert told([*first, *second]) == told(whole(story))


@given(stories(), st.integers(0, 3), st.integers(0, 3))
def test_how_far_the_rules_look_changes_no_id(story: Story, earlier_days: int, later_days: int) -> None:
    rules, fixes, statuses = story
    changed = replace(rules.within, start_us=rules.within.start_us - earlier_days * DAY_US - 7 * MINUTE_US)
    changed = replace(changed, end_us=END_US + (2 + later_days) * DAY_US)
    other = compile_rules([history_of([varied()])], parameters=Parameters(), known_at_us=LATE, within=changed)
    same = compile_rules(
        [history_of([varied()])], parameters=Parameters(), known_at_us=LATE, within=rules.within
    )
    assert other.rules_id == same.rules_id
    assert told(whole((other, fixes, statuses))) == told(whole((same, fixes, statuses)))
