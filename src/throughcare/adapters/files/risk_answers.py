"""Answers for risk scores from JSON or CSV: a good record is a person, a bad one is kept apart with every reason."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.adapters.files.results import guarded
from throughcare.kernel.errors import RefusedInput
from throughcare.orders.problem import Problem, join_path
from throughcare.risk.answers import Answer, Answers, Source, read_answers
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.items import Item, Value
from throughcare.risk.offences import COLUMNS, OffenceCode, OffenceCodes, read_offence_codes

CODE = "offence_code"
"""A column or key that may stand for the category of the current offence, where a list of codes is given."""
ID = "id"
_KEYS = frozenset({"value", "source", "recorded_on", "disputed", "claimed"})
_YES = (True, "true", "yes", "1")


@dataclass(frozen=True, slots=True)
class Person:
    """One record that could be read.

    Parameters
    ----------
    row : int
        From 1; the header of a CSV file is not counted.
    ref : str
        Its id, or its row.
    answers : Answers
    claims : mapping
        Item to what the person says where they dispute the record.
    """

    row: int
    ref: str
    answers: Answers
    claims: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record that could not be read, with everything that is wrong with it."""

    row: int
    ref: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class People:
    """What a file held. ``len(kept) + len(rejected)`` is the number of its records."""

    kept: tuple[Person, ...]
    rejected: tuple[Rejected, ...]


def read_people(
    path: Path, *, codes: OffenceCodes | None = None, items: Mapping[str, Item] | None = None
) -> People:
    """Read a file of answers: ``.csv``, ``.json`` (an object or a list) or ``.jsonl`` (one object a line).

    Parameters
    ----------
    path : Path
    codes : OffenceCodes or None
        For records that give an ``offence_code`` in place of the category.
    items : mapping or None
        The items that may be answered; those of the catalogue if not given.

    Raises
    ------
    RefusedInput
        If the file cannot be read as a whole, or holds no record.
    """
    asked = ITEMS if items is None else items
    records = list(_records(path, asked))
    if not records:
        raise RefusedInput(
            where=path.name, expected="at least one record", found="none", action="Check the file."
        )
    kept: list[Person] = []
    rejected: list[Rejected] = []
    for row, record in enumerate(records, start=1):
        found = _person(row, record, codes, asked)
        if isinstance(found, Person):
            kept.append(found)
        else:
            rejected.append(found)
    return People(tuple(kept), tuple(rejected))


