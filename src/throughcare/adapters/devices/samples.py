"""Samples: invented messages beside what they must parse to, read from an adapter's ``samples.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from throughcare.adapters.devices.manifest import read_table
from throughcare.adapters.devices.parsed import Parsed
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.status import StatusKind

_TOLERANCE = 1e-6
_ENTRIES = {"name", "text", "hex", "device", "positions", "readings", "kept", "rejects"}


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented message and what it says.

    Parameters
    ----------
    name : str
        A sentence.
    data : bytes
        The message.
    device : str
        The device that logged in, where the message does not name it.
    positions : tuple of dict
        Each position's stated columns (``t`` as ISO 8601); what is not stated must be NaN.
    readings : tuple of str
        Such as ``STRAP_OPEN`` or ``BATTERY_PERCENT 80``, in any order, all of them.
    kept : dict of str to str
        Fields that must be among the kept ones.
    rejects : tuple of str
        Reason codes, in order, all of them.
    """

    name: str
    data: bytes
    device: str
    positions: tuple[dict[str, Any], ...]
    readings: tuple[str, ...]
    kept: dict[str, str]
    rejects: tuple[str, ...]


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """Return a folder's samples.

    Raises
    ------
    RefusedInput
        If the file is missing, empty, or a sample has neither ``text`` nor ``hex``, or an unknown entry.
    """
    path = folder / "samples.toml"
    entries = read_table(path).get("sample", [])
    wrong = [entry for entry in entries if not ({"text"} < set(entry) or {"hex"} < set(entry))]
    unknown = sorted({name for entry in entries for name in entry} - _ENTRIES)
    if not entries or wrong or unknown:
        raise RefusedInput(
            where=str(path),
            expected="[[sample]] entries with a name and text or hex",
            found=f"{len(entries)} samples, {len(wrong)} without a message, unknown entries {unknown}",
            action="See docs/add-a-device.md.",
        )
    return tuple(_sample(entry) for entry in entries)


def differences(sample: Sample, parsed: Parsed) -> list[str]:
    """Return what a sample states and the parser did not give, or the other way round, in words."""
    readings = sorted(_readings(parsed))
    rejects = tuple(reject.reason for reject in parsed.rejects)
    kept = {item.field: item.value for item in parsed.unknown}
    missing = {name: value for name, value in sample.kept.items() if kept.get(name) != value}
    found = []
    if readings != sorted(sample.readings):
        found.append(f"readings {readings}, stated {sorted(sample.readings)}")
    if rejects != sample.rejects:
        found.append(f"rejects {rejects}, stated {sample.rejects}")
    if missing:
        found.append(f"kept {kept}, stated {missing}")
    if len(parsed.positions) != len(sample.positions):
        return [*found, f"{len(parsed.positions)} positions, stated {len(sample.positions)}"]
    for row, stated in enumerate(sample.positions):
        found += _position_differences(parsed, row, stated)
    return found


def _sample(entry: dict[str, Any]) -> Sample:
    data = bytes.fromhex(entry["hex"]) if "hex" in entry else entry["text"].encode("latin-1")
    return Sample(
        name=entry.get("name", ""),
        data=data,
        device=entry.get("device", ""),
        positions=tuple(entry.get("positions", ())),
        readings=tuple(entry.get("readings", ())),
        kept=entry.get("kept", {}),
        rejects=tuple(entry.get("rejects", ())),
    )


def _readings(parsed: Parsed) -> list[str]:
    pairs = zip(parsed.readings.kind.tolist(), parsed.readings.value.tolist(), strict=True)
    return [StatusKind(kind).name + ("" if math.isnan(value) else f" {value:g}") for kind, value in pairs]


def _position_differences(parsed: Parsed, row: int, stated: dict[str, Any]) -> list[str]:
    found = []
    for name, value in stated.items():
        column, expected = ("t_us", parse_instant(value)) if name == "t" else (name, value)
        got = getattr(parsed.positions, column)[row]
        if not abs(got - expected) <= _TOLERANCE:
            found.append(f"position {row + 1}: {name} {got}, stated {value}")
    return found
