"""``throughcare risk score | offences``: answers in, scores and sheets out."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.files.results import guarded
from throughcare.adapters.files.risk_answers import (
    People,
    Person,
    read_codes,
    read_people,
    read_published_codes,
    write_codes,
    write_rejects,
)
from throughcare.cli.console import counted, progress_bar
from throughcare.cli.risk.scoring import chosen
from throughcare.kernel.errors import RefusedInput
from throughcare.orders.problem import Problem
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import STATUS_CODES, Instrument, Status
from throughcare.risk.sheet import Sheet, make_sheet
from throughcare.risk.stability import shown_band, stability
from throughcare.risk.variants import shown_of

_SHEETS = (".html", ".pdf", ".json")
_SHOWN_PROBLEMS = 10
_COLUMNS = ("id", "row", "instrument", "version", "status", "score", "bands", "stability", "why")


def add_parsers(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the sub-commands of this module."""
    score: argparse.ArgumentParser = commands.add_parser(
        "score",
        help="score people from a file of answers",
        description=(
            "Score the people of a file (.csv, .json or .jsonl). One person: the sheet in words. Many: a table of "
            "scores. Exit code 0: every record was read; 1: a record or the file was refused (good records are kept)."
        ),
    )
    score.add_argument("file", metavar="FILE", type=Path, help="answers; columns or keys are names of items")
    score.add_argument(
        "--instrument",
        required=True,
        metavar="NAME[,NAME]",
        help="names that `risk instruments` lists, with commas between",
    )
    score.add_argument("--codes", type=Path, metavar="FILE", help="list of offence codes, of `risk offences`")
    score.add_argument("--out", type=Path, metavar="FILE", help="write the scores as CSV")
    score.add_argument(
        "--rejects", type=Path, metavar="FILE", help="write what is wrong with refused records"
    )
    score.add_argument(
        "--bands",
        action="store_true",
        help="with a table: add the bands that may be shown, and their stability",
    )
    score.add_argument("--person", metavar="ID", help="make the sheet of this person of the file")
    score.add_argument("--sheet", type=Path, metavar="FILE", help="write the sheet: .html, .pdf or .json")
    score.add_argument(
        "--for",
        dest="audience",
        choices=("officer", "person", "person-cy"),
        default="officer",
        help="for whom the sheet is printed: the officer, the person, the person in Welsh",
    )
    score.add_argument("--contact", default="", metavar="WORDS", help="whom the person may ask")
    score.set_defaults(run=run_score)
    offences: argparse.ArgumentParser = commands.add_parser(
        "offences",
        help="read the published list of offence codes",
        description="Read the published list of offence codes (CSV) into a file for `risk score --codes`.",
    )
    offences.add_argument("--from", dest="source", required=True, type=Path, metavar="FILE")
    offences.add_argument("--out", required=True, type=Path, metavar="FILE")
    offences.set_defaults(run=run_offences)


def run_score(arguments: argparse.Namespace) -> int:
    """Score the people of a file."""
    instruments = [chosen(name.strip()) for name in arguments.instrument.split(",")]
    if arguments.sheet is not None and arguments.sheet.suffix.lower() not in _SHEETS:
        raise _refusal("--sheet", f"a name that ends in {', '.join(_SHEETS)}", str(arguments.sheet))
    codes = None if arguments.codes is None else read_codes(arguments.codes)
    people = read_people(arguments.file, codes=codes)
    if arguments.rejects is not None:
        write_rejects(arguments.rejects, people)
    _say_rejected(people, arguments.rejects)
    if people.kept:
        person = _one(people, arguments)
        if person is not None:
            _sheet(person, instruments, arguments)
        if person is None or arguments.out is not None:
            _table(people.kept, instruments, arguments)
    return 1 if people.rejected else 0


def run_offences(arguments: argparse.Namespace) -> int:
    """Read the published list of offence codes."""
    codes, problems = read_published_codes(arguments.source)
    if not codes:
        raise _refusal(arguments.source.name, "at least one good row", f"{len(problems):,} bad rows")
    write_codes(arguments.out, codes)
    without = sum(each.category is None for each in codes.values())
    print(
        f"{counted(len(codes), 'code', 'codes')} written to {arguments.out}; {without:,} without a category"
    )
    _say_problems([str(problem) for problem in problems])
    return 1 if problems else 0


