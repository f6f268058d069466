"""docs/rules/orders-curfew-timetable.md, row by row."""

from __future__ import annotations

import pytest

from tests.lib.markdown_tables import headings, table
from tests.lib.order_cases import curfew, day, make_order
from tests.lib.order_spans import cell, shown
from throughcare.kernel.time import civil_day_interval
from throughcare.orders.model import Curfew
from throughcare.orders.timetable import curfew_spans

PAGE = "orders-curfew-timetable.md"
CASES = [(heading, row) for heading in headings(PAGE) for row in table(PAGE, heading)]


@pytest.mark.parametrize(("heading", "row"), CASES, ids=[f"{h}: {r['Case']}" for h, r in CASES])
def test_the_page_says_when_a_curfew_runs(heading: str, row: dict[str, str]) -> None:
    start, end = row["Dates"].split(" to ")
    first, last = (day(text) for text in row["Between"].split(" to "))
    order = make_order(
        curfew(row["Timetable"], start=start, end=end), start_date="2026-01-01", end_date="2026-12-31"
    )
    condition = order.conditions[0]
    assert isinstance(condition, Curfew)
    found = curfew_spans(order, condition, within=civil_day_interval(first, last, "Europe/London"))
    assert [shown(span) for span in found] == cell(row["Spans"])


def test_the_page_holds_both_clock_changes_and_the_last_day() -> None:
    assert {"The nights of the clock change", "First and last day", "Phases", "The day of release"} <= {
        heading for heading, _ in CASES
    }
