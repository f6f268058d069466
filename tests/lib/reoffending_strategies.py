"""Small, hostile tables for the reoffending engine: doubled, missing and unknown ids, days at every edge.

Hypothesis chooses the seed, the sizes and how hostile a table is; the rows are then drawn from the seed, so that most
examples reach a cohort in which something is counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from throughcare.evaluation.clock import PROVEN_BY, Clock, CohortWindow, LateStart, ReoffendingRules
from throughcare.evaluation.reoffending_tables import (
    IndexEvents,
    IndexKind,
    Offences,
    People,
    Proof,
    Spells,
    Table,
)

FIRST = np.datetime64("2024-01-01", "D")
WINDOW = CohortWindow(FIRST, np.datetime64("2024-04-01", "D"))
EXTRACT = np.datetime64("2026-12-31", "D")
EDGES = np.array(
    ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-01", "2025-02-28", "2025-08-28", "2025-08-29"],
    "datetime64[D]",
)
STRANGER = "stranger"

Tables = tuple[People, IndexEvents, Offences, Spells]


class _Rows:
    """Draws columns of one table; a share of its rows is spoilt."""

    def __init__(self, rng: np.random.Generator, size: int, faults: float) -> None:
        self.rng, self.size, self.faults = rng, size, faults

    def some(self, share: float) -> Any:
        return self.rng.random(self.size) < share

    def of(self, *values: object) -> Any:
        return self.rng.choice(np.array(values), self.size)

    def days(self, least: int, most: int, *, missing: float | None = None) -> Any:
        found = FIRST + self.rng.integers(least, most, self.size).astype("timedelta64[D]")
        found = np.where(self.some(0.15), self.rng.choice(EDGES, self.size), found)
        found[self.some(self.faults if missing is None else missing)] = np.datetime64("NaT")
        return found

    def ids(self) -> Any:
        found = np.array([f"r{i}" for i in self.rng.permutation(self.size)], "U9")
        again = self.some(self.faults)
        if again.any():
            found[again] = self.rng.choice(found, int(again.sum()))
        found[self.some(self.faults / 3)] = ""
        return found

    def names(self, known: Any) -> Any:
        found = self.rng.choice(known, self.size) if len(known) else np.full(self.size, STRANGER)
        found = found.astype("U9")
        found[self.some(self.faults)] = STRANGER
        found[self.some(self.faults / 3)] = ""
        return found


def doubled(table: Table, rng: np.random.Generator, faults: float) -> Any:
    """Return the table with some rows twice, word for word."""
    again = np.flatnonzero(rng.random(len(table)) < faults / 2)
    return table.take(np.concatenate([np.arange(len(table)), again]).astype(np.int64))


def drawn_people(rng: np.random.Generator, size: int, faults: float) -> People:
    rows = _Rows(rng, size, faults)
    born = np.where(rows.some(faults), np.datetime64("2024-02-10"), np.datetime64("1990-05-05"))
    born[rows.some(0.1)] = np.datetime64("NaT")
    starts = rows.days(-10, 100, missing=0.2)
    length = rng.integers(0 if faults < 0.1 else -30, 400, size).astype("timedelta64[D]")
    return People.of(
        ids=rows.ids(),
        treated=rows.of(0, 1, 1),
        born=born,
        matched=~rows.some(0.05 + faults / 3),
        left=rows.days(0, 500, missing=0.8),
        starts=starts,
        ends=starts + length,
        score=np.where(rows.some(0.1), np.nan, rng.random(size)),
    )


def drawn_tables(seed: int, size: int, faults: float) -> Tables:
    """Return four tables of about `size` people; a share of every table's rows is spoilt in some way."""
    rng = np.random.default_rng(seed)
    people = drawn_people(rng, size, faults)
    rows = _Rows(rng, 2 * size, faults)
    events = IndexEvents.of(
        ids=rows.ids(),
        person=rows.names(people.ids),
        kind=np.where(rows.some(faults / 2), 99, rng.integers(0, len(IndexKind), rows.size)),
        on=np.where(rows.some(faults / 3), np.datetime64("2027-06-01"), rows.days(-30, 110)),
        breach_only=rows.some(0.15),
    )
    rows = _Rows(rng, 8 * size, faults)
    on = rows.days(-120, 480)
    offences = Offences.of(
        ids=rows.ids(),
        person=rows.names(people.ids),
        on=on,
        proven=np.where(
            rows.some(0.05 + faults / 2),
            rows.days(-100, 1200),
            on + rng.integers(0, 300, rows.size).astype("timedelta64[D]"),
        ),
        outcome=np.where(rows.some(faults / 3), 17, rows.of(1, 1, 1, 1, 2, *map(int, Proof))),
        tier=rng.integers(0, 4, rows.size),
        breach=rows.some(0.1),
        recordable=~rows.some(0.1),
        custody=rows.some(0.2),
        sexual=rows.some(0.05),
    )
    rows = _Rows(rng, size, faults)
    begins = rows.days(-60, 400)
    ends = begins + rng.integers(-10 if faults else 0, 150, rows.size).astype("timedelta64[D]")
    ends[rows.some(0.15)] = np.datetime64("NaT")
    ends[rows.some(faults / 3)] = np.datetime64("2027-06-01")
    spells = Spells.of(ids=rows.ids(), person=rows.names(people.ids), begins=begins, ends=ends)
    tables = (people, events, offences, spells)
    return tuple(doubled(table, rng, faults) for table in tables)  # type: ignore[return-value]


def tables() -> st.SearchStrategy[Tables]:
    return st.builds(
        drawn_tables,
        seed=st.integers(0, 2**32 - 1),
        size=st.integers(0, 12),
        faults=st.sampled_from([0.0, 0.05, 0.2]),
    )


def days(least: int, most: int) -> st.SearchStrategy[np.datetime64]:
    """Return days so far from 1 January 2024; edges of calendar and windows come often."""
    some = st.integers(least, most).map(lambda k: FIRST + np.timedelta64(k, "D"))
    return st.one_of(some, st.sampled_from(list(EDGES)))


def all_rules() -> st.SearchStrategy[ReoffendingRules]:
    return st.builds(
        ReoffendingRules,
        follow_up_months=st.sampled_from([12, 12, 1, 6]),
        waiting_months=st.sampled_from([6, 6, 0]),
        index_day_counts=st.booleans(),
        kinds=st.sampled_from([frozenset(IndexKind), frozenset({IndexKind.COMMUNITY_ORDER})]),
        proven_by=st.sampled_from([PROVEN_BY, PROVEN_BY | {Proof.PENALTY_NOTICE}]),
        leave_out_sexual=st.booleans(),
    )


def clocks() -> st.SearchStrategy[Clock]:
    late = st.just(LateStart.REPORT)
    return st.one_of(
        st.builds(Clock, landmark_days=st.sampled_from([0, 0, 28]), late_start=late),
        st.builds(Clock, landmark_days=st.sampled_from([0, 7]), period_days=st.sampled_from([30, 90])),
        st.builds(Clock, own_periods=st.just(True), late_start=late),
    )
