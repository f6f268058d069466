"""What the reoffending engine reads: people, index events, offences and spells in custody, as columns.

Dates are civil days (``datetime64[D]``), missing is NaT. An id is text or a whole number; missing is the empty text
or a negative number. A table never changes after it is made. Nothing is judged here except the shape: which rows are
usable is said row by row in :mod:`throughcare.evaluation.dropout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from throughcare.kernel.errors import RefusedInput

Days = npt.NDArray[np.datetime64]
Ids = npt.NDArray[Any]  # text of fixed width, bytes of fixed width, or int64
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]

DAY = "datetime64[D]"
NO_DAY = np.datetime64("NaT", "D")
NOT_SAID, COMPARISON, TREATED = -1, 0, 1  # the arms


class IndexKind(IntEnum):
    """What an index event is; on one day the first in this order is the person's."""

    CUSTODY_RELEASE = 0
    COMMUNITY_ORDER = 1
    SUSPENDED_ORDER = 2
    NONCUSTODIAL_CONVICTION = 3
    CAUTION = 4
    YOUTH_WARNING = 5


class Proof(IntEnum):
    """How an offence was proven, or that it was not."""

    NOT_PROVEN = 0
    CONVICTION = 1
    CAUTION = 2
    REPRIMAND = 3
    WARNING = 4
    PENALTY_NOTICE = 5


