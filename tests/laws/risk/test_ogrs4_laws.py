"""The OGRS4 predictors: equal to the slow reference, in columns as one by one, and true to the contract."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lib.own_vectors import NAMES
from tests.lib.risk_people import people, person, seeded
from tests.lib.slow_reoffending import shown
from throughcare.risk.answers import Answers
from throughcare.risk.columns import columns_of
from throughcare.risk.conformance import check_instrument
from throughcare.risk.contract import STATUS_CODES, Generation, Status
from throughcare.risk.registry import INSTRUMENTS, of_generation


def test_the_generation_is_whole():
    assert {each.spec.name for each in of_generation(Generation.OGRS4)} >= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_keeps_every_rule_of_the_contract(name: str):
    report = check_instrument(INSTRUMENTS[name], rng=np.random.default_rng(20261123), random_people=30)
    assert report.passed, report.text()


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_score_is_the_slow_reference_to_the_last_place(name: str, data: st.DataObject):
    instrument = INSTRUMENTS[name]
    who = data.draw(people(instrument.spec))
    score = instrument.score(Answers.of(**who))
    if _does_not_apply(who, name):
        assert score.status is Status.NOT_APPLICABLE
        return
    assert score.status is Status.SCORED, score
    assert Decimal(repr(score.shown)) == shown(name, who)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_columns_say_what_single_scores_say(name: str, data: st.DataObject):
    instrument = INSTRUMENTS[name]
    spec = instrument.spec
    group = [Answers.of(**each) for each in data.draw(st.lists(people(spec), min_size=1, max_size=8))]
    items = st.sampled_from([item.name for item in spec.items])
    group = [answers.without(data.draw(items)) if data.draw(st.booleans()) else answers for answers in group]
    columns = instrument.score_columns(columns_of(group, spec.items))
    for row, answers in enumerate(group):
        score = instrument.score(answers)
        assert STATUS_CODES[columns.status[row]] is score.status
        if score.value is None:
            assert np.isnan(columns.value[row])
            assert columns.band[row] == -1
        else:
            assert columns.value[row] == pytest.approx(score.value, rel=1e-12)
            assert spec.bands[columns.band[row]] == score.band


def _does_not_apply(who: dict[str, Any], name: str) -> bool:
    alone = name in {"direct_contact_sexual", "images_indirect_sexual"}
    return alone and (who["sex"] == "female" or not who["ever_sexual_offence"])


@pytest.mark.parametrize("name", NAMES[:6])
@given(data=st.data())
def test_terms_sum_to_the_log_odds(name: str, data: st.DataObject):
    instrument = INSTRUMENTS[name]
    score = instrument.score(Answers.of(**data.draw(people(instrument.spec))))
    assert score.value is not None
    total = sum(term.weight for term in score.terms)
    assert 100 / (1 + np.exp(-total)) == pytest.approx(score.value, rel=1e-12)


def test_the_people_that_tests_draw_are_scored_and_varied():
    rng = np.random.default_rng(1)
    spec = INSTRUMENTS["all_reoffending_dynamic"].spec
    scores = [INSTRUMENTS[spec.name].score(Answers.of(**person(spec, seeded(rng)))) for _ in range(200)]
    assert {score.status for score in scores} == {Status.SCORED}
    assert {score.band.name for score in scores if score.band} == {"low", "medium", "high", "very_high"}


def test_a_hundred_thousand_people_take_less_than_a_second_and_one_less_than_a_millisecond():
    slowest = INSTRUMENTS["combined_serious_dynamic"]
    draw = seeded(np.random.default_rng(1))
    drawn = [Answers.of(**person(slowest.spec, draw)) for _ in range(50)]
    columns = {
        name: np.resize(column, 100_000) for name, column in columns_of(drawn, slowest.spec.items).items()
    }
    assert _cpu_s(lambda: slowest.score_columns(columns)) < 1.0
    assert _cpu_s(lambda: [slowest.score(answers) for answers in drawn]) / len(drawn) < 0.001


def _cpu_s(task: Callable[[], object]) -> float:
    """Return the least CPU time of ten runs: what the task costs when nobody else is in the way."""
    taken = []
    for _ in range(10):
        before = time.process_time()
        task()
        taken.append(time.process_time() - before)
    return min(taken)
