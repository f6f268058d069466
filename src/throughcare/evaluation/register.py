"""What published studies of tags found: with what comparison, on what clock, how sure, and whether we read it.

The answer depends on the comparison and the clock, so no row stands without either. Where a study gives two rates, the
ratio, the difference and the odds ratio are worked out from them here, side by side: "20 per cent less" may be any of
the three.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from throughcare.evaluation.effects import NORMAL_95, Interval
from throughcare.evaluation.sensitivity import e_value
from throughcare.kernel.errors import RefusedInput


class Status(StrEnum):
    """Whether the figure was read."""

    READ = "read"  # in the study's own text or abstract
    REPORTED = "reported"  # in the press or a summary of it
    TO_VERIFY = "to verify"  # not read again, or not to be had: never quote it


@dataclass(frozen=True, slots=True)
class Published:
    """One figure of one study.

    Parameters
    ----------
    key, study, place, design, comparison, clock, outcome : str
    year : int or None
    with_mean, without_mean : float or None
        As published.
    people : int or None
    effect, interval, source, note : str
        In words; empty where the study does not say.
    status : Status
    """

    key: str
    study: str
    year: int | None
    place: str
    design: str
    comparison: str
    clock: str
    outcome: str
    with_mean: float | None
    without_mean: float | None
    people: int | None
    effect: str
    interval: str
    status: Status
    source: str
    note: str

    @property
    def arithmetic(self) -> Arithmetic | None:
        """What its two means say, if it gives both."""
        if self.with_mean is None or self.without_mean is None:
            return None
        return arithmetic(self.with_mean, self.without_mean)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What two means say.

    Parameters
    ----------
    ratio, difference : float
    odds_ratio, one_in, e_value : float or None
        For rates only. How many people there are to one fewer; how strong something hidden would have to be.
    """

    ratio: float
    difference: float
    odds_ratio: float | None
    one_in: float | None
    e_value: float | None


def published() -> tuple[Published, ...]:
    """Return the register, in its order."""
    text = files("throughcare.evaluation").joinpath("register.csv").read_text("utf-8")
    return tuple(
        Published(
            key=row["key"],
            study=row["study"],
            year=int(row["year"]) if row["year"] else None,
            place=row["place"],
            design=row["design"],
            comparison=row["comparison"],
            clock=row["clock"],
            outcome=row["outcome"],
            with_mean=float(row["with"]) if row["with"] else None,
            without_mean=float(row["without"]) if row["without"] else None,
            people=int(row["people"]) if row["people"] else None,
            effect=row["effect"],
            interval=row["interval"],
            status=Status(row["status"]),
            source=row["source"],
            note=row["note"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )


def arithmetic(with_mean: float, without_mean: float) -> Arithmetic:
    """Return what two means say; both above nought.

    Raises
    ------
    RefusedInput
        If one is nought or less.
    """
    if not (with_mean > 0 and without_mean > 0):
        raise RefusedInput(
            where="published means",
            expected="two means above nought",
            found=f"{with_mean} and {without_mean}",
            action="A ratio needs both.",
        )
    ratio, difference = with_mean / without_mean, with_mean - without_mean
    if max(with_mean, without_mean) >= 1:
        return Arithmetic(ratio, difference, None, None, None)
    odds = ratio * (1 - without_mean) / (1 - with_mean)
    one_in = math.inf if difference == 0 else 1 / abs(difference)
    strength = e_value(Interval(ratio, ratio, ratio, 0.0)).point
    return Arithmetic(ratio, difference, odds, one_in, strength)


def ratio_interval(with_rate: float, without_rate: float, *, treated: int, comparison: int) -> Interval:
    """Return the 95 % interval that two published rates would have with so many people in each arm, unweighted."""
    error = math.sqrt(
        (1 - with_rate) / (with_rate * treated) + (1 - without_rate) / (without_rate * comparison)
    )
    ratio = with_rate / without_rate
    return Interval(ratio, ratio * math.exp(-NORMAL_95 * error), ratio * math.exp(NORMAL_95 * error), error)
