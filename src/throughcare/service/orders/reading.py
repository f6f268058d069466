"""Documents of orders checked: the typed order, or every fault with the path of its field. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.orders.document import load_orders
from throughcare.orders.model import Order

_WHERE = "order"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: ``path`` such as ``conditions[0].phases[1].end_date``, empty for the order as a whole."""

    path: str
    expected: str
    found: str
    action: str


def check_document(document: Mapping[str, Any]) -> tuple[Order | None, tuple[Fault, ...]]:
    """Return the typed order of a JSON document, or None and every fault that a first look finds."""
    loaded = load_orders(json.dumps(document), where=_WHERE)
    faults = tuple(
        Fault(
            path=refusal.where.removeprefix(_WHERE).removeprefix(": "),
            expected=refusal.expected,
            found=refusal.found,
            action=refusal.action,
        )
        for refusal in loaded.refusals
    )
    return (None, faults) if faults else (loaded.histories[0].versions[0], ())


def read_order(document: Mapping[str, Any]) -> Order:
    """Return the typed order of a JSON document.

    Raises
    ------
    RefusedInput
        If it is not whole; the first fault is told.
    """
    order, faults = check_document(document)
    if order is None:
        first = faults[0]
        raise RefusedInput(
            where=first.path or _WHERE, expected=first.expected, found=first.found, action=first.action
        )
    return order
