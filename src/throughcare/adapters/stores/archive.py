"""The archive: facts by day, in Parquet files sorted by activation and time. A file appears whole and never changes.

A file's name is the hash of what is in it, so that writing the same facts again makes the same file. Which files
count is written down elsewhere, with their hashes; a file that nobody wrote down is left over from a stop in the
middle and may go.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses

Facts = TypeVar("Facts", Fixes, Statuses)
KINDS: Mapping[str, type[Fixes] | type[Statuses]] = {"positions": Fixes, "statuses": Statuses}
_TEXTS = ("activation_id", "device_id", "digest")
_SAME = ["activation_id", "t_us", "device_id", "digest"]
_ROW_GROUP = 50_000  # an activation's day is some 1,440 rows: few groups are opened to read one


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive.

    Parameters
    ----------
    path : str
        Under the archive's folder.
    digest : str
        SHA-256 of the file's bytes.
    """

    path: str
    rows: int
    digest: str


Announce = Callable[[Part], None]


def column_names(kind: str) -> tuple[str, ...]:
    """Return the columns of a kind of file (``positions`` or ``statuses``), in their order."""
    return (*_TEXTS, *KINDS[kind].FACTS, "received_us")


def write_part(
    folder: Path,
    *,
    kind: str,
    day: dt.date,
    columns: Mapping[str, Sequence[Any]],
    announce: Announce | None = None,
) -> Part:
    """Write the facts of a day as a file and return what it is; on the disk before this returns.

    Parameters
    ----------
    columns : mapping of str to sequence
        Every one of :func:`column_names`; what was not said is None. A fact that stands in it twice is kept once.
    announce : callable or None
        Told what the file will be before it is there, so that nobody takes it for a leftover.
    """
    table = pa.table(
        [pa.array(columns[name], type=t) for name, t in _schema(kind).items()],
        schema=pa.schema(_schema(kind)),
    )
    return _write(folder, kind, day, table, announce)


def merge_parts(
    folder: Path,
    parts: Sequence[Part],
    *,
    kind: str,
    day: dt.date,
    announce: Announce | None = None,
    only: Collection[str] | None = None,
) -> Part | None:
    """Write one file in place of several, and return what it is; None where nothing is left to write.

    Parameters
    ----------
    only : collection of str or None
        Keep the facts of these activations alone; None keeps all.

    Raises
    ------
    RefusedInput
        If one of the files is not what was written down.
    """
    table = pa.concat_tables([pq.read_table(BytesIO(checked(folder, part))) for part in parts])
    if only is not None:
        table = table.filter(pc.is_in(table["activation_id"], pa.array(sorted(only), pa.string())))
    return _write(folder, kind, day, table, announce) if table.num_rows else None


def read_facts(
    kind: type[Facts], folder: Path, paths: Iterable[str], *, activation_id: str, from_us: int, to_us: int
) -> Facts:
    """Return the facts of an activation within ``[from_us, to_us)`` that the files hold, in no order.

    Raises
    ------
    RefusedInput
        If a file is missing or damaged.
    """
    wanted = (
        (pc.field("activation_id") == activation_id)
        & (pc.field("t_us") >= from_us)
        & (pc.field("t_us") < to_us)
    )
    stored = kind.FACTS | {"received_us": (np.int64, 0.0)}
    tables = [_opened(folder, path, list(stored), wanted) for path in paths]
    table = pa.concat_tables(tables) if tables else None
    if table is None or not table.num_rows:
        return kind.empty()
    columns = {name: _column(table[name], missing) for name, (_, missing) in stored.items()}
    return kind.build(key=np.zeros(table.num_rows, np.int64), keys=(activation_id,), **columns)


