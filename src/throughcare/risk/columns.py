"""Columns: many people's answers as arrays, in the layout that `score_columns` of every instrument reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Columns
from throughcare.risk.items import Day, Item, Value, Whole

_MISSING = -1


def columns_of(people: Sequence[Answers], items: Iterable[Item]) -> Columns:
    """Return the answers of people as columns, one for each item, in the order of the people.

    Parameters
    ----------
    people : sequence of Answers
        Each answer a value of its item's domain; `throughcare.risk.answers.read_answers` sees to that.
    items : iterable of Item
        The columns that there will be; other answers are left out.

    Raises
    ------
    ValueError
        If an answer to a choice is not one of its values: a column has no place for it.
    """
    return {item.name: _column(item, [answers.value(item.name) for answers in people]) for item in items}


def _column(item: Item, values: list[Value | None]) -> npt.NDArray[np.generic]:
    if isinstance(item.domain, Day):
        return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[D]")
    if isinstance(item.domain, Whole):
        return np.array([np.nan if value is None else float(value) for value in values])  # type: ignore[arg-type]
    places = {value: place for place, value in enumerate(item.domain.values)}
    unknown = {value for value in values if value is not None and value not in places}
    if unknown:
        raise ValueError(f"{item.name}: {sorted(map(str, unknown))} is none of {', '.join(map(str, places))}")
    return np.array([_MISSING if value is None else places[value] for value in values], dtype=np.int8)
