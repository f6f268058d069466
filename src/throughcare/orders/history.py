"""What was in force at one time, as known at another: the versions of an order on two time lines.

``recorded_at`` is when a version became known, ``effective_from`` when it takes effect. A version states the
whole order. From the instant it takes effect it replaces every version recorded before it, those that were to
take effect later included; without ``effective_from`` it replaces them from the beginning, which is how a
clerical error is corrected. Nothing is erased: what was known before is found by asking with an earlier
``known_at_us``. The rules are shown as tables in ``docs/rules/orders-versions.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import FOREVER_US, Interval, instant_us, iso_utc, span
from throughcare.orders.model import Order

Timeline = tuple[tuple[Interval, Order], ...]


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """Every version of one order, by version number.

    Raises
    ------
    RefusedInput
        If there is no version, a version belongs to another order or wearer, or a later version number was
        recorded before an earlier one.
    """

    order_id: str
    versions: tuple[Order, ...]

    def __post_init__(self) -> None:
        if not self.versions:
            raise _refusal(self.order_id, "at least one version", "none", "Add the order's first version.")
        for version in self.versions:
            _check_belongs(self, version)
        for earlier, later in pairwise(self.versions):
            _check_follows(earlier, later)


def history_of(orders: Iterable[Order]) -> OrderHistory:
    """Return the history of the versions of one order, given in any sequence.

    Raises
    ------
    RefusedInput
        As :class:`OrderHistory`.
    """
    versions = tuple(sorted(orders, key=lambda order: order.version))
    return OrderHistory(versions[0].order_id if versions else "order", versions)


def known(history: OrderHistory, *, known_at_us: int) -> tuple[Order, ...]:
    """Return the versions recorded at or before an instant, oldest first."""
    return tuple(order for order in history.versions if instant_us(order.recorded_at) <= known_at_us)


def in_force(history: OrderHistory, *, at_us: int, known_at_us: int) -> Order | None:
    """Return the version that governs ``at_us`` as known at ``known_at_us``; None outside the order's life."""
    governing = [order for order in known(history, known_at_us=known_at_us) if effective_us(order) <= at_us]
    return governing[-1] if governing and governing[-1].interval.contains(at_us) else None


def timeline(history: OrderHistory, *, known_at_us: int) -> Timeline:
    """Return which version is in force when, as known at an instant: disjoint pieces, in time order.

    The last piece may be open-ended. There is no piece where no version is in force.
    """
    pieces: list[tuple[int, int, Order]] = []
    for order in known(history, known_at_us=known_at_us):
        from_us = effective_us(order)
        while pieces and pieces[-1][0] >= from_us:
            pieces.pop()
        if pieces:
            start, stop, earlier = pieces[-1]
            pieces[-1] = (start, min(stop, from_us), earlier)
        start, stop = max(from_us, order.interval.start_us), order.interval.stop_us
        if start < stop:
            pieces.append((start, stop, order))
    return tuple((span(start, stop), order) for start, stop, order in pieces)


def effective_us(order: Order) -> int:
    """Return the instant from which a version replaces those before it; the beginning of time if not given."""
    return -FOREVER_US if order.effective_from is None else instant_us(order.effective_from)


def _check_belongs(history: OrderHistory, version: Order) -> None:
    first = history.versions[0]
    for name, expected, found in (
        ("order_id", history.order_id, version.order_id),
        ("wearer_ref", first.wearer_ref, version.wearer_ref),
    ):
        if expected != found:
            raise _refusal(
                f"{history.order_id} version {version.version}, {name}",
                repr(expected),
                repr(found),
                "A version keeps the order and the wearer; for another, make a new order_id.",
            )


def _check_follows(earlier: Order, later: Order) -> None:
    where = f"{later.order_id} version {later.version}"
    if earlier.version >= later.version:
        raise _refusal(
            f"{where}, version",
            f"a number above {earlier.version}",
            str(later.version),
            "Give every version of an order its own number, counting up.",
        )
    if later.recorded_at < earlier.recorded_at:
        raise _refusal(
            f"{where}, recorded_at",
            f"no earlier than version {earlier.version} ({iso_utc(instant_us(earlier.recorded_at))})",
            iso_utc(instant_us(later.recorded_at)),
            "Number the versions in the sequence in which they were recorded.",
        )


def _refusal(where: str, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=where, expected=expected, found=found, action=action)
