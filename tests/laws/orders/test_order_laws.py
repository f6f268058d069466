from __future__ import annotations

import datetime as dt
import itertools
import json

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.lib.order_strategies import orders
from throughcare.kernel.time import DAY_US, HOUR_US, civil_us
from throughcare.orders.diff import diff_orders
from throughcare.orders.document import dump_orders, json_schema, load_orders
from throughcare.orders.history import OrderHistory, history_of, in_force, timeline
from throughcare.orders.model import Order
from throughcare.orders.plain_words import order_words
from throughcare.orders.statutory import check_statutory
from throughcare.orders.statutory.wall_clock import fullest

SCHEMA = Draft202012Validator(json_schema())
ORIGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@st.composite
def histories(draw: st.DrawFn) -> OrderHistory:
    """Draw one to five versions, recorded one after the other, effective at any time or from the start."""
    versions = []
    recorded = ORIGIN
    for number in range(1, draw(st.integers(1, 5)) + 1):
        recorded += dt.timedelta(hours=draw(st.integers(0, 800)))
        effective = draw(
            st.one_of(st.none(), st.integers(-48, 6000).map(lambda h: ORIGIN + dt.timedelta(hours=h)))
        )
        start = dt.date(2026, 1, 1) + dt.timedelta(days=draw(st.integers(0, 40)))
        end = start + dt.timedelta(days=draw(st.integers(0, 250)))
        order = draw(orders(time_zone="Europe/London"))
        trail = {"kind": "trail", "condition_id": "t1", "start_date": "2026-01-01"}
        changes = {
            "version": number,
            "recorded_at": recorded.isoformat(),
            "effective_from": effective and effective.isoformat(),
            "start_date": str(start),
            "end_date": draw(st.sampled_from([None, str(end)])),
            "conditions": [trail],
            "ticked": ["trail"],
        }
        versions.append(Order.model_validate(order.as_json() | changes))
    return history_of(versions)


@given(order=orders())
def test_an_order_survives_being_written_and_read(order: Order) -> None:
    text = dump_orders([history_of([order])])
    loaded = load_orders(text, where="f")
    assert loaded.refusals == ()
    assert loaded.histories[0].versions == (order,)
    assert dump_orders(loaded.histories) == text
    assert SCHEMA.is_valid(json.loads(text))


@given(order=orders())
def test_an_order_does_not_differ_from_itself(order: Order) -> None:
    assert diff_orders(order, order) == ()


@given(old=orders(), new=orders())
def test_a_difference_read_backwards_is_the_difference_backwards(old: Order, new: Order) -> None:
    there = {
        (change.path, json.dumps(change.old), json.dumps(change.new)) for change in diff_orders(old, new)
    }
    back = {(change.path, json.dumps(change.new), json.dumps(change.old)) for change in diff_orders(new, old)}
    assert there == back
    assert bool(there) == (old != new)


@given(history=histories(), known_h=st.integers(-10, 5000), at_h=st.integers(-100, 8000))
def test_the_timeline_agrees_with_the_version_in_force(
    history: OrderHistory, known_h: int, at_h: int
) -> None:
    origin_us = civil_us(dt.date(2026, 1, 1), dt.time(0), "UTC")
    at_us, known_at_us = origin_us + at_h * HOUR_US, origin_us + known_h * HOUR_US
    pieces = timeline(history, known_at_us=known_at_us)
    for (earlier, _), (later, _) in itertools.pairwise(pieces):
        assert earlier.stop_us <= later.start_us
    found = in_force(history, at_us=at_us, known_at_us=known_at_us)
    assert [order for interval, order in pieces if interval.contains(at_us)] == ([found] if found else [])
    edges = {edge for interval, _ in pieces for edge in (interval.start_us, interval.stop_us - DAY_US)}
    for edge_us in edges:
        expected = [order for interval, order in pieces if interval.contains(edge_us)]
        now = in_force(history, at_us=edge_us, known_at_us=known_at_us)
        assert expected == ([now] if now else [])


@given(order=orders())
def test_every_order_can_be_checked_and_said_in_words(order: Order) -> None:
    assert all(finding.words() and finding.citation.title for finding in check_statutory(order))
    assert all(line.endswith((".", ":")) for line in order_words(order))


@given(
    edges=st.lists(st.integers(0, 300), min_size=2, max_size=12, unique=True).map(sorted),
    width=st.integers(1, 200),
)
def test_the_fullest_window_is_the_fullest_of_all(edges: list[int], width: int) -> None:
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    best = max(
        sum(max(0, min(end, low + width) - max(start, low)) for start, end in spans)
        for low in range(-width, 301)
    )
    assert fullest(spans, width).minutes == best
