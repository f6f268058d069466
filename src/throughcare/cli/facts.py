"""What ``monitor``, ``replay`` and ``tune`` share: the arguments that say where facts are, and reading them."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from throughcare.adapters.files.options import FORMATS, ReadOptions
from throughcare.cli.console import counted, day, print_refusal
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import SECOND_US, parse_instant
from throughcare.monitoring.parameters import Detector, Parameters
from throughcare.orders.history import OrderHistory
from throughcare.runners.loading import Loaded, Progress, load_facts, read_orders
from throughcare.runners.monitoring import newest_us


def add_fact_arguments(parser: argparse.ArgumentParser, *, with_parameters: bool = True) -> None:
    """Add the arguments that ``monitor``, ``replay`` and ``tune`` share; ``tune`` takes no parameters."""
    parser.add_argument("--orders", type=Path, required=True, metavar="FILE", help="orders as JSON")
    parser.add_argument(
        "--positions", type=Path, nargs="+", required=True, metavar="FILE",
        help="positions: CSV, NDJSON, Parquet, GPX or NMEA, by the file's ending",
    )  # fmt: skip
    parser.add_argument(
        "--statuses", type=Path, nargs="+", default=[], metavar="FILE",
        help="home-unit radio, tamper, battery and alcohol readings: CSV, NDJSON or Parquet",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    files = add_file_arguments(parser)
    files.add_argument(
        "--correct-week-rollover", action="store_true",
        help="correct instants that are whole 1,024-week eras off, instead of rejecting them",
    )  # fmt: skip
    rule = parser.add_argument_group("what to decide by")
    if with_parameters:
        rule.add_argument("--parameters", type=Path, metavar="FILE", help="detector parameters as JSON")
    rule.add_argument("--now", metavar="TIME", help="evaluate as at this instant (default: the newest fact)")
    rule.add_argument(
        "--known-at", metavar="TIME", help="apply variations recorded up to this instant (default: all)"
    )


def add_file_arguments(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the arguments that say what position files do not say about themselves; return their group."""
    files = parser.add_argument_group("what the files do not say")
    files.add_argument("--time-zone", metavar="ZONE", help="IANA zone of times written without an offset")
    files.add_argument("--device", metavar="ID", help="device of rows that name none (GPX, NMEA)")
    files.add_argument(
        "--accuracy-level",
        type=float,
        metavar="SHARE",
        help="share of errors the accuracy radius holds: 0.68 or 0.95",
    )
    files.add_argument(
        "--map", nargs="+", default=[], metavar="OURS=THEIRS", help="column names, such as t=when lat=y"
    )
    files.add_argument(
        "--first-date", type=day, metavar="DATE",
        help="UTC date of the first sentence of an NMEA file that never states one",
    )  # fmt: skip
    files.add_argument("--format", choices=FORMATS, help="read every file as this, whatever its ending")
    return files


def add_protected_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that ``monitor`` and ``replay`` share for protected persons' positions."""
    parser.add_argument(
        "--protected",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="positions of protected persons, device_id being their reference; nothing of them is written",
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What a command is asked: orders, and both instants.

    Parameters
    ----------
    histories : tuple of OrderHistory
        The whole orders of the file.
    refused : int
        How many others were refused; each was printed.
    clock_us, known_at_us : int
        The clock when the command began; variations recorded after ``known_at_us`` are not applied.
    now_us : int or None
        The instant to evaluate at; None asks for the newest fact's.
    """

    histories: tuple[OrderHistory, ...]
    refused: int
    clock_us: int
    known_at_us: int
    now_us: int | None

    def as_at_us(self, loaded: Loaded) -> int:
        """Return the instant to evaluate at."""
        return newest_us(loaded.fixes, loaded.statuses) if self.now_us is None else self.now_us


def read_question(arguments: argparse.Namespace) -> Question:
    """Read the orders and the instants that the arguments state, and print each refusal of an order."""
    clock = clock_us()
    now_us = None if arguments.now is None else parse_instant(arguments.now)
    known_at_us = clock if arguments.known_at is None else parse_instant(arguments.known_at)
    histories, refusals = read_orders(arguments.orders)
    for refusal in refusals:
        print_refusal(refusal)
    return Question(histories, len(refusals), clock, known_at_us, now_us)


def read_facts(arguments: argparse.Namespace, question: Question, *, progress: Progress) -> Loaded:
    """Read the files that the arguments name, tied to the orders' activations."""
    return load_facts(
        arguments.positions,
        arguments.statuses,
        histories=question.histories,
        options=read_options(arguments),
        now_us=max(question.clock_us, question.now_us or 0),  # a past --now makes no clock wrong
        known_at_us=question.known_at_us,
        correct_week_rollover=arguments.correct_week_rollover,
        progress=progress,
    )


def print_unusable(unusable: Counter[str]) -> None:
    """Say why rows of protected persons could not be used; nothing else of them is shown."""
    for reason, count in unusable.most_common():
        print(f"  of protected persons, {counted(count, 'row', 'rows')} could not be used: {reason}")


def read_options(arguments: argparse.Namespace) -> ReadOptions:
    """Return the reading options that the arguments state."""
    return ReadOptions(
        time_zone=arguments.time_zone,
        default_device=arguments.device,
        accuracy_level=arguments.accuracy_level,
        columns=dict(_pair(item) for item in arguments.map),
        format=arguments.format,
        first_date=arguments.first_date,
    )


def read_parameters(path: Path | None) -> Parameters:
    """Return the parameters of a JSON file, or the defaults."""
    if path is None:
        return Parameters()
    values = read_json(path)
    for name, value in values.items():
        usable = value in set(Detector) if name == "detector" else isinstance(value, int | float)
        if not usable or isinstance(value, bool):
            raise RefusedInput(
                where=f"{path}: {name}",
                expected=f"one of {', '.join(Detector)}" if name == "detector" else "a number",
                found=repr(value),
                action="Correct the value, or leave it out to use the default.",
            )
    return Parameters.from_dict(values)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file.

    Raises
    ------
    RefusedInput
        If the file cannot be read, or does not hold a JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        found = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    else:
        if isinstance(values, dict):
            return values
        found = f"a {type(values).__name__}"
    raise RefusedInput(
        where=str(path),
        expected="a JSON object",
        found=found,
        action="Check the path and what the file holds, or leave the option out.",
    )


def clock_us() -> int:
    """Read the clock: the only place where a command does."""
    return time.time_ns() // 1000 // SECOND_US * SECOND_US


def _pair(item: str) -> tuple[str, str]:
    ours, equals, theirs = item.partition("=")
    if not (ours and equals and theirs):
        raise RefusedInput(
            where="--map",
            expected="our field, an equals sign and the file's column, such as lat=y",
            found=repr(item),
            action="Write each pair as OURS=THEIRS.",
        )
    return ours, theirs
