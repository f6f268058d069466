"""``throughcare check-order FILE``: is an order whole, is it within the law, what does it say, what changed."""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import Interval, iso_utc, local_datetime, parse_instant
from throughcare.orders.diff import Change, diff_orders
from throughcare.orders.document import LoadedOrders, load_orders
from throughcare.orders.history import OrderHistory, Timeline, known, timeline
from throughcare.orders.model import Order
from throughcare.orders.plain_words import order_words
from throughcare.orders.statutory import Finding, check_statutory

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What there is to say about one order, as known at an instant; ``latest`` is None if it was not known."""

    history: OrderHistory
    latest: Order | None
    pieces: Timeline
    findings: tuple[Finding, ...]
    words: tuple[str, ...]
    changes: tuple[tuple[Order, Order, tuple[Change, ...]], ...]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a parser of commands; ``run`` is set as its default."""
    parser = subparsers.add_parser(
        "check-order",
        help="check orders: whole, lawful, what they say, what changed",
        description="Check the orders of a JSON file. Exit code 0: nothing refused and nothing unlawful; 1 if not.",
    )
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="orders as JSON (docs/schema/order.schema.json)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument(
        "--known-at",
        metavar="T",
        help="what was known at this instant, such as 2026-03-29T12:00:00Z; now if not given",
    )
    parser.add_argument("--diff", action="store_true", help="print what changed from version to version")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check a file and print the result; return the exit code."""
    try:
        known_at_us = time.time_ns() // 1000 if args.known_at is None else parse_instant(args.known_at)
        loaded = load_orders(_text(args.file), where=args.file.name)
    except RefusedInput as refusal:
        loaded, known_at_us = LoadedOrders((), (refusal,)), 0
    reports = [report(history, known_at_us=known_at_us) for history in loaded.histories]
    if args.json:
        print(json.dumps(as_json(loaded, reports), indent=2, ensure_ascii=False))
    else:
        for line in as_text(loaded, reports, file=args.file.name, with_changes=args.diff):
            print(line)
    unlawful = any(finding.severity == "unlawful" for item in reports for finding in item.findings)
    return 1 if loaded.refusals or unlawful else 0


def report(history: OrderHistory, *, known_at_us: int) -> OrderReport:
    """Return what there is to say about one order as known at an instant; checks are of the latest version."""
    versions = known(history, known_at_us=known_at_us)
    latest = versions[-1] if versions else None
    return OrderReport(
        history=history,
        latest=latest,
        pieces=timeline(history, known_at_us=known_at_us),
        findings=() if latest is None else check_statutory(latest),
        words=() if latest is None else order_words(latest),
        changes=tuple((old, new, diff_orders(old, new)) for old, new in pairwise(versions)),
    )


def as_json(loaded: LoadedOrders, reports: list[OrderReport]) -> dict[str, Any]:
    """Return the result as JSON values."""
    return {
        "refusals": [
            {"where": item.where, "expected": item.expected, "found": item.found, "action": item.action}
            for item in loaded.refusals
        ],
        "orders": [_order_json(item) for item in reports],
    }


def as_text(
    loaded: LoadedOrders, reports: list[OrderReport], *, file: str, with_changes: bool
) -> Iterator[str]:
    """Yield the result as lines for a plain terminal."""
    yield f"{file}: {_count(len(reports), 'order')} read, {_count(len(loaded.refusals), 'fault')}"
    if not reports and not loaded.refusals:
        yield "The file is valid and holds no order."
    for refusal in loaded.refusals:
        yield ""
        yield f"REFUSED  {refusal.where}"
        yield from _three_parts(refusal.expected, refusal.found, refusal.action)
    for item in reports:
        yield ""
        yield from _order_text(item, with_changes=with_changes)


def _order_text(item: OrderReport, *, with_changes: bool) -> Iterator[str]:
    title = f"Order {item.history.order_id}"
    if item.latest is None:
        yield f"{title}: no version was known then"
        return
    yield f"{title}, version {item.latest.version}"
    yield "  In force"
    for interval, order in item.pieces:
        yield f"    version {order.version:<3} {_interval_text(interval, order.time_zone)}"
    if not item.pieces:
        yield "    never"
    yield "  Checks"
    for finding in item.findings:
        yield f"    {finding.severity.upper():<8} {finding.path}  ({finding.rule_id})"
        yield from _three_parts(finding.expected, finding.found, finding.action)
        yield from _wrapped("source:   ", finding.citation.words())
    if not item.findings:
        yield "    nothing to say: every rule that applies is kept"
    yield "  In plain words"
    for line in item.words:
        yield from _wrapped("", line, indent=4)
    if with_changes:
        yield from _changes_text(item)


def _changes_text(item: OrderReport) -> Iterator[str]:
    for old, new, changes in item.changes:
        recorded = f"{new.recorded_at.isoformat(timespec='minutes')}"
        yield f"  Changes from version {old.version} to {new.version}, recorded {recorded}"
        for change in changes:
            yield f"    {change.path}"
            yield from _wrapped("", change.words)
        if not changes:
            yield "    none"
    if not item.changes:
        yield "  Changes: there is one version only"


def _three_parts(expected: str, found: str, action: str) -> Iterator[str]:
    yield from _wrapped("expected: ", expected)
    yield from _wrapped("found:    ", found)
    yield from _wrapped("to do:    ", action)


def _wrapped(label: str, text: str, *, indent: int = 8) -> list[str]:
    start = " " * indent
    return textwrap.wrap(
        text, _WIDTH, initial_indent=start + label, subsequent_indent=start + " " * len(label)
    )


def _order_json(item: OrderReport) -> dict[str, Any]:
    return {
        "order_id": item.history.order_id,
        "version": None if item.latest is None else item.latest.version,
        "in_force": [
            {
                "version": order.version,
                "from_time": iso_utc(interval.start_us),
                "to_time": None if interval.end_us is None else iso_utc(interval.end_us),
            }
            for interval, order in item.pieces
        ],
        "findings": [finding.as_dict() for finding in item.findings],
        "plain_words": list(item.words),
        "changes": [
            {
                "from_version": old.version,
                "to_version": new.version,
                "changes": [change.as_dict() for change in changes],
            }
            for old, new, changes in item.changes
        ],
    }


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RefusedInput(
            where=str(path),
            expected="a file that can be read",
            found=error.strerror or "an error",
            action="Check the name and the permissions.",
        ) from None
    except UnicodeDecodeError as error:
        raise RefusedInput(
            where=str(path),
            expected="UTF-8 text",
            found=f"a byte at position {error.start} that is not",
            action="Save the file as UTF-8.",
        ) from None


def _interval_text(interval: Interval, zone: str) -> str:
    start = f"from {local_datetime(interval.start_us, zone):%Y-%m-%d %H:%M}"
    if interval.end_us is None:
        return start
    return f"{start} to {local_datetime(interval.end_us, zone):%Y-%m-%d %H:%M}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
