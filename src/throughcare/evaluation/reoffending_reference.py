"""The same as the reoffending engine, slowly and obviously: one row at a time, with Python's own dates.

Tests hold the fast path to exact equality with this. It is written from the rules, not from the fast path, and
shares nothing with it except the tables and the names of the buckets.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from throughcare.evaluation.clock import Clock, CohortWindow, ReoffendingRules
from throughcare.evaluation.dropout import EventBucket, OffenceBucket, PersonBucket, SpellBucket
from throughcare.evaluation.reoffending_tables import (
    IndexEvents,
    IndexKind,
    Offences,
    People,
    Proof,
    Spells,
    Table,
    Tier,
)

Row = dict[str, Any]


@dataclass
class Followed:
    """What became of one person of the cohort."""

    index_on: dt.date
    zero: dt.date
    event_row: int
    offences: int = 0
    days_to_first: int | None = None
    custody: int = 0
    court: int = 0
    tiers: list[int] = field(default_factory=lambda: [0, 0, 0])
    before: int = 0
    during: int = 0
    after: int = 0
    pseudo: int = 0
    custody_days: int = 0
    at_risk_days: int = 0
    reoffended_in_gap: bool = False


@dataclass
class SlowResult:
    """The bucket of every row, and everybody who is followed up, by the row of the person."""

    people: list[PersonBucket]
    events: list[EventBucket]
    offences: list[OffenceBucket]
    spells: list[SpellBucket]
    followed: dict[int, Followed]


def slow_add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def slow_reoffending(
    people: People,
    events: IndexEvents,
    offences: Offences,
    *,
    spells: Spells,
    extract_on: dt.date,
    window: CohortWindow,
    rules: ReoffendingRules,
    clock: Clock,
) -> SlowResult:
    """Return what the engine must."""
    return _Slow(
        people=_rows(people),
        events=_rows(events),
        offences=_rows(offences),
        spells=_rows(spells),
        extract_on=extract_on,
        window=(window.first.astype(dt.date), window.stop.astype(dt.date)),
        rules=rules,
        clock=clock,
    ).run()


def _rows(table: Table) -> list[Row]:
    names = ("ids", *table.LINKED, *table.COLUMNS)
    columns = {name: getattr(table, name).tolist() for name in names}
    return [{name: columns[name][i] for name in names} for i in range(len(table))]


def _is_missing(row_id: Any) -> bool:  # noqa: ANN401 - text, bytes or a number
    return row_id < 0 if isinstance(row_id, int) else not row_id


@dataclass
class _Slow:
    people: list[Row]
    events: list[Row]
    offences: list[Row]
    spells: list[Row]
    extract_on: dt.date
    window: tuple[dt.date, dt.date]
    rules: ReoffendingRules
    clock: Clock

    def run(self) -> SlowResult:
        person_bad = [self._bad_person(i) for i in range(len(self.people))]
        self.row_of: dict[Any, int] = {}
        for i in sorted(range(len(self.people)), key=lambda i: (person_bad[i] is not None, i)):
            if not _is_missing(self.people[i]["ids"]):
                self.row_of.setdefault(self.people[i]["ids"], i)
        self.person_bad = person_bad
        event_bad = [self._bad_event(i) for i in range(len(self.events))]
        offence_bad = [self._bad_offence(i) for i in range(len(self.offences))]
        spell_bad = [self._bad_spell(i) for i in range(len(self.spells))]
        usable: dict[int, list[int]] = defaultdict(list)
        for i, bad in enumerate(event_bad):
            if bad is None:
                usable[self._person(self.events[i])].append(i)
        self.offences_of: dict[int, list[Row]] = defaultdict(list)
        for i, bad_offence in enumerate(offence_bad):
            if bad_offence is None:
                self.offences_of[self._person(self.offences[i])].append(self.offences[i])

        chosen = {person: self._earliest(rows) for person, rows in usable.items()}
        buckets = [
            bad or self._person_bucket(i, usable[i], chosen.get(i)) for i, bad in enumerate(person_bad)
        ]
        self.followed = {
            i: self._follow(i, chosen[i] or 0)
            for i, bucket in enumerate(buckets)
            if bucket is PersonBucket.IN_COHORT
        }
        used = [bad or self._use_spell(self.spells[i]) for i, bad in enumerate(spell_bad)]
        for i, person in self.followed.items():
            self._days_in_custody(i, person, [self.spells[j] for j, b in enumerate(spell_bad) if b is None])
        return SlowResult(
            people=buckets,
            events=[bad or self._event_bucket(i, chosen) for i, bad in enumerate(event_bad)],
            offences=[bad or self._offence_bucket(self.offences[i]) for i, bad in enumerate(offence_bad)],
            spells=used,
            followed=self.followed,
        )

    # one row on its own

    def _person(self, row: Row) -> int:
        return self.row_of[row["person"]]

    def _doubled(self, table: list[Row], i: int, buckets: Any) -> Any:  # noqa: ANN401 - an enumeration and its member
        row = table[i]
        if _is_missing(row["ids"]):
            return buckets.NO_ID
        same = [j for j, other in enumerate(table) if other["ids"] == row["ids"]]
        if len({repr(table[j]) for j in same}) > 1:
            return buckets.CONFLICTING
        return buckets.COPY if same[0] != i else None

    def _bad_person(self, i: int) -> PersonBucket | None:
        row = self.people[i]
        doubled: PersonBucket | None = self._doubled(self.people, i, PersonBucket)
        arms = {other["treated"] for other in self.people if other["ids"] == row["ids"]}
        if doubled is PersonBucket.CONFLICTING and len(arms) > 1:
            return PersonBucket.IN_BOTH_ARMS
        if doubled is not None:
            return doubled
        if row["starts"] and row["ends"] and row["ends"] < row["starts"]:
            return PersonBucket.PERIOD_BACKWARDS
        return None

    def _born(self, row: Row) -> dt.date:
        person = self._person(row)
        return dt.date.min if self.person_bad[person] else self.people[person]["born"] or dt.date.min

    def _bad_event(self, i: int) -> EventBucket | None:  # noqa: PLR0911 - one line a rule
        row = self.events[i]
        doubled: EventBucket | None = self._doubled(self.events, i, EventBucket)
        if doubled is not None:
            return doubled
        if row["person"] not in self.row_of:
            return EventBucket.UNKNOWN_PERSON
        if row["on"] is None:
            return EventBucket.NO_DATE
        if row["kind"] not in set(IndexKind):
            return EventBucket.UNKNOWN_KIND
        if row["on"] < self._born(row):
            return EventBucket.BEFORE_BIRTH
        if row["on"] > self.extract_on:
            return EventBucket.AFTER_EXTRACT
        return EventBucket.PERSON_REJECTED if self.person_bad[self._person(row)] else None

    def _bad_offence(self, i: int) -> OffenceBucket | None:  # noqa: PLR0911 - one line a rule
        row = self.offences[i]
        doubled: OffenceBucket | None = self._doubled(self.offences, i, OffenceBucket)
        proven_needed = row["outcome"] != Proof.NOT_PROVEN
        if doubled is not None:
            return doubled
        if row["person"] not in self.row_of:
            return OffenceBucket.UNKNOWN_PERSON
        if row["on"] is None:
            return OffenceBucket.NO_DATE
        if row["outcome"] not in set(Proof) or row["tier"] not in set(Tier):
            return OffenceBucket.UNKNOWN_CODE
        if proven_needed and row["proven"] is None:
            return OffenceBucket.NO_PROVEN_DATE
        if row["proven"] and row["proven"] < row["on"]:
            return OffenceBucket.PROVEN_FIRST
        if row["on"] < self._born(row):
            return OffenceBucket.BEFORE_BIRTH
        if row["on"] > self.extract_on or (proven_needed and row["proven"] > self.extract_on):
            return OffenceBucket.AFTER_EXTRACT
        return OffenceBucket.PERSON_REJECTED if self.person_bad[self._person(row)] else None

    def _bad_spell(self, i: int) -> SpellBucket | None:  # noqa: PLR0911 - one line a rule
        row = self.spells[i]
        doubled: SpellBucket | None = self._doubled(self.spells, i, SpellBucket)
        if doubled is not None:
            return doubled
        if row["person"] not in self.row_of:
            return SpellBucket.UNKNOWN_PERSON
        if row["begins"] is None:
            return SpellBucket.NO_DATE
        if row["ends"] and row["ends"] < row["begins"]:
            return SpellBucket.BACKWARDS
        if row["begins"] < self._born(row):
            return SpellBucket.BEFORE_BIRTH
        if max(row["begins"], row["ends"] or row["begins"]) > self.extract_on:
            return SpellBucket.AFTER_EXTRACT
        return SpellBucket.PERSON_REJECTED if self.person_bad[self._person(row)] else None

    # people

    def _in_window(self, i: int) -> bool:
        on: dt.date = self.events[i]["on"]
        return self.window[0] <= on < self.window[1]

    def _studied(self, i: int) -> bool:
        return self.events[i]["kind"] in self.rules.kinds

    def _earliest(self, rows: list[int]) -> int | None:
        good = [
            i for i in rows if self._in_window(i) and self._studied(i) and not self.events[i]["breach_only"]
        ]
        order = lambda i: (self.events[i]["on"], self.events[i]["kind"], self.events[i]["ids"])  # noqa: E731
        return min(good, key=order, default=None)

    def _zero(self, event: int) -> dt.date:
        on: dt.date = self.events[event]["on"]
        return on + dt.timedelta(days=self.clock.landmark_days)

    def _start(self, zero: dt.date) -> dt.date:
        return zero + dt.timedelta(days=0 if self.rules.index_day_counts else 1)

    def _person_bucket(self, i: int, rows: list[int], event: int | None) -> PersonBucket:  # noqa: PLR0911
        row = self.people[i]
        if not row["matched"]:
            return PersonBucket.NOT_MATCHED
        if not rows:
            return PersonBucket.NO_INDEX_EVENT
        if not any(self._in_window(j) for j in rows):
            return PersonBucket.NONE_IN_WINDOW
        if all(self.events[j]["breach_only"] for j in rows if self._in_window(j)):
            return PersonBucket.BREACH_ONLY
        if event is None:
            return PersonBucket.KIND_LEFT_OUT
        zero = self._zero(event)
        if row["left"] and row["left"] <= zero:
            return PersonBucket.GONE_BY_TIME_ZERO
        if self.rules.leave_out_sexual and self._sexual(i, self.events[event]["on"]):
            return PersonBucket.SEXUAL_OFFENCE
        if self.clock.landmark_days and self._offended_before(i, self.events[event]["on"], zero):
            return PersonBucket.REOFFENDED_BEFORE_ZERO
        if self.clock.own_periods and not (row["starts"] and row["ends"] and row["ends"] > zero):
            return PersonBucket.NO_PERIOD
        return PersonBucket.IN_COHORT

    def _sexual(self, i: int, by: dt.date) -> bool:
        return any(
            row["sexual"] and row["outcome"] in self.rules.proven_by and row["proven"] <= by
            for row in self.offences_of[i]
        )

    def _offended_before(self, i: int, index_on: dt.date, zero: dt.date) -> bool:
        proven_before = slow_add_months(zero, self.rules.follow_up_months + self.rules.waiting_months)
        return bool(self._within(i, self._start(index_on), self._start(zero), proven_before))

    # counting

    def _counts(self, row: Row) -> bool:
        return row["outcome"] in self.rules.proven_by and row["recordable"] and not row["breach"]

    def _within(self, i: int, start: dt.date, stop: dt.date, proven_before: dt.date) -> list[Row]:
        return [
            row
            for row in self.offences_of[i]
            if self._counts(row) and start <= row["on"] < stop and row["proven"] < proven_before
        ]

    def _follow(self, i: int, event: int) -> Followed:
        months, waiting = self.rules.follow_up_months, self.rules.waiting_months
        zero = self._zero(event)
        start, stop = self._start(zero), slow_add_months(zero, months)
        proven_before = slow_add_months(zero, months + waiting)
        counted = self._within(i, start, stop, proven_before)
        found = Followed(self.events[event]["on"], zero, event, offences=len(counted))
        found.days_to_first = min(((row["on"] - zero).days for row in counted), default=None)
        found.custody = sum(row["custody"] for row in counted)
        found.court = sum(row["outcome"] == Proof.CONVICTION for row in counted)
        found.tiers = [sum(row["tier"] == tier for row in counted) for tier in (1, 2, 3)]
        earlier = slow_add_months(zero, -months)
        found.before = len(self._within(i, earlier, zero, slow_add_months(zero, waiting)))
        found.pseudo = sum(
            self._counts(row) and row["on"] < zero and zero <= row["proven"] < proven_before
            for row in self.offences_of[i]
        )
        tag = self.people[i]["starts"]
        if self.people[i]["treated"] == 1 and tag and tag > zero:
            found.reoffended_in_gap = bool(self._within(i, start, min(tag, stop), proven_before))
        self._count_periods(i, found, start)
        return found

    def _count_periods(self, i: int, found: Followed, start: dt.date) -> None:
        row, months, waiting = self.people[i], self.rules.follow_up_months, self.rules.waiting_months
        if self.clock.own_periods:
            start, stop = max(start, row["starts"]), row["ends"]
        elif self.clock.period_days:
            stop = found.zero + dt.timedelta(days=self.clock.period_days)
        else:
            return
        found.during = len(self._within(i, start, stop, slow_add_months(stop, waiting)))
        last = slow_add_months(stop, months)
        found.after = len(self._within(i, stop, last, slow_add_months(stop, months + waiting)))

    def _at_risk(self, i: int, found: Followed) -> list[dt.date]:
        start, stop = self._start(found.zero), slow_add_months(found.zero, self.rules.follow_up_months)
        left = self.people[i]["left"] or dt.date.max
        days = [start + dt.timedelta(days=k) for k in range((stop - start).days)]
        return [day for day in days if day < left]

    def _inside(self, row: Row, day: dt.date) -> bool:
        return bool(row["begins"] <= day and (row["ends"] is None or day < row["ends"]))

    def _days_in_custody(self, i: int, found: Followed, spells: list[Row]) -> None:
        own = [row for row in spells if self._person(row) == i]
        days = self._at_risk(i, found)
        found.custody_days = sum(any(self._inside(row, day) for row in own) for day in days)
        found.at_risk_days = len(days) - found.custody_days

    # where rows of the cohort went

    def _event_bucket(self, i: int, chosen: dict[int, int | None]) -> EventBucket:
        person = self._person(self.events[i])
        if not self._in_window(i):
            return EventBucket.OUTSIDE_WINDOW
        if not self._studied(i):
            return EventBucket.KIND_LEFT_OUT
        if self.events[i]["breach_only"]:
            return EventBucket.BREACH_ONLY
        if chosen[person] != i:
            return EventBucket.NOT_THE_EARLIEST
        return EventBucket.CHOSEN if person in self.followed else EventBucket.PERSON_LEFT_OUT

    def _use_spell(self, row: Row) -> SpellBucket:
        person = self._person(row)
        if person not in self.followed:
            return SpellBucket.NOT_IN_COHORT
        days = self._at_risk(person, self.followed[person])
        return (
            SpellBucket.USED if any(self._inside(row, day) for day in days) else SpellBucket.OUTSIDE_FOLLOW_UP
        )

    def _offence_bucket(self, row: Row) -> OffenceBucket:  # noqa: PLR0911 - one line a rule
        found = self.followed.get(self._person(row))
        if found is None:
            return OffenceBucket.NOT_IN_COHORT
        months, waiting = self.rules.follow_up_months, self.rules.waiting_months
        proven_before = slow_add_months(found.zero, months + waiting)
        if row["on"] < found.zero:
            pseudo = self._counts(row) and found.zero <= row["proven"] < proven_before
            return OffenceBucket.PSEUDO_RECONVICTION if pseudo else OffenceBucket.HISTORY
        if row["on"] < self._start(found.zero):
            return OffenceBucket.ON_INDEX_DAY
        if row["on"] >= slow_add_months(found.zero, months):
            return OffenceBucket.AFTER_FOLLOW_UP
        if row["breach"]:
            return OffenceBucket.BREACH
        if not row["recordable"]:
            return OffenceBucket.NOT_RECORDABLE
        if row["outcome"] == Proof.NOT_PROVEN:
            return OffenceBucket.NOT_PROVEN
        if row["outcome"] not in self.rules.proven_by:
            return OffenceBucket.OUTCOME_NOT_COUNTED
        return OffenceBucket.PROVEN_TOO_LATE if row["proven"] >= proven_before else OffenceBucket.COUNTED
