"""Explaining: how a score came about, term by term, in words and in points of percent that add up exactly.

A probability does not rise in proportion to its log-odds, so a term has no effect in percent of its own. It gets its
share of the way from a stated plain case to this person: on the straight line between the two, the effect of each
term adds up to a part of the difference that is proportional to its difference in weight (Aumann and Shapley 1974,
*Values of Non-Atomic Games*). The shares add up to the difference, and do not depend on the order of the terms.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from throughcare.risk.answers import Answers, Source
from throughcare.risk.arithmetic.parts import Tabled
from throughcare.risk.contract import Instrument, Measure, Score, Status, Term
from throughcare.risk.items import Kind, Value
from throughcare.risk.variants import summing, weighs

SOURCE_WORDS = {
    Source.POLICE_RECORD: "police record",
    Source.COURT_RECORD: "court record",
    Source.OFFICER: "officer's assessment",
    Source.PERSON: "the person",
    Source.SYSTEM: "this system",
    Source.NOT_STATED: "source not stated",
}
_PLACES = 2
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class Input:
    """One answer that a term rests on.

    Parameters
    ----------
    item, label, words : str
        The question and the answer, in words.
    value : Value or None
        None where it is unanswered and the instrument has no default.
    source : Source
    recorded_on : date or None
    disputed : bool
    assumed : bool
        Unanswered; the value is the publisher's default.
    """

    item: str
    label: str
    words: str
    value: Value | None
    source: Source
    recorded_on: dt.date | None
    disputed: bool
    assumed: bool

    @property
    def origin(self) -> str:
        """Where the answer came from, in words."""
        if self.assumed:
            return "not answered; counted as the publisher says"
        day = "" if self.recorded_on is None else f", {self.recorded_on.day} {self.recorded_on:%B %Y}"
        return f"{SOURCE_WORDS[self.source]}{day}{', disputed' if self.disputed else ''}"


@dataclass(frozen=True, slots=True)
class Share:
    """What one term adds.

    Parameters
    ----------
    term : Term
    reference_words : str
        The same term in the plain case.
    reference_weight : float
        Its weight there.
    share : float
        Points of percent for a probability, else points: its part of the difference from the plain case.
    shown_share : float
        The same in two places; the shown shares add up to the shown difference exactly.
    alone : float or None
        The unrounded score if this one term were as in the plain case; None where that cannot be said.
    inputs : tuple of Input
    """

    term: Term
    reference_words: str
    reference_weight: float
    share: float
    shown_share: float
    alone: float | None
    inputs: tuple[Input, ...]

    @property
    def changeable(self) -> bool:
        """True if help or effort could change it: one of its items is a need."""
        return self.term.kind is Kind.DYNAMIC

    @property
    def differs(self) -> bool:
        """True if the term is other than in the plain case."""
        return abs(self.term.weight - self.reference_weight) > _FLAT


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one score came about.

    Parameters
    ----------
    instrument : str
    score : Score
    unit : str
        ``points of percent`` or ``points``.
    reference : float or None
        The unrounded score of the plain case; None where the terms do not add up to the score.
    shares : tuple of Share
        Every term but the starting point, the largest first; without `reference` their weights are what they are.
    parts : tuple of Explanation
        Of an instrument that combines others.
    inputs : tuple of Input
        Every answer, in form order.
    """

    instrument: str
    score: Score
    unit: str
    reference: float | None
    shares: tuple[Share, ...]
    parts: tuple[Explanation, ...]
    inputs: tuple[Input, ...]

    @property
    def static(self) -> tuple[Share, ...]:
        """The terms that nothing can change."""
        return tuple(share for share in self.shares if not share.changeable)

    @property
    def changeable(self) -> tuple[Share, ...]:
        """The terms that rest on needs."""
        return tuple(share for share in self.shares if share.changeable)


def explain(instrument: Instrument, answers: Answers, score: Score | None = None) -> Explanation | None:
    """Return how a score came about; None where there is no score.

    Parameters
    ----------
    instrument : Instrument
    answers : Answers
    score : Score or None
        What the instrument answered; asked for if not given.
    """
    told = instrument.score(answers) if score is None else score
    if told.status is not Status.SCORED:
        return None
    spec = instrument.spec
    start = instrument.score(spec.reference)
    inputs = {item.name: _input(instrument, answers, item.name) for item in spec.items}
    adds = spec.additive and bool(told.terms) and start.value is not None
    return Explanation(
        instrument=spec.name,
        score=told,
        unit="points of percent" if spec.measure is Measure.PROBABILITY else "points",
        reference=start.value if adds else None,
        shares=_shares(instrument, answers, told, start if adds else None, inputs),
        parts=_parts(instrument, answers, told),
        inputs=tuple(inputs.values()),
    )


