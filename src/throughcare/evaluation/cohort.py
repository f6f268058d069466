"""A cohort: who was treated, what was known beforehand, and, kept apart, what happened after.

The two halves are two types on purpose. Everything that designs a study (matching, weights, balance, overlap,
power) takes a `Cohort`, which holds no outcome; only estimation takes `Outcomes` beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from throughcare.kernel.errors import RefusedInput

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Covariate:
    """One thing known before time zero.

    Parameters
    ----------
    name, label : str
        The column and a noun phrase for people.
    levels : tuple of str
        For a covariate of levels, in order; empty for a number.
    """

    name: str
    label: str
    levels: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is a number and not one of a list of levels."""
        return not self.levels


@dataclass(frozen=True, slots=True)
class Cohort:
    """n people at time zero.

    Parameters
    ----------
    people : str (n,)
        Identifiers; each person once, in one arm.
    treated : bool (n,)
    covariates : tuple of Covariate
    columns : mapping of str to float64 (n,)
        A number as it is; a level as its position. No missing values: what to do about them is declared and done
        before (a level "not recorded", or a number with its own flag).
    strata : mapping of str to int16 (n,)
        Codes of columns within which comparison must stay (disposal type), if any.
    """

    people: npt.NDArray[np.str_]
    treated: Flags
    covariates: tuple[Covariate, ...]
    columns: Mapping[str, Floats]
    strata: Mapping[str, npt.NDArray[np.int16]]

    def __post_init__(self) -> None:
        count = len(self.people)
        if self.treated.shape != (count,) or self.treated.dtype != np.bool_:
            raise ValueError(f"treated must be {count} booleans")
        for covariate in self.covariates:
            column = self.columns[covariate.name]
            if column.shape != (count,) or not np.isfinite(column).all():
                raise ValueError(f"{covariate.name}: expected {count} finite numbers")
        if not self.treated.any() or self.treated.all():
            raise RefusedInput(
                where="treated",
                expected="people in both arms",
                found=f"{int(self.treated.sum())} treated of {count}",
                action="Check the rule that says who was treated.",
            )
        if len(np.unique(self.people)) != count:
            raise RefusedInput(
                where="person",
                expected="each person once",
                found=f"{count - len(np.unique(self.people))} rows of people who are there already",
                action="Keep each person's first index event, and one arm.",
            )

    def __len__(self) -> int:
        return len(self.people)

    def main_effects(self) -> tuple[Floats, tuple[str, ...]]:
        """Return the covariates as columns (n, k), and what each is called.

        A number is itself; a covariate of L levels is L - 1 columns of 0 and 1, the first level left out.
        """
        parts: list[Floats] = []
        names: list[str] = []
        for covariate in self.covariates:
            column = self.columns[covariate.name]
            if covariate.is_number:
                parts.append(column)
                names.append(covariate.label)
                continue
            for position, level in enumerate(covariate.levels[1:], start=1):
                parts.append((column == position).astype(np.float64))
                names.append(f"{covariate.label}: {level}")
        return np.stack(parts, axis=1) if parts else np.zeros((len(self), 0)), tuple(names)

    def rows(self, chosen: Flags | npt.NDArray[np.intp]) -> Cohort:
        """Return some of the people."""
        return Cohort(
            people=self.people[chosen],
            treated=self.treated[chosen],
            covariates=self.covariates,
            columns={name: column[chosen] for name, column in self.columns.items()},
            strata={name: codes[chosen] for name, codes in self.strata.items()},
        )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened to the same n people after time zero; opened only when the design stands.

    Parameters
    ----------
    binary : mapping of str to float64 (n,)
        0 or 1 (did it happen), or NaN where follow-up is not complete.
    counts : mapping of str to float64 (n,)
        How many.
    days : mapping of str to float64 (n,)
        Days to the event, or to the end of follow-up where it did not happen.
    """

    binary: Mapping[str, Floats]
    counts: Mapping[str, Floats]
    days: Mapping[str, Floats]
