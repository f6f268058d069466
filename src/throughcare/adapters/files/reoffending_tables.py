"""Tables of people, index events, offences and spells in custody: CSV or Parquet to the engine's columns.

Days are written ``2023-03-01``. A cell that cannot be read rejects its row, which is named with the number that it has
in the file; an empty cell is a missing value. Columns that the engine does not know are not used, and are named.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from throughcare.adapters.files.text import file_size
from throughcare.evaluation.reoffending_tables import (
    DAY,
    NO_DAY,
    IndexEvents,
    IndexKind,
    Offences,
    People,
    Proof,
    Spells,
    Table,
    Tier,
)
from throughcare.kernel.errors import RefusedInput

_PARQUET = (".parquet", ".pq")
_UNKNOWN_CODE = 99
_YES_OR_NO = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
_BLOCK = 1 << 18
_MONTH_LENGTH = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

_KINDS = {kind.name.lower(): int(kind) for kind in IndexKind}
_PROOFS = {proof.name.lower(): int(proof) for proof in Proof}
_TIERS = {tier.name.lower(): int(tier) for tier in Tier}
_ARMS = {"treated": 1, "comparison": 0, **_YES_OR_NO}

Bytes = npt.NDArray[np.bytes_]
Read = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]  # values, and which cells could be read


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of a file: its name there, ours, how its text is read, and what a cell must be."""

    name: str
    ours: str
    read: Callable[[pa.ChunkedArray], Read]
    expected: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row that was set aside: its number, from 1 without the header, what is wrong, and what to do."""

    row: int
    wrong: str
    action: str


T = TypeVar("T", bound=Table)


@dataclass(frozen=True, eq=False)
class ReadTable(Generic[T]):
    """A file as a table.

    Parameters
    ----------
    table : Table
    rows : int64 (n,)
        The row of the file that each row of the table was, from 1.
    unread : tuple of UnreadRow
        Rows that are not in the table.
    not_used : tuple of str
        Columns of the file that mean nothing to the engine.
    """

    table: T
    rows: npt.NDArray[np.int64]
    unread: tuple[UnreadRow, ...]
    not_used: tuple[str, ...]


def read_people(path: Path) -> ReadTable[People]:
    """Return the people of a file: ``person_id``, and where they are known the other columns.

    Raises
    ------
    RefusedInput
        If the file is absent, damaged, empty, or lacks ``person_id``.
    """
    return _read(path, People, _PEOPLE)


def read_index_events(path: Path) -> ReadTable[IndexEvents]:
    """Return the index events of a file: ``person_id``, ``kind`` and ``date`` are needed."""
    return _read(path, IndexEvents, _EVENTS)


def read_offences(path: Path) -> ReadTable[Offences]:
    """Return the offences of a file: ``person_id``, ``offence_date``, ``proven_date`` and ``outcome`` are needed."""
    return _read(path, Offences, _OFFENCES)


def read_spells(path: Path) -> ReadTable[Spells]:
    """Return the spells in custody of a file: ``person_id``, ``begins`` and ``ends`` are needed."""
    return _read(path, Spells, _SPELLS)


def _read(path: Path, kind: type[T], fields: tuple[_Field, ...]) -> ReadTable[T]:
    file_size(path)
    columns, numbers, unread = _columns(path, fields)
    size = len(numbers)
    known = {field.name for field in fields}
    given: dict[str, npt.NDArray[Any]] = {}
    good = np.ones(size, np.bool_)
    for field in fields:
        if field.name not in columns:
            continue
        given[field.ours], readable = _values(columns[field.name], field)
        bad = np.flatnonzero(good & ~readable)
        unread += [_unread(int(numbers[row]), field) for row in bad]
        good &= readable
    if "ids" not in given:
        given["ids"] = numbers.astype(np.bytes_)
    rows = np.flatnonzero(good)
    chosen = given if len(rows) == size else {name: column[rows] for name, column in given.items()}
    return ReadTable(
        table=kind.of(**chosen),
        rows=numbers[rows],
        unread=tuple(sorted(unread, key=lambda each: each.row)),
        not_used=tuple(name for name in columns if name not in known),
    )


def _columns(
    path: Path, fields: tuple[_Field, ...]
) -> tuple[dict[str, pa.ChunkedArray], npt.NDArray[np.int64], list[UnreadRow]]:
    """Return the columns, the row of the file that each of their rows is, and the rows that are no rows."""
    try:
        table, ragged = (pq.read_table(path), []) if path.suffix.lower() in _PARQUET else _csv(path)
    except (pa.ArrowException, OSError) as error:
        found = str(error).splitlines()[0][:200]
        raise _refusal(path, "a whole table, CSV with a header or Parquet", found) from None
    names = list(table.column_names)
    absent = [field.name for field in fields if field.needed and field.name not in names]
    if absent or len(set(names)) != len(names):
        needed = ", ".join(field.name for field in fields if field.needed)
        raise _refusal(path, f"each column once, and at least {needed}", ", ".join(names) or "no column")
    if not table.num_rows:
        raise _refusal(path, "at least one row", "none")
    whole = np.ones(table.num_rows + len(ragged), np.bool_)
    whole[[row - 1 for row, _ in ragged]] = False
    action = "Look for a comma or a quotation mark too many, or too few."
    unread = [UnreadRow(row, f"has {cells} cells, not {len(names)}", action) for row, cells in ragged]
    return dict(zip(names, table.columns, strict=True)), np.flatnonzero(whole) + 1, unread


def _unread(row: int, field: _Field) -> UnreadRow:
    wrong = f"{field.name} cannot be read"
    return UnreadRow(row, wrong, f"Give {field.expected}, or leave the cell empty.")


def _csv(path: Path) -> tuple[pa.Table, list[tuple[int, int]]]:
    """Return a CSV file as text, and the rows that have another number of cells than the header: number, cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = next(csv.reader(file), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise pa.ArrowInvalid(str(error)) from None
    names = [name.strip() for name in header]
    ragged: list[tuple[int, int]] = []

    def skip(row: pacsv.InvalidRow) -> str:
        ragged.append((row.number - 1, row.actual_columns))
        return "skip"

    table = pacsv.read_csv(
        path,
        read_options=pacsv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
        parse_options=pacsv.ParseOptions(invalid_row_handler=skip),
        convert_options=pacsv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )
    return table, ragged


def _values(column: pa.ChunkedArray, field: _Field) -> Read:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _values(column.cast(kind.value_type), field)
    if field.read is _days and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        chunks = [chunk.to_numpy(zero_copy_only=False) for chunk in column.cast(pa.date32()).chunks]
        days = np.concatenate(chunks).astype(DAY)
        return days, np.ones(len(days), np.bool_)
    return field.read(pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), "")))


