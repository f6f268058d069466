"""The score sheet of one look: worked out again from the answers that the look kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from throughcare.risk.answers import Answers
from throughcare.risk.contract import Score, Status
from throughcare.risk.explaining import Explanation
from throughcare.risk.generations import PAIRS, Pair
from throughcare.risk.items import Value
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.section import Section
from throughcare.risk.sheet import Sheet as WholeSheet
from throughcare.risk.sheet import make_section, make_sheet
from throughcare.risk.stability import ShownBand
from throughcare.service.risk.grouping import ASKED, CURRENT
from throughcare.service.risk.queries import ConsultationView
from throughcare.service.risk.scoring import (
    COMPARED,
    Compared,
    band_shown,
    compared_with,
    from_json,
    scores_of,
)
from throughcare.service.risk.vocabulary import QUESTION_WORDS, Question

MOST_TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question of the sheet.

    Parameters
    ----------
    section : Section
        All that can be said of the score that a judgement is set beside.
    with_needs : Section or None
        The form with needs, where it lacks answers: what it could come to.
    """

    question: Question
    compared: Compared
    section: Section
    with_needs: Section | None

    @property
    def words(self) -> str:
        """The question in words."""
        return QUESTION_WORDS[self.question]


@dataclass(frozen=True, slots=True)
class Banded:
    """A score and the bands that may be shown with it."""

    score: Score
    band: ShownBand | None
    decimals: int

    @property
    def words(self) -> str:
        """The number and its stable bands, or why there is none."""
        score = self.score
        if score.shown is None:
            count = len(score.missing)
            return _NO_SCORE[score.status].format(
                answers=f"{count} answer{'' if count == 1 else 's'} missing"
            )
        number = f"{score.shown:.{self.decimals}f} %"
        if self.band is None:
            return number
        first, last = self.band.bands[0].words, self.band.bands[-1].words
        return f"{number}, {first}" + ("" if first == last else f" to {last}")


_NO_SCORE = {
    Status.SCORED: "No score",
    Status.INCOMPLETE: "No score: {answers}",
    Status.NOT_APPLICABLE: "Does not apply",
    Status.REFUSED: "No score: answers contradict each other",
    Status.OUTSIDE_POPULATION: "No score: unlike the people it was made for",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """A predictor in both generations, each with the bands of its own publisher."""

    pair: Pair
    former: Banded
    current: Banded

    @property
    def difference(self) -> float | None:
        """Points of percent by which the current score lies above the former; None without both."""
        if self.former.score.shown is None or self.current.score.shown is None:
            return None
        return round(self.current.score.shown - self.former.score.shown, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that one look shows."""

    parts: tuple[Part, ...]
    pairs: tuple[Beside, ...]
    scores: Mapping[str, Score]

    @property
    def abstained(self) -> tuple[Score, ...]:
        """The scores of the current generation that were refused, with their reasons."""
        why = {Status.OUTSIDE_POPULATION, Status.REFUSED, Status.NOT_APPLICABLE}
        return tuple(self.scores[name] for name in CURRENT if self.scores[name].status in why)


def sheet_of(seen: ConsultationView) -> Sheet:
    """Return the sheet of a look at the scores."""
    answers, claims = from_json(seen.answers), claims_of(seen.claimed)
    scores = scores_of(answers)
    return Sheet(
        parts=tuple(_part(each, answers, claims) for each in compared_with(answers, scores).values()),
        pairs=tuple(_beside(pair, answers, scores) for pair in PAIRS),
        scores=scores,
    )


def section_of(seen: ConsultationView, name: str) -> Section | None:
    """Return all that can be said of one score of a look; None where there is no such predictor."""
    if name not in CURRENT:
        return None
    return make_section(INSTRUMENTS[name], from_json(seen.answers), claims=claims_of(seen.claimed))


def sheet_for_two(answers: Answers, claims: Mapping[str, Value], *, contact: str) -> WholeSheet:
    """Return the sheet of the two scores that judgements are set beside, with its passages for the person."""
    scores = scores_of(answers, (INSTRUMENTS[name] for names in COMPARED.values() for name in names))
    compared = compared_with(answers, scores)
    return make_sheet(
        [each.instrument for each in compared.values()], answers, claims=claims, contact=contact
    )


def claims_of(claimed: Mapping[str, str]) -> dict[str, Value]:
    """Return the person's values of disputed facts."""
    return {item: ASKED[item].domain.read(text) for item, text in claimed.items()}


def _part(compared: Compared, answers: Answers, claims: Mapping[str, Value]) -> Part:
    fuller = compared.fuller
    return Part(
        question=compared.question,
        compared=compared,
        section=make_section(compared.instrument, answers, claims=claims),
        with_needs=None if fuller is compared.instrument else make_section(fuller, answers, claims=claims),
    )


def _beside(pair: Pair, answers: Answers, scores: Mapping[str, Score]) -> Beside:
    former, current = (
        Banded(score, band_shown(instrument, answers, score), instrument.spec.decimals)
        for instrument in (pair.former, pair.current)
        for score in (scores[instrument.spec.name],)
    )
    return Beside(pair, former, current)


def explained(explanation: Explanation) -> Explanation:
    """Return what terms are shown of: the score itself, or of one that only combines others its largest part."""
    if explanation.shares or not explanation.parts:
        return explanation
    return max(explanation.parts, key=lambda each: each.score.shown or 0.0)


def shares_shown(explanation: Explanation) -> Sequence[tuple[str, float, bool]]:
    """Return the largest terms, those that differ from the plain case, as the drawing takes them."""
    differing = [each for each in explanation.shares if each.differs]
    return [(each.term.words, each.shown_share, each.changeable) for each in differing[:MOST_TERMS]]
