"""The tables of docs/rules/desk-*.md are the tests of the desk's rules."""

from __future__ import annotations

import re

import pytest

from tests.lib.markdown_tables import table
from tests.lib.rule_tables import instant
from throughcare.kernel.time import MINUTE_US
from throughcare.monitoring.incidents import AlertCode, Cause, IncidentKind
from throughcare.service.desk.clocks import CLOCKS, next_due
from throughcare.service.desk.merging import NEVER_SUPPRESSED, SHORT_US, Told, merge_rule, suppression
from throughcare.service.desk.ranking import KIND_POINTS, MOST_ADDED, MOST_TAKEN, Weighed, rank
from throughcare.service.desk.vocabulary import ClockStep

NOW_US = instant("12:00")
NONE = "\N{EN DASH}"
MERGING, RANKING, CLOCK_PAGE = "desk-merging.md", "desk-ranking.md", "desk-clocks.md"


def kind_of(words: str) -> IncidentKind:
    return IncidentKind(words.replace(" ", "_"))


def cause_of(words: str) -> Cause | None:
    return None if words == NONE else Cause(words)


def told(words: str) -> Told:
    found = re.fullmatch(
        r"(another (?P<other>person|tag): )?(?P<kind>[a-z ]+?)( (?P<condition>C\d))? (?P<first>[\d:]+)-(?P<last>[\d:]*)",
        words,
    )
    assert found, words
    person = "P2" if found["other"] == "person" else "P1"
    return Told(
        person_ref=person,
        activation_id="A2" if found["other"] == "tag" else "A1",
        condition_id=found["condition"] or "",
        kind=kind_of(found["kind"]),
        code=AlertCode.LEFT_DURING_CURFEW,
        start_us=instant(found["first"]),
        end_us=instant(found["last"]) if found["last"] else None,
        best_s=0,
        atv_s=0,
        allowed_s=0,
        cause=None,
    )


@pytest.mark.parametrize("row", table(MERGING, "One item"), ids=lambda row: row["case"])
def test_incidents_are_one_item_as_the_table_says(row: dict[str, str]) -> None:
    rule = merge_rule(told(row["second"]), [told(row["first"])], now_us=NOW_US)
    assert ("no" if rule is None else rule.replace("_", " ")) == row["one item"]


@pytest.mark.parametrize("row", table(MERGING, "Needs nobody"), ids=lambda row: row["case"])
def test_an_incident_needs_nobody_as_the_table_says(row: dict[str, str]) -> None:
    kind, _, empty = row["kind"].partition(", ")
    minutes, counts, covered = (float(row[name]) for name in ("minutes", "counts", "covered"))
    is_over = row["over"] == "yes"
    of = Told(
        person_ref="P1",
        activation_id="A1",
        condition_id="C1",
        kind=kind_of(kind),
        code=AlertCode.BATTERY_DEAD if empty else AlertCode.LOW_BATTERY,
        start_us=NOW_US - int(minutes * MINUTE_US),
        end_us=NOW_US if is_over else None,
        best_s=counts * 60,
        atv_s=(counts - covered) * 60,
        allowed_s=covered * 60,
        cause=cause_of(row["cause"]),
    )
    found = suppression(of, closed=is_over)
    assert ("no" if found is None else found.replace("_", " ")) == row["suppressed"]


def test_the_table_of_kinds_is_the_rank_of_every_kind() -> None:
    rows = table(RANKING, "Kinds")
    assert {kind_of(row["kind"]): int(row["points"]) for row in rows} == KIND_POINTS
    assert set(KIND_POINTS) == set(IncidentKind)
    assert [int(row["points"]) for row in rows] == sorted(KIND_POINTS.values(), reverse=True)


def test_nothing_lifts_another_kind_above_the_nearness_of_a_protected_person() -> None:
    others = [points for kind, points in KIND_POINTS.items() if kind is not IncidentKind.VICTIM_PROXIMITY]
    assert max(others) + MOST_ADDED < KIND_POINTS[IncidentKind.VICTIM_PROXIMITY] - MOST_TAKEN


@pytest.mark.parametrize("row", table(RANKING, "What is added and taken away"), ids=lambda row: row["case"])
def test_the_rank_is_what_the_table_says_and_its_reasons_add_up(row: dict[str, str]) -> None:
    found = rank(
        Weighed(
            kind=IncidentKind.CURFEW_ABSENCE,
            lasting_s=float(row["minutes"]) * 60,
            still=row["still on"] == "yes",
            repeats=int(row["repeats"]),
            has_risk_note=row["risk note"] == "yes",
            confidence=float(row["sure"]),
            cause=cause_of(row["cause"]),
            allowed=row["allowance"] == "yes",
        )
    )
    assert found.points == int(row["rank"]) == sum(points for points, _ in found.reasons)
    assert all(words for _, words in found.reasons)


@pytest.mark.parametrize("row", table(CLOCK_PAGE, "Times"), ids=lambda row: row["kind"])
def test_the_clocks_run_as_the_table_says(row: dict[str, str]) -> None:
    clocks = CLOCKS[kind_of(row["kind"])]
    minutes = [us // MINUTE_US for us in (clocks.acknowledge_us, clocks.contact_us, clocks.senior_us)]
    assert minutes == [int(row[name]) for name in ("acknowledge", "first contact attempt", "to a senior")]


def test_every_kind_has_its_clocks_and_the_graver_never_waits_longer() -> None:
    assert set(CLOCKS) == set(IncidentKind) == {kind_of(row["kind"]) for row in table(CLOCK_PAGE, "Times")}
    by_rank = sorted(IncidentKind, key=KIND_POINTS.__getitem__, reverse=True)
    waits = [CLOCKS[kind].acknowledge_us for kind in by_rank]
    assert waits == sorted(waits)


@pytest.mark.parametrize("row", table(CLOCK_PAGE, "What is next"), ids=lambda row: row["case"])
def test_what_is_next_is_as_the_table_says(row: dict[str, str]) -> None:
    ran_out = [ClockStep(word) for word in row["ran out"].split(", ") if word != NONE]
    due = next_due(
        IncidentKind.CURFEW_ABSENCE,
        opened_us=NOW_US,
        acknowledged=row["acknowledged"] == "yes",
        contacted=row["tried"] == "yes",
        run_out=ran_out,
    )
    expected = None if row["next"] == "nothing" else tuple(row["next"].split(" "))
    assert (None if due is None else (str(due.step), due.at_us)) == (
        None if expected is None else (expected[0], instant(expected[1]))
    )


def test_only_what_says_nothing_of_where_somebody_was_can_be_too_short() -> None:
    assert not set(SHORT_US) & NEVER_SUPPRESSED
    assert set(SHORT_US) == {IncidentKind.LOSS_OF_CONTACT, IncidentKind.BATTERY, IncidentKind.HOME_UNIT_POWER}