def _texts(column: pa.ChunkedArray) -> Bytes:
    """Return text as bytes of fixed width, without a Python object a row; a missing value is empty."""
    size = pc.binary_length(column)
    width = max(1, pc.max(size).as_py())
    if pc.all(pc.equal(size, pc.utf8_length(column))).as_py():  # every letter is one byte
        return np.concatenate([_fixed(chunk, width) for chunk in column.chunks])
    return np.array([text.encode() for text in column.to_pylist()], dtype=f"S{width}")


def _fixed(chunk: pa.Array, width: int) -> Bytes:
    padded = pc.utf8_rpad(chunk, width=width, padding="\0")
    letters = np.frombuffer(padded.buffers()[2] or b"", np.uint8)
    return letters[: len(chunk) * width].view(f"S{width}")


def _ids(column: pa.ChunkedArray) -> Read:
    return _texts(column), np.ones(len(column), np.bool_)


def _days(column: pa.ChunkedArray) -> Read:
    """Read ``YYYY-MM-DD``; an empty cell is no day."""
    texts = _texts(column)
    days, readable = np.full(len(texts), NO_DAY), np.empty(len(texts), np.bool_)
    for begin in range(0, len(texts), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        days[part], readable[part] = _days_of(texts[part])
    return days, readable


def _days_of(texts: Bytes) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    days = np.full(len(texts), NO_DAY)
    letters = np.ascontiguousarray(texts.astype("S11")).view(np.uint8).reshape(len(texts), 11)
    digits = letters[:, [0, 1, 2, 3, 5, 6, 8, 9]].astype(np.int64) - ord("0")
    readable = ((digits >= 0) & (digits <= 9)).all(axis=1) & (letters[:, 10] == 0)
    readable &= (letters[:, 4] == ord("-")) & (letters[:, 7] == ord("-"))
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 4] * 10 + digits[:, 5], digits[:, 6] * 10 + digits[:, 7]
    readable &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    readable &= day <= _MONTH_LENGTH[np.where(readable, month, 0)]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    readable &= ~((month == 2) & (day == 29) & ~is_leap)
    months = ((year - 1970) * 12 + month - 1)[readable].astype("datetime64[M]")
    days[readable] = months.astype(DAY) + (day[readable] - 1).astype("timedelta64[D]")
    return days, readable | (texts == b"")


