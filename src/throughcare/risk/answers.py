"""Answers: what is known about one person, each with where it came from; an absent item is unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from throughcare.orders.problem import Problem
from throughcare.risk.items import Item, Value


class Source(StrEnum):
    """Where an answer came from."""

    POLICE_RECORD = "police_record"
    COURT_RECORD = "court_record"
    OFFICER = "officer"
    PERSON = "person"
    SYSTEM = "system"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its value, its source, the day it was recorded, and whether the person disputes it."""

    value: Value
    source: Source = Source.NOT_STATED
    recorded_on: dt.date | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers about one person, by item name; immutable."""

    by_name: Mapping[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType(dict(self.by_name)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def value(self, name: str) -> Value | None:
        """Return the value of an item, or None where it is unanswered."""
        answer = self.by_name.get(name)
        return None if answer is None else answer.value

    def having(self, name: str, value: Value) -> Answers:
        """Return a copy where one item has another value (its source stays, or is not stated)."""
        known = self.by_name.get(name, Answer(value))
        return Answers({**self.by_name, name: replace(known, value=value)})

    def without(self, name: str) -> Answers:
        """Return a copy where one item is unanswered."""
        return Answers({key: answer for key, answer in self.by_name.items() if key != name})

    @classmethod
    def of(cls, **values: Value) -> Answers:
        """Return answers of unstated source from plain values (tests, examples)."""
        return cls({name: Answer(value) for name, value in values.items()})


def read_answers(
    record: Mapping[str, object], *, items: Mapping[str, Item]
) -> tuple[Answers, tuple[Problem, ...]]:
    """Read one record: good answers are kept, and each bad one is a `Problem` that names its item.

    Parameters
    ----------
    record : mapping
        Item name to text or value; None and empty text mean unanswered.
    items : mapping
        The items that may be answered; another name is a problem, never skipped.
    """
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for name, found in record.items():
        if found is None or found == "":
            continue
        if name not in items:
            problems.append(
                Problem(
                    path=(name,),
                    expected="the name of an item",
                    found=repr(name),
                    action="See the instrument's items.",
                )
            )
            continue
        try:
            answers[name] = Answer(items[name].domain.read(found))
        except Problem as problem:
            problems.append(
                Problem(path=(name,), expected=problem.expected, found=problem.found, action=problem.action)
            )
    return Answers(answers), tuple(problems)
