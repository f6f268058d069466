"""Whether there are enough people to fit a model, and how many there would have to be.

Below two thousand people no model is fitted here: a published instrument is recalibrated instead, which needs two
numbers and not two hundred. From there on, the numbers that published criteria ask for are told beside the result.

References
----------
Riley, Ensor, Snell and others, BMJ 368:m441, 2020 (the minimum sample size of a prediction model: shrinkage,
optimism of the explained variation, and the mean risk).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.reasons import Reason
from throughcare.risk.models.columns import Column, Table
from throughcare.risk.models.hazard import known_at_risk

FEWEST_PEOPLE = 2_000
FEWEST_EVENTS = 200
_SHRINKAGE = 0.9
_OPTIMISM = 0.05
_MARGIN = 0.05
_EXPLAINED = 0.15  # of the most that could be explained: what the criteria assume where nothing is known


@dataclass(frozen=True, slots=True)
class Need:
    """How many people a model of so many numbers needs, by each criterion."""

    shrinkage: int
    optimism: int
    mean_risk: int

    @property
    def people(self) -> int:
        """The largest, and never below the least of this house."""
        return max(self.shrinkage, self.optimism, self.mean_risk, FEWEST_PEOPLE)


def need(*, parameters: int, base_rate: float) -> Need:
    """Return how many people are needed.

    Parameters
    ----------
    parameters : int
        Numbers that are learnt.
    base_rate : float
        The share of people with the event, above 0 and below 1.
    """
    most = 1.0 - (base_rate**base_rate * (1.0 - base_rate) ** (1.0 - base_rate)) ** 2
    explained = _EXPLAINED * most
    second = explained / (explained + _OPTIMISM * most)
    return Need(
        shrinkage=_people(parameters, _SHRINKAGE, explained),
        optimism=_people(parameters, second, explained),
        mean_risk=math.ceil((1.96 / _MARGIN) ** 2 * base_rate * (1.0 - base_rate)),
    )


def _people(parameters: int, shrinkage: float, explained: float) -> int:
    return math.ceil(parameters / ((shrinkage - 1.0) * math.log(1.0 - explained / shrinkage)))


def parameters_of(columns: Sequence[Column]) -> int:
    """Return how many numbers single tables learn: one for each level but one."""
    return sum(column.size - 2 + column.missing for column in columns)


def check_enough(table: Table, *, parameters: int | None = None) -> tuple[Reason, ...]:
    """Refuse a table with too few people or events; return a caution where more would be needed.

    Parameters
    ----------
    table : Table
    parameters : int or None
        Numbers that are learnt; None for all single tables. A card of k lines learns k.

    Raises
    ------
    RefusedInput
        Under 2,000 people, or under 200 events in the first period.
    """
    rows = known_at_risk(table, 0)
    people, events = int(rows.sum()), int((table.events[rows, 0] == 1).sum())
    base = min(max(events / people, 1e-3), 1.0 - 1e-3) if people else 0.5
    wanted = need(parameters=parameters or parameters_of(table.spec.features), base_rate=base)
    if people < FEWEST_PEOPLE or min(events, people - events) < FEWEST_EVENTS:
        raise RefusedInput(
            where=table.spec.name,
            expected=f"at least {FEWEST_PEOPLE:,} people with a known outcome, {FEWEST_EVENTS} of them with the event "
            f"and {FEWEST_EVENTS} without",
            found=f"{people:,} people, {events:,} of them with the event",
            action="Recalibrate a published instrument instead (--recalibrate COLUMN, the column that holds its "
            f"percent). These features would need {wanted.people:,} people.",
        )
    if people >= wanted.people:
        return ()
    return (
        Reason(
            "fewer_people_than_needed",
            f"Fitted on {people:,} people; published criteria ask for {wanted.people:,} for so many features.",
            {"people": people, "needed": wanted.people},
        ),
    )
