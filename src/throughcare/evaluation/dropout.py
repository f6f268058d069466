"""The drop-out report: every row that came in is in exactly one bucket, and each bucket is counted, by arm.

A bucket is one of three things: the row was *used*; it was *left out* by a stated rule; or it was *rejected* because
nobody can use it as it stands, and then it is named, with what to mend. Good rows are kept beside bad ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.reoffending_tables import COMPARISON, NOT_SAID, TREATED, Codes, Ids, Rows, Table


class Bucket(Enum):
    """One way that a row can go; its value is the code that stands in a column."""

    def __int__(self) -> int:
        return int(self.value)


OPEN = -1  # a row that is in no bucket yet


class PersonBucket(Bucket):
    """Where a person went."""

    IN_COHORT = 0
    NO_ID = 1
    IN_BOTH_ARMS = 2
    CONFLICTING = 3
    COPY = 4
    PERIOD_BACKWARDS = 5
    NOT_MATCHED = 6
    NO_INDEX_EVENT = 7
    NONE_IN_WINDOW = 8
    BREACH_ONLY = 9
    KIND_LEFT_OUT = 10
    GONE_BY_TIME_ZERO = 11
    SEXUAL_OFFENCE = 12
    REOFFENDED_BEFORE_ZERO = 13
    NO_PERIOD = 14


class EventBucket(Bucket):
    """Where an index event went."""

    CHOSEN = 0
    NO_ID = 1
    CONFLICTING = 2
    COPY = 3
    UNKNOWN_PERSON = 4
    NO_DATE = 5
    UNKNOWN_KIND = 6
    BEFORE_BIRTH = 7
    AFTER_EXTRACT = 8
    PERSON_REJECTED = 9
    OUTSIDE_WINDOW = 10
    KIND_LEFT_OUT = 11
    BREACH_ONLY = 12
    NOT_THE_EARLIEST = 13
    PERSON_LEFT_OUT = 14


class OffenceBucket(Bucket):
    """Where an offence went."""

    COUNTED = 0
    NO_ID = 1
    CONFLICTING = 2
    COPY = 3
    UNKNOWN_PERSON = 4
    NO_DATE = 5
    UNKNOWN_CODE = 6
    NO_PROVEN_DATE = 7
    PROVEN_FIRST = 8
    BEFORE_BIRTH = 9
    AFTER_EXTRACT = 10
    PERSON_REJECTED = 11
    NOT_IN_COHORT = 12
    PSEUDO_RECONVICTION = 13
    HISTORY = 14
    ON_INDEX_DAY = 15
    AFTER_FOLLOW_UP = 16
    BREACH = 17
    NOT_RECORDABLE = 18
    NOT_PROVEN = 19
    OUTCOME_NOT_COUNTED = 20
    PROVEN_TOO_LATE = 21


class SpellBucket(Bucket):
    """Where a spell in custody went."""

    USED = 0
    NO_ID = 1
    CONFLICTING = 2
    COPY = 3
    UNKNOWN_PERSON = 4
    NO_DATE = 5
    BACKWARDS = 6
    BEFORE_BIRTH = 7
    AFTER_EXTRACT = 8
    PERSON_REJECTED = 9
    NOT_IN_COHORT = 10
    OUTSIDE_FOLLOW_UP = 11


_NO_ID = ("has no id", "Give every row an id.")
_CONFLICTING = (
    "shares its id with a row that says something else",
    "Find out which row is right; until then none of them is used.",
)
_COPY = ("repeats an earlier row word for word", "Nothing to do: the earlier row is used.")
_UNKNOWN_PERSON = (
    "names a person who is not among the people",
    "Add the person to the table of people, or mend the id.",
)
_BEFORE_BIRTH = ("is dated before the person's birth", "Mend the date, or the date of birth.")
_AFTER_EXTRACT = (
    "is dated after the day on which the data were taken out",
    "Mend the date, or the day of the extract.",
)

# the rows that nobody can use as they stand, with what is wrong and what to do
REJECTED: Mapping[Bucket, tuple[str, str]] = {
    PersonBucket.NO_ID: _NO_ID,
    PersonBucket.IN_BOTH_ARMS: (
        "stands in both arms",
        "Decide from the rule of the protocol which arm it is; until then neither row is used.",
    ),
    PersonBucket.CONFLICTING: _CONFLICTING,
    PersonBucket.COPY: _COPY,
    PersonBucket.PERIOD_BACKWARDS: ("has a period that ends before it starts", "Mend the two dates."),
    EventBucket.NO_ID: _NO_ID,
    EventBucket.CONFLICTING: _CONFLICTING,
    EventBucket.COPY: _COPY,
    EventBucket.UNKNOWN_PERSON: _UNKNOWN_PERSON,
    EventBucket.NO_DATE: ("has no date", "Give the day of release, start, sentence or caution."),
    EventBucket.UNKNOWN_KIND: ("is of a kind that does not exist", "Use one of the kinds of index event."),
    EventBucket.BEFORE_BIRTH: _BEFORE_BIRTH,
    EventBucket.AFTER_EXTRACT: _AFTER_EXTRACT,
    OffenceBucket.NO_ID: _NO_ID,
    OffenceBucket.CONFLICTING: _CONFLICTING,
    OffenceBucket.COPY: _COPY,
    OffenceBucket.UNKNOWN_PERSON: _UNKNOWN_PERSON,
    OffenceBucket.NO_DATE: ("has no date of offence", "Give the day on which it happened."),
    OffenceBucket.UNKNOWN_CODE: (
        "has an outcome or a tier that does not exist",
        "Use one of the outcomes, and one of the tiers.",
    ),
    OffenceBucket.NO_PROVEN_DATE: (
        "has an outcome and no date of it",
        "Give the day of conviction or caution, or say that it is not proven.",
    ),
    OffenceBucket.PROVEN_FIRST: ("was proven before it happened", "Mend one of the two dates."),
    OffenceBucket.BEFORE_BIRTH: _BEFORE_BIRTH,
    OffenceBucket.AFTER_EXTRACT: _AFTER_EXTRACT,
    SpellBucket.NO_ID: _NO_ID,
    SpellBucket.CONFLICTING: _CONFLICTING,
    SpellBucket.COPY: _COPY,
    SpellBucket.UNKNOWN_PERSON: _UNKNOWN_PERSON,
    SpellBucket.NO_DATE: ("has no first day", "Give the day on which the spell began."),
    SpellBucket.BACKWARDS: ("ends before it begins", "Mend the two dates."),
    SpellBucket.BEFORE_BIRTH: _BEFORE_BIRTH,
    SpellBucket.AFTER_EXTRACT: _AFTER_EXTRACT,
}

# the rows that were used, and those that a rule left out, in words that follow a number of rows
LEFT_OUT: Mapping[Bucket, str] = {
    PersonBucket.IN_COHORT: "in the cohort",
    PersonBucket.NOT_MATCHED: "not found in the record of offences",
    PersonBucket.NO_INDEX_EVENT: "with no usable index event at all",
    PersonBucket.NONE_IN_WINDOW: "with no index event in the window",
    PersonBucket.BREACH_ONLY: "with nothing in the window but a breach",
    PersonBucket.KIND_LEFT_OUT: "with nothing in the window of a kind that is studied",
    PersonBucket.GONE_BY_TIME_ZERO: "dead or deported by time zero",
    PersonBucket.SEXUAL_OFFENCE: "with a sexual offence proven by the index day",
    PersonBucket.REOFFENDED_BEFORE_ZERO: "who reoffended between the index event and time zero",
    PersonBucket.NO_PERIOD: "without a period of their own after time zero",
    EventBucket.CHOSEN: "from which a person is followed up",
    EventBucket.PERSON_REJECTED: "of people who were rejected",
    EventBucket.KIND_LEFT_OUT: "of a kind that is not studied",
    EventBucket.OUTSIDE_WINDOW: "outside the window",
    EventBucket.BREACH_ONLY: "for nothing but a breach",
    EventBucket.NOT_THE_EARLIEST: "after the same person's earliest in the window",
    EventBucket.PERSON_LEFT_OUT: "of people who were left out",
    OffenceBucket.COUNTED: "counted as proven reoffences",
    OffenceBucket.PERSON_REJECTED: "of people who were rejected",
    OffenceBucket.NOT_IN_COHORT: "of people who are not in the cohort",
    OffenceBucket.PSEUDO_RECONVICTION: "before time zero and proven after it (pseudo-reconvictions)",
    OffenceBucket.HISTORY: "before time zero",
    OffenceBucket.ON_INDEX_DAY: "on the day of time zero, which does not count",
    OffenceBucket.AFTER_FOLLOW_UP: "after the follow-up",
    OffenceBucket.BREACH: "that are a breach of an order",
    OffenceBucket.NOT_RECORDABLE: "that are not recordable",
    OffenceBucket.NOT_PROVEN: "not proven",
    OffenceBucket.OUTCOME_NOT_COUNTED: "ended by an outcome that does not count",
    OffenceBucket.PROVEN_TOO_LATE: "proven after the waiting period",
    SpellBucket.USED: "that overlap the follow-up",
    SpellBucket.PERSON_REJECTED: "of people who were rejected",
    SpellBucket.NOT_IN_COHORT: "of people who are not in the cohort",
    SpellBucket.OUTSIDE_FOLLOW_UP: "outside the follow-up",
}


@dataclass(frozen=True, slots=True)
class BucketCount:
    """How many rows of one table went one way.

    Parameters
    ----------
    table : str
    bucket : Bucket
    words : str
        What became of the rows, to follow their number.
    rows, treated, comparison : int
        All rows, and those of people of each arm; rows without a known arm are in ``rows`` only.
    """

    table: str
    bucket: Bucket
    words: str
    rows: int
    treated: int
    comparison: int

    @property
    def is_rejected(self) -> bool:
        """Whether the rows cannot be used as they stand."""
        return self.bucket in REJECTED


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that cannot be used: where it stands (counted from 0), its id, what is wrong, what to do."""

    table: str
    row: int
    row_id: str
    code: str
    wrong: str
    action: str

    def sentence(self) -> str:
        """Return one line for a person."""
        return f"{self.table}, row {self.row + 1} (id {self.row_id or 'none'}): {self.wrong}. {self.action}"


