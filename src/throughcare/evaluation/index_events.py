"""Checking rows, and finding the event from which each person is followed up.

Checking depends on no cohort: it is done once, and any number of cohort windows then use what it found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from throughcare.evaluation.clock import CohortWindow, Day, ReoffendingRules
from throughcare.evaluation.dropout import (
    OPEN,
    EventBucket,
    OffenceBucket,
    PersonBucket,
    Sorting,
    SpellBucket,
)
from throughcare.evaluation.linking import disagree, doubles, missing, positions
from throughcare.evaluation.reoffending_tables import (
    DAY,
    NO_DAY,
    Codes,
    Days,
    Flags,
    Ids,
    IndexEvents,
    IndexKind,
    Offences,
    People,
    Proof,
    Rows,
    Spells,
    Table,
    Tier,
    no_spells,
)

FAR = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True, eq=False)
class Checked:
    """Four tables whose rows were judged on their own and linked to people.

    Parameters
    ----------
    people, events, offences, spells : tables
    extract_on : day
    event_person, offence_person, spell_person : int64
        The row of the person, -1 for nobody.
    person_bucket, event_bucket, offence_bucket, spell_bucket : int8
        The bucket of a row that cannot be used; ``OPEN`` for one that can.
    """

    people: People
    events: IndexEvents
    offences: Offences
    spells: Spells
    extract_on: Day
    event_person: Rows
    offence_person: Rows
    spell_person: Rows
    person_bucket: Codes
    event_bucket: Codes
    offence_bucket: Codes
    spell_bucket: Codes


@dataclass(frozen=True, eq=False)
class Chosen:
    """The event from which each person of one cohort would be followed up.

    Parameters
    ----------
    row : int64 (people,)
        The event's row, -1 for a person without one.
    on : day (people,)
        Its day; NaT without one.
    event_bucket : int8 (events,)
        As far as the window decides; ``OPEN`` for the chosen.
    without : int8 (people,)
        Why a person has none, as a :class:`PersonBucket`; ``OPEN`` for one who has.
    """

    row: Rows
    on: Days
    event_bucket: Codes
    without: Codes


def check_tables(
    people: People,
    events: IndexEvents,
    offences: Offences,
    *,
    extract_on: Day,
    spells: Spells | None = None,
) -> Checked:
    """Judge every row on its own, and link it to its person.

    Returns
    -------
    Checked
        A bad row never stops the others: it is in a bucket that says what is wrong.
    """
    spells = no_spells(people) if spells is None else spells
    person_bucket = _check_people(people)
    known = _Known.of(people, person_bucket)
    event_person, offence_person, spell_person = (
        known.rows_of(table.person) for table in (events, offences, spells)
    )
    return Checked(
        people=people,
        events=events,
        offences=offences,
        spells=spells,
        extract_on=extract_on,
        event_person=event_person,
        offence_person=offence_person,
        spell_person=spell_person,
        person_bucket=person_bucket,
        event_bucket=_check_events(events, event_person, known, extract_on),
        offence_bucket=_check_offences(offences, offence_person, known, extract_on),
        spell_bucket=_check_spells(spells, spell_person, known, extract_on),
    )


@dataclass(frozen=True, eq=False)
class _Known:
    """People by id, with what checks of their rows need; arrays have one row more, for nobody."""

    ids: Ids
    rows: Rows
    born: Days
    is_rejected: Flags

    @classmethod
    def of(cls, people: People, bucket: Codes) -> _Known:
        named = np.flatnonzero(~missing(people.ids))
        by_standing = named[
            np.argsort(bucket[named] != OPEN, kind="stable")
        ]  # a usable row of an id goes first
        copies = np.zeros(len(people), np.bool_)
        copies[bucket == int(PersonBucket.COPY)] = True
        distinct = by_standing[~copies[by_standing]]
        if (bucket[distinct] != OPEN).any():  # ids that clash stand here more than once
            _, first = np.unique(people.ids[distinct], return_index=True)
            distinct = distinct[np.sort(first)]
        is_usable = np.append(
            bucket == OPEN, np.False_
        )  # a row that is rejected is not believed about birth either
        born = np.where(is_usable, np.append(people.born, NO_DAY), NO_DAY)
        return cls(people.ids[distinct], distinct, born, ~is_usable)

    def rows_of(self, person: Ids) -> Rows:
        at = positions(person, self.ids)
        return np.append(self.rows, np.int64(-1))[at]


def _check_people(people: People) -> Codes:
    sorting = Sorting.of(len(people))
    copies, conflicts = doubles(people)
    sorting.put(PersonBucket.NO_ID, missing(people.ids))
    sorting.put(PersonBucket.IN_BOTH_ARMS, disagree(people, "treated"))
    sorting.put(PersonBucket.CONFLICTING, conflicts)
    sorting.put(PersonBucket.COPY, copies)
    sorting.put(PersonBucket.PERIOD_BACKWARDS, people.ends < people.starts)
    return sorting.so_far()


def _doubled(table: Table) -> tuple[Flags, Flags, Flags]:
    copies, conflicts = doubles(table)
    return missing(table.ids), conflicts, copies


def _check_events(events: IndexEvents, person: Rows, known: _Known, extract_on: Day) -> Codes:
    sorting = Sorting.of(len(events))
    no_id, conflicts, copies = _doubled(events)
    sorting.put(EventBucket.NO_ID, no_id)
    sorting.put(EventBucket.CONFLICTING, conflicts)
    sorting.put(EventBucket.COPY, copies)
    sorting.put(EventBucket.UNKNOWN_PERSON, person < 0)
    sorting.put(EventBucket.NO_DATE, np.isnat(events.on))
    sorting.put(EventBucket.UNKNOWN_KIND, (events.kind < 0) | (events.kind > max(IndexKind)))
    sorting.put(EventBucket.BEFORE_BIRTH, events.on < known.born[person])
    sorting.put(EventBucket.AFTER_EXTRACT, events.on > extract_on)
    sorting.put(EventBucket.PERSON_REJECTED, known.is_rejected[person])
    return sorting.so_far()


def _check_offences(offences: Offences, person: Rows, known: _Known, extract_on: Day) -> Codes:
    sorting = Sorting.of(len(offences))
    no_id, conflicts, copies = _doubled(offences)
    is_proven = offences.outcome != int(Proof.NOT_PROVEN)
    sorting.put(OffenceBucket.NO_ID, no_id)
    sorting.put(OffenceBucket.CONFLICTING, conflicts)
    sorting.put(OffenceBucket.COPY, copies)
    sorting.put(OffenceBucket.UNKNOWN_PERSON, person < 0)
    sorting.put(OffenceBucket.NO_DATE, np.isnat(offences.on))
    sorting.put(
        OffenceBucket.UNKNOWN_CODE,
        (offences.outcome < 0)
        | (offences.outcome > max(Proof))
        | (offences.tier < 0)
        | (offences.tier > max(Tier)),
    )
    sorting.put(OffenceBucket.NO_PROVEN_DATE, is_proven & np.isnat(offences.proven))
    sorting.put(OffenceBucket.PROVEN_FIRST, offences.proven < offences.on)
    sorting.put(OffenceBucket.BEFORE_BIRTH, offences.on < known.born[person])
    sorting.put(
        OffenceBucket.AFTER_EXTRACT, (offences.on > extract_on) | (is_proven & (offences.proven > extract_on))
    )
    sorting.put(OffenceBucket.PERSON_REJECTED, known.is_rejected[person])
    return sorting.so_far()


def _check_spells(spells: Spells, person: Rows, known: _Known, extract_on: Day) -> Codes:
    sorting = Sorting.of(len(spells))
    no_id, conflicts, copies = _doubled(spells)
    sorting.put(SpellBucket.NO_ID, no_id)
    sorting.put(SpellBucket.CONFLICTING, conflicts)
    sorting.put(SpellBucket.COPY, copies)
    sorting.put(SpellBucket.UNKNOWN_PERSON, person < 0)
    sorting.put(SpellBucket.NO_DATE, np.isnat(spells.begins))
    sorting.put(SpellBucket.BACKWARDS, spells.ends < spells.begins)
    sorting.put(SpellBucket.BEFORE_BIRTH, spells.begins < known.born[person])
    sorting.put(SpellBucket.AFTER_EXTRACT, (spells.begins > extract_on) | (spells.ends > extract_on))
    sorting.put(SpellBucket.PERSON_REJECTED, known.is_rejected[person])
    return sorting.so_far()


def choose_events(checked: Checked, *, window: CohortWindow, rules: ReoffendingRules) -> Chosen:
    """Return each person's earliest index event in the window.

    Of events on one day the kind that comes first in :class:`IndexKind` is taken, then the smaller id; so the order
    of rows decides nothing.
    """
    events, person = checked.events, checked.event_person
    usable = checked.event_bucket == OPEN
    inside = usable & (events.on >= window.first) & (events.on < window.stop)
    studied = np.isin(events.kind, [int(kind) for kind in rules.kinds])
    candidates = np.flatnonzero(inside & studied & ~events.breach_only)
    rows = _earliest(events, person, candidates, len(checked.people))

    sorting = Sorting(checked.event_bucket)
    sorting.put(EventBucket.OUTSIDE_WINDOW, ~inside)
    sorting.put(EventBucket.KIND_LEFT_OUT, ~studied)
    sorting.put(EventBucket.BREACH_ONLY, events.breach_only)
    later = np.ones(len(events), np.bool_)
    later[rows[rows >= 0]] = False
    sorting.put(EventBucket.NOT_THE_EARLIEST, later)

    size = len(checked.people)
    without = Sorting.of(size)
    without.put(PersonBucket.NO_INDEX_EVENT, _nobody(person[usable], size))
    without.put(PersonBucket.NONE_IN_WINDOW, _nobody(person[inside], size))
    without.put(PersonBucket.BREACH_ONLY, _nobody(person[inside & ~events.breach_only], size))
    without.put(PersonBucket.KIND_LEFT_OUT, rows < 0)
    on = np.full(size, np.datetime64("NaT", "D"), DAY)
    on[rows >= 0] = events.on[rows[rows >= 0]]
    return Chosen(row=rows, on=on, event_bucket=sorting.so_far(), without=without.so_far())


def _nobody(person: Rows, size: int) -> Flags:
    """Return the people to whom none of these rows belongs. Shape (size,)."""
    without = np.ones(size, np.bool_)
    without[person] = False
    return without


def _earliest(events: IndexEvents, person: Rows, candidates: Rows, size: int) -> Rows:
    first = np.full(size, FAR.astype(np.int64), np.int64)
    on = events.on.astype(np.int64)
    np.minimum.at(first, person[candidates], on[candidates])
    candidates = candidates[on[candidates] == first[person[candidates]]]

    kind = np.full(size, 127, np.int8)
    np.minimum.at(kind, person[candidates], events.kind[candidates])
    candidates = candidates[events.kind[candidates] == kind[person[candidates]]]

    rows = np.full(size, -1, np.int64)
    rows[person[candidates]] = candidates
    tied = candidates[np.bincount(person[candidates], minlength=size)[person[candidates]] > 1]
    in_turn = tied[np.argsort(events.ids[tied], kind="stable")[::-1]]
    rows[person[in_turn]] = in_turn  # the last that is written has the smallest id
    return rows
