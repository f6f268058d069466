"""Conformance: anybody's instrument, tried against known cases and against every rule of the contract.

A vendor runs `check_instrument` on their own implementation. It knows nothing of how the score is made: it asks,
and compares what it is told.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from throughcare.risk.answers import Answer, Answers
from throughcare.risk.arithmetic.parts import Tabled
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import STATUS_CODES, Instrument, Score, Spec, Status
from throughcare.risk.items import Choices, Day, Item, Kind, Value, Whole, YesNo

TOLERANCE = 0.005
"""How far a score may lie from the expected one, in its own unit (percentage points, or points)."""
BAND_MOVED = "band_lowered"
"""The code of the reason that a score must carry if its band is not the one that its number reaches."""
_MOST_VALUES = 24
_CLOSE = 1e-9
_SHIFTS_DAYS = (-7300, -366, -1, 1, 31, 366, 7300)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one case.

    Parameters
    ----------
    name : str
    answers : Answers
    status : Status
    shown : float or None
        The score as published; None where there is none, or where only the status is known.
    band : str or None
        The name of the band; None where it is not known.
    """

    name: str
    answers: Answers
    status: Status = Status.SCORED
    shown: float | None = None
    band: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was broken in one case."""

    law: str
    case: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.law}, {self.case}: expected {self.expected}; found {self.found}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found.

    Parameters
    ----------
    instrument, version : str
    tried : mapping
        Law to how often it was tried.
    findings : tuple of Finding
    """

    instrument: str
    version: str
    tried: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    def text(self) -> str:
        """Return the report in words: what was tried, then every finding."""
        verdict = "conforms" if self.passed else f"does not conform: {len(self.findings)} findings"
        tried = "; ".join(f"{law} {count}" for law, count in self.tried.items())
        lines = [f"{self.instrument} {self.version} {verdict}.", f"Tried: {tried}."]
        return "\n".join([*lines, *(str(finding) for finding in self.findings)])


@runtime_checkable
class Limited(Protocol):
    """An instrument that can be had without its limits of population, for arithmetic only."""

    def without_limits(self) -> Instrument:
        """Return the same formula, which scores people outside the population too."""
        ...


def arithmetic(instrument: Instrument, answers: Answers) -> Score:
    """Score as if the formula had no limits of population: to compare arithmetic with a publisher's, never people.

    Some published vectors lie where this project abstains (a first sanction at the age of 4, 408 sanctions). Their
    arithmetic is still worth comparing; nothing that a person sees may call this.

    Raises
    ------
    TypeError
        If the instrument cannot be had without its limits.
    """
    return without_limits(instrument).score(answers)


def without_limits(instrument: Instrument) -> Instrument:
    """Return the formula of an instrument without its limits of population; see `arithmetic`.

    Raises
    ------
    TypeError
        If it cannot be had without them.
    """
    if isinstance(instrument, Tabled):
        return replace(instrument, rules=replace(instrument.rules, outside=()))
    if isinstance(instrument, Limited):
        return instrument.without_limits()
    raise TypeError(f"{instrument.spec.name} has no form without limits; give it a method without_limits")


def check_instrument(
    instrument: Instrument,
    cases: Iterable[Case] = (),
    *,
    tolerance: float = TOLERANCE,
    rng: np.random.Generator | None = None,
    random_people: int = 200,
) -> Report:
    """Try an instrument against cases and against every rule of the contract.

    Parameters
    ----------
    instrument : Instrument
    cases : iterable of Case
        What it must answer: published vectors, or cases worked out by hand.
    tolerance : float
        In the unit of the score.
    rng : numpy.random.Generator or None
        If given, people with answers drawn at random are tried as well.
    random_people : int
        How many of them.

    Returns
    -------
    report : Report
        Every rule that was broken; it never raises for what the instrument does.
    """
    known = tuple(cases)
    people = [*_people(instrument.spec, known)]
    if rng is not None:
        people.extend(_drawn(instrument.spec, rng, random_people))
    tried: Counter[str] = Counter()
    findings: list[Finding] = []
    trial = _Trial(instrument, tolerance)
    for law, found in (
        ("specification", trial.specification()),
        ("known cases", trial.known_cases(known)),
        ("reference case", trial.reference()),
        ("missing answers", trial.missing_answers()),
        ("answers outside a domain", trial.outside_domain()),
        ("every answer accepted", trial.every_answer(people)),
        ("purity and order", trial.purity(people)),
        ("sum of terms", trial.sum_of_terms(people)),
        ("terms name their items", trial.terms_name_items()),
        ("columns equal single", trial.columns_equal_single(people)),
        ("band edges", trial.band_edges()),
    ):
        try:
            for problem in found:
                tried[law] += 1
                if problem is not None:
                    findings.append(replace(problem, law=law))
        except Exception as error:  # noqa: BLE001  # a vendor's instrument may do anything; that is a finding too
            findings.append(Finding(law, "any", "an answer", f"{type(error).__name__}: {error}"))
    return Report(instrument.spec.name, instrument.spec.version, dict(tried), tuple(findings))