def _coded(codes: dict[str, int], *, empty: int, unknown: int | None) -> Callable[[pa.ChunkedArray], Read]:
    """Return a reader of words; an unknown word has a code of its own or, without one, cannot be read."""
    every = {**codes, "": empty}

    def read(column: pa.ChunkedArray) -> Read:
        encoded = column.dictionary_encode().combine_chunks()
        words = [word.lower() for word in encoded.dictionary.to_pylist()]
        values = np.array([every.get(word, unknown or 0) for word in words], np.int8)
        known = np.array([word in every or unknown is not None for word in words], np.bool_)
        at = encoded.indices.to_numpy(zero_copy_only=False)
        return values[at], known[at]

    return read


def _flags(*, empty: bool) -> Callable[[pa.ChunkedArray], Read]:
    coded = _coded(_YES_OR_NO, empty=int(empty), unknown=None)

    def read(column: pa.ChunkedArray) -> Read:
        values, readable = coded(column)
        return values == 1, readable

    return read


def _shares(column: pa.ChunkedArray) -> Read:
    try:
        filled = pc.cast(pc.if_else(pc.equal(column, ""), "nan", column), pa.float64())
        return filled.to_numpy(), np.ones(len(column), np.bool_)
    except pa.ArrowInvalid:
        pass  # some cell is no number: find out which
    numbers = np.full(len(column), np.nan)
    readable = np.ones(len(column), np.bool_)
    for row, text in enumerate(column.to_pylist()):
        try:
            numbers[row] = float(text or "nan")
        except ValueError:
            readable[row] = False
    return numbers, readable


_A_DAY = "a day such as 2023-03-01"
_YES_NO = "yes or no"


def _day(name: str, ours: str, *, needed: bool = False) -> _Field:
    return _Field(name, ours, _days, _A_DAY, needed)


def _flag(name: str, *, empty: bool = False) -> _Field:
    return _Field(name, name, _flags(empty=empty), _YES_NO)


def _id(name: str, ours: str, *, needed: bool = False) -> _Field:
    return _Field(name, ours, _ids, "an id", needed)


_PEOPLE = (
    _id("person_id", "ids", needed=True),
    _Field("arm", "treated", _coded(_ARMS, empty=-1, unknown=None), "treated or comparison"),
    _day("born", "born"),
    _flag("matched", empty=True),
    _day("left", "left"),
    _day("starts", "starts"),
    _day("ends", "ends"),
    _Field("score", "score", _shares, "a number from 0 to 1"),
)
_EVENTS = (
    _id("event_id", "ids"),
    _id("person_id", "person", needed=True),
    _Field("kind", "kind", _coded(_KINDS, empty=_UNKNOWN_CODE, unknown=_UNKNOWN_CODE), "a kind", needed=True),
    _day("date", "on", needed=True),
    _flag("breach_only"),
)
_OFFENCES = (
    _id("offence_id", "ids"),
    _id("person_id", "person", needed=True),
    _day("offence_date", "on", needed=True),
    _day("proven_date", "proven", needed=True),
    _Field("outcome", "outcome", _coded(_PROOFS, empty=0, unknown=_UNKNOWN_CODE), "an outcome", needed=True),
    _Field("tier", "tier", _coded(_TIERS, empty=0, unknown=_UNKNOWN_CODE), "a tier"),
    _flag("breach"),
    _flag("recordable", empty=True),
    _flag("custody"),
    _flag("sexual"),
)
_SPELLS = (
    _id("spell_id", "ids"),
    _id("person_id", "person", needed=True),
    _day("begins", "begins", needed=True),
    _day("ends", "ends", needed=True),
)


def known_columns() -> Iterator[tuple[str, str, bool]]:
    """Yield table, column and whether it is needed, of every column that is read."""
    for table, fields in (
        ("people", _PEOPLE),
        ("index events", _EVENTS),
        ("offences", _OFFENCES),
        ("spells in custody", _SPELLS),
    ):
        for field in fields:
            yield table, field.name, field.needed


def _refusal(path: Path, expected: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=str(path),
        expected=expected,
        found=found,
        action="docs/evaluation/reoffending.md says what the columns are.",
    )