def _parts(instrument: Instrument, answers: Answers, told: Score) -> tuple[Explanation, ...]:
    named = {part.spec.name: part for part in _components(instrument)}
    found = [
        explain(named[name], answers, part) for name, part in (told.parts or {}).items() if name in named
    ]
    return tuple(each for each in found if each is not None)


def _components(instrument: Instrument) -> tuple[Instrument, ...]:
    """Return the instruments that one is made from, as far as it says."""
    if isinstance(instrument, Tabled):
        return instrument.components
    listed = getattr(instrument, "parts", ())
    return tuple(each for each in listed if isinstance(each, Instrument))


def _shares(
    instrument: Instrument, answers: Answers, told: Score, start: Score | None, inputs: dict[str, Input]
) -> tuple[Share, ...]:
    plain = {term.name: term for term in (start.terms if start else ())}
    terms = [term for term in told.terms if term.items]
    before = [plain[term.name].weight if term.name in plain else 0.0 for term in terms]
    moved = [term.weight - weight for term, weight in zip(terms, before, strict=True)]
    shares = moved if start is None else _split(instrument, told, start, moved)
    shown = _rounded(shares)
    alone = _alone(instrument, answers, told, moved) if start else [None] * len(terms)
    found = [
        Share(
            term=term,
            reference_words=plain[term.name].words if term.name in plain else "",
            reference_weight=before[place],
            share=shares[place],
            shown_share=shown[place],
            alone=alone[place],
            inputs=tuple(inputs[name] for name in term.items if name in inputs),
        )
        for place, term in enumerate(terms)
    ]
    return tuple(sorted(found, key=lambda share: (-abs(share.share), not share.differs)))


def _split(instrument: Instrument, told: Score, start: Score, moved: list[float]) -> list[float]:
    """Return each term's part of the difference in score, in proportion to its difference in weight."""
    assert told.value is not None
    assert start.value is not None
    whole, difference = math.fsum(moved), told.value - start.value
    if instrument.spec.measure is not Measure.PROBABILITY:
        return moved
    if abs(whole) > _FLAT:
        return [each / whole * difference for each in moved]
    slope = told.value * (100.0 - told.value) / 100.0  # the two ends are as likely: the line is flat
    return [slope * each for each in moved]


def _rounded(shares: list[float]) -> list[float]:
    """Round to two places so that the sum is the rounded sum: what is left goes to the largest remainders."""
    unit = 10.0**_PLACES
    scaled = [share * unit for share in shares]
    down = [math.floor(each) for each in scaled]
    left = math.floor(math.fsum(scaled) + 0.5) - sum(down)
    order = sorted(range(len(shares)), key=lambda place: down[place] - scaled[place])
    for place in order[: max(left, 0)]:
        down[place] += 1
    return [each / unit + 0.0 for each in down]


def _alone(
    instrument: Instrument, answers: Answers, told: Score, moved: list[float]
) -> list[float] | list[None]:
    """Return the score without what is particular about each term in turn."""
    total = math.fsum(term.weight for term in told.terms)
    if not (weighs(instrument) or isinstance(instrument, Tabled)):
        return [None] * len(moved)
    values, _ = summing(instrument, answers)(total - np.array(moved))
    return [float(value) for value in values]


def _input(instrument: Instrument, answers: Answers, name: str) -> Input:
    spec = instrument.spec
    item = spec.by_name[name]
    answer = answers.by_name.get(name)
    value = spec.defaults.get(name) if answer is None else item.domain.read(answer.value)
    return Input(
        item=name,
        label=item.label,
        words="not known" if value is None else item.domain.words(value),
        value=value,
        source=Source.SYSTEM if answer is None else answer.source,
        recorded_on=None if answer is None else answer.recorded_on,
        disputed=answer is not None and answer.disputed,
        assumed=answer is None,
    )