_Outcome = Iterator[Finding | None]
_Person = tuple[str, Answers]


@dataclass(frozen=True, slots=True)
class _Trial:
    """One instrument on trial; each method yields one outcome, a finding or None, for each thing it tries."""

    instrument: Instrument
    tolerance: float

    def specification(self) -> _Outcome:
        spec = self.instrument.spec
        names = [item.name for item in spec.items]
        yield _unless(len(set(names)) == len(names), "items", "each name once", str(names))
        unasked = (spec.required | spec.defaults.keys()) - set(names)
        yield _unless(not unasked, "required and defaults", "items that are asked", str(sorted(unasked)))
        neither = set(names) - spec.required - spec.defaults.keys()
        yield _unless(not neither, "items", "each required or with a default", str(sorted(neither)))
        for name, value in spec.defaults.items():
            values = spec.by_name[name].domain.values
            yield _unless(value in values, name, "a default of its domain", repr(value))
        for field in (spec.title, spec.predicts, spec.citation.where, spec.citation.licence):
            yield _unless(bool(field.strip()), "words", "title, prediction, source and licence", repr(field))

    def known_cases(self, cases: Sequence[Case]) -> _Outcome:
        for case in cases:
            score = self.instrument.score(case.answers)
            yield _unless(score.status is case.status, case.name, case.status, _told(score))
            if case.shown is not None:
                near = score.shown is not None and abs(score.shown - case.shown) <= self.tolerance
                yield _unless(near, case.name, f"a score of {case.shown}", str(score.shown))
            if case.band is not None:
                band = None if score.band is None else score.band.name
                yield _unless(band == case.band, case.name, f"the band {case.band}", str(band))

    def reference(self) -> _Outcome:
        spec = self.instrument.spec
        unanswered = [name for name in spec.required if spec.reference.value(name) is None]
        yield _unless(not unanswered, "reference", "every required item answered", str(sorted(unanswered)))
        score = self.instrument.score(spec.reference)
        yield _unless(score.status is Status.SCORED, "reference", Status.SCORED, _told(score))

    def missing_answers(self) -> _Outcome:
        spec = self.instrument.spec
        for name in sorted(spec.required):
            score = self.instrument.score(spec.reference.without(name))
            named = score.status is Status.INCOMPLETE and name in score.missing
            yield _unless(named, f"reference without {name}", f"incomplete, {name} missing", _told(score))
        for name, value in spec.defaults.items():
            left_out = self.instrument.score(spec.reference.without(name))
            if left_out.status is Status.REFUSED and any(each.path == (name,) for each in left_out.problems):
                continue  # other answers say that it must be answered
            given = self.instrument.score(spec.reference.having(name, value))
            same = left_out.value == given.value and (
                left_out.status is not Status.SCORED or name in left_out.defaulted
            )
            yield _unless(same, f"reference without {name}", "the stated default, named", _told(left_out))
        score = self.instrument.score(Answers())
        yield _unless(
            score.status is Status.INCOMPLETE or not spec.required, "nothing", "incomplete", _told(score)
        )

    def outside_domain(self) -> _Outcome:
        spec = self.instrument.spec
        for item in spec.items:
            for value in _outside(item):
                score = self.instrument.score(spec.reference.having(item.name, value))
                named = score.status is Status.REFUSED and any(
                    problem.path == (item.name,) for problem in score.problems
                )
                yield _unless(named, f"{item.name} {value!r}", f"refused, naming {item.name}", _told(score))

    def every_answer(self, people: Sequence[_Person]) -> _Outcome:
        spec = self.instrument.spec
        for name, answers in people:
            score = self.instrument.score(answers)
            lacks = _lacks(spec, score)
            yield _unless(not lacks, name, f"with the status {score.status} also {lacks}", _told(score))

    def purity(self, people: Sequence[_Person]) -> _Outcome:
        for name, answers in people:
            before = dict(answers.by_name)
            first = self.instrument.score(answers)
            yield _unless(dict(answers.by_name) == before, name, "the answers untouched", "changed answers")
            backwards = Answers(dict(reversed(list(before.items()))))
            strange = Answers({**before, "an item of no instrument": Answer("x")})
            for what, again in (
                ("asked again", answers),
                ("in another order", backwards),
                ("with more", strange),
            ):
                other = self.instrument.score(again)
                yield _unless(_alike(first, other), f"{name}, {what}", _told(first), _told(other))

    def sum_of_terms(self, people: Sequence[_Person]) -> _Outcome:
        if not self.instrument.spec.additive:
            return
        scores = [(name, self.instrument.score(answers)) for name, answers in people]
        sums = sorted(
            (math.fsum(term.weight for term in score.terms), score.value, name)
            for name, score in scores
            if score.value is not None
        )
        for (low, less, _), (high, more, name) in pairwise(sums):
            rises = more >= less - _CLOSE and (abs(high - low) > _CLOSE or abs(more - less) < 1e-6)
            yield _unless(rises, name, "a score that rises with the sum of its terms", f"{more} after {less}")

    def terms_name_items(self) -> _Outcome:
        spec = self.instrument.spec
        if not spec.additive:
            return
        start = {term.name: term for term in self.instrument.score(spec.reference).terms}
        for term in start.values():
            dynamic = any(spec.by_name[name].kind is Kind.DYNAMIC for name in term.items)
            kind = Kind.DYNAMIC if dynamic else Kind.STATIC
            yield _unless(term.kind is kind, term.name, f"a {kind} term, as its items are", term.kind)
        for item in spec.items:
            for label, answers in _variations(spec, item):
                for term in self.instrument.score(answers).terms:
                    if item.name not in term.items:
                        same = abs(term.weight - start[term.name].weight) < _CLOSE
                        yield _unless(same, label, f"{term.name} as before", f"{term.weight}")

    def columns_equal_single(self, people: Sequence[_Person]) -> _Outcome:
        spec = self.instrument.spec
        columns = columns_of([answers for _, answers in people], spec.items)
        before = {name: column.copy() for name, column in columns.items()}
        for column in columns.values():
            column.flags.writeable = False
        scored = self.instrument.score_columns(columns)
        unchanged = all(
            np.array_equal(columns[name], before[name], equal_nan=_floats(before[name])) for name in before
        )
        yield _unless(unchanged, "columns", "the columns untouched", "changed columns")
        for row, (name, answers) in enumerate(people):
            score = self.instrument.score(answers)
            status = STATUS_CODES[int(scored.status[row])]
            yield _unless(status is score.status, name, f"{score.status} in columns too", status)
            value, band = float(scored.value[row]), int(scored.band[row])
            if score.value is None:
                yield _unless(
                    math.isnan(value) and band == -1, name, "no score and no band", f"{value}, {band}"
                )
                continue
            yield _unless(
                abs(value - score.value) <= _CLOSE, name, f"{score.value} in columns too", str(value)
            )
            place = -1 if score.band is None else spec.bands.index(score.band)
            yield _unless(band == place, name, f"band {place} in columns too", str(band))

    def band_edges(self) -> _Outcome:
        spec = self.instrument.spec
        step = 10.0**-spec.decimals
        lows = [band.low for band in spec.bands]
        yield _unless(lows == sorted(set(lows)), "bands", "each above the one before", str(lows))
        for place, band in enumerate(spec.bands):
            yield _unless(
                spec.band_of(band.low) == band, band.name, f"it begins at {band.low}", "another band"
            )
            below = spec.band_of(round(band.low - step, spec.decimals))
            before = spec.bands[place - 1] if place else None
            yield _unless(below == before, band.name, f"another band below {band.low}", str(below))