@dataclass(frozen=True, eq=False)
class Sorted:
    """The rows of one table with the bucket of each.

    Parameters
    ----------
    name : str
    ids : (n,)
    bucket : int8 (n,)
        A member of ``kind`` each: so every row is in exactly one.
    arm : int8 (n,)
        Of the row's person; -1 where there is none.
    kind : the enumeration
    """

    name: str
    ids: Ids
    bucket: Codes
    arm: Codes
    kind: type[Bucket]

    def counts(self) -> tuple[BucketCount, ...]:
        """Return the number of rows in each bucket, the empty ones too, in the order in which rows are judged."""
        size = len(self.kind)
        every, treated, comparison = (
            np.bincount(self.bucket[chosen], minlength=size)
            for chosen in (slice(None), self.arm == TREATED, self.arm == COMPARISON)
        )
        return tuple(
            BucketCount(
                table=self.name,
                bucket=member,
                words=_words(member),
                rows=int(every[int(member)]),
                treated=int(treated[int(member)]),
                comparison=int(comparison[int(member)]),
            )
            for member in self.kind
        )

    def rejected(self) -> Iterator[RejectedRow]:
        """Yield every row that cannot be used, in order of rows."""
        bad = np.array([member in REJECTED for member in self.kind])
        for row in np.flatnonzero(bad[self.bucket]):
            member = self.kind(int(self.bucket[row]))
            wrong, action = REJECTED[member]
            yield RejectedRow(self.name, int(row), shown(self.ids[row]), member.name.lower(), wrong, action)


