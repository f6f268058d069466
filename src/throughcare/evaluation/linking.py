"""Linking rows to people by id: exactly, and for millions of rows.

Text is hashed to 64 bits so that sorting and searching work on numbers; whatever the hash says is then checked
against the text itself, so that a collision can neither link two people nor hide a double.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from throughcare.evaluation.reoffending_tables import Flags, Ids, Rows, Table
from throughcare.kernel.errors import RefusedInput

_BLOCK = 1 << 16  # rows at a time, so that what is read stays in the cache
_NOBODY = -1


def missing(ids: Ids) -> Flags:
    """Return where there is no id: empty text, or a negative number."""
    blank: Flags = ids < 0 if ids.dtype.kind == "i" else ids == ids.dtype.type()
    return blank


def positions(wanted: Ids, known: Ids) -> Rows:
    """Return where each id stands in ``known``, -1 for one that does not.

    Parameters
    ----------
    wanted : (n,)
    known : (m,)
        Each id once.

    Raises
    ------
    RefusedInput
        If one is text and the other numbers.
    """
    _same_kind(wanted, known)
    if not len(known) or not len(wanted):
        return np.full(len(wanted), _NOBODY, np.int64)
    keys = _numbers(known)
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    if len(keys) > 1 and (sorted_keys[1:] == sorted_keys[:-1]).any():  # two texts with one hash
        return _positions_of_text(wanted, known)
    found = np.empty(len(wanted), np.int64)
    for start in range(0, len(wanted), _BLOCK):
        block = wanted[start : start + _BLOCK]
        numbers = _numbers(block)
        at = order[np.minimum(np.searchsorted(sorted_keys, numbers), len(order) - 1)]
        same = known[at] == block
        found[start : start + _BLOCK] = np.where(same, at, _NOBODY)
    return found


def shared(ids: Ids) -> Rows:
    """Return the rows whose id another row has too, in order of rows; rows without an id are left out."""
    keys = _all_numbers(ids)
    ordered = np.sort(keys)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return np.empty(0, np.int64)
    rows = np.flatnonzero(np.isin(keys, np.unique(again)) & ~missing(ids))
    _, group, size = np.unique(ids[rows], return_inverse=True, return_counts=True)
    return rows[size[group] > 1]


def doubles(table: Table) -> tuple[Flags, Flags]:
    """Return the rows that repeat an earlier row word for word, and those whose id means different things.

    Which rows are the copies does not matter to a result, as all are alike; of rows that differ under one id, none
    can be believed, so all of them are returned.

    Returns
    -------
    copies, conflicts : bool (n,)
    """
    copies, conflicts = np.zeros(len(table), np.bool_), np.zeros(len(table), np.bool_)
    rows = shared(table.ids)
    if not len(rows):
        return copies, conflicts
    _, first, group = np.unique(table.ids[rows], return_index=True, return_inverse=True)
    differs = np.zeros(len(first), np.bool_)
    for name in (*table.LINKED, *table.COLUMNS):
        column = getattr(table, name)[rows]
        unlike = _unlike(column, column[first][group])
        differs[group[unlike]] = True
    conflicts[rows] = differs[group]
    copies[rows] = ~differs[group] & (np.arange(len(rows)) != first[group])
    return copies, conflicts


def disagree(table: Table, name: str) -> Flags:
    """Return the rows whose id stands elsewhere with another value of one column. Shape (n,)."""
    found = np.zeros(len(table), np.bool_)
    rows = shared(table.ids)
    if len(rows):
        _, first, group = np.unique(table.ids[rows], return_index=True, return_inverse=True)
        column = getattr(table, name)[rows]
        differs = np.zeros(len(first), np.bool_)
        differs[group[_unlike(column, column[first][group])]] = True
        found[rows] = differs[group]
    return found


def _unlike(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> Flags:
    unlike: Flags = one != other
    if one.dtype.kind == "f":
        unlike &= ~(np.isnan(one) & np.isnan(other))
    elif one.dtype.kind == "M":
        unlike &= ~(np.isnat(one) & np.isnat(other))
    return unlike


def _positions_of_text(wanted: Ids, known: Ids) -> Rows:
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)]
    return np.where(known[at] == wanted, at, _NOBODY)


def _all_numbers(ids: Ids) -> npt.NDArray[Any]:
    if ids.dtype.kind == "i":
        return ids
    numbers = np.empty(len(ids), np.uint64)
    for start in range(0, len(ids), _BLOCK):
        numbers[start : start + _BLOCK] = _numbers(ids[start : start + _BLOCK])
    return numbers


def _numbers(ids: Ids) -> npt.NDArray[Any]:
    """Return numbers as they are, and text as 64-bit hashes (FNV-1a over its characters, then scrambled)."""
    if ids.dtype.kind == "i":
        return ids
    unit: type = np.uint32 if ids.dtype.kind == "U" else np.uint8
    width = ids.dtype.itemsize // np.dtype(unit).itemsize
    letters: npt.NDArray[Any] = np.ascontiguousarray(ids).view(unit).reshape(len(ids), width)
    total = np.full(len(ids), 0xCBF29CE484222325, np.uint64)
    for column in letters.T:
        step = (total ^ column) * np.uint64(0x100000001B3)
        total = np.where(column > 0, step, total)  # what fills a short id up to the width counts for nothing
    total ^= total >> np.uint64(31)
    return total * np.uint64(0x94D049BB133111EB)


def _same_kind(wanted: Ids, known: Ids) -> None:
    if wanted.dtype.kind != known.dtype.kind:
        raise RefusedInput(
            where="person",
            expected=f"ids of the kind that the people have ({known.dtype})",
            found=str(wanted.dtype),
            action="Read the ids of every table as text, or every one as whole numbers.",
        )
