"""Blocks: some rows of a file as Arrow columns, where they stood in it, and how they read as they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from throughcare.adapters.files.cells import Mask, shown
from throughcare.kernel.columns import Ints
from throughcare.monitoring.intake import Note, Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some rows of a file, parsed into columns but not yet understood.

    Parameters
    ----------
    columns : dict of str to pyarrow array
        Our field to its column, all of one length; a field that the file lacks is absent.
    labels : dict of str to str
        Our field to the name it has in the file, for the words of rejects.
    row : int64 array of shape (n,)
        Row (NMEA: line) of the input, from 1.
    raw : callable
        Text of the block's i-th row as it came.
    rejects, notes : tuples
        What could not even be parsed, or was set aside.
    rows, set_aside, bytes_done, bytes_total : int
        As in :class:`throughcare.adapters.files.options.Chunk`.
    """

    columns: dict[str, pa.Array]
    labels: dict[str, str]
    row: Ints
    raw: Callable[[int], str]
    rejects: tuple[Reject, ...] = ()
    notes: tuple[Note, ...] = ()
    rows: int
    set_aside: int = 0
    bytes_done: int
    bytes_total: int

    def __len__(self) -> int:
        return len(self.row)

    def column(self, field: str) -> pa.Array:
        """Return the field's column; all nulls where the file lacks it."""
        return self.columns[field] if field in self.columns else pa.nulls(len(self))


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be wrong with a field: reason code, what was expected, what to do."""

    field: str
    reason: str
    expected: str
    action: str


class RowChecks:
    """The problems of a block's rows; of several problems of one row the first that is marked counts."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._which = np.full(len(block), -1, dtype=np.int64)
        self._problems: list[Problem] = []

    def mark(self, mask: Mask, problem: Problem) -> None:
        """Mark the rows of the mask with the problem, unless they have one already."""
        if mask.any():
            self._which[mask & (self._which < 0)] = len(self._problems)
            self._problems.append(problem)

    @property
    def sound(self) -> Mask:
        """Where nothing is wrong."""
        return np.asarray(self._which < 0, dtype=np.bool_)

    def rejects(self, *, file: str, device: Callable[[int], str], t_us: Ints) -> tuple[Reject, ...]:
        """Return one reject for each marked row, in order of row."""
        return tuple(
            self._reject(int(i), file=file, key=device(int(i)), t_us=int(t_us[i]))
            for i in np.flatnonzero(self._which >= 0)
        )

    def _reject(self, i: int, *, file: str, key: str, t_us: int) -> Reject:
        problem, block = self._problems[self._which[i]], self._block
        label = block.labels.get(problem.field, problem.field)
        found = shown(block.column(problem.field), i)
        return Reject(
            file=file,
            row=int(block.row[i]),
            field=label,
            reason=problem.reason,
            words=f"{label}: expected {problem.expected}; found {found}. {problem.action}",
            key=key,
            t_us=t_us,
            raw=block.raw(i),
        )


def ended_early_note() -> Note:
    """Return the note on a file whose end was never written."""
    words = (
        "The compressed file ends before its end was written: rows after the last are lost. Ask for it again."
    )
    return Note("file_ended_early", 1, words)


class RowText:
    """The lines of a block as they came, split only when one is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._lines: list[bytes] | None = None

    def lines(self) -> list[bytes]:
        """Return the lines without their line breaks."""
        if self._lines is None:
            self._lines = [x.removesuffix(b"\r") for x in self._data.removesuffix(b"\n").split(b"\n")]
        return self._lines

    def line(self, index: int) -> str:
        """Return one line as text; bytes that are not UTF-8 are written out."""
        return self.lines()[index].decode(errors="backslashreplace")


def unparsed(*, file: str, row: int, line: bytes, why: tuple[str, str, str, str]) -> Reject:
    """Return the reject of a line that could not be parsed: ``why`` is reason, expected, found, action."""
    reason, expected, found, action = why
    words = f"row: expected {expected}; found {found}. {action}"
    raw = line.decode(errors="backslashreplace")
    return Reject(file=file, row=row, field="row", reason=reason, words=words, raw=raw)
