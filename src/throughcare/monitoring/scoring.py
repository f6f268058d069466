"""Scoring: what a detector said of curfew nights, set beside what is known to have happened.

A night is scored only where all of its demanded time was checked: an unlabelled night is not taken for innocent.
A false incident is a spell that overlaps no true absence, with two minutes of grace on either side. An absence
counts for recall where at least ten minutes (or five, counted apart) of it lie in demanded time. A delay is known
for the first spell of a night only: that is when the incident was told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from throughcare.kernel.time import (
    MINUTE_US,
    SECOND_US,
    Interval,
    intersect_intervals,
    merge_intervals,
    subtract_intervals,
    total_us,
)
from throughcare.monitoring.advance import advance, scope_of
from throughcare.monitoring.curfew import curfew_incidents
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.incidents import Incident, IncidentKind
from throughcare.monitoring.rules import ActivationRules, Rules
from throughcare.monitoring.scope import Scope
from throughcare.monitoring.spells import SegmentIndex, unknown_s
from throughcare.monitoring.state import State
from throughcare.monitoring.status import Statuses, StatusKind

GRACE_US = 2 * MINUTE_US
LEAST_ABSENCE_US = 10 * MINUTE_US
SHORT_ABSENCE_US = 5 * MINUTE_US
EDGE_US = MINUTE_US  # two checked periods a minute apart are one; so much of a night's edge may be unchecked
UNIT_SILENT_US = 15 * MINUTE_US
TAG_SILENT_US = 10 * MINUTE_US
_SPOILED = (StatusKind.UNIT_MOVED, StatusKind.UNIT_POWER_LOST, StatusKind.UNIT_DEAD)
_RADIO = tuple(int(kind) for kind in StatusKind if kind < StatusKind.STRAP_OPEN)


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of one activation: periods that were checked, and true absences within them."""

    checked: tuple[Interval, ...]
    absent: tuple[Interval, ...]