def _lacks(spec: Spec, score: Score) -> str:
    """Return what a score of this status must carry and does not; nothing if it is whole."""
    if score.status is Status.SCORED:
        if score.value is None or score.shown is None or not math.isfinite(score.value):
            return "a finite number"
        moved = any(reason.code == BAND_MOVED for reason in score.reasons)
        return "" if moved or score.band == spec.band_of(score.shown) else "the band that its number reaches"
    if score.value is not None or score.shown is not None or score.band is not None:
        return "no number"
    told = {
        Status.REFUSED: score.problems,
        Status.INCOMPLETE: score.missing,
        Status.OUTSIDE_POPULATION: score.reasons,
        Status.NOT_APPLICABLE: score.reasons,
    }[score.status]
    return "" if told else "why: a problem, a missing item or a reason"


def _alike(one: Score, other: Score) -> bool:
    def told(score: Score) -> tuple[object, ...]:
        problems = tuple(str(problem) for problem in score.problems)
        return (
            score.status,
            score.value,
            score.shown,
            score.band,
            score.terms,
            score.missing,
            problems,
            score.reasons,
        )

    return told(one) == told(other)


def _told(score: Score) -> str:
    number = "" if score.shown is None else f" {score.shown}"
    why = [
        *score.missing,
        *(str(problem) for problem in score.problems),
        *(each.code for each in score.reasons),
    ]
    return f"{score.status}{number}{f' ({chr(44).join(why)})' if why else ''}"


