"""NDJSON files (one JSON object a line) as blocks of columns: pyarrow where a block is even, line by line where not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pajson

from throughcare.adapters.files.fields import Field, find_columns, require_columns
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.tables import Block, RowText, ended_early_note, unparsed
from throughcare.adapters.files.text import Lines, text_blocks, without_blank_lines
from throughcare.kernel.columns import Ints
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.intake import Reject

_PARSE_BYTES = 2**22
_SAMPLE = 1000  # records whose keys are taken for the file's columns
_TEXTUAL = ("device", "t", "recorded", "received", "kind", "source")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which key of a record holds which field, and the type that the first records give it."""

    keys: dict[str, str]
    schema: pa.Schema
    file: str


def ndjson_blocks(
    path: Path, *, fields: tuple[Field, ...], needed: tuple[str, ...], options: ReadOptions
) -> Iterator[Block]:
    """Yield the file's records as blocks of columns; lines that are no object are rejects of their block.

    Raises
    ------
    RefusedInput
        If the file cannot be read as text, holds no object, or has no usable key.
    """
    layout: _Layout | None = None
    row = 1
    for lines in text_blocks(path, block_bytes=options.block_bytes, kind="NDJSON"):
        data = without_blank_lines(lines)
        if layout is None and data:
            layout = _layout(data, path, fields, needed, options)
        if layout is None or not (data or lines.ended_early):
            continue
        block = _block(lines, data, layout, row)
        row += block.rows
        yield block
    if layout is None:
        raise _refusal(path, "one JSON object a line", "blank lines only", "Ask for the file again.")


def _layout(
    data: bytes, path: Path, fields: tuple[Field, ...], needed: tuple[str, ...], options: ReadOptions
) -> _Layout:
    records = [record for line in data.split(b"\n")[:_SAMPLE] if (record := _record(line)) is not None]
    if not records or data.lstrip().startswith(b"["):
        action = "Write one object a line, not an array over many lines, or name the format with --format."
        raise _refusal(path, "one JSON object a line", repr(data[:40].decode(errors="replace")), action)
    sample: dict[str, Any] = {}
    for record in records:
        for key, value in record.items():
            if sample.get(key) is None:
                sample[key] = value
    found = list(sample)
    chosen = find_columns(found, fields=fields, given=options.columns, file=str(path))
    default = {"device"} if options.default_device is not None else set()
    require_columns(
        chosen, needed=[n for n in needed if n not in default], fields=fields, found=found, file=str(path)
    )
    keys = {field: found[index] for field, index in chosen.items()}
    schema = pa.schema([(key, _type(field, sample[key])) for field, key in keys.items()])
    return _Layout(keys, schema, path.name)


def _type(field: str, value: object) -> pa.DataType:
    if isinstance(value, str):
        return pa.string()
    if isinstance(value, int) and field in _TEXTUAL:
        return pa.int64()
    if isinstance(value, int | float):
        return pa.float64()
    return pa.string() if field in _TEXTUAL else pa.float64()


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if record is None:  # pyarrow reads null as an object without keys
        return {}
    return record if isinstance(record, dict) else None


def _block(lines: Lines, data: bytes, layout: _Layout, row: int) -> Block:
    texts = RowText(data)
    count = len(texts.lines()) if data else 0
    fast = _fast_columns(data, layout, count) if count else None
    no_rejects: tuple[Reject, ...] = ()
    if fast is not None:
        columns, rows, rejects = fast, np.arange(row, row + count), no_rejects
    else:
        columns, rows, rejects = _slow_columns(texts.lines() if count else [], layout, row)
    return Block(
        columns=columns,
        labels=layout.keys,
        row=rows,
        raw=lambda i: texts.line(int(rows[i]) - row),
        rejects=rejects,
        notes=(ended_early_note(),) if lines.ended_early else (),
        rows=count,
        bytes_done=lines.bytes_done,
        bytes_total=lines.bytes_total,
    )


def _fast_columns(data: bytes, layout: _Layout, count: int) -> dict[str, pa.Array] | None:
    """Return the block's columns, or None where a record is broken or of another type than the first."""
    try:
        table = pajson.read_json(
            io.BytesIO(data),
            read_options=pajson.ReadOptions(block_size=_PARSE_BYTES),
            parse_options=pajson.ParseOptions(
                explicit_schema=layout.schema, unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != count:
        return None
    return {field: table[key].combine_chunks() for field, key in layout.keys.items()}


def _slow_columns(
    lines: list[bytes], layout: _Layout, row: int
) -> tuple[dict[str, pa.Array], Ints, tuple[Reject, ...]]:
    records: list[dict[str, Any]] = []
    rows: list[int] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines, start=row):
        record = _record(line)
        if record is None:
            rejects.append(unparsed(file=layout.file, row=number, line=line, why=_BROKEN))
        else:
            records.append(record)
            rows.append(number)
    columns = {
        field: pa.array([_text(record.get(key)) for record in records], pa.string())
        for field, key in layout.keys.items()
    }
    return columns, np.array(rows, dtype=np.int64), tuple(rejects)


_BROKEN = (
    "broken_row",
    "one JSON object",
    "something else",
    "Write one object a line; if it is the last row, the file may be cut.",
)


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode(errors="backslashreplace").decode()


def _refusal(path: Path, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=str(path), expected=expected, found=found, action=action)