@dataclass(slots=True)
class PersonScore:
    """What one detector did on one person's scored nights; times in minutes and seconds as named.

    Parameters
    ----------
    absences, found : int
        True absences of ten minutes or more, and those that some spell met.
    absences_5, found_5 : int
        The same of five minutes or more.
    missed_s, wrong_s : float, seconds
        Truly absent and not told; told as absent and truly not.
    stated : list of (float, bool)
        The confidence that each spell states, and whether it met a true absence.
    """

    nights: int = 0
    left_out: int = 0
    spells: int = 0
    false: int = 0
    absences: int = 0
    found: int = 0
    absences_5: int = 0
    found_5: int = 0
    demanded_s: float = 0.0
    unknown_s: float = 0.0
    missed_s: float = 0.0
    wrong_s: float = 0.0
    delays_min: list[float] = field(default_factory=list)
    stated: list[tuple[float, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Summary:
    """A detector's scores over people.

    Parameters
    ----------
    left_out : int
        Nights that were not checked from end to end, and so are not scored.
    false_per_day, false_low, false_high : float
        False incidents a person-day (a scored night), with its 95 % bootstrap interval over people. Where there is
        none at all, the upper bound is three over the nights (Hanley and Lippman-Hand 1983), as if nights were
        independent.
    recall : float
        Share found of the absences of ten minutes or more; NaN where there is none.
    delay_p50_min, delay_p90_min : float, minutes
        From the start of an absence until it was told; NaN where none was found.
    deciles : tuple of float
        False incidents a person-day of each tenth of the people, best first; the last is the worst decile.
    """

    people: int
    nights: int
    left_out: int
    incidents: int
    false: int
    absences: int
    found: int
    false_per_day: float
    false_low: float
    false_high: float
    recall: float
    delay_p50_min: float
    delay_p90_min: float
    unknown_share: float
    deciles: tuple[float, ...]

    @property
    def worst_decile(self) -> float:
        """False incidents a person-day of the tenth of people who fare worst."""
        return self.deciles[-1] if self.deciles else float("nan")


def curfew_only(rules: Rules, *, radio: bool) -> Rules:
    """Return the rules with nothing but curfews, heard by radio or not.

    Parameters
    ----------
    radio : bool
        False takes the home unit's voice away: the satellite-only detector.
    """
    return replace(rules, activations={key: _curfews(item, radio) for key, item in rules.activations.items()})


def _curfews(item: ActivationRules, radio: bool) -> ActivationRules:  # noqa: FBT001 - private, one caller
    kept = tuple(c for c in item.conditions if c.kind is IncidentKind.CURFEW_ABSENCE)
    watches = tuple(
        replace(watch, radio=watch.radio and radio)
        for watch in item.watches
        if watch.kind is IncidentKind.CURFEW_ABSENCE
    )
    return replace(item, conditions=kept, watches=watches)


def without_radio(statuses: Statuses) -> Statuses:
    """Return the statuses without any word of a home unit."""
    return statuses.take(~np.isin(statuses.kind, _RADIO))


def radio_labels(fixes: Fixes, statuses: Statuses) -> dict[str, Labels]:
    """Return what the home units' radio says of each activation, as labels for a satellite-only detector.

    Heard is at home. A run of unheard polls of ten minutes or more is an absence, from the last heard poll to the
    next, where the unit went on polling and the tag showed itself alive. Where the unit was silent for over 15
    minutes, or was moved or lost power, and where the tag was silent in such a run, nothing was checked.
    """
    found: dict[str, Labels] = {}
    for position, activation_id in enumerate(statuses.keys):
        mine = statuses.take(statuses.key == position)
        alive = (
            [fixes.t_us[np.array([k == activation_id for k in fixes.keys], bool)[fixes.key]]]
            if fixes.keys
            else []
        )
        alive.append(mine.t_us[mine.kind == StatusKind.DEVICE_HEARTBEAT])
        labels = _radio_labels(mine, np.sort(np.concatenate(alive)))
        if labels.checked:
            found[activation_id] = labels
    return found


def _radio_labels(mine: Statuses, alive_us: np.ndarray) -> Labels:
    polls = mine.take(np.isin(mine.kind, (StatusKind.RADIO_HEARD, StatusKind.RADIO_MISSED)))
    polls = polls.take(np.argsort(polls.t_us, kind="stable"))
    spoiled = np.sort(mine.t_us[np.isin(mine.kind, _SPOILED)])
    heard = np.flatnonzero(polls.kind == StatusKind.RADIO_HEARD)
    checked: list[Interval] = []
    absent: list[Interval] = []
    for first, last in zip(heard[:-1].tolist(), heard[1:].tolist(), strict=True):
        times = polls.t_us[first : last + 1]
        gap = Interval(int(times[0]), int(times[-1])) if times[-1] > times[0] else None
        if gap is None or np.diff(times).max() > UNIT_SILENT_US or _any_within(spoiled, gap):
            continue
        if gap.stop_us - gap.start_us >= LEAST_ABSENCE_US and last - first > 1:
            if not _speaks_on(alive_us, gap):
                continue
            absent.append(gap)
        checked.append(gap)
    return Labels(merge_intervals(checked), tuple(absent))


def _any_within(times_us: np.ndarray, gap: Interval) -> bool:
    return bool(np.searchsorted(times_us, gap.stop_us) > np.searchsorted(times_us, gap.start_us))


def _speaks_on(alive_us: np.ndarray, gap: Interval) -> bool:
    """Return whether the tag was never silent for long in the gap: a dead tag is unheard at home too."""
    inside = alive_us[(alive_us > gap.start_us) & (alive_us < gap.stop_us)]
    return bool(np.diff(np.concatenate(([gap.start_us], inside, [gap.stop_us]))).max() <= TAG_SILENT_US)


def score_people(
    fixes: Fixes, statuses: Statuses, *, rules: Rules, labels: Mapping[str, Labels] | None, now_us: int
) -> dict[str, PersonScore]:
    """Return what the detector of the rules did, by wearer.

    Parameters
    ----------
    rules : Rules
        Of the people to be scored, curfews only; the facts hold theirs alone.
    labels : mapping of activation id to Labels, or None
        None scores every night; each spell then counts as an incident, none as true, and recall is unknown.
    """
    state, _ = advance(State(), fixes, statuses, rules=rules, now_us=now_us)
    scores: dict[str, PersonScore] = defaultdict(PersonScore)
    for key, held in sorted(state.activations.items()):
        scope = scope_of(held, compiled=rules.activations[key], rules=rules, now_us=now_us)
        known = None if labels is None else labels.get(key, Labels((), ()))
        _score_activation(scope, known, scores[scope.rules.wearer_ref])
    return dict(scores)


def _score_activation(scope: Scope, labels: Labels | None, score: PersonScore) -> None:
    incidents = {(i.condition_id, i.window): i for i in curfew_incidents(scope)}
    for rules in scope.rules.conditions:
        for window in rules.windows:
            if not window.pieces or window.pieces[-1].stop_us > scope.now_us:
                continue
            if labels is not None and not _wholly(window.pieces, labels.checked):
                score.left_out += 1
                continue
            index = SegmentIndex(scope.segments[window.watch_id], now_us=scope.now_us)
            score.nights += 1
            score.demanded_s += total_us(window.pieces) / SECOND_US
            score.unknown_s += unknown_s(index, window.pieces)
            incident = incidents.get((rules.condition.condition_id, window.scheduled))
            _score_night(incident, window.pieces, labels.absent if labels else (), score)


def _wholly(pieces: Sequence[Interval], checked: Sequence[Interval]) -> bool:
    joined = merge_intervals(checked, gap_us=EDGE_US)
    return all(
        total_us([piece]) - total_us(intersect_intervals([piece], joined)) <= 2 * EDGE_US for piece in pieces
    )


def _score_night(
    incident: Incident | None, pieces: Sequence[Interval], absent: Sequence[Interval], score: PersonScore
) -> None:
    ends = pieces[-1].stop_us
    spells = (
        [(s.start_us, ends if s.end_us is None else s.end_us) for s in incident.spells] if incident else []
    )
    true = [any(_meets(spell, a, GRACE_US) for a in absent) for spell in spells]
    score.spells += len(spells)
    score.false += true.count(False)
    away = intersect_intervals(absent, pieces)
    told = intersect_intervals(merge_intervals(Interval(*spell) for spell in spells), pieces)
    score.missed_s += total_us(subtract_intervals(away, told)) / SECOND_US
    score.wrong_s += total_us(subtract_intervals(told, away)) / SECOND_US
    if incident is not None:
        score.stated += [(s.confidence, t) for s, t in zip(incident.spells, true, strict=True)]
    for absence in away:
        hits = [spell for spell in spells if _meets(spell, absence, 0)]
        length_us = absence.stop_us - absence.start_us
        if length_us >= SHORT_ABSENCE_US:
            score.absences_5 += 1
            score.found_5 += bool(hits)
        if length_us < LEAST_ABSENCE_US:
            continue
        score.absences += 1
        score.found += bool(hits)
        if incident is not None and hits and hits[0] == spells[0]:
            score.delays_min.append(max(0.0, (incident.detected_us - absence.start_us) / MINUTE_US))


def _meets(spell: tuple[int, int], absence: Interval, grace_us: int) -> bool:
    return spell[0] < absence.stop_us + grace_us and spell[1] > absence.start_us - grace_us


def summarise(scores: Iterable[PersonScore], *, seed: int) -> Summary:
    """Return the sums, shares and intervals over people who have a scored night.

    Parameters
    ----------
    seed : int
        Of the bootstrap.
    """
    every = list(scores)
    people = [score for score in every if score.nights]
    nights = np.array([score.nights for score in people], np.float64)
    false = np.array([score.false for score in people], np.float64)
    delays = np.array([delay for score in people for delay in score.delays_min])
    absences, found = sum(s.absences for s in people), sum(s.found for s in people)
    low, high = bootstrap_interval(np.random.default_rng(seed), false, nights)
    if people and not false.any():
        high = min(1.0, 3.0 / float(nights.sum()))  # a bootstrap of nothing but zeros would claim certainty
    demanded_s = sum(s.demanded_s for s in people)
    return Summary(
        people=len(people),
        nights=int(nights.sum()),
        left_out=sum(score.left_out for score in every),
        incidents=sum(s.spells for s in people),
        false=int(false.sum()),
        absences=absences,
        found=found,
        false_per_day=float(false.sum() / nights.sum()) if people else float("nan"),
        false_low=low,
        false_high=high,
        recall=found / absences if absences else float("nan"),
        delay_p50_min=float(np.quantile(delays, 0.5)) if len(delays) else float("nan"),
        delay_p90_min=float(np.quantile(delays, 0.9)) if len(delays) else float("nan"),
        unknown_share=sum(s.unknown_s for s in people) / demanded_s if demanded_s else float("nan"),
        deciles=by_tenth(false, nights),
    )


def bootstrap_interval(
    rng: np.random.Generator, top: np.ndarray, below: np.ndarray, *, draws: int = 1000
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval, over people, of a ratio of sums; NaN where there is nobody."""
    if not len(top):
        return float("nan"), float("nan")
    rows = rng.integers(0, len(top), (draws, len(top)))
    ratios = top[rows].sum(axis=1) / np.maximum(below[rows].sum(axis=1), 1)
    return float(np.quantile(ratios, 0.025)), float(np.quantile(ratios, 0.975))


def bootstrap(
    rng: np.random.Generator,
    people: int,
    statistic: Callable[[np.ndarray], Sequence[float]],
    *,
    draws: int = 1000,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the 95 % bootstrap intervals, over people, of any numbers.

    Parameters
    ----------
    statistic : callable
        Given the positions of the people drawn (repeats and all), the numbers; a NaN is left out.

    Returns
    -------
    tuple of ndarray, each of the shape that ``statistic`` returns
    """
    found = np.array([statistic(rng.integers(0, people, people)) for _ in range(draws)])
    known = [column[~np.isnan(column)] for column in found.T]
    ends = np.array([np.quantile(c, (0.025, 0.975)) if len(c) else (np.nan, np.nan) for c in known])
    return ends[:, 0], ends[:, 1]


def by_tenth(false: np.ndarray, nights: np.ndarray) -> tuple[float, ...]:
    """Return false incidents a person-day of each tenth of the people, best first; fewer than ten give a part each."""
    if not len(nights):
        return ()
    order = np.argsort(false / nights, kind="stable")
    parts = np.array_split(order, min(10, len(order)))
    return tuple(float(false[part].sum() / nights[part].sum()) for part in parts)
