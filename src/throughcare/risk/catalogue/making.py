"""Short ways to write an item, so that the catalogue reads as a table."""

from __future__ import annotations

from throughcare.risk.items import Achievable, Choices, Day, Item, Kind, Option, Whole, YesNo

PROBLEM_LEVELS = Choices(
    (
        Option("none", "no problems"),
        Option("some", "some problems"),
        Option("significant", "significant problems"),
    )
)


def day(name: str, label: str, question: str) -> Item:
    """Return a day, which never changes."""
    return Item(name, label, question, Kind.STATIC, Day())


def count(name: str, label: str, question: str, *, low: int, high: int, unit: str) -> Item:
    """Return a whole number of the record, which help cannot lower."""
    return Item(name, label, question, Kind.STATIC, Whole(low, high, unit))


def fact(name: str, label: str, question: str) -> Item:
    """Return a yes or no about what has happened, which never improves."""
    return Item(name, label, question, Kind.STATIC, YesNo())


def problem(name: str, label: str, question: str) -> Item:
    """Return a need in three levels that help can ease."""
    return Item(name, label, question, Kind.DYNAMIC, PROBLEM_LEVELS, Achievable.TO_EARLIER_OPTION)


def past_problem(name: str, label: str, question: str) -> Item:
    """Return three levels about the past, which never improve."""
    return Item(name, label, question, Kind.STATIC, PROBLEM_LEVELS)


def ending(name: str, label: str, question: str) -> Item:
    """Return a yes or no that is better answered no, and can become no."""
    return Item(name, label, question, Kind.DYNAMIC, YesNo(), Achievable.TO_NO)


def gaining(name: str, label: str, question: str) -> Item:
    """Return a yes or no that is better answered yes, and can become yes."""
    return Item(name, label, question, Kind.DYNAMIC, YesNo(), Achievable.TO_YES)


def one_of(name: str, label: str, question: str, *, options: dict[str, str]) -> Item:
    """Return a static choice among named options."""
    return Item(name, label, question, Kind.STATIC, listed(options))


def listed(options: dict[str, str]) -> Choices:
    """Return choices from value to words, in order."""
    return Choices(tuple(Option(value, words) for value, words in options.items()))
