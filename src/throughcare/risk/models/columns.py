"""Columns of a training table: what each means, when it was measured, and what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from throughcare.orders.problem import Problem
from throughcare.risk.models.special import special

Texts = npt.NDArray[np.str_]
Codes = npt.NDArray[np.int16]


class Form(StrEnum):
    """How the values of a column are laid out."""

    ORDERED = "ordered"
    NOMINAL = "nominal"
    NUMBER = "number"


class Measured(StrEnum):
    """When a column was measured, beside the day on which the prediction is made."""

    BEFORE = "before"
    AFTER = "after"
    NOT_KNOWN = "not_known"


class Use(StrEnum):
    """What a column may be used for; a group column is never a model's input, and race and the like may be no other."""

    FEATURE = "feature"
    GROUP = "group"
    OUTCOME = "outcome"
    IDENTIFIER = "identifier"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name, label : str
        The name in the table and a noun phrase for people.
    use : Use
    form : Form
    levels : tuple of str
        Ordered and nominal columns: the texts that may stand in it, in order. Numbers: empty.
    cuts : tuple of float
        Numbers: rising inner edges; a value at an edge belongs above it. Levels of a number are the ranges.
    measured : Measured
        A feature that was measured after the prediction, or nobody knows when, is refused by `leaks`.
    measured_on : str or None
        A column of days that says for each row when this one was measured, where there is one.
    missing : bool
        True if a blank is an answer of its own ("not recorded" at that time). False: a blank is refused.
    rising : int
        +1 or -1 where the effect must rise or fall along the order, 0 where it is free.
    achievable : int
        -1 or +1 where what a person or a service does can move the answer to an earlier or a later level (a
        dynamic need), 0 for a fact that cannot change.
    """

    name: str
    label: str
    use: Use = Use.FEATURE
    form: Form = Form.ORDERED
    levels: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()
    measured: Measured = Measured.NOT_KNOWN
    measured_on: str | None = None
    missing: bool = True
    rising: int = 0
    achievable: int = 0

    def __post_init__(self) -> None:
        if self.use is Use.FEATURE and self.form is not Form.NUMBER and not self.levels:
            raise ValueError(f"{self.name}: an ordered or nominal feature needs its levels")
        if self.use is Use.FEATURE and (found := special(self.name, self.label, self.levels)):
            raise ValueError(f'{self.name}: {found} is never an input of a model; use = "group" audits it')
        if len(set(self.levels)) != len(self.levels):
            raise ValueError(f"{self.name}: a level stands twice")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError(f"{self.name}: cuts must rise")
        if self.rising and self.form is Form.NOMINAL:
            raise ValueError(f"{self.name}: a nominal column has no order to rise along")

    @property
    def size(self) -> int:
        """How many codes there are; the last one is "not recorded"."""
        return (len(self.cuts) + 1 if self.form is Form.NUMBER else len(self.levels)) + 1

    def words(self, code: int) -> str:
        """Return a code in words."""
        if code == self.size - 1:
            return "not recorded"
        if self.form is not Form.NUMBER:
            return self.levels[code]
        if not self.cuts:
            return "any"
        if code == 0:
            return f"under {self.cuts[0]:g}"
        if code == len(self.cuts):
            return f"{self.cuts[-1]:g} or more"
        return f"{self.cuts[code - 1]:g} to under {self.cuts[code]:g}"

    def code_numbers(self, numbers: npt.NDArray[np.float64]) -> Codes:
        """Return the codes of numbers; NaN is "not recorded"."""
        codes = np.searchsorted(np.asarray(self.cuts), numbers, side="right").astype(np.int16)
        codes[np.isnan(numbers)] = self.size - 1
        return codes

    def code(self, texts: Texts) -> tuple[Codes, tuple[Problem, ...]]:
        """Return the codes of a column of texts, and a problem for each row that cannot be read.

        A row with a problem is coded "not recorded"; the caller leaves it out and says so.
        """
        stripped = np.char.strip(texts)
        blank = stripped == ""
        codes, bad = (
            self._numbers(stripped, blank) if self.form is Form.NUMBER else self._levels(stripped, blank)
        )
        if not self.missing:
            bad |= blank
        codes[bad] = self.size - 1
        return codes, tuple(self._problem(str(stripped[row]), int(row)) for row in np.flatnonzero(bad))

    def _levels(self, texts: Texts, blank: npt.NDArray[np.bool_]) -> tuple[Codes, npt.NDArray[np.bool_]]:
        codes = np.full(texts.shape, -1, dtype=np.int16)
        for position, level in enumerate(self.levels):
            codes[texts == level] = position
        codes[blank] = self.size - 1
        return codes, codes < 0

    def _numbers(self, texts: Texts, blank: npt.NDArray[np.bool_]) -> tuple[Codes, npt.NDArray[np.bool_]]:
        numbers = np.full(texts.shape, np.nan)
        for row in np.flatnonzero(~blank):
            try:
                numbers[row] = float(texts[row])
            except ValueError:
                continue
        bad = ~blank & ~np.isfinite(numbers)
        return self.code_numbers(numbers), bad

    def _problem(self, found: str, row: int) -> Problem:
        expected = "a number" if self.form is Form.NUMBER else f"one of {', '.join(self.levels)}"
        return Problem(
            path=(f"row {row + 1}", self.name),
            expected=expected if self.missing or found else f"{expected}, not a blank",
            found=repr(found),
            action="Mend the row, or add the level to the column's description.",
        )


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A training table: its columns, and one outcome for each period after the prediction.

    Parameters
    ----------
    name : str
    columns : tuple of Column
    outcomes : tuple of str
        One column of 0 and 1 a period, in time order: did it happen in this period. A person is at risk in a
        period if it happened in none before.
    period_words : tuple of str
        What each period is called ("the first year").
    predicted_on : str or None
        The column that holds the day on which each prediction is made, for columns with ``measured_on``.
    predicts : str
        What an event is, as a noun phrase ("a new arrest").
    """

    name: str
    columns: tuple[Column, ...]
    outcomes: tuple[str, ...]
    period_words: tuple[str, ...]
    predicted_on: str | None = None
    predicts: str = "the event"

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError("a column is described twice")
        for outcome in self.outcomes:
            if outcome not in names or self.column(outcome).use is not Use.OUTCOME:
                raise ValueError(f"{outcome} is not described as an outcome")
        if len(self.period_words) != len(self.outcomes):
            raise ValueError("each period needs its words")

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that a model may read."""
        return tuple(column for column in self.columns if column.use is Use.FEATURE)

    @property
    def groups(self) -> tuple[Column, ...]:
        """The columns for fairness checks only."""
        return tuple(column for column in self.columns if column.use is Use.GROUP)


@dataclass(frozen=True, slots=True)
class Table:
    """A coded table of n people.

    Parameters
    ----------
    spec : TableSpec
    codes : int16 (n, p)
        One column a feature, in the order of ``spec.features``.
    groups : mapping of str to int16 (n,)
        Codes of the group columns.
    events : int8 (n, periods)
        1 where it happened in the period, 0 where not, -1 where not known (no longer at risk, or held back).
    identifiers : str (n,)
    """

    spec: TableSpec
    codes: Codes
    groups: Mapping[str, Codes]
    events: npt.NDArray[np.int8]
    identifiers: Texts

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def at_risk(self) -> npt.NDArray[np.bool_]:
        """Who had no event before each period, (n, periods)."""
        before = np.cumsum(self.events == 1, axis=1) - (self.events == 1)
        return np.asarray(before == 0)

    def rows(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Table:
        """Return some of the rows."""
        return Table(
            spec=self.spec,
            codes=self.codes[chosen],
            groups={name: codes[chosen] for name, codes in self.groups.items()},
            events=self.events[chosen],
            identifiers=self.identifiers[chosen],
        )


def code_table(
    texts: Mapping[str, Sequence[str] | Texts], *, spec: TableSpec
) -> tuple[Table, tuple[Problem, ...]]:
    """Code a table of texts; rows with a problem are left out of the table and named in the problems.

    Parameters
    ----------
    texts : mapping
        Column name to n texts; a blank is the empty text. A column that is described but absent is a problem,
        except outcomes (a table to predict has none).
    """
    length = len(next(iter(texts.values()), ()))
    problems: list[Problem] = []
    bad = np.zeros(length, dtype=bool)
    coded: dict[str, Codes] = {}
    for column in spec.columns:
        if column.use not in {Use.FEATURE, Use.GROUP}:
            continue
        if column.name not in texts:
            problems.append(_absent(column.name))
            continue
        coded[column.name], found = column.code(np.asarray(texts[column.name], dtype=np.str_))
        problems.extend(found)
        bad[[_row_of(problem) for problem in found]] = True
    if any(len(problem.path) == 1 for problem in problems):
        return _empty(spec), tuple(problems)
    events, found = _events(texts, spec=spec, length=length)
    problems.extend(found)
    bad[[_row_of(problem) for problem in found]] = True
    table = Table(
        spec=spec,
        codes=np.stack([coded[column.name] for column in spec.features], axis=1),
        groups={column.name: coded[column.name] for column in spec.groups},
        events=events,
        identifiers=_identifiers(texts, spec=spec, length=length),
    )
    return table.rows(~bad), tuple(problems)


def _events(
    texts: Mapping[str, Sequence[str] | Texts], *, spec: TableSpec, length: int
) -> tuple[npt.NDArray[np.int8], tuple[Problem, ...]]:
    events = np.full((length, len(spec.outcomes)), -1, dtype=np.int8)
    problems: list[Problem] = []
    for period, name in enumerate(spec.outcomes):
        if name not in texts:
            continue
        for row, found in enumerate(np.char.strip(np.asarray(texts[name], dtype=np.str_))):
            if found in {"0", "1", "0.0", "1.0"}:
                events[row, period] = int(float(found))
            elif found != "":
                problems.append(
                    Problem(
                        path=(f"row {row + 1}", name),
                        expected="0, 1 or a blank",
                        found=repr(str(found)),
                        action="Write 1 where it happened in this period and 0 where it did not.",
                    )
                )
    return events, tuple(problems)


def _identifiers(texts: Mapping[str, Sequence[str] | Texts], *, spec: TableSpec, length: int) -> Texts:
    named = [column.name for column in spec.columns if column.use is Use.IDENTIFIER and column.name in texts]
    if named:
        return np.asarray(texts[named[0]], dtype=np.str_)
    return np.arange(1, length + 1).astype(np.str_)


def _absent(name: str) -> Problem:
    return Problem(
        path=(name,),
        expected="a column of this name",
        found="none",
        action="Add the column to the table, or take it out of the table's description.",
    )


def _row_of(problem: Problem) -> int:
    return int(str(problem.path[0]).removeprefix("row ")) - 1


def _empty(spec: TableSpec) -> Table:
    return Table(
        spec=spec,
        codes=np.zeros((0, len(spec.features)), dtype=np.int16),
        groups={column.name: np.zeros(0, dtype=np.int16) for column in spec.groups},
        events=np.zeros((0, len(spec.outcomes)), dtype=np.int8),
        identifiers=np.zeros(0, dtype=np.str_),
    )
