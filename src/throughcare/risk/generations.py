"""Both generations side by side: for one person in words, for many as columns, and who moved between bands.

Each score keeps the band edges of its own publisher. A change of band may come from the score, from the edges, or
from both: RSR's low band ran to 3 %, the combined serious predictor's runs to 1 %. The words say which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Band, Columns, Instrument, Score, ScoredColumns, Spec
from throughcare.risk.registry import instrument_named

LADDER = ("low", "medium", "high", "very_high")
"""The names of bands from the lowest up; both generations use them, each with its own edges."""
EVERYBODY = "everybody"
NO_BAND = -1
_NOT_ON_LADDER = -1

Counts = npt.NDArray[np.int64]
Suppressed = npt.NDArray[np.float64]


class Movement(StrEnum):
    """How the band of the current generation stands to that of the former one."""

    UP = "up"
    SAME = "same"
    DOWN = "down"
    NOT_COMPARABLE = "not_comparable"


MOVEMENTS: tuple[Movement, ...] = tuple(Movement)


@dataclass(frozen=True, slots=True)
class Pair:
    """A predictor of the former generation and the one that took its place.

    Parameters
    ----------
    name : str
    former, current : Instrument
    caution : str
        What keeps the two from being the same question; empty where nothing does.
    """

    name: str
    former: Instrument
    current: Instrument
    caution: str = ""


def _pair(name: str, former: str, current: str, caution: str = "") -> Pair:
    return Pair(name, instrument_named(former), instrument_named(current), caution)


_NOT_VIOLENT = (
    "OGP left violent offences out, and its successor counts any offence, so a rise is to be expected."
)

PAIRS: tuple[Pair, ...] = (
    _pair("any_from_the_record", "ogrs3_two_year", "all_reoffending_static"),
    _pair("any_with_needs", "ogp_two_year", "all_reoffending_dynamic", _NOT_VIOLENT),
    _pair("violent", "ovp_two_year", "violent_reoffending_dynamic"),
    _pair("serious_violent_from_the_record", "snsv_static", "serious_violent_reoffending_static"),
    _pair("serious_violent_with_needs", "snsv_dynamic", "serious_violent_reoffending_dynamic"),
    _pair("combined_serious_from_the_record", "rsr_static", "combined_serious_static"),
    _pair("combined_serious_with_needs", "rsr_dynamic", "combined_serious_dynamic"),
    _pair("direct_contact_sexual", "osp_dc", "direct_contact_sexual"),
    _pair("images_and_indirect_sexual", "osp_iic", "images_indirect_sexual"),
)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One person's score in both generations.

    Parameters
    ----------
    pair : Pair
    former, current : Score
    """

    pair: Pair
    former: Score
    current: Score

    @property
    def difference(self) -> float | None:
        """Percentage points by which the current score, as published, lies above the former; None without both."""
        if self.former.shown is None or self.current.shown is None:
            return None
        return round(self.current.shown - self.former.shown, 2)

    @property
    def movement(self) -> Movement:
        """How the band moved, each by its own publisher's edges."""
        return _movement(_rung(self.former.band), _rung(self.current.band))

    @property
    def band_by_former_edges(self) -> Band | None:
        """The band that the current score would have by the former publisher's edges."""
        return None if self.current.shown is None else self.pair.former.spec.band_of(self.current.shown)

    def words(self) -> tuple[str, ...]:
        """Return the comparison in sentences: each score with its own edges, the difference, and where it comes from."""
        pair = self.pair
        told = [_told(self.former, pair.former.spec), _told(self.current, pair.current.spec)]
        if self.difference is not None:
            told.append(_difference_words(self.difference))
        match self.movement:
            case Movement.SAME:
                told.append("The band has the same name in both, each by its own publisher's edges.")
            case Movement.UP | Movement.DOWN:
                told.append(self._moved_words())
            case Movement.NOT_COMPARABLE if self.difference is not None:
                told.append("The bands cannot be compared: one of the two has none.")
        return (*told, pair.caution) if pair.caution and self.difference is not None else tuple(told)

    def _moved_words(self) -> str:
        assert self.former.band is not None
        way = "higher" if self.movement is Movement.UP else "lower"
        by_former = self.band_by_former_edges
        if by_former == self.former.band:
            why = "only because the edges differ: by the former edges the band would not have moved"
        elif _rung(by_former) == _rung(self.current.band):
            why = "because the score differs: by the former edges the band would have moved as well"
        else:
            why = "because both the score and the edges differ"
        return f"The band is {way}, {why}."


def side_by_side(answers: Answers, pairs: Sequence[Pair] = PAIRS) -> tuple[SideBySide, ...]:
    """Score one person in both generations; a missing answer leaves one side, or both, without a score.

    Parameters
    ----------
    answers : Answers
    pairs : sequence of Pair
    """
    return tuple(SideBySide(pair, pair.former.score(answers), pair.current.score(answers)) for pair in pairs)


@dataclass(frozen=True, slots=True)
class SideBySideColumns:
    """Many people's scores in both generations.

    Parameters
    ----------
    pair : Pair
    former, current : ScoredColumns
    difference : float64 array (n,)
        Percentage points, unrounded; NaN without both scores.
    movement : int8 array (n,)
        Position in `MOVEMENTS`.
    """

    pair: Pair
    former: ScoredColumns
    current: ScoredColumns
    difference: npt.NDArray[np.float64]
    movement: npt.NDArray[np.int8]


