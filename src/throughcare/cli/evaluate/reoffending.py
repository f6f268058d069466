"""``throughcare evaluate reoffending``: proven reoffending of a cohort, from tables of people, events and offences."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from throughcare.adapters.files.reoffending_out import (
    write_drop_out,
    write_measures,
    write_people,
    write_rejected,
)
from throughcare.adapters.files.reoffending_tables import (
    ReadTable,
    read_index_events,
    read_offences,
    read_people,
    read_spells,
)
from throughcare.cli.console import counted, day
from throughcare.evaluation.clock import Clock, CohortWindow, LateStart, ReoffendingRules
from throughcare.evaluation.immortal_time import immortal_time
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import Reoffending, proven_reoffending
from throughcare.evaluation.reoffending_measures import Measure, measures
from throughcare.evaluation.reoffending_tables import COMPARISON, TREATED
from throughcare.kernel.errors import RefusedInput

_DESCRIPTION = (
    "Follow a cohort up: who reoffended within a year, proven within a further half, with every row of every file "
    "accounted for. Figures are for the analyst: nothing here is checked for disclosure."
)


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "reoffending", help="proven reoffending of a cohort, and what became of every row", description=_DESCRIPTION
    )  # fmt: skip
    parser.add_argument("people", type=Path, metavar="PEOPLE", help="people: CSV or Parquet")
    parser.add_argument("index", type=Path, metavar="INDEX", help="index events")
    parser.add_argument("offences", type=Path, metavar="OFFENCES", help="offences before and after")
    parser.add_argument("--custody", type=Path, metavar="FILE", help="spells in custody, for time at risk")
    parser.add_argument(
        "--from", dest="first", type=day, required=True, metavar="DAY", help="first day of the cohort"
    )
    parser.add_argument("--before", type=day, required=True, metavar="DAY", help="the day after its last")
    parser.add_argument(
        "--extract", type=day, required=True, metavar="DAY", help="when the data were taken out"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the files are written"
    )
    parser.add_argument(
        "--interim", action="store_true", help="allow data that are not complete; figures say so"
    )
    parser.add_argument(
        "--index-day-counts", action="store_true", help="count offences on the day of time zero"
    )
    parser.add_argument(
        "--leave-out-sexual", action="store_true", help="leave out people with a known sexual offence"
    )
    parser.add_argument(
        "--landmark-days", type=int, default=0, metavar="N", help="time zero so long after the event"
    )
    parser.add_argument(
        "--period-days", type=int, metavar="N", help="tell the first N days from the year after them"
    )
    parser.add_argument(
        "--own-periods", action="store_true", help="the same with each person's own starts and ends"
    )
    parser.add_argument(
        "--late-start", choices=[each.value for each in LateStart], default=LateStart.REPORT.value,
        help="people whose tag starts after time zero (default: report them)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Follow the cohort up, write the files, and say what was found."""
    read = _read(arguments)
    checked = check_tables(
        read["people"].table,
        read["index events"].table,
        read["offences"].table,
        spells=read["spells in custody"].table if "spells in custody" in read else None,
        extract_on=np.datetime64(arguments.extract, "D"),
    )
    found = proven_reoffending(
        checked,
        window=CohortWindow(np.datetime64(arguments.first, "D"), np.datetime64(arguments.before, "D")),
        rules=ReoffendingRules(
            index_day_counts=arguments.index_day_counts, leave_out_sexual=arguments.leave_out_sexual
        ),
        clock=Clock(
            landmark_days=arguments.landmark_days,
            late_start=LateStart(arguments.late_start),
            period_days=arguments.period_days,
            own_periods=arguments.own_periods,
        ),
        interim_allowed=arguments.interim,
    )
    told = _told(found)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_people(arguments.out / "people.csv", found)
    write_drop_out(arguments.out / "drop_out.csv", found, read)
    rejected = write_rejected(arguments.out / "rejected.csv", found, read)
    write_measures(arguments.out / "measures.json", told, _facts(found, read))
    _say(found, told, read, rejected)
    return 0


def _read(arguments: argparse.Namespace) -> dict[str, ReadTable[Any]]:
    read: dict[str, ReadTable[Any]] = {
        "people": read_people(arguments.people),
        "index events": read_index_events(arguments.index),
        "offences": read_offences(arguments.offences),
    }
    if arguments.custody is not None:
        read["spells in custody"] = read_spells(arguments.custody)
    return read


def _told(found: Reoffending) -> dict[str, tuple[Measure, ...]]:
    if not len(found):
        raise RefusedInput(
            where="the cohort",
            expected="at least one person with an index event in the window",
            found="nobody",
            action="Compare the window and the day of the extract with the dates of the files.",
        )
    told = {"everybody": measures(found)}
    for name, arm in (("treated", TREATED), ("comparison", COMPARISON)):
        if (found.treated == arm).any():
            told[name] = measures(found, whom=found.treated == arm)
    return told


def _facts(found: Reoffending, read: dict[str, ReadTable[Any]]) -> dict[str, Any]:
    looked = immortal_time(found)
    return {
        "format": "throughcare.reoffending/1",
        "window": found.window.words,
        "data_taken_on": str(found.maturity.extract_on),
        "interim": not found.maturity.is_ripe,
        "people": len(found),
        "start_of_the_tag": looked.sentence(),
        "immortal_time_suspected": looked.is_suspected,
        "columns_not_used": {name: list(table.not_used) for name, table in read.items()},
    }


def _say(
    found: Reoffending,
    told: dict[str, tuple[Measure, ...]],
    read: dict[str, ReadTable[Any]],
    rejected: int,
) -> None:
    print(f"{counted(len(found), 'person', 'people')} with an index event from {found.window.words}")
    if found.maturity.label:
        print(found.maturity.label)
    for group, group_measures in told.items():
        by_code = {measure.code: measure for measure in group_measures}
        rate, frequency = by_code["rate"], by_code["frequency"]
        print(
            f"{group}: {100 * rate.estimate:.1f} % reoffended ({100 * rate.low:.1f} to {100 * rate.high:.1f}), "
            f"{frequency.estimate:.2f} proven reoffences a person"
        )
    if found.start_gap_days.any():
        print(immortal_time(found).sentence())
    print(f"{counted(rejected, 'row', 'rows')} rejected; drop_out.csv accounts for every row")
    for name, table in read.items():
        if table.not_used:
            print(f"{name}: not used: {', '.join(table.not_used)}")
