"""The instrument contract: what every instrument is asked and what it answers.

An instrument is one formula with one name. Where a publisher has a static and a dynamic form, they are two
instruments, so that no missing answer can ever switch one into the other unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from throughcare.kernel.reasons import Reason
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.items import Item, Kind, Value


class Measure(StrEnum):
    """What the number of an instrument is."""

    PROBABILITY = "probability"
    POINTS = "points"
    FLAG = "flag"


class Status(StrEnum):
    """What became of an attempt to score."""

    SCORED = "scored"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    OUTSIDE_POPULATION = "outside_population"
    NOT_APPLICABLE = "not_applicable"


STATUS_CODES: tuple[Status, ...] = tuple(Status)


class Generation(StrEnum):
    """Which family an instrument belongs to; two generations are shown side by side, never mixed."""

    OGRS3 = "ogrs3"
    OGRS4 = "ogrs4"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Band:
    """A named band; it begins at `low` (included, in the unit of the score) and ends where the next begins."""

    name: str
    words: str
    low: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an instrument was published, when, and under which licence."""

    title: str
    where: str
    date: str
    licence: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What an instrument is: its questions, what it predicts, for whom, and where it comes from.

    Parameters
    ----------
    name, version, title : str
        Stable name (lower case), the publisher's version, and the name in words.
    generation : Generation
    predicts : str
        What the number means, as a noun phrase ("a proven offence of any kind").
    horizon_months : int or None
        How far ahead; None where the instrument states none.
    measure : Measure
        A probability is scored in percent (0 to 100), points as they are, a flag as 0 or 1.
    items : tuple of Item
        Every question, in the order of a form.
    required : frozenset of str
        Items without which there is no score. The others have a stated default.
    defaults : mapping
        What an unanswered optional item counts as; shown to people, never hidden.
    bands : tuple of Band
        From the lowest up; empty where the instrument has none.
    population : tuple of Reason
        The limits outside which the instrument abstains, in words, for the manual.
    citation : Citation
    additive : bool
        True if the measure rises with the sum of the terms' weights, and each term depends only on the items
        that it names. Bounds over unanswered items are then exact term by term.
    reference : Answers
        The case that explanations start from: all required items answered.
    decimals : int
        Places to which the publisher rounds the score, half up.
    """

    name: str
    version: str
    title: str
    generation: Generation
    predicts: str
    horizon_months: int | None
    measure: Measure
    items: tuple[Item, ...]
    required: frozenset[str]
    defaults: Mapping[str, Value]
    bands: tuple[Band, ...]
    population: tuple[Reason, ...]
    citation: Citation
    additive: bool
    reference: Answers
    decimals: int = 2

    @property
    def by_name(self) -> dict[str, Item]:
        """The items by name."""
        return {item.name: item for item in self.items}

    def band_of(self, score: float) -> Band | None:
        """Return the highest band that begins at or below the (rounded) score."""
        reached = [band for band in self.bands if score >= band.low]
        return reached[-1] if reached else None


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a score.

    Parameters
    ----------
    name : str
    words : str
        What it stands for in this person's case ("age 23 at the start of follow-up").
    weight : float
        Log-odds for a probability, points otherwise.
    items : tuple of str
        Every item that the term depends on.
    kind : Kind
        Dynamic if any of its items is.
    """

    name: str
    words: str
    weight: float
    items: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Score:
    """What an instrument answered about one person.

    Parameters
    ----------
    instrument, version : str
    status : Status
    value : float or None
        The unrounded score: percent, points or a flag; None unless scored.
    shown : float or None
        As the publisher rounds it.
    band : Band or None
    terms : tuple of Term
        They sum to the log-odds (or the points), for an additive instrument.
    missing : tuple of str
        Required items without an answer, in form order.
    defaulted : tuple of str
        Optional items that counted as their stated default.
    problems : tuple of Problem
        Answers that contradict each other or the world; each names its item in `path`.
    reasons : tuple of Reason
        Why it abstained or does not apply, and every caution about a score that was given.
    parts : mapping
        Scores of component instruments, where this one combines them.
    """

    instrument: str
    version: str
    status: Status
    value: float | None = None
    shown: float | None = None
    band: Band | None = None
    terms: tuple[Term, ...] = ()
    missing: tuple[str, ...] = ()
    defaulted: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    reasons: tuple[Reason, ...] = ()
    parts: Mapping[str, Score] | None = None


Columns = Mapping[str, npt.NDArray[np.generic]]
"""Many people: item name to an array of shape (n,). Days are datetime64[D] with NaT missing; whole numbers
float64 with NaN missing; choices and yes/no int8 positions in ``domain.values`` with -1 missing. An absent
column is unanswered for everybody."""


@dataclass(frozen=True, slots=True)
class ScoredColumns:
    """Many scores.

    Parameters
    ----------
    value : float64 (n,)
        The unrounded score; NaN where there is none.
    band : int8 (n,)
        Position in the bands, or -1.
    status : int8 (n,)
        Position in `STATUS_CODES`.
    """

    value: npt.NDArray[np.float64]
    band: npt.NDArray[np.int8]
    status: npt.NDArray[np.int8]


@runtime_checkable
class Instrument(Protocol):
    """Any instrument. `check_instrument` in `throughcare.risk.conformance` tries every rule of the contract."""

    @property
    def spec(self) -> Spec:
        """What the instrument is."""
        ...

    def score(self, answers: Answers) -> Score:
        """Score one person; pure, never raises for an answer, never mutates."""
        ...

    def score_columns(self, columns: Columns) -> ScoredColumns:
        """Score many people at once; equal to `score` one by one."""
        ...
