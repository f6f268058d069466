"""Amending an order that has versions yet to take effect, without losing them. Pure.

A version replaces everything recorded before it from the instant it takes effect, later versions included. So
a small change (an absence authorised, a tag fitted) must be written into the version that governs the instant
and into each one after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from throughcare.kernel.time import iso_utc
from throughcare.orders.history import OrderHistory, timeline
from throughcare.orders.model import Order
from throughcare.orders.vocabulary import VariationType
from throughcare.service.orders.reading import read_order

Document = dict[str, Any]
Change = Callable[[Document], Document]


def amended(
    history: OrderHistory,
    *,
    from_us: int,
    now_us: int,
    change: Change,
    variation_types: tuple[VariationType, ...] = (),
) -> tuple[Order, ...]:
    """Return the versions to record so that ``change`` holds from an instant on, and nothing else changes.

    Parameters
    ----------
    from_us : int
        From when the change holds; what governs before it stays as it is.
    now_us : int
        When they are recorded.
    change : callable
        From an order as JSON values to the same with the change; applied to each version that governs any
        time from ``from_us`` on.

    Returns
    -------
    tuple of Order
        One for each such version, in time order, numbered on from the last. Empty if none governs then.

    Raises
    ------
    RefusedInput
        If a version is not whole with the change.
    """
    pieces = timeline(history, known_at_us=now_us)
    number = history.versions[-1].version
    made: list[Order] = []
    for position, (piece, order) in enumerate(pieces):
        if piece.stop_us <= from_us:
            continue
        number += 1
        stated = {
            **order.as_json(),
            "version": number,
            "recorded_at": iso_utc(now_us),
            "effective_from": _effective(piece.start_us, from_us, first=position == 0),
            "variation_types": list(variation_types),
        }
        made.append(read_order(change(stated)))
    return tuple(made)


def with_item(field: str, item: Document) -> Change:
    """Return the change that adds an item to one of the order's lists."""
    return lambda document: {**document, field: [*document[field], item]}


def _effective(piece_us: int, from_us: int, *, first: bool) -> str | None:
    """Return when a restated version takes effect; the first of all replaces from the beginning."""
    if first and from_us <= piece_us:
        return None
    return iso_utc(max(piece_us, from_us))
