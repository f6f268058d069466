"""``throughcare monitor``: orders and recorded positions in; incidents, report and evidence packs out."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from throughcare.adapters.files.results import write_rejects
from throughcare.cli.console import counted, print_refusal, progress_bar
from throughcare.cli.facts import (
    add_fact_arguments,
    clock_us,
    instant_or_none,
    read_json,
    read_options,
    read_parameters,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc, parse_instant
from throughcare.monitoring.incidents import Incident
from throughcare.runners.loading import Loaded, Progress, load_facts, read_orders, read_protected
from throughcare.runners.monitoring import Run, monitor, newest_us
from throughcare.runners.writing import write_run

_DESCRIPTION = (
    "Watch orders over recorded positions. Writes incidents, a report, evidence packs and a manifest. "
    "Exit code 0: done; 1: something was refused."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "monitor", help="watch orders over recorded positions", description=_DESCRIPTION
    )
    add_fact_arguments(parser)
    parser.add_argument("--title", default="Monitoring run", help="title of the report")
    parser.add_argument(
        "--protected",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="positions of protected persons, device_id being their reference; nothing of them is written",
    )
    parser.add_argument(
        "--background", type=Path, metavar="FILE", help="GeoJSON drawn faintly under the maps"
    )
    parser.add_argument("--no-report", action="store_true", help="write the data files only")
    parser.add_argument("--no-packs", action="store_true", help="write no PDF evidence packs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Monitor, write everything to ``--out`` and say what was found."""
    parameters = read_parameters(arguments.parameters)
    clock = clock_us()
    now_us = instant_or_none(arguments.now)
    known_at_us = clock if arguments.known_at is None else parse_instant(arguments.known_at)
    histories, refusals = read_orders(arguments.orders)
    for refusal in refusals:
        print_refusal(refusal)
    background = None if arguments.background is None else read_json(arguments.background)
    with progress_bar() as progress:
        loaded = load_facts(
            arguments.positions,
            arguments.statuses,
            histories=histories,
            options=read_options(arguments),
            now_us=max(clock, now_us or 0),  # a past --now makes no clock wrong
            known_at_us=known_at_us,
            correct_week_rollover=arguments.correct_week_rollover,
            progress=progress,
        )
        if now_us is None and not (len(loaded.fixes) or len(loaded.statuses)):
            raise _nothing_to_watch(arguments.out, loaded)
        protected, unusable = read_protected(arguments.protected, options=read_options(arguments))
        found = monitor(
            histories,
            loaded.fixes,
            loaded.statuses,
            parameters=parameters,
            now_us=newest_us(loaded.fixes, loaded.statuses) if now_us is None else now_us,
            known_at_us=known_at_us,
            progress=progress,
            protected=protected,
        )
        index = _write(arguments, found, loaded, background, clock, progress)
    print_summary(found, loaded, refused=len(refusals))
    for reason, count in unusable.most_common():
        print(f"  of protected persons, {counted(count, 'row', 'rows')} could not be used: {reason}")
    print(f"report: {index}")
    return 1 if refusals else 0


def _write(
    arguments: argparse.Namespace,
    found: Run,
    loaded: Loaded,
    background: dict[str, Any] | None,
    clock: int,
    progress: Progress,
) -> Path:
    return write_run(
        arguments.out,
        found,
        loaded,
        title=arguments.title,
        generated_us=clock,
        inputs=[arguments.orders, *arguments.positions, *arguments.statuses, *arguments.protected],
        background=background,
        with_report=not arguments.no_report,
        with_packs=not arguments.no_packs,
        progress=progress,
    )


def _nothing_to_watch(folder: Path, loaded: Loaded) -> RefusedInput:
    """Return the refusal of files without one usable fact, which leaves their rejects behind."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rejects(folder / "rejects.csv", loaded.rejects)
    reasons = Counter(reject.reason for reject in loaded.rejects).most_common()
    return RefusedInput(
        where="the facts",
        expected="at least one position or status that can be used",
        found=f"{counted(loaded.rows, 'row', 'rows')}; rejected: "
        f"{', '.join(f'{count:,} {reason}' for reason, count in reasons) or 'none'}",
        action=f"Read {folder / 'rejects.csv'}: it says for each row what was expected. "
        "To evaluate silence alone, give --now.",
    )


def print_summary(found: Run, loaded: Loaded, *, refused: int) -> None:
    """Say in a few lines what went in and what was found."""
    facts = (
        (len(loaded.fixes), "fix", "fixes"),
        (len(loaded.statuses), "status", "statuses"),
        (len(loaded.rejects), "reject", "rejects"),
    )
    read = [counted(*fact) for fact in facts]
    if loaded.set_aside:
        read.append(f"{loaded.set_aside:,} without a position")
    print(f"read {counted(loaded.rows, 'row', 'rows')}: {', '.join(read)}")
    for reason, count in Counter(reject.reason for reject in loaded.rejects).most_common():
        print(f"  rejected {count:,}: {reason} (see rejects.csv)")
    for note in loaded.notes:
        print(f"  note {note.count:,}: {note.words}")
    refusals = f", {refused} refused" if refused else ""
    print(f"{counted(len(found.histories), 'order', 'orders')} watched{refusals}")
    later = sum(int((batch.t_us > found.now_us).sum()) for batch in (loaded.fixes, loaded.statuses))
    if later:
        print(f"{counted(later, 'fact', 'facts')} from after --now not evaluated")
    print(f"as at {iso_utc(found.now_us)}: {counted(len(found.incidents), 'incident', 'incidents')}")
    for (kind, code), count in sorted(Counter(_label(i) for i in found.incidents).items()):
        print(f"  {count:>5}  {code:<14} {kind}")


def _label(incident: Incident) -> tuple[str, str]:
    return str(incident.kind), str(incident.code)
