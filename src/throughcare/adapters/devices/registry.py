"""The registry: which kinds there are, and how one is loaded. Nothing is imported before it is asked for."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from throughcare.adapters.devices.manifest import Manifest, read_manifest
from throughcare.adapters.devices.parsed import Cut, Parse
from throughcare.adapters.devices.quality import Mark, read_quality
from throughcare.kernel.errors import RefusedInput

KINDS = ("eelink", "laipac", "r16h", "rftrack", "watch")


@dataclass(frozen=True, slots=True)
class DeviceAdapter:
    """A protocol: its parser and what is said about it.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.toml``, ``quality.toml`` and ``samples.toml``.
    manifest : Manifest
    quality : dict of str to Mark
    parse : callable
        ``parse(data, session)``: a pure function from bytes to :class:`Parsed` that never raises.
    cut : callable
        ``cut(data)``: how many of the first bytes are whole messages, whatever comes after them. Reading those
        first and the others later must say the same.
    """

    folder: Path
    manifest: Manifest
    quality: dict[str, Mark]
    parse: Parse
    cut: Cut


def make_adapter(*, folder: Path, parse: Parse, cut: Cut) -> DeviceAdapter:
    """Return an adapter from its folder and its functions; this is how an adapter outside this package is made.

    Raises
    ------
    RefusedInput
        If the manifest or the grades are incomplete.
    """
    return DeviceAdapter(folder, read_manifest(folder), read_quality(folder), parse, cut)


def load_adapter(kind: str) -> DeviceAdapter:
    """Return one of this package's adapters.

    Raises
    ------
    RefusedInput
        If there is no such kind.
    """
    if kind not in KINDS:
        raise RefusedInput(
            where="device kind",
            expected=f"one of {', '.join(KINDS)}",
            found=repr(kind),
            action="See docs/add-a-device.md.",
        )
    module = importlib.import_module(f"throughcare.adapters.devices.{kind}.parse")
    return make_adapter(folder=Path(__file__).parent / kind, parse=module.parse, cut=module.cut)
