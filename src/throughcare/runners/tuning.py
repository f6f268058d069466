"""Tuning: search the curfew detectors' parameters on some people, and score the others, who were never looked at.

Nothing is adopted: the outcome is a table of trials and, for each operating point, the set that did best on the
tuning part. People are told apart by a hash of their reference alone, so that no seed brings a held-back person
into the search.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.items import Batch
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.monitoring.rules import Rules, compile_rules
from throughcare.monitoring.scoring import (
    Labels,
    Summary,
    curfew_only,
    radio_labels,
    score_people,
    summarise,
    without_radio,
)
from throughcare.monitoring.status import Statuses
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Progress, earliest_us

LEAST_ABSENCES = 30
LEAST_NIGHTS = 500

# the values that the search draws from; docs/tuning.md shows the same table
SEARCHED: Mapping[Detector, Mapping[str, tuple[float, ...]]] = {
    Detector.PROBABILISTIC: {
        "margin_m": (30.0, 45.0, 60.0, 75.0, 100.0),
        "outlier_share": (0.05, 0.1, 0.15, 0.25),
        "outlier_scale_m": (25.0, 40.0, 60.0, 80.0),
        "decorrelation_s": (120.0, 180.0, 240.0, 360.0),
        "max_weight": (0.2, 0.4, 0.6),
        "open_log_odds": (2.0, 2.5, 3.0, 3.5, 4.0, 4.5),
        "curfew_dwell_s": (60.0, 120.0, 180.0, 300.0),
    },
    Detector.TUNED_RULE: {
        "margin_m": (25.0, 50.0, 75.0, 100.0),
        "rule_gate_m": (30.0, 50.0, 75.0, 100.0, 150.0),
        "rule_dwell_s": (120.0, 180.0, 240.0, 300.0, 420.0, 600.0),
        "rule_min_fixes": (2, 3, 4, 5, 6),
        "curfew_dwell_s": (0.0, 60.0, 120.0, 180.0),
    },
}


class LabelSource(StrEnum):
    """Where the truth comes from."""

    CHECKED = "checked"
    RADIO = "radio"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a set must do on the tuning part to stand for this point; of those the fewest false incidents win."""

    name: str
    least_recall: float
    most_p90_min: float


