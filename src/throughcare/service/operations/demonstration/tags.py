"""The simulated tags: what they will say lies in files by column, and is delivered when its time has come."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.monitoring.actions import store_deliveries
from throughcare.service.monitoring.delivery import Delivery

ROWS = 20_000  # a delivery
_KINDS: dict[str, type[Positions] | type[Readings]] = {"positions": Positions, "readings": Readings}
_MARK = "delivered.json"


def save(folder: Path, *, positions: Positions, readings: Readings, from_us: int) -> None:
    """Write what the tags will say after an instant, in order of arrival."""
    for name, batch in (("positions", positions), ("readings", readings)):
        place = folder / name
        place.mkdir(parents=True)
        learned = _learned(batch)
        order = np.argsort(learned, kind="stable")
        np.save(place / "learned_us.npy", learned[order])
        np.save(place / "key.npy", batch.key[order])
        atomic_bytes(place / "keys.json", json.dumps(batch.keys).encode())
        for column in batch.FACTS:
            np.save(place / f"{column}.npy", getattr(batch, column)[order])
    _mark(folder, from_us)


def _learned(batch: Positions | Readings) -> NDArray[np.int64]:
    said = np.where(batch.received_us == NO_TIME_US, batch.t_us, batch.received_us)
    return np.maximum(said, batch.t_us)


def _mark(folder: Path, at_us: int) -> None:
    atomic_bytes(folder / _MARK, json.dumps({"delivered_us": at_us}).encode())


@dataclass
class Tags:
    """What the tags will say, read as it is needed."""

    folder: Path
    columns: dict[str, dict[str, NDArray[Any]]] = field(init=False)
    keys: dict[str, tuple[str, ...]] = field(init=False)
    delivered_us: int = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {
            name: {
                column: np.load(self.folder / name / f"{column}.npy", mmap_mode="r")
                for column in ("learned_us", "key", *kind.FACTS)
            }
            for name, kind in _KINDS.items()
        }
        self.keys = {
            name: tuple(json.loads((self.folder / name / "keys.json").read_text())) for name in _KINDS
        }
        self.delivered_us = int(json.loads((self.folder / _MARK).read_text())["delivered_us"])

    @property
    def ends_us(self) -> int:
        """When the last of them falls silent."""
        return max(
            (int(c["learned_us"][-1]) for c in self.columns.values() if len(c["learned_us"])), default=0
        )

    def deliver(self, *, now_us: int) -> int:
        """Deliver what was said since the last delivery, and return how many facts that were."""
        bounds = {
            name: np.searchsorted(c["learned_us"], [self.delivered_us, now_us], side="right").tolist()
            for name, c in self.columns.items()
        }
        total = int(sum(stop - first for first, stop in bounds.values()))
        for name, (first, stop) in bounds.items():
            for start in range(first, stop, ROWS):
                batch = self._batch(name, slice(start, min(start + ROWS, stop)))
                delivery = Delivery(delivery_id=f"demonstration-{now_us}", **{name: batch})
                store_deliveries(deliveries=[delivery], now_us=now_us)
        self.delivered_us = now_us
        _mark(self.folder, now_us)
        return total

    def _batch(self, name: str, rows: slice) -> Any:  # noqa: ANN401 - positions or readings, as the name says
        kind, columns = _KINDS[name], self.columns[name]
        facts = {column: np.array(columns[column][rows]) for column in kind.FACTS}
        return kind.build(key=np.array(columns["key"][rows]), keys=self.keys[name], **facts)