def rows_outside(
    folder: Path, path: str, *, kind: str, activation_id: str, from_us: int, stop_us: int
) -> list[tuple[Any, ...]]:
    """Return an activation's rows in a file from outside ``[from_us, stop_us)``: device, receipt, then the facts.

    Raises
    ------
    RefusedInput
        If the file is missing or damaged.
    """
    names = ["device_id", "received_us", *KINDS[kind].FACTS]
    table = _opened(folder, path, names, _outside(activation_id, from_us, stop_us))
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def without_rows(
    folder: Path,
    part: Part,
    *,
    kind: str,
    day: dt.date,
    activation_id: str,
    from_us: int,
    stop_us: int,
    announce: Announce,
) -> Part | None:
    """Write a file in place of another, without what :func:`rows_outside` returns; None where nothing is left.

    Raises
    ------
    RefusedInput
        If the file is not what was written down.
    """
    table = pq.read_table(BytesIO(checked(folder, part)))
    left = table.filter(~_outside(activation_id, from_us, stop_us))
    return _write(folder, kind, day, left, announce) if left.num_rows else None


def _outside(activation_id: str, from_us: int, stop_us: int) -> pc.Expression:
    before, after = pc.field("t_us") < from_us, pc.field("t_us") >= stop_us
    return (pc.field("activation_id") == activation_id) & (before | after)


def checked(folder: Path, part: Part) -> bytes:
    """Return the bytes of a file that is what was written down.

    Raises
    ------
    RefusedInput
        If it is missing, or its hash is another.
    """
    try:
        data = (folder / part.path).read_bytes()
    except OSError as problem:
        raise _refusal(part.path, problem.strerror or "trouble") from None
    if hashlib.sha256(data).hexdigest() != part.digest:
        raise _refusal(part.path, "bytes of another hash")
    return data


def discard(folder: Path, *, kind: str, keep: Collection[str]) -> int:
    """Remove the files of a kind that nobody announced or wrote down, and return how many they were."""
    gone = [path for path in (folder / kind).glob("*/*") if str(path.relative_to(folder)) not in keep]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _schema(kind: str) -> dict[str, pa.DataType]:
    numbers = {
        n: pa.float64() if dtype is np.float64 else pa.int64() for n, (dtype, _) in KINDS[kind].FACTS.items()
    }
    return dict.fromkeys(_TEXTS, pa.string()) | numbers | {"received_us": pa.int64()}


def _write(folder: Path, kind: str, day: dt.date, table: pa.Table, announce: Announce | None) -> Part:
    table = _once(table.sort_by([(name, "ascending") for name in [*_SAME, "received_us"]]))
    sink = BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=_ROW_GROUP)
    data = sink.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    place = folder / kind / day.isoformat()
    path = place / f"{digest[:32]}.parquet"
    part = Part(path=str(path.relative_to(folder)), rows=table.num_rows, digest=digest)
    if announce is not None:
        announce(part)
    place.mkdir(parents=True, exist_ok=True)
    atomic_bytes(path, data)
    _to_disk(place)
    return part


def _once(table: pa.Table) -> pa.Table:
    """Return a sorted table without the rows that repeat the fact before them."""
    if table.num_rows < 2:
        return table
    new = np.zeros(table.num_rows - 1, np.bool_)
    for name in _SAME:
        column = table[name].combine_chunks()
        new |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return table.filter(pa.array(np.append(True, new)))


def _to_disk(place: Path) -> None:
    """Force a folder's list of names to the disk: a renamed file is durable only with it."""
    for folder in (place, place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _column(values: pa.ChunkedArray, missing: float) -> NDArray[np.generic]:
    found: NDArray[np.generic] = (pc.fill_null(values, missing) if values.null_count else values).to_numpy()
    return found


def _opened(folder: Path, path: str, names: list[str], wanted: pc.Expression) -> pa.Table:
    try:
        return pq.read_table(folder / path, columns=names, filters=wanted)
    except (OSError, pa.ArrowException) as problem:
        raise _refusal(path, str(problem).splitlines()[0][:200]) from None


def _refusal(path: str, found: str) -> RefusedInput:
    return RefusedInput(
        where=f"archive file {path}",
        expected="the file that was written",
        found=found,
        action="Restore it from the backup; its hash is in the database.",
    )