def side_by_side_columns(columns: Columns, pairs: Sequence[Pair] = PAIRS) -> tuple[SideBySideColumns, ...]:
    """Score many people in both generations.

    Parameters
    ----------
    columns : mapping
        As every instrument reads them; see `throughcare.risk.contract.Columns`.
    pairs : sequence of Pair
    """
    return tuple(_compared(pair, columns) for pair in pairs)


def _compared(pair: Pair, columns: Columns) -> SideBySideColumns:
    former, current = pair.former.score_columns(columns), pair.current.score_columns(columns)
    before, after = _rungs(pair.former.spec, former), _rungs(pair.current.spec, current)
    both = (before != _NOT_ON_LADDER) & (after != _NOT_ON_LADDER)
    ways = [both & (after > before), both & (after == before), both & (after < before)]
    movement = np.select(ways, range(len(ways)), default=MOVEMENTS.index(Movement.NOT_COMPARABLE))
    return SideBySideColumns(
        pair=pair,
        former=former,
        current=current,
        difference=current.value - former.value,
        movement=movement.astype(np.int8),
    )


@dataclass(frozen=True, slots=True)
class MovementTable:
    """How many people of a group stand where: rows are the former bands, columns the current ones.

    The last row and column count people without a band in that generation. There are no totals: beside a withheld
    cell, a total would give it away.

    Parameters
    ----------
    pair : str
    group : str
    former_bands, current_bands : tuple of str
        The words of each band with its edges.
    counts : float64 array
        NaN where the count is withheld.
    """

    pair: str
    group: str
    former_bands: tuple[str, ...]
    current_bands: tuple[str, ...]
    counts: Suppressed


def movement_tables(
    compared: SideBySideColumns,
    groups: npt.NDArray[np.str_] | None = None,
    *,
    suppress: Callable[[Counts], Suppressed],
) -> tuple[MovementTable, ...]:
    """Return the movement between bands, one table a group.

    Parameters
    ----------
    compared : SideBySideColumns
    groups : array of str (n,) or None
        The group of each person; None for one table of everybody. Everybody's table is never made beside the
        groups': a withheld cell could be had by taking one from the other.
    suppress : callable
        From a table of counts to the same table as floats, NaN for each cell that is withheld. Small cells, and
        cells that would give them away, are its business.
    """
    pair = compared.pair
    before, after = len(pair.former.spec.bands), len(pair.current.spec.bands)
    # a person without a band, at -1, is counted in the last row or column
    rows = np.where(compared.former.band == NO_BAND, before, compared.former.band).astype(np.int64)
    columns = np.where(compared.current.band == NO_BAND, after, compared.current.band).astype(np.int64)
    labels = np.full(len(rows), EVERYBODY) if groups is None else groups
    tables = []
    for group in np.unique(labels):
        chosen = labels == group
        cells = np.bincount(
            rows[chosen] * (after + 1) + columns[chosen], minlength=(before + 1) * (after + 1)
        ).reshape(before + 1, after + 1)
        tables.append(
            MovementTable(
                pair=pair.name,
                group=str(group),
                former_bands=(*_band_words(pair.former.spec), "no band"),
                current_bands=(*_band_words(pair.current.spec), "no band"),
                counts=suppress(cells),
            )
        )
    return tuple(tables)


def _rung(band: Band | None) -> int:
    return LADDER.index(band.name) if band is not None and band.name in LADDER else _NOT_ON_LADDER


def _rungs(spec: Spec, scored: ScoredColumns) -> npt.NDArray[np.int64]:
    rungs = np.array([*(_rung(band) for band in spec.bands), _NOT_ON_LADDER])
    return np.asarray(rungs[scored.band], dtype=np.int64)


def _movement(before: int, after: int) -> Movement:
    if _NOT_ON_LADDER in {before, after}:
        return Movement.NOT_COMPARABLE
    if after == before:
        return Movement.SAME
    return Movement.UP if after > before else Movement.DOWN


def _band_words(spec: Spec) -> tuple[str, ...]:
    return tuple(f"{band.words} ({_edges(spec, band)})" for band in spec.bands)


def _edges(spec: Spec, band: Band) -> str:
    place = spec.bands.index(band)
    if place + 1 == len(spec.bands):
        return f"{band.low:g} % and over"
    return f"{band.low:g} % to under {spec.bands[place + 1].low:g} %"


def _told(score: Score, spec: Spec) -> str:
    if score.shown is None:
        state = score.status.value.replace("_", " ")
        return f"{spec.title}: no score ({state})."
    number = f"{score.shown:.{spec.decimals}f} %"
    if score.band is None:
        return f"{spec.title}: {number}; it has no bands."
    return f"{spec.title}: {number}, {score.band.words}; its publisher's band runs from {_edges(spec, score.band)}."


def _difference_words(difference: float) -> str:
    if difference == 0:
        return "The two scores are the same."
    way = "higher" if difference > 0 else "lower"
    return f"The current score is {abs(difference):.2f} percentage points {way}."
