"""Parquet files as blocks of columns, a batch of a row group at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from throughcare.adapters.files.cells import cell
from throughcare.adapters.files.fields import Field, find_columns, require_columns
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.tables import Block
from throughcare.adapters.files.text import file_size
from throughcare.kernel.errors import RefusedInput

_MAGIC = b"PAR1"
_ERRORS = (pa.ArrowException, OSError)


def parquet_blocks(
    path: Path, *, fields: tuple[Field, ...], needed: tuple[str, ...], options: ReadOptions
) -> Iterator[Block]:
    """Yield the file's rows as blocks of columns.

    Raises
    ------
    RefusedInput
        If the file is absent, empty, truncated, damaged, not Parquet, or has no usable column or no row.
    """
    total = file_size(path)
    _check_whole(path, total)
    try:
        with pq.ParquetFile(path) as parquet:
            chosen = _columns(parquet, path, fields, needed, options)
            yield from _blocks(parquet, chosen, total, options.block_rows)
    except _ERRORS as error:
        raise _damaged(
            path, str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        ) from error


def _columns(
    parquet: pq.ParquetFile,
    path: Path,
    fields: tuple[Field, ...],
    needed: tuple[str, ...],
    options: ReadOptions,
) -> dict[str, int]:
    found = list(parquet.schema_arrow.names)
    chosen = find_columns(found, fields=fields, given=options.columns, file=str(path))
    default = {"device"} if options.default_device is not None else set()
    require_columns(
        chosen, needed=[n for n in needed if n not in default], fields=fields, found=found, file=str(path)
    )
    if not parquet.metadata.num_rows:
        action = "Ask for the file again: an export without rows often means a failed query."
        raise RefusedInput(where=str(path), expected="at least one row", found="a schema only", action=action)
    return chosen


def _blocks(parquet: pq.ParquetFile, chosen: dict[str, int], total: int, block_rows: int) -> Iterator[Block]:
    rows, done = parquet.metadata.num_rows, 0
    for batch in parquet.iter_batches(batch_size=block_rows):
        yield _block(batch, chosen, done, (total, rows))
        done += batch.num_rows


def _block(batch: pa.RecordBatch, chosen: dict[str, int], done: int, size: tuple[int, int]) -> Block:
    total, rows = size
    return Block(
        columns={field: batch.column(index) for field, index in chosen.items()},
        labels={field: batch.schema.names[index] for field, index in chosen.items()},
        row=np.arange(done + 1, done + 1 + batch.num_rows),
        raw=lambda i: _raw(batch, i),
        rows=batch.num_rows,
        bytes_done=total * (done + batch.num_rows) // rows,
        bytes_total=total,
    )


def _raw(batch: pa.RecordBatch, index: int) -> str:
    cells = {
        name: cell(column, index) for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    return json.dumps(cells, default=str, ensure_ascii=False)


def _check_whole(path: Path, total: int) -> None:
    """Refuse a file without the mark that Parquet has at both ends: the index stands at the end."""
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        file.seek(max(0, total - len(_MAGIC)))
        end = file.read()
    if start != _MAGIC:
        raise RefusedInput(
            where=str(path),
            expected="a Parquet file (it begins with PAR1)",
            found=f"a file that begins with {start!r}",
            action="Check that this is the right file, or name its format with --format.",
        )
    if end != _MAGIC or total < 3 * len(_MAGIC):
        raise _damaged(path, "a file that does not end with PAR1: it is cut short")


def _damaged(path: Path, found: str) -> RefusedInput:
    return RefusedInput(
        where=str(path),
        expected="a whole Parquet file",
        found=found,
        action="A Parquet file cannot be read without its end: ask for it again and compare its size or checksum.",
    )
