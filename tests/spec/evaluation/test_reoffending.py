"""The tables of docs/rules/evaluation-reoffending.md are the tests of the reoffending engine, fast and slow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.lib import reoffending_words as words
from tests.lib.markdown_tables import table
from throughcare.evaluation.clock import Clock, CohortWindow, ReoffendingRules, maturity, require_ripe
from throughcare.evaluation.dropout import EventBucket, OffenceBucket, PersonBucket, SpellBucket
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import Reoffending, proven_reoffending
from throughcare.evaluation.reoffending_reference import SlowResult, slow_reoffending
from throughcare.kernel.errors import RefusedInput

PAGE = "evaluation-reoffending.md"
ORDER = "order 2023-01-10"
EXTRACT = np.datetime64("2026-01-01", "D")


def rows(heading: str) -> Any:
    found = table(PAGE, heading)
    return pytest.mark.parametrize("row", found, ids=[row["case"] for row in found])


def followed(
    row: dict[str, str], *, clock: Clock | None = None, person: str = ""
) -> tuple[Reoffending, SlowResult]:
    index = row.get("index event", ORDER)
    year = "2024" if "2024" in index else "2023"
    window = CohortWindow(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-04-01"))
    rules, clock = words.rules(row.get("rule", "")), clock or Clock()
    people, events = words.people(person), words.events(index)
    offences, spells = words.offences(row.get("offences", "")), words.spells(row.get("spells in custody", ""))
    checked = check_tables(people, events, offences, spells=spells, extract_on=EXTRACT)
    found = proven_reoffending(checked, window=window, rules=rules, clock=clock)
    slow = slow_reoffending(
        people,
        events,
        offences,
        spells=spells,
        extract_on=EXTRACT.astype(dt.date),
        window=window,
        rules=rules,
        clock=clock,
    )
    return found, slow


def named(buckets: Any, kind: Any = None) -> list[str]:
    members = buckets if kind is None else [kind(int(code)) for code in buckets]
    return [member.name.lower().replace("_", " ") for member in members]


def went(cell: str) -> list[str]:
    return words.parts(cell)


@rows("The follow-up and the proof")
def test_follow_up(row):
    check_reoffences(row)


@rows("Leap days and ends of months")
def test_calendar(row):
    check_reoffences(row)


@rows("What counts")
def test_outcomes(row):
    check_reoffences(row)


@rows("Offences that cannot be used")
def test_unusable_offences(row):
    check_reoffences(row)


@rows("Other rules")
def test_other_rules(row):
    check_reoffences(row)


def check_reoffences(row: dict[str, str]) -> None:
    found, slow = followed(row)
    assert named(found.drop_out.offences.bucket, OffenceBucket) == went(row["offences went"])
    assert named(slow.offences) == went(row["offences went"])
    if row["reoffences"] == "not in cohort":
        assert not len(found)
        assert not slow.followed
        return
    assert found.followed.offences.tolist() == [int(row["reoffences"])]
    assert slow.followed[0].offences == int(row["reoffences"])
    if "days to first" in row:
        expected = int(row["days to first"]) if row["days to first"] else None
        assert slow.followed[0].days_to_first == expected
        assert (
            np.isnan(found.followed.days_to_first[0])
            if expected is None
            else found.followed.days_to_first == expected
        )
    assert (found.followed.custody[0] > 0) == ("custody" in row["case"])


@rows("The index event")
def test_index_event(row):
    found, slow = followed(row)
    assert named(found.drop_out.events.bucket, EventBucket) == named(slow.events) == went(row["events went"])
    assert named(found.drop_out.people.bucket, PersonBucket) == named(slow.people) == [row["person went"]]
    assert [str(day) for day in found.time_zero] == [day for day in [row["time zero"]] if day]


@rows("People")
def test_people(row):
    found, slow = followed(row, person=row["person"])
    assert named(found.drop_out.people.bucket, PersonBucket) == went(row["person went"])
    assert named(slow.people) == went(row["person went"])


@rows("During the tag and after it")
def test_periods(row):
    tag = "" if row["tag"] == "none" else f"tag {row['tag']}"
    found, slow = followed(row, clock=words.clock(row["clock"]), person=tag)
    assert found.during is not None
    assert found.after is not None
    if row["during"] == "not in cohort":
        assert not len(found)
        return
    assert (found.during.offences[0], found.after.offences[0]) == (int(row["during"]), int(row["after"]))
    assert (slow.followed[0].during, slow.followed[0].after) == (int(row["during"]), int(row["after"]))


@rows("Time zero and the start of the tag")
def test_time_zero(row):
    clock, tag = words.clock(row["clock"]), f"tag {row['tag']}"
    if row["arm"] == "refused":
        with pytest.raises(RefusedInput, match="ids p"):
            followed(row, clock=clock, person=tag)
        return
    found, slow = followed(row, clock=clock, person=tag)
    assert named(found.drop_out.people.bucket, PersonBucket) == named(slow.people) == [row["person went"]]
    if len(found):
        assert found.treated[0] == (row["arm"] == "treated")
        assert (
            found.reoffended_in_gap[0] == slow.followed[0].reoffended_in_gap == (row["in the gap"] == "yes")
        )


@rows("Days in custody")
def test_custody(row):
    found, slow = followed(row, person=f"left {row['left']}" if row["left"] else "")
    expected = (float(row["in custody"]), float(row["at liberty"]))
    assert (found.custody_days[0], found.at_risk_days[0]) == expected
    assert (slow.followed[0].custody_days, slow.followed[0].at_risk_days) == expected
    assert named(found.drop_out.spells.bucket, SpellBucket) == named(slow.spells) == went(row["spells went"])


@rows("When data are ripe")
def test_maturity(row):
    stop = np.datetime64(row["window ends before"])
    window = CohortWindow(stop - np.timedelta64(60, "D"), stop)
    found = maturity(window, extract_on=np.datetime64(row["data taken"]), rules=ReoffendingRules())
    if row["then"] == "refused":
        with pytest.raises(RefusedInput, match="data taken on"):
            require_ripe(found, interim_allowed=False)
        return
    require_ripe(found, interim_allowed=row["interim asked for"] == "yes")
    assert (found.label or "complete") == row["then"]
