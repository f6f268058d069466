"""The guard against immortal time: days that the treated could not fail in, because whoever failed was never treated.

Where people whose tag starts late are put in the treated arm because it started, nobody of them has reoffended in the
days before it, which no group of people could do by chance. The guard compares how many did with how many would have,
had the days been like everybody's.

References
----------
Hernan, Sauer, Hernandez-Diaz, Platt, Shrier (2016), Specifying a target trial prevents immortal time bias; Journal of
Clinical Epidemiology 79: time zero, eligibility and assignment must coincide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from throughcare.evaluation.reoffending import Reoffending
from throughcare.evaluation.reoffending_tables import TREATED
from throughcare.kernel.errors import RefusedInput

_TOO_UNLIKELY = 0.001


@dataclass(frozen=True, slots=True)
class ImmortalTime:
    """What the days between time zero and the start of the tag look like.

    Parameters
    ----------
    late_starters : int
        Treated people whose tag starts after time zero.
    gap_days_median : float
        Of these; NaN where there is none.
    reoffended : int
        How many of them reoffended in those days: reported, never dropped.
    expected : float
        How many would have, at the pace of everybody in the cohort.
    probability : float
        Of so few or fewer by chance, by Poisson's law.
    """

    late_starters: int
    gap_days_median: float
    reoffended: int
    expected: float
    probability: float

    @property
    def is_suspected(self) -> bool:
        """Whether so few reoffended in the gap that the arm must have been decided after it."""
        return self.probability < _TOO_UNLIKELY

    def sentence(self) -> str:
        """Return one line for a person."""
        if not self.late_starters:
            return "Every treated person's tag starts by time zero."
        told = (
            f"{self.late_starters} treated people's tags start after time zero, by {self.gap_days_median:.0f} days "
            f"in the median; {self.reoffended} of them reoffended in between, and {self.expected:.1f} were expected."
        )
        return (
            f"{told} So few is no chance: the arm was decided after time zero." if self.is_suspected else told
        )


def immortal_time(found: Reoffending) -> ImmortalTime:
    """Return how the days before the start of the tag compare with everybody's."""
    late = (found.treated == TREATED) & (found.start_gap_days > 0)
    gap_days = found.start_gap_days[late]
    if not len(gap_days):
        return ImmortalTime(0, math.nan, 0, 0.0, 1.0)
    first = np.sort(found.followed.days_to_first[found.followed.reoffended])
    expected = float(np.searchsorted(first, gap_days, side="left").sum()) / len(found)
    reoffended = int(found.reoffended_in_gap[late].sum())
    return ImmortalTime(
        late_starters=len(gap_days),
        gap_days_median=float(np.median(gap_days)),
        reoffended=reoffended,
        expected=expected,
        probability=_at_most(reoffended, expected),
    )


def require_no_immortal_time(found: Reoffending) -> None:
    """Refuse a cohort whose treated arm was decided after time zero.

    Raises
    ------
    RefusedInput
        If too few reoffended before their tag began.
    """
    looked = immortal_time(found)
    if looked.is_suspected:
        raise RefusedInput(
            where="time zero",
            expected="arms that were decided by time zero",
            found=looked.sentence(),
            action="Put people in the arm that was ordered, whether or not the tag was fitted; or choose a landmark.",
        )


def _at_most(count: int, mean: float) -> float:
    """Return the chance of so many or fewer under Poisson's law."""
    if mean <= 0:
        return 1.0
    terms = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1))
    return min(1.0, sum(math.exp(term) for term in terms))
