"""Records that came as JSON, whole or one a line, as positions and readings: each record is one of them, or a reject.

Field names are those of files (docs/file-formats.md). Records may differ in what they say: which key holds which
field is settled for each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from throughcare.adapters.files.fields import POSITION_FIELDS, STATUS_FIELDS, Field, find_columns
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.tables import Block
from throughcare.adapters.files.understand import ZonesSeen, understand_positions, understand_statuses
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings

SECTIONS = ("facts", "positions", "statuses")
LONGEST_RAW = 10_000
LONGEST_NUMBER = 400  # digits; Python refuses to read whole numbers that are much longer
_WHERE = "delivery"
_TEXTUAL = ("device", "t", "recorded", "received", "kind", "source")
_BROKEN = ("broken_row", "one JSON object", "Write one object a line; if it is the last, it may be cut.")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was sent.

    Parameters
    ----------
    row : int
        From 1.
    value : object
        What it is in JSON values; None where it could not be read.
    section : str
        The list of a document that it stood in, one of ``SECTIONS``; ``facts`` says nothing about its kind.
    text : str or None
        As it came; None where that is its value.
    """

    row: int
    value: object
    section: str = "facts"
    text: str | None = None

    @property
    def raw(self) -> str:
        """What is kept of it when it is refused."""
        text = json.dumps(self.value, ensure_ascii=False) if self.text is None else self.text
        cut = len(text) > LONGEST_RAW
        return f"{text[:LONGEST_RAW]}... ({len(text)} characters)" if cut else text


@dataclass(frozen=True, slots=True)
class Understood:
    """What records said. ``len(positions) + len(readings) + len(rejects)`` is the number of records."""

    positions: Positions
    readings: Readings
    rejects: tuple[Reject, ...]


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


# NaN and Infinity are no JSON: they become words, which the columns then refuse or take as missing
_DECODER = json.JSONDecoder(parse_constant=str, parse_int=_whole_number)


def document_records(data: bytes) -> list[Record]:
    """Return the records of a JSON document: a list of objects, an object with lists of ``SECTIONS``, or one object.

    Raises
    ------
    RefusedInput
        If it is no JSON in UTF-8, or nothing of that shape.
    """
    try:
        document = _DECODER.decode(data.removeprefix(b"\xef\xbb\xbf").decode())
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise _no_document(_found(problem)) from None
    if isinstance(document, list):
        return [Record(row, value) for row, value in enumerate(document, start=1)]
    if not isinstance(document, dict):
        raise _no_document(type(document).__name__)
    sections = [name for name in SECTIONS if isinstance(document.get(name), list)]
    if not sections:
        return [Record(1, document)]
    listed = [(name, value) for name in sections for value in document[name]]
    return [Record(row, value, section) for row, (section, value) in enumerate(listed, start=1)]


