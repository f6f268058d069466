"""The simulated tags: what they will say lies in files by column, and is delivered when its time has come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings, StatusKind

ROWS = 10_000  # a delivery
_SECTIONS = {"positions": "positions", "readings": "statuses"}
_FIELDS = {
    "positions": {
        "t_us": "time",
        "lat_deg": "latitude",
        "lon_deg": "longitude",
        "accuracy_m": "accuracy_m",
        "level": "accuracy_level",
        "source": "source",
        "hdop": "hdop",
        "satellites": "satellites",
        "speed_mps": "speed_mps",
        "heading_deg": "heading_deg",
    },
    "readings": {"t_us": "time", "kind": "kind", "value": "value"},
}
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

    def deliver(self, *, now_us: int, send: Callable[[bytes], None]) -> int:
        """Send what was said since the last delivery, and return how many facts that were.

        Parameters
        ----------
        send : callable
            Delivers one JSON document, or raises: then nothing counts as delivered, and all of it is sent again.
        """
        total = 0
        for name, columns in self.columns.items():
            bounds = np.searchsorted(
                columns["learned_us"], [self.delivered_us, now_us], side="right"
            ).tolist()
            for first in range(bounds[0], bounds[1], ROWS):
                rows = slice(first, min(first + ROWS, bounds[1]))
                send(json.dumps({_SECTIONS[name]: self._records(name, rows)}).encode())
            total += bounds[1] - bounds[0]
        self.delivered_us = now_us
        _mark(self.folder, now_us)
        return total

    def _records(self, name: str, rows: slice) -> list[dict[str, Any]]:
        """Return what was said as records of docs/file-formats.md; what was not said is left out."""
        columns, fields = self.columns[name], _FIELDS[name]
        values = zip(columns["key"][rows].tolist(), *(columns[f][rows].tolist() for f in fields), strict=True)
        return [
            {"device_id": self.keys[name][key]}
            | {
                field: _WRITTEN.get(field, _as_it_is)(value)
                for field, value in zip(fields.values(), said, strict=True)
                if value == value  # noqa: PLR0124 - NaN: not said
            }
            for key, *said in values
        ]


def _as_it_is(value: float) -> float:
    return value


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "time": iso_utc,
    "kind": lambda number: StatusKind(number).name.lower(),
}
