"""docs/rules/orders-curfew-timetable.md, row by row."""

from __future__ import annotations

import pytest

from tests.lib.markdown_tables import headings, table
from tests.lib.order_cases import curfew, day, make_order
from throughcare.kernel.time import MINUTE_US, civil_day_interval, local_datetime
from throughcare.orders.model import Curfew
from throughcare.orders.timetable import ScheduledSpan, curfew_spans

PAGE = "orders-curfew-timetable.md"
CASES = [(heading, row) for heading in headings(PAGE) for row in table(PAGE, heading)]


def shown(span: ScheduledSpan) -> str:
    ends = [local_datetime(t, "Europe/London") for t in (span.start_us, span.end_us)]
    hours, minutes = divmod((span.end_us - span.start_us) // MINUTE_US, 60)
    length = " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n)
    return f"{ends[0]:%Y-%m-%d %H:%M %Z} to {ends[1]:%Y-%m-%d %H:%M %Z}, {length}"


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
    expected = [] if row["Spans"] == "none" else row["Spans"].split("<br>")
    assert [shown(span) for span in found] == expected


def test_the_page_holds_both_clock_changes_and_the_last_day() -> None:
    assert {"The nights of the clock change", "First and last day", "Phases", "The day of release"} <= {
        heading for heading, _ in CASES
    }