def _unless(holds: bool, case: str, expected: str, found: str) -> Finding | None:  # noqa: FBT001
    return None if holds else Finding("", case, str(expected), str(found))


def _people(spec: Spec, cases: Sequence[Case]) -> Iterator[_Person]:
    yield "reference", spec.reference
    for case in cases:
        if not any(_is_outside(spec, name, answer.value) for name, answer in case.answers.by_name.items()):
            yield case.name, case.answers
    for item in spec.items:
        yield from _variations(spec, item)


def _variations(spec: Spec, item: Item) -> Iterator[_Person]:
    for value in _spread(item, spec.reference.value(item.name)):
        yield f"reference with {item.name} {value}", spec.reference.having(item.name, value)


def _spread(item: Item, now: Value | None) -> list[Value]:
    if isinstance(item.domain, Day):
        day = now if isinstance(now, dt.date) else dt.date(2000, 1, 1)
        return [day + dt.timedelta(days=shift) for shift in _SHIFTS_DAYS]
    values = item.domain.values
    if len(values) <= _MOST_VALUES:
        return list(values)
    half = _MOST_VALUES // 2
    places = {*range(half), *np.linspace(half, len(values) - 1, half, dtype=int).tolist()}
    return [values[place] for place in sorted(places)]


def _outside(item: Item) -> list[Value]:
    match item.domain:
        case Whole(low=low, high=high):
            return [low - 1, high + 1, "three"]
        case Choices() | YesNo():
            return ["an answer of no form"]
        case Day():
            return ["not a day"]


def _is_outside(spec: Spec, name: str, value: Value) -> bool:
    item = spec.by_name.get(name)
    return item is not None and not isinstance(item.domain, Day) and value not in item.domain.values


def _drawn(spec: Spec, rng: np.random.Generator, size: int) -> Iterator[_Person]:
    """Yield people who differ from the reference in several answers at once, some of them unanswered."""
    for number in range(size):
        answers = spec.reference
        for item in spec.items:
            if rng.random() < 0.5:
                values = _spread(item, spec.reference.value(item.name))
                answers = answers.having(item.name, values[int(rng.integers(len(values)))])
        if rng.random() < 0.2:
            answers = answers.without(spec.items[int(rng.integers(len(spec.items)))].name)
        yield f"drawn {number}", answers


def _floats(column: np.ndarray[tuple[int], np.dtype[np.generic]]) -> bool:
    return column.dtype.kind in "fM"
