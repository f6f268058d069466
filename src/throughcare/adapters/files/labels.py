"""Labels: a CSV file of true absences from the curfew address, and of the periods that somebody checked.

Columns: ``wearer_ref`` or ``activation_id``; ``what``, ``absent`` or ``checked``; ``start`` and ``end``, ISO 8601
with an offset. A wearer's rows hold for all of their activations.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import (
    Interval,
    intersect_intervals,
    iso_utc,
    merge_intervals,
    parse_instant,
    total_us,
)
from throughcare.monitoring.scoring import EDGE_US, Labels

_KINDS = ("absent", "checked")


def read_labels(path: Path, *, wearers: Mapping[str, str]) -> dict[str, Labels]:
    """Return the labels of each activation that has any.

    Parameters
    ----------
    wearers : mapping of activation id to wearer reference
        Every activation of the orders.

    Raises
    ------
    RefusedInput
        If the file cannot be read, a row is not whole, names nobody of the orders, or states an absence outside
        the periods that were checked. A label that is guessed at would be worse than none.
    """
    given: dict[str, dict[str, list[Interval]]] = defaultdict(lambda: {kind: [] for kind in _KINDS})
    rows = csv.DictReader(io.StringIO(_text(path), newline=""))
    columns = rows.fieldnames or []
    who = next((name for name in ("activation_id", "wearer_ref") if name in columns), None)
    if who is None or not {"what", "start", "end"} <= set(columns):
        raise RefusedInput(
            where=f"{path}",
            expected="the columns wearer_ref or activation_id, what, start, end",
            found=", ".join(columns) or "no column",
            action="Name the columns in the first line.",
        )
    for row in rows:
        where = f"{path}: line {rows.line_num}"
        for activation_id in _activations(row, who, wearers, where):
            given[activation_id][_kind(row, where)].append(_span(row, where))
    found = {key: _labels(key, item, path) for key, item in sorted(given.items())}
    if not any(labels.checked for labels in found.values()):
        raise RefusedInput(
            where=f"{path}",
            expected="at least one period that was checked",
            found="none",
            action="Add rows with what=checked: an unlabelled night is not taken for innocent.",
        )
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise RefusedInput(
            where=f"{path}",
            expected="a CSV file in UTF-8",
            found=str(problem),
            action="Check the path and the file's encoding.",
        ) from None


def _activations(row: dict[str, str], who: str, wearers: Mapping[str, str], where: str) -> list[str]:
    name = (row[who] or "").strip()
    if who == "activation_id":
        own = [name] if name in wearers else []
    else:
        own = [activation_id for activation_id, wearer in wearers.items() if wearer == name]
    if not own:
        raise RefusedInput(
            where=where,
            expected=f"a {who} of the orders",
            found=repr(name),
            action="Correct the reference, or take the row out.",
        )
    return own


def _kind(row: dict[str, str], where: str) -> str:
    kind = (row["what"] or "").strip()
    if kind not in _KINDS:
        raise RefusedInput(
            where=where,
            expected="absent or checked",
            found=repr(kind),
            action="Say absent for a true absence, checked for a period that somebody looked into.",
        )
    return kind


def _span(row: dict[str, str], where: str) -> Interval:
    try:
        start_us, end_us = parse_instant(row["start"] or ""), parse_instant(row["end"] or "")
    except RefusedInput as refusal:
        raise RefusedInput(
            where=where, expected=refusal.expected, found=refusal.found, action=refusal.action
        ) from None
    if end_us <= start_us:
        raise RefusedInput(
            where=where,
            expected="an end after the start",
            found=f"{row['start']} to {row['end']}",
            action="Correct the row.",
        )
    return Interval(start_us, end_us)


def _labels(activation_id: str, given: dict[str, list[Interval]], path: Path) -> Labels:
    checked = merge_intervals(given["checked"], gap_us=EDGE_US)
    absent = merge_intervals(given["absent"])
    for item in absent:
        if total_us(intersect_intervals([item], checked)) < item.stop_us - item.start_us - 2 * EDGE_US:
            raise RefusedInput(
                where=f"{path}: {activation_id}",
                expected="every absence within a period that was checked",
                found=f"absent from {iso_utc(item.start_us)} to {iso_utc(item.stop_us)}",
                action="Add the checked period, or take the absence out.",
            )
    return Labels(checked, absent)
