"""Groups and their intersections, and which of them are large enough to be shown without telling on anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from throughcare.kernel.disclosure import MINIMUM_CELL, Mark, protect_list, protect_table
from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import Bools

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way of dividing people: race, sex, or race and sex together.

    Parameters
    ----------
    name : str
    groups : tuple of str
        What each group is called.
    member : int (n,)
        The group of each person, a position in `groups`.
    parts : tuple of str
        The groupings that it crosses; one for a plain grouping.
    shape : tuple of int
        How many groups each part has: `member` is a place in a table of this shape, in reading order.
    """

    name: str
    groups: tuple[str, ...]
    member: npt.NDArray[np.intp]
    parts: tuple[str, ...]
    shape: tuple[int, ...]

    def of(self, group: int) -> Bools:
        """Return who is in a group."""
        return np.asarray(self.member == group)


def grouping_of_texts(name: str, texts: npt.NDArray[np.str_]) -> Grouping:
    """Return the grouping of a column of words; a blank is a group of its own, *not recorded*."""
    words = np.where(np.char.strip(texts) == "", NOT_RECORDED, np.char.strip(texts))
    groups, member = np.unique(words, return_inverse=True)
    return Grouping(name, tuple(str(each) for each in groups), member.reshape(-1), (name,), (len(groups),))


def crossed(first: Grouping, second: Grouping) -> Grouping:
    """Return the intersections of two groupings; those in which nobody is are there too."""
    return Grouping(
        f"{first.name} and {second.name}",
        tuple(f"{a}, {b}" for a in first.groups for b in second.groups),
        first.member * len(second.groups) + second.member,
        (first.name, second.name),
        (len(first.groups), len(second.groups)),
    )


def with_intersections(groupings: Sequence[Grouping]) -> tuple[Grouping, ...]:
    """Return the groupings, and every pair of them crossed."""
    return (*groupings, *(crossed(first, second) for first, second in combinations(groupings, 2)))


def shown_groups(
    groupings: Sequence[Grouping], cases: Cases, *, minimum: int = MINIMUM_CELL
) -> tuple[Bools, ...]:
    """Return for each grouping which of its groups may be shown.

    A group is shown if the number of those to whom it happened, and of those to whom it did not, is at least
    `minimum`, **and** those numbers could not be used with the others and the totals to work out a small one. Crossed
    groupings are protected as tables with totals; a plain group is hidden if any table hides its total.
    """
    hidden = {each.name: np.zeros(len(each.groups), dtype=np.bool_) for each in groupings}
    before = -1
    while before != (before := sum(int(each.sum()) for each in hidden.values())):
        for grouping in groupings:
            size = len(grouping.groups)
            nobody = np.asarray(np.bincount(grouping.member, minlength=size) == 0)
            for kind in (cases.happened, ~cases.happened):
                counts = np.bincount(grouping.member[kind], minlength=size).astype(np.int64)
                _hide(hidden, grouping, counts, minimum=minimum, nobody=nobody)
    present = [np.bincount(each.member, minlength=len(each.groups)) > 0 for each in groupings]
    return tuple(
        np.asarray(~hidden[each.name] & there) for each, there in zip(groupings, present, strict=True)
    )


def _hide(
    hidden: dict[str, Bools],
    grouping: Grouping,
    counts: npt.NDArray[np.int64],
    *,
    minimum: int,
    nobody: Bools,
) -> None:
    """Hide small counts. Nought of one kind in a group that is there says something about everybody: it is small."""
    own = hidden[grouping.name] & ~nobody
    if len(grouping.shape) == 1:
        marks = protect_list(counts, minimum=minimum, zero_is_safe=False, impossible=nobody, hidden=own).marks
        hidden[grouping.name] |= marks != Mark.SHOWN
        return
    elsewhere = np.zeros((grouping.shape[0] + 1, grouping.shape[1] + 1), dtype=np.bool_)
    elsewhere[:-1, :-1] = own.reshape(grouping.shape)
    elsewhere[:-1, -1], elsewhere[-1, :-1] = (hidden[part] for part in grouping.parts)
    marks = protect_table(
        counts.reshape(grouping.shape),
        minimum=minimum,
        zero_is_safe=False,
        impossible=nobody.reshape(grouping.shape),
        hidden=elsewhere,
    ).marks
    hidden[grouping.name] |= (marks[:-1, :-1] != Mark.SHOWN).reshape(-1)
    for part, totals in zip(grouping.parts, (marks[:-1, -1], marks[-1, :-1]), strict=True):
        hidden[part] |= totals != Mark.SHOWN