def line_records(data: bytes) -> list[Record]:
    """Return the records of NDJSON: one a line, blank lines none; a line that cannot be read has the value None."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [_line_record(row, line) for row, line in enumerate((x for x in lines if x.strip()), start=1)]


def _line_record(row: int, line: bytes) -> Record:
    text = line.strip().decode(errors="backslashreplace")
    try:
        value = _DECODER.decode(line.decode())
    except (UnicodeDecodeError, ValueError, RecursionError):
        value = None
    return Record(row, value, text=text)


def _found(problem: Exception) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return f"a byte that is none at {problem.start:,}"
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg} at character {problem.pos:,}"
    return "lists or objects in one another without end"


def _no_document(found: str) -> RefusedInput:
    return RefusedInput(
        where="the body",
        expected="a JSON document in UTF-8: a list of records, or an object with positions, statuses or facts",
        found=found,
        action="Mend the sender; the body may have been cut on the way.",
    )


def read_records(records: Sequence[Record], *, options: ReadOptions) -> Understood:
    """Return what the records say, each as a position, a reading or a reject with its row.

    A record with a latitude or longitude is a position and one with a kind is a status, unless the section of its
    document says which it is.

    Parameters
    ----------
    records : sequence of Record
    options : ReadOptions
        ``default_device``, ``accuracy_level`` and ``time_zone`` are used.
    """
    sorts: dict[str, list[tuple[Record, dict[str, Any]]]] = {"positions": [], "statuses": []}
    rejects: list[Reject] = []
    for record in records:
        if isinstance(record.value, dict) and record.value:
            sorts[_sort(record)].append((record, record.value))
        else:
            rejects.append(_reject(record, *_BROKEN))
    positions, readings = Positions.empty(), Readings.empty()
    if sorts["positions"]:
        block = _block(sorts["positions"], POSITION_FIELDS, rejects)
        chunk = understand_positions(block, file=_WHERE, options=options, zones=ZonesSeen())
        positions = chunk.positions
        rejects.extend(chunk.rejects)
    if sorts["statuses"]:
        block = _block(sorts["statuses"], STATUS_FIELDS, rejects)
        said = understand_statuses(block, file=_WHERE, options=options, zones=ZonesSeen())
        readings = said.readings
        rejects.extend(said.rejects)
    return Understood(positions, readings, tuple(sorted(rejects, key=lambda reject: reject.row)))


def _sort(record: Record) -> str:
    if record.section != "facts":
        return record.section
    assert isinstance(record.value, dict), "asked for before"
    return _sort_of_keys(tuple(record.value))


@lru_cache(maxsize=256)
def _sort_of_keys(keys: tuple[str, ...]) -> str:
    names = {key.strip().lower() for key in keys}
    places = {name for field in POSITION_FIELDS if field.name in ("lat", "lon") for name in field.columns}
    kinds = {name for field in STATUS_FIELDS if field.name == "kind" for name in field.columns}
    return "statuses" if names & kinds and not names & places else "positions"


@lru_cache(maxsize=256)
def _layout(keys: tuple[str, ...], fields: tuple[Field, ...]) -> dict[str, str] | str:
    """Return which key holds which field; the words of the refusal where that is not clear."""
    try:
        chosen = find_columns(keys, fields=fields, given={}, file=_WHERE)
    except RefusedInput as refusal:
        return refusal.found
    return {field: keys[index] for field, index in chosen.items()}


def _block(
    listed: Iterable[tuple[Record, dict[str, Any]]], fields: tuple[Field, ...], rejects: list[Reject]
) -> Block:
    """Return the records as columns; those whose keys are not clear go to the rejects."""
    kept: list[Record] = []
    rows: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    for record, value in listed:
        layout = _layout(tuple(value), fields)
        if isinstance(layout, str):
            rejects.append(
                _reject(record, "repeated_field", "each field once", "Send it once.", found=layout)
            )
            continue
        kept.append(record)
        rows.append({field: value[key] for field, key in layout.items()})
        labels |= layout
    columns = {field: _column(field, [row.get(field) for row in rows]) for field in labels}
    return Block(
        columns=columns,
        labels=labels,
        row=np.array([record.row for record in kept], dtype=np.int64),
        raw=lambda i: kept[i].raw,
        rows=len(kept),
        bytes_done=0,
        bytes_total=0,
    )


def _column(field: str, values: list[Any]) -> pa.Array:
    """Return a column: numbers where all are, else texts, which are read to the same values."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float} and not (field in _TEXTUAL and float in kinds):
        try:
            return pa.array(values, pa.int64() if field in _TEXTUAL else pa.float64())
        except (OverflowError, pa.ArrowInvalid):
            pass
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _reject(record: Record, reason: str, expected: str, action: str, *, found: str = "") -> Reject:
    seen = found or ("nothing in it" if record.value == {} else _shown(record.raw))
    return Reject(
        file=_WHERE,
        row=record.row,
        field="row",
        reason=reason,
        words=f"row: expected {expected}; found {seen}. {action}",
        raw=record.raw,
    )


def _shown(raw: str) -> str:
    return repr(raw if len(raw) <= 80 else raw[:77] + "...")


def raw_of(records: Sequence[Record]) -> Callable[[int], str]:
    """Return a function from a row to the record as it came."""
    of_row = {record.row: record for record in records}
    return lambda row: of_row[row].raw if row in of_row else ""