@dataclass(frozen=True, eq=False)
class DropOut:
    """What became of every row of every table."""

    people: Sorted
    events: Sorted
    offences: Sorted
    spells: Sorted

    @property
    def tables(self) -> tuple[Sorted, ...]:
        """The four tables."""
        return (self.people, self.events, self.offences, self.spells)

    def counts(self) -> tuple[BucketCount, ...]:
        """Return the rows of the report."""
        return tuple(count for table in self.tables for count in table.counts())

    def rejected(self) -> Iterator[RejectedRow]:
        """Yield every rejected row of every table."""
        for table in self.tables:
            yield from table.rejected()


class Sorting:
    """Puts the rows of a table into buckets: a row stays in the first that it is put in."""

    def __init__(self, bucket: Codes) -> None:
        self._bucket = bucket.copy()
        self._open = bucket == OPEN

    @classmethod
    def of(cls, size: int) -> Sorting:
        """Return the sorting of so many rows, none of which is in a bucket."""
        return cls(np.full(size, OPEN, np.int8))

    def put(self, bucket: Bucket, which: npt.NDArray[np.bool_]) -> None:
        """Put the rows that are still in no bucket, and for which it is true, into this one."""
        now = self._open & which
        self._bucket[now] = int(bucket)
        self._open &= ~now

    def so_far(self) -> Codes:
        """Return the buckets, ``OPEN`` for a row that is in none yet."""
        return self._bucket

    def finish(self, bucket: Bucket) -> Codes:
        """Put the rest into this one, and return the buckets."""
        self._bucket[self._open] = int(bucket)
        self._open[:] = False
        return self._bucket


def sorted_rows(table: Table, bucket: Codes, *, arm: Codes, person: Rows | None = None) -> Sorted:
    """Return the rows of a table with their buckets.

    Parameters
    ----------
    table : Table
    bucket : int8 (n,)
    arm : int8 (m,)
        Of each person.
    person : int64 (n,) or None
        The place of each row's person, -1 for none; None where the rows are the people.
    """
    kinds: dict[str, type[Bucket]] = {
        "people": PersonBucket,
        "index events": EventBucket,
        "offences": OffenceBucket,
        "spells in custody": SpellBucket,
    }
    arms = arm if person is None else np.append(arm, np.int8(NOT_SAID))[person]  # row -1, nobody, is the last
    return Sorted(name=table.NAME, ids=table.ids, bucket=bucket, arm=arms, kind=kinds[table.NAME])


def _words(bucket: Bucket) -> str:
    return LEFT_OUT.get(bucket) or f"rejected: each {REJECTED[bucket][0]}"


def shown(value: Any) -> str:  # noqa: ANN401 - text, bytes or a number
    """Return an id as text."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
