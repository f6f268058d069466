"""A local model keeps the contract of every instrument, and says what its terms are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.lib.local_people import table
from throughcare.kernel.errors import RefusedInput
from throughcare.risk.answers import Answers
from throughcare.risk.conformance import check_instrument
from throughcare.risk.contract import Band, Instrument, Status
from throughcare.risk.items import Achievable, Kind
from throughcare.risk.models.additive import AdditiveModel, PairTable, SingleTable
from throughcare.risk.models.as_instrument import as_instrument
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.columns import Column
from throughcare.risk.models.fitting import FitSettings, fit_local
from throughcare.risk.models.local_model import LocalModel, ModelKind
from throughcare.risk.models.scorecard import CardSettings

PEOPLE = table()
BANDS = (Band("low", "Low", 0.0), Band("high", "High", 40.0))


def fitted(kind: ModelKind = ModelKind.ADDITIVE) -> LocalModel:
    settings = FitSettings(
        kind=kind,
        boosting=BoostingSettings(rounds=80, rate=0.1, pairs=3, bags=1),
        card=CardSettings(lines=5),
        replicates=0,
        folds=0,
    )
    return fit_local(PEOPLE, settings=settings, leaks=(), rng=np.random.default_rng(1))


@pytest.mark.parametrize("kind", [ModelKind.ADDITIVE, ModelKind.SCORECARD])
@pytest.mark.parametrize("period", [0, 2])
def test_every_rule_of_the_contract_is_kept(kind, period) -> None:
    instrument = as_instrument(fitted(kind), period=period, version="abc", bands=BANDS, months=12)
    assert isinstance(instrument, Instrument)
    report = check_instrument(instrument, rng=np.random.default_rng(2))
    assert report.findings == ()


def test_it_scores_what_the_model_predicts() -> None:
    model = fitted()
    instrument = as_instrument(model, period=0, version="abc")
    hazards = model.hazards(PEOPLE.codes)
    items = {item.name: item for item in instrument.spec.items}
    places = {"priors": 0, "area": 1, "age": 2, "work": 3}
    for row in range(40):
        given = {name: items[name].domain.values[PEOPLE.codes[row, places[name]]] for name in items}
        assert instrument.score(Answers.of(**given)).value == pytest.approx(100 * hazards[row, 0], abs=1e-9)


def test_terms_are_in_words_and_needs_can_change_in_the_stated_direction() -> None:
    instrument = as_instrument(fitted(), period=0, version="abc")
    work = instrument.spec.by_name["work"]
    assert (work.kind, work.achievable) == (Kind.DYNAMIC, Achievable.TO_EARLIER_OPTION)
    assert instrument.spec.by_name["priors"].kind is Kind.STATIC
    words = [term.words for term in instrument.score(instrument.spec.reference).terms]
    assert any(each.startswith("work: ") for each in words)
    assert any(each.startswith("together: ") for each in words)


def test_an_unanswered_item_is_missing_and_not_recorded_is_an_answer() -> None:
    instrument = as_instrument(fitted(), period=0, version="abc")
    reference = instrument.spec.reference
    assert instrument.score(reference.without("area")).status is Status.INCOMPLETE
    assert instrument.score(reference.having("area", "not_recorded")).status is Status.SCORED
    assert instrument.score(reference.having("priors", "not_recorded")).status is Status.REFUSED


def test_a_model_that_must_never_be_used_is_no_instrument() -> None:
    with pytest.raises(RefusedInput, match="never supports a decision"):
        as_instrument(fitted(ModelKind.LOGISTIC), period=0, version="abc")
    with pytest.raises(RefusedInput):
        as_instrument(
            replace(fitted(), decision_use=type(fitted().decision_use).NEVER), period=0, version="x"
        )


def test_a_model_of_31_features_and_80_pairs_scores_a_person_in_under_a_millisecond() -> None:
    columns = tuple(
        Column(name=f"c{place}", label=f"input {place}", levels=tuple("012345")) for place in range(31)
    )
    rng = np.random.default_rng(0)
    tables = AdditiveModel(
        columns,
        -1.0,
        tuple(SingleTable(place, rng.normal(size=7)) for place in range(31)),
        tuple(PairTable(place % 31, (place * 7 + 1) % 31, rng.normal(size=(7, 7))) for place in range(80)),
    )
    model = replace(fitted(), periods=(tables,) * len(fitted().periods), reference=(0,) * 31)
    instrument = as_instrument(model, period=0, version="x", bands=BANDS)
    answers = Answers.of(**{item.name: "3" for item in instrument.spec.items})
    assert instrument.score(answers).status is Status.SCORED
    assert min(timed_s(lambda: instrument.score(answers)) for _ in range(50)) < 0.001


def timed_s(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