def write_rejects(path: Path, people: People) -> None:
    """Write the reasons for every rejected record: one row for each thing that is wrong."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "id", "item", "expected", "found", "do"])
    for each in people.rejected:
        for problem in each.problems:
            writer.writerow(
                [
                    guarded(cell)
                    for cell in (
                        each.row,
                        each.ref,
                        join_path(problem.path),
                        problem.expected,
                        problem.found,
                        problem.action,
                    )
                ]
            )
    atomic_bytes(path, out.getvalue().encode())


def _records(path: Path, items: Mapping[str, Item]) -> Iterator[object]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _refused(path, "text in UTF-8", f"another byte at {problem.start:,}") from None
    match path.suffix.lower():
        case ".csv":
            yield from _rows(path, text, items)
        case ".jsonl" | ".ndjson":
            yield from (_decoded(path, line) for line in text.splitlines() if line.strip())
        case ".json":
            found = _decoded(path, text)
            yield from found if isinstance(found, list) else [found]
        case other:
            raise _refused(path, "a file that ends in .csv, .json or .jsonl", repr(other))


def _rows(path: Path, text: str, items: Mapping[str, Item]) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    header = reader.fieldnames or ()
    unknown = [name for name in header if name not in items and name not in {ID, CODE}]
    twice = [name for name in set(header) if list(header).count(name) > 1]
    if unknown or twice:
        raise _refused(
            path,
            "columns that are names of items, each once, and `id`",
            ", ".join(map(repr, unknown or twice)),
        )
    try:
        for row in reader:
            short = any(cell is None for cell in row.values())
            yield {**row, "": "too few"} if short else row
    except csv.Error as problem:
        raise _refused(path, "CSV", f"{problem} in line {reader.line_num:,}") from None


def _decoded(path: Path, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _refused(path, "JSON", str(problem)[:200]) from None


def _refused(path: Path, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=path.name, expected=expected, found=found, action="See docs/risk/reading-a-score.md."
    )


def _person(
    row: int, record: object, codes: OffenceCodes | None, items: Mapping[str, Item]
) -> Person | Rejected:
    if not isinstance(record, dict):
        problem = Problem(expected="an object", found=type(record).__name__, action="Write item: answer.")
        return Rejected(row, str(row), (problem,))
    if "" in record:
        problem = Problem(
            expected="as many cells as the header", found="more or fewer", action="Mend the row."
        )
        return Rejected(row, str(record.get(ID) or row), (problem,))
    given = {name: found for name, found in record.items() if found is not None and found != ""}
    ref = str(given.pop(ID, row))
    problems: list[Problem] = []
    _add_code(given, codes, problems)
    plain = {name: _plain(found) for name, found in given.items()}
    answers, wrong = read_answers(plain, items=items)
    problems += wrong
    by_name = dict(answers.by_name)
    claims: dict[str, Value] = {}
    for name, found in given.items():
        if isinstance(found, dict) and name in by_name:
            by_name[name], claimed = _full(name, found, by_name[name], items[name], problems)
            if claimed is not None:
                claims[name] = claimed
    return Rejected(row, ref, tuple(problems)) if problems else Person(row, ref, Answers(by_name), claims)


def _plain(found: object) -> object:
    return found["value"] if isinstance(found, dict) and "value" in found else found


def _full(
    name: str, found: Mapping[str, Any], answer: Answer, item: Item, problems: list[Problem]
) -> tuple[Answer, Value | None]:
    """Return an answer with what else was said of it, and what the person claims."""
    unknown = found.keys() - _KEYS
    if unknown:
        problems.append(_problem(name, f"only {', '.join(sorted(_KEYS))}", ", ".join(sorted(unknown))))
    claimed = None
    try:
        if found.get("claimed") is not None:
            claimed = item.domain.read(found["claimed"])
    except Problem as problem:
        problems.append(_problem(name, problem.expected, problem.found))
    try:
        source = Source(found.get("source") or Source.NOT_STATED)
    except ValueError:
        problems.append(_problem(name, f"a source: {', '.join(Source)}", repr(found["source"])))
        source = Source.NOT_STATED
    try:
        recorded = found.get("recorded_on")
        day = None if recorded is None else dt.date.fromisoformat(str(recorded))
    except ValueError:
        problems.append(_problem(name, "a day such as 2026-03-14", repr(recorded)))
        day = None
    disputed = found.get("disputed", False) in _YES or claimed is not None
    return replace(answer, source=source, recorded_on=day, disputed=disputed), claimed


def _problem(name: str, expected: str, found: str) -> Problem:
    return Problem(path=(name,), expected=expected, found=found, action="Mend the record.")


def _add_code(given: dict[str, Any], codes: OffenceCodes | None, problems: list[Problem]) -> None:
    """Read the category off an offence code; a category that was given as well must agree."""
    if CODE not in given:
        return
    code = str(given.pop(CODE)).strip()
    if codes is None:
        problems.append(_problem(CODE, "a list of codes, by --codes FILE", "none"))
        return
    try:
        category = codes.category_of(code)
    except Problem as problem:
        problems.append(
            Problem(path=(CODE,), expected=problem.expected, found=problem.found, action=problem.action)
        )
        return
    for name, value in (
        ("offence_category", category),
        ("violent_or_sexual_offence", codes[code].violent_or_sexual),
    ):
        if given.setdefault(name, value) != value and name == "offence_category":
            problems.append(_problem(name, f"{value}, which the code {code} has", repr(given[name])))


def read_published_codes(path: Path) -> tuple[OffenceCodes, tuple[Problem, ...]]:
    """Read the published list of offence codes, a CSV file.

    Raises
    ------
    RefusedInput
        If it is no such file.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path, "text in UTF-8", "other bytes") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _refused(path, f"the columns {', '.join(COLUMNS)}", f"no {', '.join(missing)}")
    return read_offence_codes({key: row[key] or "" for key in COLUMNS} for row in reader)


def write_codes(path: Path, codes: OffenceCodes) -> None:
    """Write a list of codes as JSON, for `read_codes`."""
    rows = [
        {
            "code": each.code,
            "category": each.category,
            "violent": each.violent,
            "violent_or_sexual": each.violent_or_sexual,
        }
        for each in codes.values()
    ]
    atomic_bytes(path, (json.dumps({"offence_codes": rows}, indent=1) + "\n").encode())


def read_codes(path: Path) -> OffenceCodes:
    """Read a list of codes that `write_codes` wrote, or the published CSV file itself.

    Raises
    ------
    RefusedInput
        If it is neither, or a row of it is bad.
    """
    if path.suffix.lower() == ".csv":
        codes, problems = read_published_codes(path)
        if problems:
            raise _refused(path, "a list without bad rows", f"{len(problems):,}, the first: {problems[0]}")
        return codes
    found = _decoded(path, path.read_text("utf-8"))
    try:
        rows = [OffenceCode(**row) for row in found["offence_codes"]]  # type: ignore[index]
    except (TypeError, KeyError):
        raise _refused(path, "a list made by `throughcare risk offences`", "another JSON file") from None
    return OffenceCodes({row.code: row for row in rows})
