"""Cells of a column to numbers and names: whole columns at once where they are clean, cell by cell where not.

Both ways accept the same texts and give the same values, so that where a block ends changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from throughcare.kernel.columns import Floats, Ints

Mask = NDArray[np.bool_]

NULL_WORDS = ("", "NULL", "null", "None", "NaN", "nan", "N/A", "NA", "\\N")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column as numbers: NaN where ``missing`` or ``bad`` (not a finite number)."""

    values: Floats
    missing: Mask
    bad: Mask


@dataclass(frozen=True, slots=True)
class Names:
    """A column as names: ``keys[key[i]]``, with ``key`` -1 where it is missing."""

    key: Ints
    keys: tuple[str, ...]


def plain(array: pa.Array) -> pa.Array:
    """Return the array with dictionaries decoded and every sort of text as ``string``."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    return array


def is_null(array: pa.Array) -> Mask:
    """Return where the array holds no value."""
    if not array.null_count:
        return np.zeros(len(array), dtype=np.bool_)
    return np.asarray(pc.is_null(array).to_numpy(zero_copy_only=False), dtype=np.bool_)


def numbers(array: pa.Array) -> Numbers:
    """Return the column as finite numbers; text that is no number, and infinity, is ``bad``."""
    array = plain(array)
    kind = array.type
    if pa.types.is_string(kind):
        try:
            array = array.cast(pa.float64())
        except pa.ArrowInvalid:
            return _slow_numbers(array)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        array = array.cast(pa.float64(), safe=False)
    else:
        missing = is_null(array)
        return Numbers(np.full(len(array), np.nan), missing, ~missing)
    values = np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)
    missing = np.isnan(values)
    bad = np.isinf(values)
    return Numbers(np.where(bad, np.nan, values) if bad.any() else values, missing, bad)


def _slow_numbers(array: pa.Array) -> Numbers:
    size = len(array)
    values, missing, bad = np.full(size, np.nan), np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for i, found in enumerate(texts(array)):
        text = "" if found is None else found.strip()
        if text in NULL_WORDS or text.lower() in {"nan", "-nan", "+nan"}:
            missing[i] = True
        elif _NUMBER.fullmatch(text) and np.isfinite(number := float(text)):
            values[i] = number
        else:
            bad[i] = True
    return Numbers(values, missing, bad)


def names(array: pa.Array) -> Names:
    """Return the column as names without surrounding space; whole numbers are names too."""
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(_as_text(plain(array)))
    index = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    found = [text or "" for text in texts(_as_text(plain(array.dictionary)))]
    stripped = ["" if text.strip() in NULL_WORDS else text.strip() for text in found]
    keys = tuple(dict.fromkeys(text for text in stripped if text))
    place = {text: i for i, text in enumerate(keys)}
    recode = np.array([place.get(text, -1) for text in stripped] + [-1], dtype=np.int64)
    return Names(recode[index], keys)


def _as_text(array: pa.Array) -> pa.Array:
    if pa.types.is_string(array.type):
        return array
    if pa.types.is_floating(array.type):
        whole = pc.equal(array, pc.round(array))
        if (
            pc.all(whole, min_count=0).as_py()
            and pc.all(pc.less(pc.abs(array), 2.0**53), min_count=0).as_py()
        ):
            array = array.cast(pa.int64())
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        return array.cast(pa.string())
    cells = [cell(array, i) for i in range(len(array))]
    return pa.array([None if found is None else str(found) for found in cells], pa.string())


def texts(array: pa.Array) -> list[str | None]:
    """Return a text column as Python texts; bytes that are not UTF-8 are written out."""
    try:
        found: list[str | None] = array.to_pylist()
    except UnicodeDecodeError:
        raw = array.cast(pa.binary()).to_pylist()
        return [None if item is None else item.decode(errors="backslashreplace") for item in raw]
    return found


def cell(array: pa.Array, index: int) -> object:
    """Return one cell as a Python value, or as a text where Python has no such value."""
    one = array.slice(index, 1)
    try:
        value: object = one[0].as_py()
    except UnicodeDecodeError:
        return texts(one)[0] if pa.types.is_string(plain(one).type) else f"<{array.type}>"
    except (ValueError, OverflowError):  # an instant beyond Python's years
        return str(one.cast(pa.int64())[0].as_py()) if pa.types.is_temporal(array.type) else f"<{array.type}>"
    return value


def shown(array: pa.Array, index: int) -> str:
    """Return one cell as it can be shown to a person, shortened."""
    value = cell(array, index)
    if value is None:
        return "nothing"
    text = str(value)
    return repr(text if len(text) <= 80 else text[:77] + "...")
