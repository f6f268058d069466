"""Coefficients as data: each instrument's ``coefficients.csv``, every row with its source and licence."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The numbers of one instrument, by name and key.

    Parameters
    ----------
    package : str
        The folder that they came from.
    by_name : dict
        Name to key to number; the key is empty for a number that stands alone.
    """

    package: str
    by_name: dict[str, dict[str, float]]

    def one(self, name: str) -> float:
        """Return a number that stands alone."""
        return self.by_name[name][""]

    def keyed(self, name: str) -> dict[str, float]:
        """Return every key of a name with its number, in the order of the file."""
        return dict(self.by_name[name])

    def powers(self, name: str) -> tuple[float, ...]:
        """Return the coefficients of a polynomial without a constant, first power first."""
        found = self.by_name[name]
        return tuple(found[str(power)] for power in range(1, len(found) + 1))

    def steps(self, name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return where each step begins (the key, a whole number), ascending, and its number."""
        found = sorted((float(key), number) for key, number in self.by_name[name].items())
        return np.array([low for low, _ in found]), np.array([number for _, number in found])


def read_coefficients(package: str) -> Coefficients:
    """Read ``coefficients.csv`` of an instrument's package (columns name, key, value, source, licence).

    Raises
    ------
    ValueError
        If a row repeats a name and key, or lacks its source or licence.
    """
    by_name: dict[str, dict[str, float]] = {}
    with resources.files(package).joinpath("coefficients.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            keys = by_name.setdefault(row["name"], {})
            if row["key"] in keys or not row["source"] or not row["licence"]:
                raise ValueError(
                    f"{package}: {row['name']} {row['key']} is repeated or lacks source or licence"
                )
            keys[row["key"]] = float(row["value"])
    return Coefficients(package, by_name)
