"""Running a case: orders to a file, tracks read in place, and the two runner calls that the command line makes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from throughcare.adapters.files.options import ReadOptions
from throughcare.kernel.time import HOUR_US
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Loaded, load_facts, read_orders
from throughcare.runners.monitoring import Run, monitor, newest_us

NOW_US = 1_780_000_000_000_000  # after every track; only clocks in the future are judged by it
DETECTORS = (Detector.PROBABILISTIC, Detector.TUNED_RULE)


@dataclass(frozen=True)
class Case:
    """Tracks with orders that were written for them."""

    name: str
    orders: list[dict[str, Any]]
    positions: Sequence[Path]
    statuses: Sequence[Path] = ()
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class Facts:
    """A case as read: what `throughcare monitor` holds before it evaluates."""

    histories: tuple[OrderHistory, ...]
    loaded: Loaded


def read(case: Case, folder: Path) -> Facts:
    """Write the orders to the folder and read everything as the command does."""
    path = folder / f"{case.name}.orders.json"
    path.write_text(json.dumps({"orders": case.orders}), encoding="utf-8")
    histories, refusals = read_orders(path)
    if refusals:
        raise refusals[0]
    loaded = load_facts(
        case.positions,
        case.statuses,
        histories=histories,
        options=case.options,
        now_us=NOW_US,
        progress=lambda *_: None,
    )
    return Facts(histories, loaded)


def evaluate(facts: Facts, detector: Detector) -> Run:
    """Return what the engine finds with a detector."""
    loaded = facts.loaded
    return monitor(
        facts.histories,
        loaded.fixes,
        loaded.statuses,
        parameters=Parameters(detector=detector),
        now_us=newest_us(loaded.fixes, loaded.statuses) + HOUR_US,  # what was going on has ended
        known_at_us=NOW_US,
        progress=lambda *_: None,
    )


def account(loaded: Loaded) -> dict[str, int]:
    """Return where every row went; ``lost`` is what is missing from the account."""
    notes = Counter({note.code: note.count for note in loaded.notes})
    kept_apart = sum(notes[code] for code in ASIDE)
    known = len(loaded.fixes) + len(loaded.statuses) + len(loaded.rejects) + kept_apart
    return {
        "rows": loaded.rows,
        "fixes": len(loaded.fixes),
        "statuses": len(loaded.statuses),
        "rejects": len(loaded.rejects),
        "counted only": kept_apart,
        "lost": loaded.rows - known,
    }


def rejects_by_reason(loaded: Loaded) -> list[tuple[str, int]]:
    """Return the rejects counted by reason, the most frequent first."""
    return Counter(reject.reason for reject in loaded.rejects).most_common()


# rows that are neither a fact nor a reject by design: each is counted by a note
ASIDE = (
    "exact_duplicate", "merged_sentence", "no_fix", "time_only", "other_sentence", "comment", "binary_data",
    "route_or_waypoint",
)  # fmt: skip