class Tier(IntEnum):
    """How serious an offence is, by where it may be tried; 1 is the most serious."""

    UNKNOWN = 0
    INDICTABLE_ONLY = 1
    EITHER_WAY = 2
    SUMMARY = 3


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length. A subclass names them in ``COLUMNS``: type, and value where a column is not given."""

    NAME: ClassVar[str]
    COLUMNS: ClassVar[dict[str, tuple[str, object]]]
    LINKED: ClassVar[tuple[str, ...]] = ()  # columns that hold the id of a person

    ids: Ids

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", _identifiers(self.ids, f"{self.NAME}: id"))
        for name in self.LINKED:
            object.__setattr__(self, name, _identifiers(getattr(self, name), f"{self.NAME}: {name}"))
        for name, (dtype, _) in self.COLUMNS.items():
            object.__setattr__(self, name, _sealed(np.ascontiguousarray(getattr(self, name), dtype=dtype)))
        for name in (*self.LINKED, *self.COLUMNS):
            if getattr(self, name).shape != self.ids.shape:
                raise ValueError(f"{self.NAME}: column {name} is not one value a row")

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, *, ids: object = None, **given: object) -> Self:
        """Return a table; a column that is not given holds its usual value, ids are then the row numbers.

        Raises
        ------
        ValueError
            If a column is not of this table, or they differ in length.
        """
        unknown = set(given) - set(cls.COLUMNS) - set(cls.LINKED)
        if unknown or (not given and ids is None):
            raise ValueError(f"{cls.NAME}: unknown columns {sorted(unknown)}; known: {sorted(cls.COLUMNS)}")
        size = len(np.asarray(next(iter(given.values())) if ids is None else ids))
        numbered = np.arange(size, dtype=np.int64) if ids is None else np.asarray(ids)
        filled = {
            name: given[name] if name in given else np.full(size, usual, dtype=dtype)
            for name, (dtype, usual) in cls.COLUMNS.items()
        }
        linked = {name: np.asarray(given[name]) for name in cls.LINKED}
        return cls(ids=numbered, **linked, **filled)

    def take(self, rows: Rows | Flags | slice) -> Self:
        """Return some rows, in the order asked for."""
        names = ("ids", *self.LINKED, *self.COLUMNS)
        return type(self)(**{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True, eq=False)
class People(Table):
    """The people of a study, both arms.

    Parameters
    ----------
    ids : (n,)
    treated : int8 (n,)
        1 treated, 0 comparison, -1 not said.
    born : day (n,)
        NaT where not known: then nothing can be found to be before birth.
    matched : bool (n,)
        Whether the person was found in the record of offences (the police's national computer).
    left : day (n,)
        Died or deported; NaT for neither.
    starts, ends : day (n,)
        The tag, or what else is studied: from the day it starts to the day it ends, that day left out.
    score : float64 (n,)
        The predicted probability of proven reoffending, 0 to 1; NaN where there is none.
    """

    NAME: ClassVar[str] = "people"
    COLUMNS: ClassVar[dict[str, tuple[str, object]]] = {
        "treated": ("int8", NOT_SAID),
        "born": (DAY, NO_DAY),
        "matched": ("bool", True),
        "left": (DAY, NO_DAY),
        "starts": (DAY, NO_DAY),
        "ends": (DAY, NO_DAY),
        "score": ("float64", np.nan),
    }

    treated: Codes
    born: Days
    matched: Flags
    left: Days
    starts: Days
    ends: Days
    score: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndexEvents(Table):
    """Events from which a person is followed up.

    Parameters
    ----------
    ids, person : (n,)
        The event's id and its person's.
    kind : int8 (n,)
        An :class:`IndexKind`.
    on : day (n,)
        Day of release, of the order's start, of sentence, or of the caution.
    breach_only : bool (n,)
        Whether nothing but the breach of an order was dealt with: such an event is no index event.
    """

    NAME: ClassVar[str] = "index events"
    COLUMNS: ClassVar[dict[str, tuple[str, object]]] = {
        "kind": ("int8", int(IndexKind.COMMUNITY_ORDER)),
        "on": (DAY, NO_DAY),
        "breach_only": ("bool", False),
    }
    LINKED: ClassVar[tuple[str, ...]] = ("person",)

    person: Ids
    kind: Codes
    on: Days
    breach_only: Flags


@dataclass(frozen=True, eq=False)
class Offences(Table):
    """Recorded offences, before and after the index event; one row an offence, not a day in court.

    Parameters
    ----------
    ids, person : (n,)
    on, proven : day (n,)
        When it happened; when it was proven (NaT where it was not).
    outcome : int8 (n,)
        A :class:`Proof`.
    tier : int8 (n,)
        A :class:`Tier`.
    breach, recordable, custody, sexual : bool (n,)
        Breach of an order; whether the offence is recordable; whether custody was imposed; a sexual offence.
    """

    NAME: ClassVar[str] = "offences"
    COLUMNS: ClassVar[dict[str, tuple[str, object]]] = {
        "on": (DAY, NO_DAY),
        "proven": (DAY, NO_DAY),
        "outcome": ("int8", int(Proof.CONVICTION)),
        "tier": ("int8", int(Tier.UNKNOWN)),
        "breach": ("bool", False),
        "recordable": ("bool", True),
        "custody": ("bool", False),
        "sexual": ("bool", False),
    }
    LINKED: ClassVar[tuple[str, ...]] = ("person",)

    person: Ids
    on: Days
    proven: Days
    outcome: Codes
    tier: Codes
    breach: Flags
    recordable: Flags
    custody: Flags
    sexual: Flags


@dataclass(frozen=True, eq=False)
class Spells(Table):
    """Spells in custody, from the day one begins to the day of release, that day left out.

    Parameters
    ----------
    ids, person : (n,)
    begins, ends : day (n,)
        ``ends`` is NaT for somebody who is still inside.
    """

    NAME: ClassVar[str] = "spells in custody"
    COLUMNS: ClassVar[dict[str, tuple[str, object]]] = {"begins": (DAY, NO_DAY), "ends": (DAY, NO_DAY)}
    LINKED: ClassVar[tuple[str, ...]] = ("person",)

    person: Ids
    begins: Days
    ends: Days


def no_spells(people: People) -> Spells:
    """Return a table of no spells, with ids of the kind that these people have."""
    none = people.ids[:0]
    return Spells.of(ids=none, person=none, begins=np.empty(0, DAY), ends=np.empty(0, DAY))


def _identifiers(values: object, where: str) -> Ids:
    array = np.ascontiguousarray(values)
    if array.ndim != 1:
        raise ValueError(f"{where}: a column has one dimension; found {array.ndim}")
    if array.dtype.kind in "US":
        return _sealed(array)
    if array.dtype.kind in "iu":
        return _sealed(array.astype(np.int64, copy=False))
    raise RefusedInput(
        where=where,
        expected="text or whole numbers",
        found=f"values of type {array.dtype}",
        action="Give ids as text of fixed width (NumPy U or S), or as whole numbers.",
    )


def _sealed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
