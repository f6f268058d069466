"""``throughcare monitor``: orders and recorded positions in; incidents, report and evidence packs out."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from throughcare.adapters.files.results import write_rejects
from throughcare.cli.console import counted, progress_bar
from throughcare.cli.facts import (
    add_fact_arguments,
    add_protected_argument,
    print_unusable,
    read_facts,
    read_json,
    read_options,
    read_parameters,
    read_question,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import iso_utc
from throughcare.monitoring.incidents import Incident
from throughcare.runners.loading import Loaded, Progress, read_protected
from throughcare.runners.monitoring import Run, monitor
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
    add_protected_argument(parser)
    parser.add_argument(
        "--background", type=Path, metavar="FILE", help="GeoJSON drawn faintly under the maps"
    )
    parser.add_argument("--no-report", action="store_true", help="write the data files only")
    parser.add_argument("--no-packs", action="store_true", help="write no PDF evidence packs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Monitor, write everything to ``--out`` and say what was found."""
    parameters = read_parameters(arguments.parameters)
    question = read_question(arguments)
    background = None if arguments.background is None else read_json(arguments.background)
    with progress_bar() as progress:
        loaded = read_facts(arguments, question, progress=progress)
        if question.now_us is None and not (len(loaded.fixes) or len(loaded.statuses)):
            raise _nothing_to_watch(arguments.out, loaded)
        protected, unusable = read_protected(arguments.protected, options=read_options(arguments))
        found = monitor(
            question.histories,
            loaded.fixes,
            loaded.statuses,
            parameters=parameters,
            now_us=question.as_at_us(loaded),
            known_at_us=question.known_at_us,
            progress=progress,
            protected=protected,
        )
        index = _write(arguments, found, loaded, background, question.clock_us, progress)
    print_summary(found, loaded, refused=question.refused)
    print_unusable(unusable)
    print(f"report: {index}")
    return 1 if question.refused else 0


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
