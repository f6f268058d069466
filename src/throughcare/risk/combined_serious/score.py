"""How the combined serious predictor adds three published scores, and what becomes of it when one of them fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from throughcare.kernel.reasons import Reason
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.frame import Bools, Floats, Frame
from throughcare.risk.arithmetic.parts import Tabled
from throughcare.risk.arithmetic.rounding import half_up
from throughcare.risk.combined_serious import spec
from throughcare.risk.contract import STATUS_CODES, Columns, Score, ScoredColumns, Spec, Status
from throughcare.risk.direct_contact_sexual.score import DIRECT_CONTACT_SEXUAL
from throughcare.risk.images_indirect_sexual.score import IMAGES_INDIRECT_SEXUAL
from throughcare.risk.ogrs4.formula import published
from throughcare.risk.serious_violent_reoffending import score as serious_violent

_WORST_FIRST = (Status.REFUSED, Status.OUTSIDE_POPULATION, Status.INCOMPLETE)
_ALWAYS = ("sex", "ever_sexual_offence")

WOMAN = Reason(
    "woman_with_sexual_offence",
    f"For a woman with a sexual offence on record the predictor adds {spec.WOMAN_PERCENT:.2f} points of percent, the "
    "same for every such woman: there is no sexual predictor made from the records of women.",
    {"percent": round(spec.WOMAN_PERCENT, 2)},
)


@dataclass(frozen=True, slots=True)
class Combined:
    """An instrument that adds the published scores of three others.

    Parameters
    ----------
    spec : Spec
    parts : tuple of Tabled
        The one of serious violence, then the two sexual ones.
    """

    spec: Spec
    parts: tuple[Tabled, ...]

    def score(self, answers: Answers) -> Score:
        """Score one person; pure, never raises for an answer, never mutates."""
        parts = {part.spec.name: part.score(answers) for part in self.parts}
        frame = Frame.of_answers(answers, self.spec.by_name)
        unknown = {name for name in _ALWAYS if not frame.known(name)[0]}
        states = {part.status for part in parts.values()} | ({Status.INCOMPLETE} if unknown else set())
        status = next((each for each in _WORST_FIRST if each in states), Status.SCORED)
        blank = Score(instrument=self.spec.name, version=self.spec.version, status=status, parts=parts)
        if status is not Status.SCORED:
            return self._without_number(blank, unknown)
        woman = frame.chosen("sex", "female") & frame.yes("ever_sexual_offence")
        value = _added([_percent(part) for part in parts.values()], woman)
        shown = float(published(frame, value)[0])
        return replace(
            blank,
            value=float(value[0]),
            shown=shown,
            band=self.spec.band_of(shown),
            defaulted=tuple(name for name in self.spec.defaults if not frame.known(name)[0]),
            reasons=(*_unique(parts, Status.SCORED), *((WOMAN,) if woman[0] else ())),
        )

    def score_columns(self, columns: Columns) -> ScoredColumns:
        """Score many people at once; equal to `score` one by one."""
        frame = Frame.of_columns(columns, self.spec.by_name)
        parts = [part.score_columns(columns) for part in self.parts]
        known = np.logical_and.reduce([frame.known(name) for name in _ALWAYS])
        status = np.full(frame.size, STATUS_CODES.index(Status.SCORED), dtype=np.int8)
        for state in reversed(_WORST_FIRST):
            code = STATUS_CODES.index(state)
            status[np.logical_or.reduce([part.status == code for part in parts])] = code
            if state is Status.INCOMPLETE:
                status[~known] = code
        scored = status == STATUS_CODES.index(Status.SCORED)
        woman = frame.chosen("sex", "female") & frame.yes("ever_sexual_offence")
        value = _added([half_up(np.nan_to_num(part.value), 2) for part in parts], woman)
        lows = np.array([band.low for band in self.spec.bands])
        band = np.searchsorted(lows, published(frame, value), side="right") - 1
        return ScoredColumns(
            value=np.where(scored, value, np.nan),
            band=np.where(scored, band, -1).astype(np.int8),
            status=status,
        )

    def without_limits(self) -> Combined:
        """Return the same formula without limits of population: for `throughcare.risk.conformance.arithmetic` only."""
        parts = tuple(replace(part, rules=replace(part.rules, outside=())) for part in self.parts)
        return replace(self, parts=parts)

    def _without_number(self, blank: Score, unknown: set[str]) -> Score:
        assert blank.parts is not None
        missing = unknown | {name for part in blank.parts.values() for name in part.missing}
        problems: dict[tuple[object, ...], Problem] = {
            (each.path, each.expected): each for part in blank.parts.values() for each in part.problems
        }
        return replace(
            blank,
            missing=tuple(item.name for item in self.spec.items if item.name in missing)
            if blank.status is Status.INCOMPLETE
            else (),
            problems=tuple(problems.values()) if blank.status is Status.REFUSED else (),
            reasons=_unique(blank.parts, blank.status),
        )


def _unique(parts: Mapping[str, Score], status: Status) -> tuple[Reason, ...]:
    told = [reason for part in parts.values() if part.status is status for reason in part.reasons]
    return tuple({reason.code: reason for reason in told}.values())


def _percent(part: Score) -> Floats:
    return np.array([part.shown or 0.0])


def _added(shown: list[Floats], woman: Bools) -> Floats:
    """Return the sum as published: of rounded scores, a part that does not apply counting nothing."""
    total = np.where(woman, half_up(np.array([spec.WOMAN_PERCENT]), 2), 0.0)
    for percent in shown:
        total = total + percent
    return np.asarray(total, dtype=np.float64)


_SEXUAL = (DIRECT_CONTACT_SEXUAL, IMAGES_INDIRECT_SEXUAL)
STATIC = Combined(spec.STATIC, (serious_violent.STATIC, *_SEXUAL))
DYNAMIC = Combined(spec.DYNAMIC, (serious_violent.DYNAMIC, *_SEXUAL))
INSTRUMENTS = (STATIC, DYNAMIC)
