"""Tabled instruments: a score that is a sum of parts, each looked up in a published table.

The same arithmetic answers for one person and for many, so that the two can never differ. What is asked of the
answers before anything is added (contradictions, limits, who it is for) is data beside the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.rounding import half_up, sigmoid
from throughcare.risk.contract import (
    STATUS_CODES,
    Band,
    Columns,
    Measure,
    Score,
    ScoredColumns,
    Spec,
    Status,
    Term,
)
from throughcare.risk.items import Item, Kind

Weigh = Callable[[Frame], Floats]
Say = Callable[[Frame], str]
Test = Callable[[Frame], Bools]


@dataclass(frozen=True, slots=True)
class Part:
    """One addend.

    Parameters
    ----------
    name : str
    items : tuple of str
        Every item that `weigh` reads; empty for a constant.
    weigh : callable
        From a frame to the weight of each person, NaN where an item that it needs is unanswered.
    say : callable
        From a frame of one person to words.
    """

    name: str
    items: tuple[str, ...]
    weigh: Weigh
    say: Say

    def term(
        self, frame: Frame, weight: float, items: Mapping[str, Item], *, defaulted: tuple[str, ...]
    ) -> Term:
        """Return the part as a term of the only person of a frame."""
        counted = [items[name].label for name in self.items if name in defaulted]
        note = f" (not answered: {', '.join(counted)})" if counted else ""
        dynamic = any(items[name].kind is Kind.DYNAMIC for name in self.items)
        return Term(
            name=self.name,
            words=self.say(frame) + note,
            weight=weight,
            items=self.items,
            kind=Kind.DYNAMIC if dynamic else Kind.STATIC,
        )


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot be true together.

    Parameters
    ----------
    item : str
        The item that is named as faulty.
    found_in : callable
        From a frame to where the contradiction is; unanswered items contradict nothing.
    expected, action : str
        As in `Problem`.
    """

    item: str
    found_in: Test
    expected: str
    action: str

    def problem(self, frame: Frame) -> Problem:
        """Return the contradiction as a problem of the only person of a frame."""
        return Problem(
            path=(self.item,), expected=self.expected, found=frame.words(self.item), action=self.action
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """A fact about a person that a reason is given for: outside the population, not applicable, or a caution."""

    reason: Reason
    holds: Test


@dataclass(frozen=True, slots=True)
class Quorum:
    """A rule on how many answers there must be beside the required items.

    Parameters
    ----------
    items : tuple of str
        The items that are counted.
    lacking : callable
        From a frame to where there are too few.
    """

    items: tuple[str, ...]
    lacking: Test


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of the answers before anything is added, each in the order in which it is told."""

    contradictions: tuple[Contradiction, ...] = ()
    not_applicable: tuple[Limit, ...] = ()
    outside: tuple[Limit, ...] = ()
    quorums: tuple[Quorum, ...] = ()
    cautions: tuple[Limit, ...] = ()

    def status(self, frame: Frame, required: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        """Return what becomes of each person, as positions in `STATUS_CODES`."""
        refused = frame.bad.copy()
        for contradiction in self.contradictions:
            refused |= contradiction.found_in(frame)
        incomplete = np.zeros(frame.size, dtype=np.bool_)
        for name in required:
            incomplete |= ~frame.known(name)
        for quorum in self.quorums:
            incomplete |= quorum.lacking(frame)
        named = (
            (Status.INCOMPLETE, incomplete),
            (Status.OUTSIDE_POPULATION, _any(self.outside, frame)),
            (Status.NOT_APPLICABLE, _any(self.not_applicable, frame)),
            (Status.REFUSED, refused),
        )
        status = np.full(frame.size, STATUS_CODES.index(Status.SCORED), dtype=np.int8)
        for state, where in named:
            status[where] = STATUS_CODES.index(state)
        return status

    def explained(self, frame: Frame, status: Status) -> tuple[Reason, ...]:
        """Return the reasons of the only person of a frame, whose status is known."""
        told = {
            Status.NOT_APPLICABLE: self.not_applicable,
            Status.OUTSIDE_POPULATION: self.outside,
            Status.SCORED: self.cautions,
        }.get(status, ())
        return tuple(limit.reason for limit in told if limit.holds(frame)[0])


@dataclass(frozen=True, slots=True)
class Tabled:
    """An instrument whose score follows from a sum of parts.

    Parameters
    ----------
    spec : Spec
    parts : tuple of Part
    rules : Rules
    value : callable or None
        From a frame and the sum to the unrounded score; None for a probability in percent of its log-odds, or
        for points that are the sum.
    shown : callable or None
        From the frame and the unrounded score to the score as published; None for rounding half up to
        ``spec.decimals``.
    reband : callable or None
        From the frame and the bands that the shown scores reach to the bands that hold; None where they are it.
    components : tuple of Tabled
        Instruments whose score is an input of this one; their scores are handed over with it.
    """

    spec: Spec
    parts: tuple[Part, ...]
    rules: Rules
    value: Callable[[Frame, Floats], Floats] | None = None
    shown: Callable[[Frame, Floats], Floats] | None = None
    reband: Callable[[Frame, Floats], Floats] | None = None
    components: tuple[Tabled, ...] = ()

    def score(self, answers: Answers) -> Score:
        """Score one person; pure, never raises for an answer, never mutates."""
        spec, items = self.spec, self.spec.by_name
        raw = Frame.of_answers(answers, items)
        status = STATUS_CODES[int(self.rules.status(raw, spec.required)[0])]
        reasons = self.rules.explained(raw, status)
        if status is not Status.SCORED:
            return Score(
                instrument=spec.name,
                version=spec.version,
                status=status,
                missing=self._missing(raw) if status is Status.INCOMPLETE else (),
                problems=self._problems(raw) if status is Status.REFUSED else (),
                reasons=reasons,
            )
        defaulted = tuple(name for name in items if name in spec.defaults and not raw.known(name)[0])
        frame = raw.filled(spec.defaults)
        weights = [part.weigh(frame) for part in self.parts]
        value, shown, band = self._scored(frame, weights)
        return Score(
            instrument=spec.name,
            version=spec.version,
            status=status,
            value=float(value[0]),
            shown=float(shown[0]),
            band=_band(spec.bands, int(band[0])),
            terms=tuple(
                part.term(frame, float(weight[0]), items, defaulted=defaulted)
                for part, weight in zip(self.parts, weights, strict=True)
            ),
            defaulted=defaulted,
            reasons=reasons,
            parts={each.spec.name: each.score(answers) for each in self.components} or None,
        )

    def score_columns(self, columns: Columns) -> ScoredColumns:
        """Score many people at once; equal to `score` one by one."""
        raw = Frame.of_columns(columns, self.spec.by_name)
        status = self.rules.status(raw, self.spec.required)
        scored = status == STATUS_CODES.index(Status.SCORED)
        with np.errstate(all="ignore"):  # people without a score carry NaN, or numbers that nothing shows
            frame = raw.filled(self.spec.defaults)
            value, _, band = self._scored(frame, [part.weigh(frame) for part in self.parts])
        return ScoredColumns(
            value=np.where(scored, value, np.nan),
            band=np.where(scored, band, -1).astype(np.int8),
            status=status,
        )

    def shown_columns(self, columns: Columns) -> Floats:
        """Return the scores of many people as published; NaN where there is none."""
        raw = Frame.of_columns(columns, self.spec.by_name)
        scored = self.rules.status(raw, self.spec.required) == STATUS_CODES.index(Status.SCORED)
        with np.errstate(all="ignore"):
            shown = self.shown_in(raw.filled(self.spec.defaults))
        return np.where(scored, shown, np.nan)

    def shown_in(self, frame: Frame) -> Floats:
        """Return the scores as published of people whose answers are in a wider frame; NaN where one is missing."""
        _, shown, _ = self._scored(frame, [part.weigh(frame) for part in self.parts])
        return shown

    def _scored(self, frame: Frame, weights: list[Floats]) -> tuple[Floats, Floats, Floats]:
        total = np.zeros(frame.size)
        for weight in weights:
            total = total + weight
        if self.value is not None:
            value = self.value(frame, total)
        elif self.spec.measure is Measure.PROBABILITY:
            value = 100.0 * sigmoid(total)
        else:
            value = total
        shown = half_up(value, self.spec.decimals) if self.shown is None else self.shown(frame, value)
        lows = np.array([band.low for band in self.spec.bands])
        band = np.searchsorted(lows, shown, side="right").astype(np.float64) - 1.0
        if self.reband is not None:
            band = self.reband(frame, band)
        return value, shown, band

    def _missing(self, frame: Frame) -> tuple[str, ...]:
        wanted = set(self.spec.required)
        for quorum in self.rules.quorums:
            if quorum.lacking(frame)[0]:
                wanted |= set(quorum.items)
        return tuple(
            item.name for item in self.spec.items if item.name in wanted and not frame.known(item.name)[0]
        )

    def _problems(self, frame: Frame) -> tuple[Problem, ...]:
        found = [each for each in self.rules.contradictions if each.found_in(frame)[0]]
        return frame.problems + tuple(each.problem(frame) for each in found)


def constant(name: str, weight: float, words: str) -> Part:
    """Return a part that is the same for everybody."""
    return Part(name, (), lambda frame: np.full(frame.size, weight), lambda frame: words)


def graded(name: str, item: Item, weights: Mapping[str, float]) -> Part:
    """Return a part that looks one choice up in a table."""
    table = in_order(item, weights)
    return Part(
        name,
        (item.name,),
        lambda frame: frame.looked_up(item.name, table),
        lambda frame: f"{item.label}: {frame.words(item.name)}",
    )


def in_order(item: Item, weights: Mapping[str, float]) -> Floats:
    """Return the weights of a choice in the order of its options, and NaN last, for an unanswered one."""
    return np.array([weights[str(value)] for value in item.domain.values] + [np.nan])


def flagged(name: str, item: Item, weight: float, *, when: bool = True) -> Part:
    """Return a part that counts when a yes/no item is answered `when`."""
    table = np.array([0.0, weight, np.nan] if when else [weight, 0.0, np.nan])
    return Part(
        name,
        (item.name,),
        lambda frame: frame.looked_up(item.name, table),
        lambda frame: f"{item.label}: {frame.words(item.name)}",
    )


def stepped(name: str, item: Item, steps: tuple[Floats, Floats]) -> Part:
    """Return a part whose weight changes at whole numbers: `steps` holds where each begins and its weight."""
    return Part(
        name,
        (item.name,),
        lambda frame: step(frame.number(item.name), steps),
        lambda frame: f"{item.label}: {frame.words(item.name)}",
    )


def step(numbers: Floats, steps: tuple[Floats, Floats]) -> Floats:
    """Return the weight of the last step that begins at or below each number; NaN below the first, or for NaN."""
    lows, weights = steps
    position = np.searchsorted(lows, numbers, side="right") - 1
    return np.where(np.isnan(numbers) | (position < 0), np.nan, weights[np.maximum(position, 0)])


def _any(limits: tuple[Limit, ...], frame: Frame) -> Bools:
    found = np.zeros(frame.size, dtype=np.bool_)
    for limit in limits:
        found |= limit.holds(frame)
    return found


def _band(bands: tuple[Band, ...], position: int) -> Band | None:
    return bands[position] if position >= 0 else None