def _one(people: People, arguments: argparse.Namespace) -> Person | None:
    """Return the person whose sheet is asked for, or the only one; None if there are several."""
    if arguments.person is not None:
        found = [person for person in people.kept if person.ref == arguments.person]
        if len(found) != 1:
            raise _refusal("--person", "the id of one record that could be read", f"{len(found)} of them")
        return found[0]
    if len(people.kept) == 1 and not people.rejected:
        return people.kept[0]
    if arguments.sheet is not None:
        raise _refusal("--sheet", "one person, by --person ID", f"{len(people.kept):,} in the file")
    return None


def _sheet(person: Person, instruments: Sequence[Instrument], arguments: argparse.Namespace) -> None:
    sheet = make_sheet(instruments, person.answers, claims=person.claims, contact=arguments.contact)
    for line in _lines(sheet, arguments.audience):
        print(line)
    if arguments.sheet is not None:
        from throughcare.adapters.reports.risk_sheet import Audience, write_sheet  # noqa: PLC0415 - loads typst

        write_sheet(arguments.sheet, sheet, audience=Audience(arguments.audience))
        print(f"written to {arguments.sheet}")


def _lines(sheet: Sheet, audience: str) -> list[str]:
    if audience == "officer":
        return [line for section in sheet.sections for line in (*section.words, "")]
    language = "cy" if audience == "person-cy" else "en"
    return [line for passage in sheet.person[language] for line in (passage.heading, *passage.sentences, "")]


def _table(kept: Sequence[Person], instruments: Sequence[Instrument], arguments: argparse.Namespace) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS if arguments.bands else [name for name in _COLUMNS if name not in _COLUMNS[6:8]])
    with progress_bar() as progress:
        for instrument in instruments:
            rows = _rows(kept, instrument)
            total = len(rows)
            for done, (person, row) in enumerate(zip(kept, rows, strict=True), start=1):
                band = _band(instrument, person) if arguments.bands else []
                writer.writerow([guarded(cell) for cell in (*row[:6], *band, row[6])])
                if done % 200 == 0 or done == total:
                    progress(instrument.spec.name, done, total)
    if arguments.out is None:
        print(out.getvalue(), end="")
        return
    atomic_bytes(arguments.out, out.getvalue().encode())
    print(f"{counted(len(kept), 'person', 'people')} scored; written to {arguments.out}")


def _rows(kept: Sequence[Person], instrument: Instrument) -> list[list[str]]:
    spec = instrument.spec
    columns = columns_of([person.answers for person in kept], spec.items)
    scored = instrument.score_columns(columns)
    shown = shown_of(instrument, columns, scored)
    rows = []
    for place, person in enumerate(kept):
        status = STATUS_CODES[int(scored.status[place])]
        number = f"{shown[place]:.{spec.decimals}f}" if np.isfinite(scored.value[place]) else ""
        why = "" if status is Status.SCORED else _why(instrument, person)
        rows.append([person.ref, str(person.row), spec.name, spec.version, status.value, number, why])
    return rows


def _why(instrument: Instrument, person: Person) -> str:
    score = instrument.score(person.answers)
    return "; ".join(
        [
            *(f"not answered: {name}" for name in score.missing),
            *(str(problem) for problem in score.problems),
            *(reason.words for reason in score.reasons),
        ]
    )


def _band(instrument: Instrument, person: Person) -> list[str]:
    found = stability(instrument, person.answers)
    if found is None:
        return ["", ""]
    shown = shown_band(found)
    return [" to ".join(dict.fromkeys((shown.bands[0].name, shown.bands[-1].name))), f"{found.stable:.3f}"]


def _say_rejected(people: People, written: Path | None) -> None:
    if not people.rejected:
        return
    total = len(people.kept) + len(people.rejected)
    where = "" if written is None else f"; see {written}"
    print(
        f"refused: {len(people.rejected):,} of {counted(total, 'record', 'records')}{where}", file=sys.stderr
    )
    _say_problems(
        [f"row {each.row} ({each.ref}): {problem}" for each in people.rejected for problem in each.problems]
    )


def _say_problems(problems: Sequence[str | Problem]) -> None:
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(f"  {problem}", file=sys.stderr)
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"  and {len(problems) - _SHOWN_PROBLEMS:,} more", file=sys.stderr)


def _refusal(where: str, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=where, expected=expected, found=found, action="See `throughcare risk score -h`."
    )
