"""The simulated tags: what they will say lies in files by column, and is delivered when its time has come.

It lies in stretches, ``0000``, ``0001`` and so on: the town is simulated some days at a time.
"""

from __future__ import annotations

import json
import shutil
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


def save(folder: Path, *, positions: Positions, readings: Readings) -> None:
    """Write what the tags will say in one stretch, in order of arrival."""
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


def _learned(batch: Positions | Readings) -> NDArray[np.int64]:
    said = np.where(batch.received_us == NO_TIME_US, batch.t_us, batch.received_us)
    return np.maximum(said, batch.t_us)


def mark(folder: Path, at_us: int) -> None:
    """Note up to when all was delivered."""
    atomic_bytes(folder / _MARK, json.dumps({"delivered_us": at_us}).encode())


def marked_us(folder: Path) -> int | None:
    """Return up to when all was delivered; None where there are no tags yet."""
    try:
        return int(json.loads((folder / _MARK).read_text())["delivered_us"])
    except FileNotFoundError:
        return None


@dataclass
class Tags:
    """What the tags will say, read as it is needed."""

    folder: Path
    delivered_us: int = field(init=False)
    _stretches: dict[str, _Stretch] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        delivered_us = marked_us(self.folder)
        assert delivered_us is not None, "a folder that was prepared has a mark"
        self.delivered_us = delivered_us
        self.look_again()

    def look_again(self) -> None:
        """Take up the stretches that were written since, and remove those that were told whole."""
        for place in sorted(self.folder.iterdir()):
            if place.name.isdecimal() and place.name not in self._stretches:
                self._stretches[place.name] = _Stretch(place)
        for name in [name for name, each in self._stretches.items() if each.ends_us <= self.delivered_us]:
            if name != max(self._stretches):
                del self._stretches[name]
                shutil.rmtree(self.folder / name)

    @property
    def newest(self) -> int:
        """The number of the last stretch."""
        return int(max(self._stretches))

    def deliver(self, *, now_us: int, send: Callable[[bytes], None]) -> int:
        """Send what was said since the last delivery, and return how many facts that were.

        Parameters
        ----------
        send : callable
            Delivers one JSON document, or raises: then nothing counts as delivered, and all of it is sent again.
        """
        total = sum(
            each.deliver(after_us=self.delivered_us, until_us=now_us, send=send)
            for each in self._stretches.values()
        )
        self.delivered_us = now_us
        mark(self.folder, now_us)
        return total


class _Stretch:
    """Some days of what the tags will say."""

    def __init__(self, place: Path) -> None:
        self._columns: dict[str, dict[str, NDArray[Any]]] = {
            name: {
                column: np.load(place / name / f"{column}.npy", mmap_mode="r")
                for column in ("learned_us", "key", *kind.FACTS)
            }
            for name, kind in _KINDS.items()
        }
        self._keys = {name: tuple(json.loads((place / name / "keys.json").read_text())) for name in _KINDS}

    @property
    def ends_us(self) -> int:
        """When the last of them falls silent."""
        return max(
            (int(c["learned_us"][-1]) for c in self._columns.values() if len(c["learned_us"])), default=0
        )

    def deliver(self, *, after_us: int, until_us: int, send: Callable[[bytes], None]) -> int:
        """Send what was said between two instants, and return how many facts that were."""
        total = 0
        for name, columns in self._columns.items():
            bounds = np.searchsorted(columns["learned_us"], [after_us, until_us], side="right").tolist()
            for first in range(bounds[0], bounds[1], ROWS):
                rows = slice(first, min(first + ROWS, bounds[1]))
                send(json.dumps({_SECTIONS[name]: self._records(name, rows)}).encode())
            total += bounds[1] - bounds[0]
        return total

    def _records(self, name: str, rows: slice) -> list[dict[str, Any]]:
        """Return what was said as records of docs/file-formats.md; what was not said is left out."""
        columns, fields = self._columns[name], _FIELDS[name]
        values = zip(columns["key"][rows].tolist(), *(columns[f][rows].tolist() for f in fields), strict=True)
        return [
            {"device_id": self._keys[name][key]}
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
