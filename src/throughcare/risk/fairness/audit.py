"""The audit: performance, sweep, comparisons, tests and the tension, for every group and intersection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from throughcare.kernel.disclosure import MINIMUM_CELL
from throughcare.risk.fairness.comparing import Comparison, Test, compare, holm, tests_of_group, tests_of_pair
from throughcare.risk.fairness.groups import Grouping, shown_groups, with_intersections
from throughcare.risk.fairness.sweep import BANDS, Sweep, grid, sweep, threshold_of_top
from throughcare.risk.fairness.tension import Tension, tension
from throughcare.risk.validation.cases import Cases
from throughcare.risk.validation.intervals import Bools, Floats
from throughcare.risk.validation.performance import Performance, performance

TOP_SHARES = (0.1, 0.2, 0.3)
"""Where no threshold is named: those at which a tenth, a fifth and three tenths of all people are flagged."""


@dataclass(frozen=True, slots=True)
class GroupFound:
    """One group that may be shown."""

    grouping: str
    group: str
    performance: Performance
    sweep: Sweep


@dataclass(frozen=True, slots=True)
class Fairness:
    """The whole audit.

    Parameters
    ----------
    groups : tuple of GroupFound
    withheld : tuple of (grouping, group)
        Too small to be shown, or hidden so that a small one cannot be worked out.
    minimum_cell : int
    thresholds : tuple of float
        At which groups are compared; the sweep has all.
    comparisons : tuple of Comparison
    tests : tuple of Test
        Over all groups, with Holm's adjustment over all of them together.
    tensions : tuple of Tension
    bands : str
        Which property the bands have.
    """

    groups: tuple[GroupFound, ...]
    withheld: tuple[tuple[str, str], ...]
    minimum_cell: int
    thresholds: tuple[float, ...]
    comparisons: tuple[Comparison, ...]
    tests: tuple[Test, ...]
    tensions: tuple[Tension, ...]
    bands: str


def audit(
    cases: Cases,
    groupings: Sequence[Grouping],
    *,
    thresholds: Sequence[float] = (),
    minimum: int = MINIMUM_CELL,
    progress: Callable[[int, int], None] | None = None,
) -> Fairness:
    """Return the audit.

    Parameters
    ----------
    cases : Cases
    groupings : sequence of Grouping
        Plain ones; every pair is crossed as well.
    thresholds : sequence of float
        Those that are, or would be, used; by default the top tenth, fifth and three tenths of all people.
    minimum : int
        The fewest, of those to whom it happened and of those to whom it did not, that are shown.
    progress : callable or None
        Called as ``progress(done, total)`` after each grouping.
    """
    chosen = tuple(thresholds) or _top_thresholds(cases)
    every = with_intersections(groupings)
    shown = shown_groups(every, cases, minimum=minimum)
    work = _Work(cases, grid(cases), chosen)
    for done, (grouping, visible) in enumerate(zip(every, shown, strict=True), 1):
        work.add(grouping, visible)
        if progress is not None:
            progress(done, len(every))
    return Fairness(
        tuple(work.groups),
        tuple(work.withheld),
        minimum,
        chosen,
        tuple(work.comparisons),
        _adjusted(work.tests),
        tuple(work.tensions),
        BANDS,
    )


class _Work:
    """Gathers what is found, grouping by grouping."""

    def __init__(self, cases: Cases, thresholds: Floats, compared: tuple[float, ...]) -> None:
        self.cases, self.grid, self.compared = cases, thresholds, compared
        self.groups: list[GroupFound] = []
        self.withheld: list[tuple[str, str]] = []
        self.comparisons: list[Comparison] = []
        self.tests: list[Test] = []
        self.tensions: list[Tension] = []

    def add(self, grouping: Grouping, visible: Bools) -> None:
        """Take one grouping up; its largest shown group is the one that the others are held against."""
        sizes = np.bincount(grouping.member, minlength=len(grouping.groups))
        self.withheld += [
            (grouping.name, grouping.groups[each]) for each in np.flatnonzero((sizes > 0) & ~visible)
        ]
        places = np.flatnonzero(visible)
        if not len(places):
            return
        reference = int(places[np.argmax(sizes[places])])
        against = self.cases.rows(grouping.of(reference))
        for place in places:
            cases = self.cases.rows(grouping.of(int(place)))
            name = grouping.groups[place]
            found = GroupFound(grouping.name, name, performance(cases, bins=5), sweep(cases, self.grid))
            self.groups.append(found)
            self.tests += tests_of_group(cases, grouping=grouping.name, group=name)
            if place != reference:
                self._pair(cases, against, (grouping.name, name, grouping.groups[reference]))

    def _pair(self, cases: Cases, against: Cases, names: tuple[str, str, str]) -> None:
        grouping, group, reference = names
        self.tests += tests_of_pair(cases, against, grouping=grouping, group=group, against=reference)
        self.comparisons.append(
            compare(
                cases,
                against,
                grouping=grouping,
                group=group,
                against=reference,
                thresholds=self.compared,
            )
        )
        self.tensions += [
            tension(cases, against, names=(group, reference), threshold=each, grouping=grouping)
            for each in self.compared
        ]


def _top_thresholds(cases: Cases) -> tuple[float, ...]:
    found = {threshold_of_top(cases, share) for share in TOP_SHARES}
    return tuple(sorted(each for each in found if np.isfinite(each)))


def _adjusted(tests: Sequence[Test]) -> tuple[Test, ...]:
    adjusted = holm([each.p for each in tests])
    return tuple(replace(each, adjusted_p=p) for each, p in zip(tests, adjusted, strict=True))
