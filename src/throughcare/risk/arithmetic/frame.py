"""Frames: the answers about one person or many as arrays, read by item, with what lies outside a domain kept apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.contract import Columns
from throughcare.risk.items import Choices, Day, Item, Value, Whole, YesNo

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

_NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class Frame:
    """Answers of `size` people to `items`.

    Parameters
    ----------
    size : int
    items : mapping
        The items that may be read.
    days : dict
        Item name to datetime64[D] (n,), NaT missing.
    numbers : dict
        Item name to float64 (n,): a whole number, or the position of a choice, no 0 and yes 1; NaN missing.
    bad : bool array (n,)
        True where an answer lies outside its domain; that answer is missing.
    problems : tuple of Problem
        The same, in words, for a frame of one person.
    before : Frame or None
        After defaults were filled in: the frame before.
    counted : dict
        What was counted already and is asked for again: completed months between two days, an inner score.
    """

    size: int
    items: Mapping[str, Item]
    days: dict[str, Days]
    numbers: dict[str, Floats]
    bad: Bools
    problems: tuple[Problem, ...] = ()
    before: Frame | None = None
    counted: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def answered(self, name: str) -> Bools:
        """Return where an item was answered before defaults were filled in."""
        return (self.before or self).known(name)

    def known(self, name: str) -> Bools:
        """Return where an item is answered."""
        if name in self.days:
            return ~np.isnat(self.days[name])
        return ~np.isnan(self.numbers[name])

    def number(self, name: str) -> Floats:
        """Return whole numbers, or positions of choices; NaN where unanswered."""
        return self.numbers[name]

    def yes(self, name: str) -> Bools:
        """Return where an item is answered yes."""
        return np.asarray(self.numbers[name] == 1.0, dtype=np.bool_)

    def no(self, name: str) -> Bools:
        """Return where an item is answered no."""
        return np.asarray(self.numbers[name] == 0.0, dtype=np.bool_)

    def chosen(self, name: str, *values: str) -> Bools:
        """Return where a choice has one of the values."""
        listed = self.items[name].domain.values
        found = np.zeros(self.size, dtype=np.bool_)
        for value in values:
            found |= self.numbers[name] == listed.index(value)
        return found

    def positions(self, name: str) -> npt.NDArray[np.intp]:
        """Return the positions of answers in their domain; -1 where unanswered."""
        numbers = self.numbers[name]
        return np.where(np.isnan(numbers), -1.0, numbers).astype(np.intp)

    def looked_up(self, name: str, table: Floats) -> Floats:
        """Return the number of each answer's position in `table`, whose last entry is for the unanswered."""
        return table[self.positions(name)]

    def years(self, start: str, end: str) -> Floats:
        """Return completed years from one day to another (negative where it is earlier); NaN if one is unknown."""
        return np.trunc(self.months(start, end) / 12.0)

    def months(self, start: str, end: str) -> Floats:
        """Return completed months from one day to another, as the calendar counts them."""
        if (start, end) not in self.counted:
            self.counted[start, end] = completed_months(self.days[start], self.days[end])
        return self.counted[start, end]

    def filled(self, defaults: Mapping[str, Value]) -> Frame:
        """Return the frame with every unanswered item that has a default holding it."""
        numbers = dict(self.numbers)
        for name, value in defaults.items():
            place = _place(self.items[name], value)
            numbers[name] = np.where(np.isnan(numbers[name]), place, numbers[name])
        return replace(self, numbers=numbers, before=self)

    def words(self, name: str) -> str:
        """Return the answer of the only person of the frame in words."""
        item = self.items[name]
        if name in self.days:
            return item.domain.words(self.days[name][0].astype(object))
        number = self.numbers[name][0]
        if np.isnan(number):
            return "not known"
        if isinstance(item.domain, Whole):
            return item.domain.words(int(number))
        return item.domain.words(item.domain.values[int(number)])

    @classmethod
    def of_answers(cls, answers: Answers, items: Mapping[str, Item]) -> Frame:
        """Return a frame of one person; an answer outside its domain becomes a `Problem` and is missing."""
        days: dict[str, Days] = {}
        numbers: dict[str, Floats] = {}
        problems: list[Problem] = []
        for name, item in items.items():
            value = answers.value(name)
            if value is not None:
                try:
                    value = item.domain.read(value)
                except Problem as problem:
                    problems.append(_named(problem, name))
                    value = None
            if isinstance(item.domain, Day):
                assert value is None or isinstance(value, dt.date)
                days[name] = np.array([_NO_DAY if value is None else value], dtype="datetime64[D]")
            else:
                numbers[name] = np.array([np.nan if value is None else _place(item, value)])
        return cls(1, items, days, numbers, np.array([bool(problems)]), tuple(problems))

    @classmethod
    def of_columns(cls, columns: Columns, items: Mapping[str, Item]) -> Frame:
        """Return a frame of many people; an absent column is unanswered for everybody."""
        size = next((len(column) for column in columns.values()), 0)
        days: dict[str, Days] = {}
        numbers: dict[str, Floats] = {}
        bad = np.zeros(size, dtype=np.bool_)
        for name, item in items.items():
            column = columns.get(name)
            if isinstance(item.domain, Day):
                empty = np.full(size, _NO_DAY)
                days[name] = empty if column is None else column.astype("datetime64[D]")
            elif column is None:
                numbers[name] = np.full(size, np.nan)
            else:
                numbers[name], outside = _numbers(item, column)
                bad |= outside
        return cls(size, items, days, numbers, bad)


def completed_months(start: Days, end: Days) -> Floats:
    """Return completed calendar months from `start` to `end`, truncated towards zero; NaN where one is NaT."""
    start_month, end_month = start.astype("datetime64[M]"), end.astype("datetime64[M]")
    unknown = np.isnat(start) | np.isnat(end)
    months = np.where(unknown, 0, (end_month - start_month).astype(np.int64))
    days = np.where(unknown, 0, ((end - end_month) - (start - start_month)).astype(np.int64))
    months = months - ((months > 0) & (days < 0)) + ((months < 0) & (days > 0))
    return np.where(unknown, np.nan, months.astype(np.float64))


def _place(item: Item, value: Value) -> float:
    if isinstance(item.domain, Choices):
        return float([option.value for option in item.domain.options].index(str(value)))
    assert isinstance(value, int)  # a whole number, or no 0 and yes 1
    return float(value)


def _numbers(item: Item, column: npt.NDArray[np.generic]) -> tuple[Floats, Bools]:
    found = column.astype(np.float64)
    if isinstance(item.domain, YesNo | Choices):
        found = np.where(found < 0, np.nan, found)
        outside = found >= len(item.domain.values)
    else:
        assert isinstance(item.domain, Whole)
        outside = (found < item.domain.low) | (found > item.domain.high) | (found != np.floor(found))
        outside &= ~np.isnan(found)
    return np.where(outside, np.nan, found), outside


def _named(problem: Problem, name: str) -> Problem:
    return Problem(path=(name,), expected=problem.expected, found=problem.found, action=problem.action)
