"""Counts of requests, shared by the processes of one server: fixed places in memory, no file, no lock between them.

Each process writes to a slot of its own, so that one that is killed holds nobody up and loses nothing.
"""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import dataclass

SURFACES = (
    "pages", "api", "ingest", "accounts", "access", "audit", "people", "orders", "monitoring", "desk", "outbox",
    "casework", "operations",
)  # fmt: skip
OTHER = "pages"
STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, float("inf"))
SLOTS = 64
_WIDTH = len(STATUSES) + len(BUCKETS_S) + 1  # and the sum of seconds
_SLOT_SIZE = _WIDTH * len(SURFACES)


@dataclass(frozen=True, slots=True)
class SurfaceCounts:
    """What one surface answered: how many by class of status, how many within each bucket, and the seconds."""

    surface: str
    by_status: dict[str, int]
    within: tuple[int, ...]
    sum_s: float


class Tally:
    """The counts. Made before the server forks, it is one for all of its processes."""

    def __init__(self) -> None:
        self._cells = multiprocessing.RawArray("d", _SLOT_SIZE * SLOTS)
        self._lock = threading.Lock()
        self._slot = 0

    def take_slot(self, number: int) -> None:
        """Give this process a slot of its own; called after each fork."""
        self._slot = number % SLOTS
        self._lock = threading.Lock()

    def count(self, *, surface: str, status: int, took_s: float) -> None:
        """Count one answer."""
        row = SURFACES.index(surface if surface in SURFACES else OTHER)
        first = self._slot * _SLOT_SIZE + row * _WIDTH
        bucket = next(i for i, limit_s in enumerate(BUCKETS_S) if took_s <= limit_s)
        with self._lock:
            self._cells[first + min(max(status // 100, 1), 5) - 1] += 1
            self._cells[first + len(STATUSES) + bucket] += 1
            self._cells[first + _WIDTH - 1] += took_s

    def counts(self) -> list[SurfaceCounts]:
        """Return what every process counted, of the surfaces that answered anything."""
        found = []
        for row, surface in enumerate(SURFACES):
            cells = [self._total(row * _WIDTH + i) for i in range(_WIDTH)]
            if any(cells):
                statuses = {name: int(cells[i]) for i, name in enumerate(STATUSES) if cells[i]}
                buckets = tuple(int(n) for n in cells[len(STATUSES) : _WIDTH - 1])
                found.append(SurfaceCounts(surface, statuses, buckets, cells[-1]))
        return found

    def _total(self, place: int) -> float:
        return float(sum(self._cells[slot * _SLOT_SIZE + place] for slot in range(SLOTS)))


TALLY = Tally()
