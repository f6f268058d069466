"""``throughcare decode``: the raw bytes of devices in; position and status files for the other commands out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.cli.console import counted, progress_bar
from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc, parse_instant
from throughcare.runners.decoding import (
    DECODED_FILES,
    DecodingTally,
    decode_to_files,
    file_pieces,
    hexadecimal_pieces,
)

_DESCRIPTION = (
    "Read the raw bytes of one connection or capture. Writes positions.csv and statuses.csv, which monitor, replay "
    "and tune read, and kept.csv and rejects.csv. Exit code 0: done; 1: refused, or no message could be used."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "decode", help="read the raw bytes of devices", description=_DESCRIPTION
    )
    parser.add_argument("--device", choices=KINDS, required=True, help="what sort of device sent them")
    parser.add_argument("--input", required=True, metavar="FILE", help="the bytes; - reads standard input")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--hex", action="store_true", help="the input is hexadecimal digits, not bytes")
    parser.add_argument(
        "--logged-in", default="", metavar="ID", help="device that logged in before the first byte"
    )
    parser.add_argument(
        "--received", metavar="TIME", help="when the bytes arrived; dates messages that carry no time"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Decode, write the files and say what was in the bytes."""
    adapter = load_adapter(arguments.device)
    received_us = NO_TIME_US if arguments.received is None else parse_instant(arguments.received)
    with _opened(arguments.input) as (source, total_bytes), progress_bar() as progress:
        arguments.out.mkdir(parents=True, exist_ok=True)
        pieces = file_pieces(source, total_bytes=total_bytes, progress=progress)
        tally = decode_to_files(
            hexadecimal_pieces(pieces, where=arguments.input) if arguments.hex else pieces,
            adapter=adapter,
            out_dir=arguments.out,
            device=arguments.logged_in,
            received_us=received_us,
        )
    _say(tally, arguments)
    if not tally.facts:
        raise _nothing_read(arguments, tally)
    return 0


@contextmanager
def _opened(name: str) -> Iterator[tuple[IO[bytes], int]]:
    """Give the input and its size, which is 0 for a pipe."""
    if name == "-":
        yield sys.stdin.buffer, 0
        return
    with Path(name).open("rb") as file:
        yield file, Path(name).stat().st_size


def _say(tally: DecodingTally, arguments: argparse.Namespace) -> None:
    print(
        f"read {counted(tally.read_bytes, 'byte', 'bytes')}: {counted(tally.messages, 'message', 'messages')} "
        f"of {counted(len(tally.devices), 'device', 'devices')}"
    )
    print(
        f"{counted(tally.positions, 'position', 'positions')}, "
        f"{counted(tally.readings.total(), 'status', 'statuses')}, "
        f"{counted(tally.kept, 'field kept', 'fields kept')}, "
        f"{counted(tally.rejects.total(), 'reject', 'rejects')}"
    )
    for kind, count in tally.readings.most_common():
        print(f"  {count:>5}  {kind}")
    for reason, count in tally.rejects.most_common():
        print(f"  rejected {count:,}: {reason} (see rejects.csv)")
    if tally.facts:
        print(f"from {iso_utc(tally.first_us)} to {iso_utc(tally.last_us)}")
    written = [name for name in DECODED_FILES if (arguments.out / name).exists()]
    print(f"wrote {', '.join(written)} to {arguments.out}")


def _nothing_read(arguments: argparse.Namespace, tally: DecodingTally) -> RefusedInput:
    return RefusedInput(
        where=arguments.input,
        expected=f"at least one message of {arguments.device} that states a position or a status",
        found=f"{counted(tally.messages, 'message', 'messages')}, {tally.rejects.total():,} rejected",
        action=f"Read {arguments.out / 'rejects.csv'}; check --device, --hex and --logged-in.",
    )
