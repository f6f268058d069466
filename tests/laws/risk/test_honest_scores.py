"""Laws of what is said beside a score, each against brute force, for every instrument there is."""

from __future__ import annotations

import itertools
import math
from time import process_time

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.lib.scored_people import scored_people
from throughcare.risk import bounds as bounding
from throughcare.risk.answers import Answers
from throughcare.risk.bounds import bounds
from throughcare.risk.change import what_would_change
from throughcare.risk.contract import Instrument, Measure, Score, Status
from throughcare.risk.correction import NEVER_TRIED, corrections, neighbours
from throughcare.risk.explaining import explain
from throughcare.risk.items import Day, Kind, Value
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.sheet import make_section
from throughcare.risk.stability import DECLARED, _drawn, plausible, stability
from throughcare.risk.variants import with_changes

EVERY = pytest.mark.parametrize("name", INSTRUMENTS)
FEW = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
_MOST_COMPLETIONS = 400


@EVERY
@FEW
@given(data=st.data())
def test_shares_add_up_to_the_difference_from_the_plain_case(name: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[name]
    answers = data.draw(scored_people(instrument))
    told = explain(instrument, answers)
    assert told is not None
    score = instrument.score(answers)
    assert {term.name for term in score.terms if term.items} == {share.term.name for share in told.shares}
    assert set(told.static) | set(told.changeable) == set(told.shares)
    if told.reference is None:
        return
    assert score.value is not None
    difference = score.value - told.reference
    assert math.isclose(math.fsum(share.share for share in told.shares), difference, abs_tol=1e-9)
    shown = round(math.fsum(share.shown_share for share in told.shares), 9)
    assert abs(shown - difference) <= 0.005 + 1e-9
    assert all(abs(share.shown_share - share.share) < 0.01 for share in told.shares)


@EVERY
@FEW
@given(data=st.data())
def test_bounds_are_those_of_every_completion(name: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[name]
    answers = data.draw(scored_people(instrument))
    left_out = _left_out(instrument, data)
    partly = answers
    for item in left_out:
        partly = partly.without(item)
    by_groups = data.draw(st.booleans())
    with pytest.MonkeyPatch.context() as patch:
        if by_groups:
            patch.setattr(bounding, "FEW", 0)
        found = bounds(instrument, partly)
    completions = list(_completions(instrument, partly, left_out))
    assert found.lowest is not None, found.why_none
    assert found.highest is not None
    values = [score.value for score in completions if score.value is not None]
    assert math.isclose(min(values), found.lowest.score.value, abs_tol=1e-9)  # type: ignore[arg-type]
    assert math.isclose(max(values), found.highest.score.value, abs_tol=1e-9)  # type: ignore[arg-type]
    reached = {score.band for score in completions if score.status is Status.SCORED and score.band}
    listed = instrument.spec.bands
    if reached:
        places = [listed.index(band) for band in reached]
        assert found.bands == listed[min(places) : max(places) + 1]


def _left_out(instrument: Instrument, data: st.DataObject) -> list[str]:
    small = [
        item.name
        for item in instrument.spec.items
        if not isinstance(item.domain, Day) and len(item.domain.values) <= 130
    ]
    chosen: list[str] = []
    for name in data.draw(st.permutations(small)):
        sizes = [len(instrument.spec.by_name[each].domain.values) for each in (*chosen, name)]
        if math.prod(sizes) <= _MOST_COMPLETIONS and len(sizes) <= 4:
            chosen.append(name)
    return chosen


def _completions(instrument: Instrument, partly: Answers, left_out: list[str]) -> list[Score]:
    domains = [instrument.spec.by_name[name].domain.values for name in left_out]
    return [
        instrument.score(with_changes(partly, dict(zip(left_out, values, strict=True))))
        for values in itertools.product(*domains)
    ]


@EVERY
@FEW
@given(data=st.data())
def test_a_correction_moves_the_band_and_no_smaller_one_does(name: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[name]
    answers = data.draw(scored_people(instrument))
    now = instrument.score(answers)
    found = corrections(instrument, answers)
    if now.band is None:
        assert not found
        return
    for each in found:
        then = instrument.score(answers.having(each.item, each.corrected))
        assert then.band == each.band != now.band
        assert then.shown == each.shown
        assert each.label in each.words
    steps = {each.item: each.steps for each in found}
    assert [each.steps for each in found] == sorted(steps.values())
    for item in instrument.spec.items:
        if item.name in NEVER_TRIED:
            assert item.name not in steps
            continue
        known = item.domain.read(answers.value(item.name))
        for away, value in neighbours(item, known):
            if away < steps.get(item.name, 10**6) and away <= 8:
                other = instrument.score(answers.having(item.name, value))
                assert other.status is not Status.SCORED or other.band == now.band, (item.name, value)


@EVERY
@FEW
@given(data=st.data())
def test_only_needs_and_only_achievable_answers_are_suggested(name: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[name]
    answers = data.draw(scored_people(instrument))
    now = instrument.score(answers)
    found = what_would_change(instrument, answers)
    assert found is not None
    suggested = [(step.item, step.then) for step in found.steps] + list(found.together_answers.items())
    for item_name, value in suggested:
        item = instrument.spec.by_name[item_name]
        assert item.kind is Kind.DYNAMIC
        assert value in item.achievable_values(item.domain.read(answers.value(item_name)))
    for step in found.steps:
        assert instrument.score(answers.having(step.item, step.then)).shown == step.shown < now.shown  # type: ignore[operator]
    if found.together is not None:
        assert instrument.score(with_changes(answers, found.together_answers)) == found.together
        assert all(found.together.shown <= step.shown for step in found.steps)  # type: ignore[operator]
    for month in found.months:
        assert instrument.score(answers.having("assessment_date", month.day)).shown == month.shown
    if found.nothing:
        assert found.words.startswith("Nothing")
        _nothing_achievable_lowers(instrument, answers, now)


def _nothing_achievable_lowers(instrument: Instrument, answers: Answers, now: Score) -> None:
    for item in instrument.spec.items:
        known = answers.value(item.name)
        if item.kind is Kind.DYNAMIC and known is not None:
            for value in item.achievable_values(item.domain.read(known)):
                then = instrument.score(answers.having(item.name, value))
                assert then.shown is None or then.shown >= now.shown  # type: ignore[operator]


@EVERY
@FEW
@given(data=st.data())
def test_stability_is_that_of_counting_and_always_the_same(name: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[name]
    answers = data.draw(scored_people(instrument))
    found = stability(instrument, answers)
    if instrument.score(answers).band is None:
        assert found is None
        return
    assert found is not None
    assert found == stability(instrument, Answers(dict(reversed(list(answers.by_name.items())))))
    assert math.isclose(sum(share for _, share in found.shares), 1.0, abs_tol=1e-9)
    around = plausible(instrument, answers, DECLARED)
    assume(around)
    choices: dict[str, list[Value]] = {
        item: [value for value, _ in values] for item, values in around.items()
    }
    odds = {item: np.array([share for _, share in values]) for item, values in around.items()}
    drawn, size = _drawn(instrument, answers, choices, odds)
    for (_, share), other in zip(found.shares, drawn, strict=True):
        assert abs(share - other) < 5 * math.sqrt(0.25 / size)


@EVERY
def test_one_person_is_scored_in_under_a_millisecond_and_a_section_made_in_under_fifty(name: str) -> None:
    instrument = INSTRUMENTS[name]
    answers = instrument.spec.reference

    def best(action: object, repeats: int) -> float:
        taken = []
        for _ in range(repeats):
            begun = process_time()
            action()  # type: ignore[operator]
            taken.append(process_time() - begun)
        return min(taken)

    combined = instrument.score(answers).parts is not None
    assert best(lambda: instrument.score(answers), 30) < (0.002 if combined else 0.001)
    assert best(lambda: make_section(instrument, answers), 5) < 0.050
    assert instrument.spec.measure in Measure
