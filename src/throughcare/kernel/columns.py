"""Column batches: frozen sets of equal-length arrays whose rows belong to named things.

A batch never changes after it is made: its arrays are read-only. Missing numbers are NaN (``NO_TIME_US`` for
an instant), never 0. A batch's *facts* are what happened; its *carried* columns say when and where the row
arrived, and are no part of its content hash, so that the same fact delivered twice has one hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

NO_TIME_US = -(2**62)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Columns = dict[str, tuple[type, float]]  # name -> (dtype, missing value)


@dataclass(frozen=True, eq=False)
class KeyedColumns:
    """Rows that belong to named things: ``keys[key[i]]`` is the name that row ``i`` belongs to.

    A subclass declares its columns as array fields and names them in ``FACTS`` and ``CARRIED``.

    Parameters
    ----------
    key : int64 array of shape (n,)
        Index into ``keys``.
    keys : tuple of str
        The names; a name may have no row.

    Raises
    ------
    ValueError
        If columns differ in length or ``key`` points outside ``keys``.
    """

    FACTS: ClassVar[Columns]
    CARRIED: ClassVar[Columns]

    key: Ints
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _frozen(self.key, np.int64))
        for name, (dtype, _) in self.columns().items():
            column = _frozen(getattr(self, name), dtype)
            if len(column) != len(self.key):
                raise ValueError(f"column {name} has {len(column)} rows, key has {len(self.key)}")
            object.__setattr__(self, name, column)
        if len(self.key) and (self.key.min() < 0 or self.key.max() >= len(self.keys)):
            raise ValueError("key points outside keys")

    def __len__(self) -> int:
        return len(self.key)

    @classmethod
    def columns(cls) -> Columns:
        """Return every column of the batch: the facts, then what is carried with them."""
        return cls.FACTS | cls.CARRIED

    @classmethod
    def build(cls, *, key: object, keys: tuple[str, ...], **given: object) -> Self:
        """Return a batch, filling the columns that are not given with their missing value."""
        known = cls.columns()
        unknown = set(given) - set(known)
        if unknown:
            raise ValueError(f"unknown columns {sorted(unknown)}; known: {sorted(known)}")
        size = len(np.asarray(key))
        whole = {
            name: given[name] if name in given else np.full(size, missing, dtype=dtype)
            for name, (dtype, missing) in known.items()
        }
        return cls(key=np.asarray(key, dtype=np.int64), keys=keys, **whole)

    @classmethod
    def empty(cls) -> Self:
        """Return a batch of no rows."""
        return cls.build(key=np.empty(0, np.int64), keys=())

    def take(self, index: NDArray[np.generic] | slice) -> Self:
        """Return the rows of a boolean mask, an index array or a slice, in that order; a slice copies nothing."""
        rows = {name: _sealed(getattr(self, name)[index]) for name in self.columns()}
        return self._of_sealed(_sealed(self.key[index]), self.keys, rows)

    def rekey(self, key: Ints, keys: tuple[str, ...]) -> Self:
        """Return the same rows belonging to other names."""
        return type(self).build(key=key, keys=keys, **{name: getattr(self, name) for name in self.columns()})

    @classmethod
    def _of_sealed(cls, key: Ints, keys: tuple[str, ...], rows: dict[str, NDArray[np.generic]]) -> Self:
        """Return a batch of columns that come from batches, and so need not be looked at again."""
        made = object.__new__(cls)
        vars(made).update(rows, key=key, keys=keys)
        return made

    @classmethod
    def concat(cls, batches: list[Self]) -> Self:
        """Return the rows of all batches, one after the other."""
        if not batches:
            return cls.empty()
        keys = tuple(sorted({name for batch in batches for name in batch.keys}))
        position = {name: i for i, name in enumerate(keys)}
        filled = [b for b in batches if len(b)]
        if len(filled) == 1 and filled[0].keys == keys and type(filled[0]) is cls:
            return filled[0]
        remapped = [np.array([position[name] for name in b.keys], dtype=np.int64)[b.key] for b in filled]
        if not filled:
            return cls.build(key=np.empty(0, np.int64), keys=keys)
        rows = {name: _sealed(np.concatenate([getattr(b, name) for b in filled])) for name in cls.columns()}
        return cls._of_sealed(_sealed(np.concatenate(remapped)), keys, rows)

    def content(self) -> NDArray[np.uint64]:
        """Return a 64-bit content hash a row, of its name and its facts only. Shape (n,)."""
        if not len(self):
            return np.empty(0, np.uint64)
        total = np.array([_text_hash(name) for name in self.keys], dtype=np.uint64)[self.key]
        for name, (dtype, _) in self.FACTS.items():
            total = _mix(total ^ _bits(getattr(self, name), dtype))
        return total


def _sealed(column: NDArray[np.generic]) -> Any:  # noqa: ANN401 - of the column's own type
    """Return rows taken from columns of a batch, read-only and without gaps as those are."""
    if column.flags.writeable:
        column.flags.writeable = False
    return np.ascontiguousarray(column)


def _frozen(values: object, dtype: type) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.ascontiguousarray(values, dtype=dtype)
    if array.ndim != 1:
        raise ValueError(f"a column has one dimension; found {array.ndim}")
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array


def _text_hash(text: str) -> int:
    total = 0xCBF29CE484222325  # FNV-1a, 64 bits
    for byte in text.encode():
        total = ((total ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return total


def _bits(values: NDArray[np.generic], dtype: type) -> NDArray[np.uint64]:
    if dtype is np.float64:
        numbers = np.asarray(values, dtype=np.float64)
        clean = np.where(np.isnan(numbers), np.nan, numbers + 0.0)  # one NaN, and -0.0 becomes 0.0
        return clean.view(np.uint64)
    return np.asarray(values, dtype=np.int64).view(np.uint64)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words (the finaliser of splitmix64, public domain)."""
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
