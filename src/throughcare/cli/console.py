"""The console: progress bars and refusals, the same for every command."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from throughcare.kernel.errors import RefusedInput

if TYPE_CHECKING:  # a refusal is printed without loading the engine
    from throughcare.runners.loading import Progress


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Show one bar a stage on standard error; on a pipe, one line a stage."""
    console = Console(stderr=True)
    bars: dict[str, TaskID] = {}
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as shown:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = shown.add_task(stage, total=total or None)
            shown.update(bars[stage], completed=done, total=total or None)  # of a pipe no total is known

        yield show


def print_refusal(refusal: RefusedInput) -> None:
    """Say what was refused on standard error, in four short lines."""
    print(f"refused: {refusal.where}", file=sys.stderr)
    print(f"  expected: {refusal.expected}", file=sys.stderr)
    print(f"  found:    {refusal.found}", file=sys.stderr)
    print(f"  do:       {refusal.action}", file=sys.stderr)


def day(text: str) -> dt.date:
    """Return the date that an option states; argparse prints the refusal."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date such as 2026-03-09; found {text!r}") from None


def counted(number: int, one: str, many: str) -> str:
    """Return a count with its noun."""
    return f"{number:,} {one if number == 1 else many}"
