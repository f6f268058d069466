"""Nights as they arrive: tags upload every ten minutes, lose the network and store, and the engine runs on.

What is measured is what a watcher sees: when an incident is first told, and whether it is later taken back. The
delays are those of the product's simulation (``simulation/tags.py``): uploads every ten minutes, a quarter of a
blackout a day (25 minutes in the middle, up to four hours), after three in ten of which the newest come first.
The home unit has a line of its own and is heard after eight seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.curfew_nights import FIRST_NIGHT_US, end_us, facts_of, labels_of, rules_for
from benchmarks.nights import MINUTES, Night
from throughcare.kernel.time import DAY_US, MINUTE_US, SECOND_US
from throughcare.monitoring.advance import advance
from throughcare.monitoring.events import Event, EventKind
from throughcare.monitoring.incidents import IncidentKind
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.scoring import GRACE_US, LEAST_ABSENCE_US
from throughcare.monitoring.state import State
from throughcare.simulation.radio import RadioModel
from throughcare.simulation.tags import TagModel

STEP_US = 10 * MINUTE_US
RETAIN_US = DAY_US
NIGHT_SHARE = MINUTES / 1440
TAG, UNIT = TagModel(), RadioModel()


@dataclass(frozen=True)
class LiveScore:
    """What one person's watcher saw: incidents told, revised and taken back; delays of telling, in minutes."""

    nights: int
    told: int
    revised: int
    retracted: int
    retracted_false: int
    false_standing: int
    delays_min: tuple[float, ...]


def arrivals_us(rng: np.random.Generator, t_us: np.ndarray, nights: int) -> np.ndarray:
    """Return when each of a tag's records arrives: uploads, blackouts, and backlogs after the newest."""
    every = round(TAG.upload_every_s * SECOND_US)
    phase = int(rng.integers(every))
    arrive = ((t_us - phase) // every + 1) * every + phase + round(TAG.upload_delay_s * SECOND_US)
    for night in range(nights):
        start_us = FIRST_NIGHT_US + night * DAY_US
        for _ in range(int(rng.poisson(TAG.blackouts_per_day * NIGHT_SHARE))):
            length_s = TAG.blackout_median_s * np.exp(TAG.blackout_spread * rng.normal())
            begin = start_us + int(rng.integers(MINUTES)) * MINUTE_US
            stop = begin + round(min(length_s, TAG.blackout_most_s) * SECOND_US)
            late = every if rng.random() < TAG.backlog_after_live else 0
            held = (arrive > begin) & (arrive <= stop)
            arrive[held] = ((stop - phase) // every + 1) * every + phase + late
    return arrive


def watch(person: int, own: Sequence[Night], parameters: Parameters, *, with_unit: bool) -> LiveScore:
    """Return what one person's watcher saw."""
    rules = rules_for(person, own, parameters, with_unit=with_unit)
    fixes, statuses = facts_of(person, own, with_unit=with_unit)
    fixes_at = arrivals_us(np.random.default_rng([7, person]), fixes.t_us, len(own))
    statuses_at = statuses.t_us + round(UNIT.delay_s * SECOND_US)
    state, events = State(), []
    last_us = end_us(own)
    for now_us in range(FIRST_NIGHT_US, last_us + STEP_US, STEP_US):
        new = (fixes_at > now_us - STEP_US) & (fixes_at <= now_us)
        heard = (statuses_at > now_us - STEP_US) & (statuses_at <= now_us)
        by_day = (now_us - FIRST_NIGHT_US) % DAY_US > (MINUTES + 300) * MINUTE_US
        if by_day and not new.any() and not heard.any():
            continue  # nothing was demanded and nothing came
        state, told = advance(
            state, fixes.take(new), statuses.take(heard), rules=rules, now_us=now_us, retain_us=RETAIN_US
        )
        events += told
    return _score(own, events)


def _score(own: Sequence[Night], events: Sequence[Event]) -> LiveScore:
    curfews: dict[str, list[Event]] = {}
    for event in events:
        key = event.incident_id
        ours = event.incident is not None and event.incident.kind is IncidentKind.CURFEW_ABSENCE
        if key is not None and (ours or (event.incident is None and key in curfews)):
            curfews.setdefault(key, []).append(event)
    absent = labels_of(own).absent
    false, back, delays = set(), set(), []
    for key, story in curfews.items():
        first = story[0].incident
        assert first is not None
        spells = [(s.start_us, s.end_us if s.end_us is not None else story[0].known_us) for s in first.spells]
        met = [
            a
            for a in absent
            if any(s < a.stop_us + GRACE_US and e > a.start_us - GRACE_US for s, e in spells)
        ]
        if not met:
            false.add(key)
        elif met[0].stop_us - met[0].start_us >= LEAST_ABSENCE_US:
            delays.append(max(0.0, (story[0].known_us - met[0].start_us) / MINUTE_US))
        if story[-1].kind is EventKind.RETRACTED:
            back.add(key)
    return LiveScore(
        nights=len(own),
        told=len(curfews),
        revised=sum(e.kind is EventKind.REVISED for story in curfews.values() for e in story),
        retracted=len(back),
        retracted_false=len(back & false),
        false_standing=len(false - back),
        delays_min=tuple(delays),
    )
