"""CSV files as blocks of text columns: pyarrow where a block is clean, line by line where a line is broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from throughcare.adapters.files.cells import NULL_WORDS
from throughcare.adapters.files.fields import Field, find_columns, require_columns
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.tables import Block, RowText, ended_early_note, unparsed
from throughcare.adapters.files.text import Lines, is_utf8, text_blocks, without_blank_lines
from throughcare.kernel.columns import Ints
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.intake import Reject

_DELIMITERS = (",", ";", "\t", "|")
_PIECE_LINES = 512
_CODED = ("source", "kind")


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    delimiter: str
    columns: dict[str, int]
    file: str

    def labels(self) -> dict[str, str]:
        return {field: self.names[index].strip() for field, index in self.columns.items()}


def csv_blocks(
    path: Path, *, fields: tuple[Field, ...], needed: tuple[str, ...], options: ReadOptions
) -> Iterator[Block]:
    """Yield the file's rows as blocks of text columns; broken lines are rejects of their block.

    The first line that is not blank is the header; comma, semicolon, tab or bar separates. Row 1 is the line
    after the header; blank lines do not count.

    Raises
    ------
    RefusedInput
        If the file cannot be read as text, has no usable header, or no row.
    """
    header: _Header | None = None
    row = 1
    for lines in text_blocks(path, block_bytes=options.block_bytes, kind="CSV"):
        if header is None:
            lines, header = _take_header(lines, path, fields, needed, options)  # noqa: PLW2901 - the rest of it
            if header is None:
                continue
        block = _block(lines, header, row)
        row += block.rows
        if block.rows or block.notes:
            yield block
    if header is None or row == 1:
        raise RefusedInput(
            where=str(path),
            expected="a header and at least one row",
            found="a header only" if header else "blank lines only",
            action="Ask for the file again: an export without rows often means a failed query.",
        )


def _take_header(
    lines: Lines, path: Path, fields: tuple[Field, ...], needed: tuple[str, ...], options: ReadOptions
) -> tuple[Lines, _Header | None]:
    data = lines.data.lstrip(b"\r\n")
    first, _, rest = data.partition(b"\n")
    remaining = Lines(
        rest,
        whole=lines.whole,
        ended_early=lines.ended_early,
        bytes_done=lines.bytes_done,
        bytes_total=lines.bytes_total,
    )
    if not first.strip():
        return remaining, None
    names, delimiter = _names(first, path)
    chosen = find_columns(names, fields=fields, given=options.columns, file=str(path))
    default = {"device"} if options.default_device is not None else set()
    require_columns(
        chosen, needed=[n for n in needed if n not in default], fields=fields, found=names, file=str(path)
    )
    return remaining, _Header(names, delimiter, chosen, path.name)


def _names(line: bytes, path: Path) -> tuple[list[str], str]:
    try:
        text = line.decode().rstrip("\r")
    except UnicodeDecodeError as error:
        raise RefusedInput(
            where=str(path),
            expected="CSV in UTF-8",
            found=f"a header that is not UTF-8 (byte {error.start})",
            action="Save the file as CSV UTF-8, or name its format with --format.",
        ) from None
    delimiter = max(_DELIMITERS, key=text.count)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True)), delimiter
    except csv.Error as error:
        raise RefusedInput(
            where=str(path),
            expected="a header of column names",
            found=f"a first line that is not CSV ({error})",
            action="Check that this is a CSV file, or name its format with --format.",
        ) from None


def _block(lines: Lines, header: _Header, row: int) -> Block:
    data = without_blank_lines(lines)
    texts = RowText(data)
    parsed = _parse(data, header, row, whole=lines.whole)
    return Block(
        columns=parsed.columns,
        labels=header.labels(),
        row=parsed.rows,
        raw=lambda i: texts.line(int(parsed.rows[i]) - row),
        rejects=parsed.rejects,
        notes=(ended_early_note(),) if lines.ended_early else (),
        rows=len(parsed.rows) + len(parsed.rejects),
        bytes_done=lines.bytes_done,
        bytes_total=lines.bytes_total,
    )


@dataclass(frozen=True, slots=True)
class _Parsed:
    """Lines as columns, the rows that made it, and a reject for each that did not."""

    columns: dict[str, pa.Array]
    rows: Ints
    rejects: tuple[Reject, ...] = ()


def _parse(data: bytes, header: _Header, row: int, *, whole: bool) -> _Parsed:
    """Parse all lines at once or, where one is broken, piece by piece: only its piece goes line by line."""
    count = data.count(b"\n") + (0 if data.endswith(b"\n") or not data else 1)
    if whole and count and is_utf8(data):
        columns = _fast_columns(data, header, count)
        if columns is not None:
            return _Parsed(columns, np.arange(row, row + count))
    lines = RowText(data).lines() if count else []
    if not whole or count <= _PIECE_LINES:
        return _slow_columns(lines, header, row, whole=whole)
    starts = range(0, count, _PIECE_LINES)
    pieces = [(start, b"\n".join(lines[start : start + _PIECE_LINES]) + b"\n") for start in starts]
    return _joined([_parse(piece, header, row + start, whole=True) for start, piece in pieces])


def _joined(parts: list[_Parsed]) -> _Parsed:
    return _Parsed(
        columns={field: pa.concat_arrays([p.columns[field] for p in parts]) for field in parts[0].columns},
        rows=np.concatenate([part.rows for part in parts]),
        rejects=tuple(reject for part in parts for reject in part.rejects),
    )


def _fast_columns(data: bytes, header: _Header, count: int) -> dict[str, pa.Array] | None:
    """Return the block's columns, or None where a line is not as wide as the header or not UTF-8."""
    every = [str(i) for i in range(len(header.names))]
    wanted = [str(index) for index in dict.fromkeys(header.columns.values())]
    try:
        table = pacsv.read_csv(
            io.BytesIO(data),
            read_options=pacsv.ReadOptions(column_names=every),
            parse_options=pacsv.ParseOptions(delimiter=header.delimiter),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                null_values=list(NULL_WORDS),
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != count:
        return None
    return {field: table[str(index)].combine_chunks() for field, index in header.columns.items()}


def _slow_columns(lines: list[bytes], header: _Header, row: int, *, whole: bool) -> _Parsed:
    """Return the columns of the lines that can be split, their rows, and a reject for each other line."""
    cells: list[list[str]] = []
    rows: list[int] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines, start=row):
        try:
            parts = next(csv.reader([line.decode()], delimiter=header.delimiter, strict=True))
        except UnicodeDecodeError:
            rejects.append(unparsed(file=header.file, row=number, line=line, why=_NOT_UTF8))
            continue
        except csv.Error as error:
            rejects.append(unparsed(file=header.file, row=number, line=line, why=_broken(error)))
            continue
        if len(parts) != len(header.names):
            rejects.append(_width_reject(header, number, line, len(parts)))
        else:
            cells.append(parts)
            rows.append(number)
    if not whole and rows and rows[-1] == row + len(lines) - 1 and _last_value_matters(header):
        rejects.append(unparsed(file=header.file, row=rows.pop(), line=lines[-1], why=_CUT))
        cells.pop()
    columns = {
        field: pa.array([None if c[i] in NULL_WORDS else c[i] for c in cells], pa.string())
        for field, i in header.columns.items()
    }
    return _Parsed(columns, np.array(rows, dtype=np.int64), tuple(rejects))


_NOT_UTF8 = ("not_utf8", "text in UTF-8", "other bytes", "Save the file as UTF-8.")
_CUT = (
    "truncated_row",
    "a line break at the end of the file",
    "a last line without one, whose last value may be cut",
    "If the row is whole, end the file with a line break; if not, ask for the file again.",
)


def _broken(error: csv.Error) -> tuple[str, str, str, str]:
    action = "Close every quote on its own line; a quoted value cannot run over a line end."
    return "broken_row", "one record a line", str(error), action


def _last_value_matters(header: _Header) -> bool:
    """Return whether a cut last value could pass for another: a number can, a code or an unused column cannot."""
    used = {index: field for field, index in header.columns.items()}
    return used.get(len(header.names) - 1, "source") not in _CODED


def _width_reject(header: _Header, row: int, line: bytes, width: int) -> Reject:
    expected = f"{len(header.names)} values, as in the header"
    action = "Quote values that hold the separator; if it is the last row, the file may be cut."
    return unparsed(
        file=header.file, row=row, line=line, why=("wrong_column_count", expected, str(width), action)
    )
