"""docs/rules/orders-versions.md, row by row."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.lib.markdown_tables import headings, tables
from tests.lib.order_cases import curfew, day, make_order
from throughcare.kernel.time import civil_us
from throughcare.orders.history import OrderHistory, history_of, in_force, timeline

PAGE = "orders-versions.md"
CASES = [
    (heading, row, tables(PAGE, heading)[0]) for heading in headings(PAGE) for row in tables(PAGE, heading)[1]
]


def midnight(text: str) -> int:
    return civil_us(day(text), dt.time(0), "Europe/London")


def history(rows: list[dict[str, str]]) -> OrderHistory:
    versions = []
    for row in rows:
        start, end = row["Order runs"].split(" to ")
        ends = None if end == "open" else end
        effective = f"{row['Takes effect']}T00:00:00+00:00" if row["Takes effect"] else None
        if effective and "-04-" <= effective[4:8] <= "-10-":
            effective = effective.replace("+00:00", "+01:00")
        versions.append(
            make_order(
                curfew(start=start, end=ends),
                version=int(row["Version"]),
                recorded_at=f"{row['Recorded']}T00:00:00Z",
                effective_from=effective,
                start_date=start,
                end_date=ends,
            )
        )
    return history_of(versions)


@pytest.mark.parametrize(
    ("heading", "row", "versions"), CASES, ids=[f"{h}: {r['Case']}" for h, r, _ in CASES]
)
def test_the_page_says_which_version_is_in_force(
    heading: str, row: dict[str, str], versions: list[dict[str, str]]
) -> None:
    at_us, known_at_us = midnight(row["At"]), midnight(row["Known on"])
    found = in_force(history(versions), at_us=at_us, known_at_us=known_at_us)
    assert (str(found.version) if found else "none") == row["In force"]
    pieces = timeline(history(versions), known_at_us=known_at_us)
    governing = [order.version for interval, order in pieces if interval.contains(at_us)]
    assert governing == ([found.version] if found else [])
