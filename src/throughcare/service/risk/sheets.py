"""The score sheet of one look: worked out again from the answers that the look kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from throughcare.risk.answers import Answers
from throughcare.risk.bounds import BothWays, Bounds, bounds, disputed
from throughcare.risk.change import WhatWouldChange, what_would_change
from throughcare.risk.contract import Score, Status
from throughcare.risk.correction import Correction, smallest_correction
from throughcare.risk.explaining import Explanation, explain
from throughcare.risk.generations import PAIRS, SideBySide
from throughcare.risk.items import Value
from throughcare.service.risk.grouping import ASKED
from throughcare.service.risk.queries import ConsultationView
from throughcare.service.risk.scoring import Compared, compared_with, from_json, scores_of
from throughcare.service.risk.vocabulary import QUESTION_WORDS, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question of the sheet, with all that can honestly be said of its score.

    Parameters
    ----------
    compared : Compared
    explanation, bounds, correction, change
        None where there is no score to explain.
    with_needs : Bounds or None
        What the form with needs could come to, where it lacks answers.
    both_ways : tuple of BothWays
        The score with each disputed fact as recorded and as claimed.
    """

    question: Question
    compared: Compared
    explanation: Explanation | None
    bounds: Bounds
    with_needs: Bounds | None
    correction: Correction | None
    change: WhatWouldChange | None
    both_ways: tuple[BothWays, ...]

    @property
    def words(self) -> str:
        """The question in words."""
        return QUESTION_WORDS[self.question]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that one look shows."""

    parts: tuple[Part, ...]
    pairs: tuple[SideBySide, ...]
    scores: Mapping[str, Score]

    @property
    def abstained(self) -> tuple[Score, ...]:
        """The scores that were refused, with their reasons."""
        return tuple(
            score
            for score in self.scores.values()
            if score.status in {Status.OUTSIDE_POPULATION, Status.REFUSED, Status.NOT_APPLICABLE}
        )


def sheet_of(seen: ConsultationView) -> Sheet:
    """Return the sheet of a look at the scores."""
    answers = from_json(seen.answers)
    scores = scores_of(answers)
    claims = claims_of(seen.claimed)
    compared = compared_with(scores)
    return Sheet(
        parts=tuple(_part(each, answers, claims) for each in compared.values()),
        pairs=tuple(
            SideBySide(pair, scores[pair.former.spec.name], scores[pair.current.spec.name]) for pair in PAIRS
        ),
        scores=scores,
    )


def claims_of(claimed: Mapping[str, str]) -> dict[str, Value]:
    """Return the person's values of disputed facts."""
    return {item: ASKED[item].domain.read(text) for item, text in claimed.items()}


def _part(compared: Compared, answers: Answers, claims: Mapping[str, Value]) -> Part:
    instrument, score = compared.instrument, compared.score
    return Part(
        question=compared.question,
        compared=compared,
        explanation=explain(instrument, answers, score),
        bounds=bounds(instrument, answers),
        with_needs=_with_needs(compared, answers),
        correction=smallest_correction(instrument, answers),
        change=what_would_change(instrument, answers),
        both_ways=disputed(instrument, answers, claims),
    )


def _with_needs(compared: Compared, answers: Answers) -> Bounds | None:
    if compared.fuller is compared.instrument:
        return None
    return bounds(compared.fuller, answers)


def shares_shown(explanation: Explanation, *, most: int = 12) -> Sequence[tuple[str, float, bool]]:
    """Return the largest terms, those that differ from the plain case, as the drawing takes them."""
    return [
        (each.term.words, each.shown_share, each.changeable) for each in explanation.shares if each.differs
    ][:most]