OPERATING_POINTS = (
    OperatingPoint("sparing", 0.95, math.inf),
    OperatingPoint("balanced", 0.99, math.inf),
    OperatingPoint("quick", 0.99, 7.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Nights:
    """The facts, orders and labels of one part of the people."""

    histories: tuple[OrderHistory, ...]
    people: tuple[str, ...]
    fixes: Fixes
    statuses: Statuses
    labels: Mapping[str, Labels] | None
    radio: bool
    now_us: int
    known_at_us: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One parameter set and what it did on either part."""

    number: int
    parameters: Parameters
    tuning: Summary
    held_back: Summary


@dataclass(frozen=True, slots=True)
class Chosen:
    """The trial that stands for an operating point of one detector."""

    point: OperatingPoint
    detector: Detector
    trial: Trial


@dataclass(frozen=True, slots=True)
class Tuning:
    """The outcome of a search."""

    source: LabelSource
    seed: int
    hold_out: float
    people: tuple[str, ...]
    held_back: tuple[str, ...]
    trials: tuple[Trial, ...]
    chosen: tuple[Chosen, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why nobody should sign these settings; empty where there is no such reason."""
        return _warnings(self)


def is_held_back(wearer_ref: str, *, hold_out: float) -> bool:
    """Return whether a person belongs to the held-back part: by their reference alone, whatever the seed."""
    digest = hashlib.sha256(b"throughcare tune\0" + wearer_ref.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < hold_out


def nights_of(
    histories: Sequence[OrderHistory],
    fixes: Fixes,
    statuses: Statuses,
    *,
    labels: Mapping[str, Labels] | None,
    now_us: int,
    known_at_us: int,
) -> tuple[LabelSource, Nights]:
    """Return the nights to be tuned on, and where their truth comes from.

    Parameters
    ----------
    labels : mapping of activation id to Labels, or None
        None takes the home units' radio as truth for a detector without it, where there is any.
    """
    source = LabelSource.CHECKED
    radio = True
    if labels is None:
        labels = radio_labels(fixes, statuses) or None
        source = LabelSource.NONE if labels is None else LabelSource.RADIO
        radio = False
    people = tuple(sorted({_wearer(history) for history in histories}))
    kept = statuses if radio else without_radio(statuses)
    return source, Nights(tuple(histories), people, fixes, kept, labels, radio, now_us, known_at_us)


def _wearer(history: OrderHistory) -> str:
    return history.versions[-1].wearer_ref


def split(nights: Nights, *, hold_out: float) -> tuple[Nights, Nights]:
    """Return the tuning part and the held-back part; neither holds a fact of the other's people.

    Raises
    ------
    RefusedInput
        If either part has nobody.
    """
    parts = _part(nights, hold_out, held=False), _part(nights, hold_out, held=True)
    for part, name in zip(parts, ("tuning", "held-back"), strict=True):
        if not part.people:
            raise RefusedInput(
                where="--hold-out",
                expected="at least one person in the tuning part and in the held-back part",
                found=f"nobody in the {name} part of {len(nights.people)}",
                action="Bring more people, or another share.",
            )
    return parts


def _part(nights: Nights, hold_out: float, *, held: bool) -> Nights:
    own = tuple(h for h in nights.histories if is_held_back(_wearer(h), hold_out=hold_out) is held)
    activations = {a.activation_id for h in own for version in h.versions for a in version.activations}
    labels = nights.labels
    return replace(
        nights,
        histories=own,
        people=tuple(sorted({_wearer(h) for h in own})),
        fixes=_of(nights.fixes, activations),
        statuses=_of(nights.statuses, activations),
        labels=None if labels is None else {k: v for k, v in labels.items() if k in activations},
    )


def _of(batch: Batch, activations: set[str]) -> Batch:
    if not len(batch):
        return batch
    return batch.take(np.array([key in activations for key in batch.keys], np.bool_)[batch.key])


def candidates(*, trials: int, seed: int) -> tuple[Parameters, ...]:
    """Return the sets to be tried: of each detector the default, then random ones, none twice.

    Parameters
    ----------
    trials : int
        Sets a detector.
    """
    rng = np.random.default_rng(seed)
    found: list[Parameters] = []
    for detector, values in SEARCHED.items():
        own = {Parameters(detector=detector): None}
        for _ in range(50 * trials):
            if len(own) >= trials:
                break
            drawn: dict[str, Any] = {
                name: several[int(rng.integers(len(several)))] for name, several in values.items()
            }
            own[Parameters(detector=detector, **drawn)] = None
        found += own
    return tuple(found)


def score_set(nights: Nights, parameters: Parameters, *, seed: int) -> Summary:
    """Return what one set did on one part of the people."""
    scores = score_people(
        nights.fixes,
        nights.statuses,
        rules=_rules(nights, parameters),
        labels=nights.labels,
        now_us=nights.now_us,
    )
    return summarise(scores.values(), seed=seed)


def _rules(nights: Nights, parameters: Parameters) -> Rules:
    start_us = min(earliest_us(nights.histories), nights.now_us)
    compiled = compile_rules(
        nights.histories,
        parameters=parameters,
        known_at_us=nights.known_at_us,
        within=Interval(start_us - DAY_US, nights.now_us + DAY_US),
    )
    return curfew_only(compiled, radio=nights.radio)


def choose(scored: Sequence[tuple[Parameters, Summary]]) -> tuple[tuple[OperatingPoint, Detector, int], ...]:
    """Return, for each operating point and detector that a set reaches, the position of the best set.

    Best is the fewest false incidents, then the fewest in the worst decile, then the shortest delay.
    """
    found: list[tuple[OperatingPoint, Detector, int]] = []
    for point in OPERATING_POINTS:
        for detector in Detector:
            able = [
                (s.false_per_day, s.worst_decile, s.delay_p90_min, number)
                for number, (parameters, s) in enumerate(scored)
                if parameters.detector is detector
                and s.recall >= point.least_recall
                and s.delay_p90_min <= point.most_p90_min
            ]
            if able:
                found.append((point, detector, min(able)[-1]))
    return tuple(found)


def tune(
    nights: Nights, *, source: LabelSource, trials: int, seed: int, hold_out: float, progress: Progress
) -> Tuning:
    """Return every trial on either part, and the sets chosen on the tuning part alone.

    Parameters
    ----------
    trials : int
        Sets a detector; the default set is among them.
    hold_out : float
        Share of the people held back.

    Raises
    ------
    RefusedInput
        If a part has nobody, or no night that can be scored.
    """
    mine, others = split(nights, hold_out=hold_out)
    sets = candidates(trials=trials, seed=seed)
    scored: list[tuple[Parameters, Summary]] = []
    for done, parameters in enumerate(sets, 1):
        scored.append((parameters, score_set(mine, parameters, seed=seed)))
        progress("searching on the tuning part", done, len(sets))
    _check_nights(scored[0][1], "tuning")
    picked = choose(scored)  # before anything of the held-back part is known
    made: list[Trial] = []
    for number, (parameters, summary) in enumerate(scored):
        made.append(Trial(number, parameters, summary, score_set(others, parameters, seed=seed)))
        progress("scoring the held-back part", number + 1, len(scored))
    _check_nights(made[0].held_back, "held-back")
    return Tuning(
        source=source,
        seed=seed,
        hold_out=hold_out,
        people=mine.people,
        held_back=others.people,
        trials=tuple(made),
        chosen=tuple(Chosen(point, detector, made[number]) for point, detector, number in picked),
    )


def _check_nights(summary: Summary, name: str) -> None:
    if summary.nights == 0:
        raise RefusedInput(
            where=f"the {name} part",
            expected="at least one curfew night, over and checked from end to end",
            found=f"none; {summary.left_out} nights were not wholly checked",
            action="State more checked periods, or bring more people or nights.",
        )


def _warnings(tuning: Tuning) -> tuple[str, ...]:
    if tuning.source is LabelSource.NONE:
        return (
            "Do not sign: no absence is known, by label or by radio. How many are found cannot be told, so no set was chosen.",
        )
    found: list[str] = []
    held = tuning.trials[0].held_back
    if held.absences < LEAST_ABSENCES:
        found.append(
            f"Do not sign: the held-back part has {held.absences} true absences of ten minutes or more; "
            f"fewer than {LEAST_ABSENCES} say too little of how many are found."
        )
    if held.nights < LEAST_NIGHTS:
        found.append(
            f"Do not sign: the held-back part has {held.nights} nights; fewer than {LEAST_NIGHTS} say too little of "
            "how often somebody is wrongly named."
        )
    if tuning.source is LabelSource.RADIO:
        found.append(
            "The truth here is the home unit's radio, not a person's check. It is wrong where radio does not reach a "
            "room, or reaches beyond the home."
        )
    if not tuning.chosen:
        found.append("No set reaches any operating point on the tuning part: none was chosen.")
    return tuple(found)
