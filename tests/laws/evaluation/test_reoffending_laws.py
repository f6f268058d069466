"""The reoffending engine equals its slow reference, and neither order nor splitting of rows changes anything."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.lib import reoffending_strategies as draws
from throughcare.evaluation.clock import Clock, ReoffendingRules, add_months
from throughcare.evaluation.dropout import OffenceBucket, PersonBucket
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import Reoffending, proven_reoffending
from throughcare.evaluation.reoffending_reference import slow_add_months, slow_reoffending
from throughcare.evaluation.reoffending_tables import IndexEvents, Offences, People, Spells

TABLES = draws.tables()


def run(
    tables: tuple[People, IndexEvents, Offences, Spells], rules: ReoffendingRules, clock: Clock
) -> Reoffending:
    people, events, offences, spells = tables
    checked = check_tables(people, events, offences, spells=spells, extract_on=draws.EXTRACT)
    return proven_reoffending(checked, window=draws.WINDOW, rules=rules, clock=clock, interim_allowed=True)


def told(found: Reoffending) -> dict[str, object]:
    """Return everything that is said of each person, by id."""
    columns = {
        "index_on": found.index_on,
        "zero": found.time_zero,
        "treated": found.treated,
        "offences": found.followed.offences,
        "first": found.followed.days_to_first,
        "days": found.followed.days,
        "tiers": found.followed.tiers.tolist(),
        "serious": found.followed.most_serious,
        "before": found.before.offences,
        "during": [] if found.during is None else found.during.offences,
        "after": [] if found.after is None else found.after.offences,
        "pseudo": found.pseudo_reconvictions,
        "custody_days": found.custody_days,
        "at_risk": found.at_risk_days,
        "gap": found.start_gap_days,
        "in_gap": found.reoffended_in_gap,
    }
    return {
        str(person): {name: str(column[i]) for name, column in columns.items() if len(column)}
        for i, person in enumerate(found.people)
    }


def counts(found: Reoffending) -> list[tuple[object, ...]]:
    return [(c.table, c.bucket, c.rows, c.treated, c.comparison) for c in found.drop_out.counts()]


@given(TABLES, draws.all_rules(), draws.clocks())
def test_it_equals_the_slow_reference(tables, rules, clock):
    people, events, offences, spells = tables
    fast = run(tables, rules, clock)
    slow = slow_reoffending(
        people,
        events,
        offences,
        spells=spells,
        extract_on=draws.EXTRACT.astype(dt.date),
        window=draws.WINDOW,
        rules=rules,
        clock=clock,
    )
    for table, expected in zip(
        fast.drop_out.tables, (slow.people, slow.events, slow.offences, slow.spells), strict=True
    ):
        assert [table.kind(int(code)) for code in table.bucket] == expected, table.name
    assert list(fast.person_row) == sorted(slow.followed)
    for i, row in enumerate(fast.person_row):
        person = slow.followed[int(row)]
        assert fast.event_row[i] == person.event_row
        assert fast.index_on[i] == np.datetime64(person.index_on)
        assert fast.time_zero[i] == np.datetime64(person.zero)
        assert fast.followed.offences[i] == person.offences
        first = fast.followed.days_to_first[i]
        assert (None if np.isnan(first) else first) == person.days_to_first
        assert fast.followed.tiers[i].tolist() == person.tiers
        worst = next((tier for tier, number in enumerate(person.tiers, start=1) if number), 0)
        assert fast.followed.most_serious[i] == worst
        assert (fast.followed.custody[i], fast.followed.court[i]) == (person.custody, person.court)
        assert fast.before.offences[i] == person.before
        assert fast.pseudo_reconvictions[i] == person.pseudo
        assert fast.during is None or fast.during.offences[i] == person.during
        assert fast.after is None or fast.after.offences[i] == person.after
        assert (fast.custody_days[i], fast.at_risk_days[i]) == (person.custody_days, person.at_risk_days)
        assert fast.reoffended_in_gap[i] == person.reoffended_in_gap


@given(TABLES, draws.all_rules(), draws.clocks())
def test_every_row_is_in_exactly_one_bucket(tables, rules, clock):
    found = run(tables, rules, clock)
    for table, given_rows in zip(found.drop_out.tables, tables, strict=True):
        assert len(table.bucket) == len(given_rows)
        assert sum(count.rows for count in table.counts()) == len(given_rows)
        for count in table.counts():
            assert count.treated + count.comparison <= count.rows
    by_bucket = {c.bucket: c.rows for c in found.drop_out.counts()}
    assert by_bucket[PersonBucket.IN_COHORT] == len(found)
    assert by_bucket[OffenceBucket.COUNTED] == found.followed.offences.sum()
    assert by_bucket[OffenceBucket.PSEUDO_RECONVICTION] == found.pseudo_reconvictions.sum()
    rejected = sum(count.rows for count in found.drop_out.counts() if count.is_rejected)
    assert len(list(found.drop_out.rejected())) == rejected


@given(TABLES, draws.all_rules(), draws.clocks(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(tables, rules, clock, chance):
    shuffled = []
    for table in tables:
        rows = list(range(len(table)))
        chance.shuffle(rows)
        shuffled.append(table.take(np.array(rows, np.int64)))
    before, after = run(tables, rules, clock), run(tuple(shuffled), rules, clock)
    assert told(before) == told(after)
    assert counts(before) == counts(after)


@given(TABLES, draws.all_rules(), draws.clocks())
def test_more_rows_of_strangers_change_nobody(tables, rules, clock):
    people, events, offences, spells = tables
    extra = Offences.of(ids=["x1"], person=["stranger"], on=[draws.FIRST], proven=[draws.FIRST])
    joined = Offences.of(
        **{
            name: np.concatenate([getattr(offences, name), getattr(extra, name)])
            for name in ("ids", "person", *Offences.COLUMNS)
        }
    )
    assert told(run(tables, rules, clock)) == told(run((people, events, joined, spells), rules, clock))


@given(TABLES, draws.all_rules(), draws.clocks())
def test_what_goes_in_is_never_changed(tables, rules, clock):
    copies = [{name: getattr(t, name).copy() for name in ("ids", *t.LINKED, *t.COLUMNS)} for t in tables]
    run(tables, rules, clock)
    for table, copy in zip(tables, copies, strict=True):
        for name, column in copy.items():
            np.testing.assert_array_equal(getattr(table, name), column)


@given(TABLES, draws.all_rules(), draws.clocks())
def test_numbers_as_ids_give_the_same_as_text(tables, rules, clock):
    every = sorted({str(i) for t in tables for name in ("ids", *t.LINKED) for i in getattr(t, name)} - {""})
    numbers = {name: i for i, name in enumerate(every)}  # in the order of the text, so that ties fall alike

    def numbered(ids):
        return np.array([numbers.get(str(each), -1) for each in ids], np.int64)

    as_numbers = [
        type(t).of(
            **{name: numbered(getattr(t, name)) for name in ("ids", *t.LINKED)},
            **{name: getattr(t, name) for name in t.COLUMNS},
        )
        for t in tables
    ]
    text, number = run(tables, rules, clock), run(tuple(as_numbers), rules, clock)
    assert counts(text) == counts(number)
    assert list(told(text).values()) == list(told(number).values())
    np.testing.assert_array_equal(text.event_row, number.event_row)


@given(draws.days(-3000, 3000), st.integers(-60, 60))
def test_months_are_added_as_the_calendar_does(day, months):
    expected = slow_add_months(day.astype(dt.date), months)
    assert add_months(np.array([day]), months)[0] == np.datetime64(expected)
