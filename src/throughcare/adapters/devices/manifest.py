"""What an adapter says about itself, read strictly: an unknown or missing entry is refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.status import StatusKind


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of a protocol and of where they come from (``manifest.toml``).

    Parameters
    ----------
    kind, name : str
        The registry's key (the folder's name); the name for people.
    transport, framing : str
        How the bytes come, and what cuts them into messages.
    time, speed : str
        The time zone and the speed unit that the device sends, before conversion.
    states_accuracy : bool
        Whether positions carry an accuracy radius.
    names_device : str
        Where the device's identifier stands: in every message, or in a login.
    source, licence : str
        Where the protocol's facts come from, and on what terms.
    readings : tuple of StatusKind
        Every reading that the adapter may give.
    can, cannot : tuples of str
        What the protocol lets us say, and what it does not.
    """

    kind: str
    name: str
    transport: str
    framing: str
    time: str
    speed: str
    states_accuracy: bool
    names_device: str
    source: str
    licence: str
    readings: tuple[StatusKind, ...]
    can: tuple[str, ...]
    cannot: tuple[str, ...]


def read_table(path: Path) -> dict[str, Any]:
    """Return a TOML file's table.

    Raises
    ------
    RefusedInput
        If it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise RefusedInput(
            where=str(path), expected="a TOML file", found=str(problem), action="See docs/add-a-device.md."
        ) from problem


def read_manifest(folder: Path) -> Manifest:
    """Return a folder's manifest.

    Raises
    ------
    RefusedInput
        If an entry is missing, unknown or of the wrong type, or a reading is not in the vocabulary.
    """
    path = folder / "manifest.toml"
    table = read_table(path)
    names = [item.name for item in fields(Manifest)]
    wrong = sorted(set(names) ^ set(table)) or [name for name in names if not _is_typed(name, table[name])]
    if wrong:
        raise RefusedInput(
            where=str(path),
            expected=f"the entries {', '.join(names)}",
            found=f"missing, unknown or of the wrong type: {', '.join(wrong)}",
            action="See docs/add-a-device.md.",
        )
    strange = [name for name in table["readings"] if name not in StatusKind.__members__]
    if strange:
        raise RefusedInput(
            where=str(path),
            expected="readings of StatusKind",
            found=", ".join(strange),
            action="Use the names of monitoring/status.py; keep what has no name as a field.",
        )
    readings = tuple(StatusKind[name] for name in table["readings"])
    lists = {"can": tuple(table["can"]), "cannot": tuple(table["cannot"])}
    return Manifest(**{**table, **lists, "readings": readings})


def _is_typed(name: str, value: object) -> bool:
    if name in {"readings", "can", "cannot"}:
        return isinstance(value, list) and all(isinstance(entry, str) and entry for entry in value)
    if name == "states_accuracy":
        return isinstance(value, bool)
    return isinstance(value, str) and bool(value.strip())
