"""Decoding: devices' raw bytes to position and status files, a piece at a time and in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from throughcare.adapters.devices.registry import DeviceAdapter
from throughcare.adapters.devices.stream import Decoded, Stream, feed
from throughcare.adapters.files.positions_out import position_sink, reading_sink
from throughcare.adapters.files.results import csv_sink
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.status import StatusKind
from throughcare.runners.loading import Progress

PIECE_BYTES = 2**18
DECODED_FILES = ("positions.csv", "statuses.csv", "kept.csv", "rejects.csv")
KEPT_COLUMNS = ("message", "offset", "device", "field", "value")
DECODED_REJECT_COLUMNS = ("message", "offset", "device", "field", "reason", "words", "hex")

Rows = Iterable[Mapping[str, Any]]


@dataclass(slots=True)
class DecodingTally:
    """What was decoded so far, in counts.

    Parameters
    ----------
    read_bytes, messages, positions, kept : int
    readings : Counter of str
        Readings by kind.
    rejects : Counter of str
        Rejects by reason.
    devices : set of str
        Those that gave a position or a reading.
    first_us, last_us : int
        The earliest and the latest instant of them; ``NO_TIME_US`` where there is none.
    """

    read_bytes: int = 0
    messages: int = 0
    positions: int = 0
    kept: int = 0
    readings: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    devices: set[str] = field(default_factory=set)
    first_us: int = NO_TIME_US
    last_us: int = NO_TIME_US

    def add(self, decoded: Decoded) -> None:
        """Count one piece."""
        parsed = decoded.parsed
        self.read_bytes += len(decoded.data)
        self.messages += parsed.messages
        self.positions += len(parsed.positions)
        self.kept += len(parsed.unknown)
        self.readings.update(StatusKind(kind).name.lower() for kind in parsed.readings.kind.tolist())
        self.rejects.update(reject.reason for reject in parsed.rejects)
        for batch in (parsed.positions, parsed.readings):
            if len(batch):
                self.devices.update(batch.keys)
                earliest, latest = int(batch.t_us.min()), int(batch.t_us.max())
                self.first_us = earliest if self.first_us == NO_TIME_US else min(self.first_us, earliest)
                self.last_us = max(self.last_us, latest)

    @property
    def facts(self) -> int:
        """How many positions and readings there are."""
        return self.positions + self.readings.total()


def decode_pieces(
    pieces: Iterable[bytes], *, adapter: DeviceAdapter, device: str = "", received_us: int = NO_TIME_US
) -> Iterator[Decoded]:
    """Yield what the pieces of one connection say, each as soon as it is whole.

    Parameters
    ----------
    pieces : iterable of bytes
        The bytes in order, cut anywhere.
    adapter : DeviceAdapter
    device : str
        The device that logged in before the first piece; empty where the bytes name it.
    received_us : int
        When the bytes arrived; ``NO_TIME_US`` when not known.
    """
    stream = Stream(device=device)
    for piece in pieces:
        stream, decoded = feed(stream, piece, adapter=adapter, received_us=received_us)
        yield decoded
    yield feed(stream, b"", adapter=adapter, received_us=received_us, last=True)[1]


def decode_to_files(
    pieces: Iterable[bytes],
    *,
    adapter: DeviceAdapter,
    out_dir: Path,
    device: str = "",
    received_us: int = NO_TIME_US,
) -> DecodingTally:
    """Decode pieces into the files of ``DECODED_FILES``, which appear whole or not at all; return the counts.

    A file of positions or statuses without a row does not stay: the readers refuse one.
    """
    tally = DecodingTally()
    with ExitStack() as stack:
        add = _sinks(stack, out_dir)
        for decoded in decode_pieces(pieces, adapter=adapter, device=device, received_us=received_us):
            if decoded.data:
                add(decoded)
                tally.add(decoded)
    for name, rows in zip(DECODED_FILES, (tally.positions, tally.readings.total()), strict=False):
        if not rows:
            (out_dir / name).unlink()
    return tally


def file_pieces(source: IO[bytes], *, total_bytes: int, progress: Progress) -> Iterator[bytes]:
    """Yield a file or a pipe in pieces; ``total_bytes`` is 0 where it is not known."""
    done = 0
    while piece := source.read(PIECE_BYTES):
        done += len(piece)
        progress("decoding", done, total_bytes)
        yield piece


def hexadecimal_pieces(pieces: Iterable[bytes], *, where: str) -> Iterator[bytes]:
    """Yield the bytes that pairs of hexadecimal digits stand for; blanks and line ends between them mean nothing.

    Raises
    ------
    RefusedInput
        If anything else is among them, or a digit is left over.
    """
    rest, done = b"", 0
    for piece in pieces:
        digits = rest + b"".join(piece.split())
        whole = len(digits) & ~1
        yield _from_hexadecimal(digits[:whole], where, done)
        rest, done = digits[whole:], done + whole
    if rest:
        raise _no_hexadecimal(where, f"{rest!r} alone at the end")


def _from_hexadecimal(digits: bytes, where: str, before: int) -> bytes:
    try:
        return bytes.fromhex(digits.decode("latin-1"))
    except ValueError:
        at = next(i for i, digit in enumerate(digits) if digit not in b"0123456789abcdefABCDEF")
        raise _no_hexadecimal(where, f"{digits[at : at + 1]!r} as digit {before + at + 1:,}") from None


def _no_hexadecimal(where: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where,
        expected="pairs of hexadecimal digits",
        found=found,
        action="Leave --hex out where the file holds the bytes themselves; else mend the file.",
    )


def _sinks(stack: ExitStack, out_dir: Path) -> Callable[[Decoded], None]:
    positions, readings = (
        stack.enter_context(position_sink(out_dir / "positions.csv")),
        stack.enter_context(reading_sink(out_dir / "statuses.csv")),
    )
    kept = stack.enter_context(csv_sink(out_dir / "kept.csv", KEPT_COLUMNS))
    rejects = stack.enter_context(csv_sink(out_dir / "rejects.csv", DECODED_REJECT_COLUMNS))

    def add(decoded: Decoded) -> None:
        positions(decoded.parsed.positions)
        readings(decoded.parsed.readings)
        kept(_kept_rows(decoded))
        rejects(_reject_rows(decoded))

    return add


def _kept_rows(decoded: Decoded) -> Rows:
    for item in decoded.parsed.unknown:
        offset = decoded.message(item.row)[0]
        yield {
            "message": item.row,
            "offset": offset,
            "device": item.device,
            "field": item.field,
            "value": item.value,
        }


def _reject_rows(decoded: Decoded) -> Rows:
    for reject in decoded.parsed.rejects:
        offset, message = decoded.message(reject.row)
        yield {
            "message": reject.row,
            "offset": offset,
            "device": reject.key,
            "field": reject.field,
            "reason": reject.reason,
            "words": reject.words,
            "hex": message.hex(),
        }
