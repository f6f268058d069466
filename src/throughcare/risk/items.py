"""Items: the questions that an instrument asks, each with its words, its possible answers and what can change.

One item is one question with one name in the whole house, whichever instruments ask it; an answer is given
once. Each domain says which values an answer may take and reads one from text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from throughcare.orders.problem import Problem

Value = str | int | float | bool | dt.date


class Kind(StrEnum):
    """Whether the answer to an item can ever change for the better."""

    STATIC = "static"
    DYNAMIC = "dynamic"


class Achievable(StrEnum):
    """Which way a dynamic answer can move by what a person or a service does."""

    NONE = "none"
    TO_EARLIER_OPTION = "to_earlier_option"
    TO_LATER_OPTION = "to_later_option"
    TO_YES = "to_yes"
    TO_NO = "to_no"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: the value that is stored and the words that people read."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A closed list of answers, in the order in which a form shows them (least concern first)."""

    options: tuple[Option, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """Every value, in order."""
        return tuple(option.value for option in self.options)

    def read(self, found: object) -> Value:
        """Return the value, or raise a `Problem` that lists the values there are."""
        text = str(found).strip()
        if text in {option.value for option in self.options}:
            return text
        listed = ", ".join(option.value for option in self.options)
        raise Problem(
            expected=f"one of {listed}", found=repr(found), action="Choose one of the listed answers."
        )

    def words(self, value: Value) -> str:
        """Return the words for a value."""
        return next(option.words for option in self.options if option.value == value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no; stored as a bool."""

    @property
    def values(self) -> tuple[Value, ...]:
        """No first: the answer of least concern for every item that uses this domain, unless it says otherwise."""
        return (False, True)

    def read(self, found: object) -> Value:
        """Return a bool from a bool or from yes, no, true, false, y, n, 1 or 0 in any letters."""
        if isinstance(found, bool):
            return found
        text = str(found).strip().lower()
        if text in {"yes", "y", "true", "1"}:
            return True
        if text in {"no", "n", "false", "0"}:
            return False
        raise Problem(
            expected="yes or no", found=repr(found), action="Answer yes or no, or leave it unanswered."
        )

    def words(self, value: Value) -> str:
        """Return yes or no."""
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, both included, in `unit` (a plural noun)."""

    low: int
    high: int
    unit: str

    @property
    def values(self) -> tuple[Value, ...]:
        """Every whole number of the range."""
        return tuple(range(self.low, self.high + 1))

    def read(self, found: object) -> Value:
        """Return an int in the range, or raise a `Problem`; 3.0 is 3, 3.5 and yes are refused."""
        expected = f"a whole number of {self.unit} from {self.low} to {self.high}"
        try:
            number = float(str(found).strip()) if not isinstance(found, bool) else float("nan")
        except ValueError:
            number = float("nan")
        if number.is_integer() and self.low <= number <= self.high:
            return int(number)
        raise Problem(
            expected=expected, found=repr(found), action="Check the record and enter the number again."
        )

    def words(self, value: Value) -> str:
        """Return the number."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; read from a date or from ISO 8601 text."""

    @property
    def values(self) -> tuple[Value, ...]:
        """Nothing: the days cannot be listed, so nothing can be said about an unanswered day."""
        return ()

    def read(self, found: object) -> Value:
        """Return a date, or raise a `Problem`."""
        if isinstance(found, dt.datetime):
            return found.date()
        if isinstance(found, dt.date):
            return found
        try:
            return dt.date.fromisoformat(str(found).strip())
        except ValueError:
            raise Problem(
                expected="a date such as 2026-03-14", found=repr(found), action="Write year, month and day."
            ) from None

    def words(self, value: Value) -> str:
        """Return the day as 14 March 2026."""
        assert isinstance(value, dt.date)
        return f"{value.day} {value:%B %Y}"


Domain = Choices | YesNo | Whole | Day


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Parameters
    ----------
    name : str
        Stable, lower case with underscores, one per concept in the whole house.
    label : str
        A noun phrase for sentences and table rows ("suitability of accommodation").
    question : str
        What an officer is asked, in plain words.
    kind : Kind
        Static facts never improve; dynamic needs may.
    domain : Domain
        The possible answers.
    achievable : Achievable
        The direction in which help or effort can move the answer; ``NONE`` for static items.
    """

    name: str
    label: str
    question: str
    kind: Kind
    domain: Domain
    achievable: Achievable = Achievable.NONE

    def __post_init__(self) -> None:
        if self.kind is Kind.STATIC and self.achievable is not Achievable.NONE:
            raise ValueError(f"{self.name}: a static item cannot have an achievable direction")

    def achievable_values(self, value: Value) -> tuple[Value, ...]:
        """Return the values that may be reached from `value` in the achievable direction, nearest first."""
        values = self.domain.values
        match self.achievable:
            case Achievable.NONE:
                return ()
            case Achievable.TO_YES:
                return () if value is True else (True,)
            case Achievable.TO_NO:
                return () if value is False else (False,)
            case Achievable.TO_EARLIER_OPTION | Achievable.DOWN:
                return tuple(reversed(values[: values.index(value)]))
            case Achievable.TO_LATER_OPTION | Achievable.UP:
                return values[values.index(value) + 1 :]
