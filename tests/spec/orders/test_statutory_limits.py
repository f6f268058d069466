"""docs/rules/orders-statutory-limits.md, row by row."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from tests.lib.markdown_tables import table
from tests.lib.order_cases import HOME, curfew, make_order
from throughcare.orders import statutory
from throughcare.orders.model import Order
from throughcare.orders.statutory import check_statutory

PAGE = "orders-statutory-limits.md"
COURT = [*table(PAGE, "Court curfews"), *table(PAGE, "Dates and phases")]
HDC = table(PAGE, "Home detention curfew")


def shown(order: Order) -> list[str]:
    return [f"{f.severity} {f.rule_id}" for f in check_statutory(order) if f.rule_id != "no-device"]


def expected(row: dict[str, str]) -> list[str]:
    return [] if row["Findings"] == "none" else row["Findings"].split("<br>")


def curfew_order(row: dict[str, str], **more: Any) -> Order:
    start, end = row["Dates"].split(" to ")
    ends = None if end == "open" else end
    return make_order(
        curfew(row["Timetable"], start=start, end=ends), start_date=start, end_date=ends, **more
    )


@pytest.mark.parametrize("row", COURT, ids=[row["Case"] for row in COURT])
def test_the_page_says_what_is_found_in_a_court_curfew(row: dict[str, str]) -> None:
    facts = {"sentence_type": row["Sentence"], "convicted_on": row["Convicted"]}
    order = curfew_order(row, **{name: None if value == "none" else value for name, value in facts.items()})
    assert shown(order) == expected(row)


@pytest.mark.parametrize("row", HDC, ids=[row["Case"] for row in HDC])
def test_the_page_says_what_is_found_in_home_detention_curfew(row: dict[str, str]) -> None:
    order = curfew_order(
        row,
        order_type="post_release",
        legal_basis="licence_condition",
        sentence_type="standard_determinate",
        home_detention_curfew=True,
    )
    assert shown(order) == expected(row)


def test_the_page_lists_every_rule_of_the_code_and_no_other() -> None:
    written = {
        node.value
        for path in Path(statutory.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", str(node.value))
    }
    assert {row["Rule"] for row in table(PAGE, "Rules")} == written


def alcohol(**more: Any) -> dict[str, Any]:
    made = {"kind": "alcohol", "condition_id": "a1", "start_date": "2026-01-05", "monitoring": "abstinence"}
    return made | more


@pytest.mark.parametrize(
    ("end", "findings"),
    [
        ("2026-05-04", []),
        ("2026-05-05", ["unlawful alcohol-abstinence-period"]),
        (None, ["check alcohol-abstinence-period"]),
    ],
)
def test_a_court_asks_for_abstinence_on_at_most_120_days(end: str | None, findings: list[str]) -> None:
    order = make_order(alcohol(end_date=end), end_date=None)
    assert shown(order) == findings


def test_abstinence_on_licence_is_not_held_to_the_courts_limit() -> None:
    order = make_order(alcohol(end_date="2026-07-01"), legal_basis="licence_condition")
    assert shown(order) == []


def test_both_kinds_of_alcohol_monitoring_are_for_a_person_to_look_at() -> None:
    level = alcohol(condition_id="a2", monitoring="level", level_limit_pct=0.02, end_date="2026-02-01")
    assert shown(make_order(alcohol(end_date="2026-02-01"), level)) == ["check alcohol-both"]


def zone(kind: str) -> dict[str, Any]:
    return {"kind": kind, "condition_id": "z1", "start_date": "2026-01-05", "name": "the town", "area": HOME}


def test_a_court_s_restriction_zone_asks_whether_the_section_is_in_force() -> None:
    assert shown(make_order(zone("restriction_zone"))) == ["check restriction-zone-commencement"]
    assert shown(make_order(zone("restriction_zone"), legal_basis="licence_condition")) == []
    assert shown(make_order(zone("exclusion_zone"))) == []


def test_home_detention_curfew_without_a_curfew_is_unlawful() -> None:
    order = make_order(zone("exclusion_zone"), legal_basis="licence_condition", home_detention_curfew=True)
    assert shown(order) == ["unlawful hdc-curfew-missing"]


def test_a_licence_curfew_without_limits_in_the_table_is_noted() -> None:
    assert shown(make_order(legal_basis="licence_condition")) == ["note curfew-no-limits-held"]


def test_a_condition_that_the_order_cuts_is_found_at_both_ends() -> None:
    order = make_order(curfew(start="2026-01-01", end="2026-07-05"))
    assert shown(order) == ["check condition-cut-start", "check condition-cut-end"]


def test_two_curfews_at_the_same_time_are_found_and_their_hours_count_once() -> None:
    second = curfew("daily 20:00-11:00", condition_id="c2", end="2026-07-04")
    found = check_statutory(make_order(curfew("daily 19:00-11:00"), second))
    assert [f.rule_id for f in found if f.rule_id != "no-device"] == ["curfews-overlap"]
    assert found[0].path == "conditions[1]"
    assert "Monday 5 January 2026 20:00" in found[0].found


def test_hours_of_two_curfews_count_together() -> None:
    order = make_order(curfew("daily 00:00-12:00"), curfew("daily 12:00-21:00", condition_id="c2"))
    assert shown(order) == ["unlawful court-curfew-day-most", "unlawful court-curfew-week-most"]


def worn(number: int, start: str, end: str | None) -> dict[str, Any]:
    return {"activation_id": f"a{number}", "device_id": f"d{number}", "from_time": start, "to_time": end}


def test_time_without_a_device_is_found_but_not_the_hour_of_a_change() -> None:
    order = make_order(
        activations=[
            worn(1, "2026-01-05T16:00:00Z", "2026-02-01T10:00:00Z"),
            worn(2, "2026-02-01T11:00:00Z", "2026-03-01T10:00:00Z"),
            worn(3, "2026-03-02T10:00:00Z", None),
        ]
    )
    found = check_statutory(order)
    assert [(f.severity, f.rule_id, f.found) for f in found] == [
        ("check", "device-gap", "none from 2026-03-01 10:00 to 2026-03-02 10:00"),
        ("note", "device-gap", "none from 2026-01-05 00:00 to 2026-01-05 16:00"),
    ]


def test_an_absence_outside_the_order_is_found() -> None:
    absence = {
        "absence_id": "b1",
        "from_time": "2026-07-05T00:00:00+01:00",
        "to_time": "2026-07-05T04:00:00+01:00",
        "reason": "a wedding",
        "authorised_by": "the officer",
    }
    assert shown(make_order(authorised_absences=[absence])) == ["check allowance-outside"]


def test_every_finding_carries_its_source_and_what_to_do() -> None:
    found = check_statutory(
        make_order(curfew("daily 00:00-21:00", end=None), end_date=None, convicted_on=None)
    )
    assert {finding.severity for finding in found} == {"unlawful", "check", "note"}
    for finding in found:
        assert finding.citation.words()
        assert finding.action.endswith(".")
        assert finding.as_dict()["citation"]["read_on"] == "2026-11-23"
