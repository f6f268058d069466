"""Local models: same seed, same bytes; the order of rows is nothing; what is fitted is what a file predicts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.lib.local_people import SPEC, table
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash
from throughcare.risk.models.boosting import BoostingSettings
from throughcare.risk.models.fitting import FitSettings, fit_local
from throughcare.risk.models.leaks import Leak, LeakKind
from throughcare.risk.models.local_model import DecisionUse, Layout, LocalModel, ModelKind, brier
from throughcare.risk.models.model_file import read_model, text_of
from throughcare.risk.models.scorecard import CardSettings

QUICK = FitSettings(
    boosting=BoostingSettings(rounds=80, rate=0.1, pairs=3), replicates=3, folds=2, card=CardSettings(lines=5)
)
KINDS = [
    replace(QUICK, kind=ModelKind.ADDITIVE),
    replace(QUICK, kind=ModelKind.ADDITIVE, layout=Layout.YEARLY),
    replace(QUICK, kind=ModelKind.SCORECARD),
    replace(QUICK, kind=ModelKind.LOGISTIC),
    replace(QUICK, kind=ModelKind.LOGISTIC, layout=Layout.YEARLY),
]
PEOPLE = table()
each_kind = pytest.mark.parametrize("settings", KINDS, ids=lambda each: f"{each.kind}-{each.layout}")


def fitted(settings: FitSettings, people=PEOPLE, seed: int = 7) -> LocalModel:
    return fit_local(people, settings=settings, leaks=(), rng=np.random.default_rng(seed))


@each_kind
def test_the_same_seed_gives_the_same_bytes_and_the_order_of_rows_changes_nothing(settings) -> None:
    shuffled = PEOPLE.rows(np.random.default_rng(3).permutation(len(PEOPLE)))
    assert text_of(fitted(settings)) == text_of(fitted(settings)) == text_of(fitted(settings, shuffled))


@each_kind
def test_a_model_beats_the_base_rate_on_people_it_never_saw(settings) -> None:
    model, unseen = fitted(settings), table(seed=2)
    rates = np.array([PEOPLE.events[PEOPLE.at_risk[:, k], k].mean() for k in range(3)])
    plain = brier(np.tile(rates, (len(unseen), 1)), unseen)
    ours = brier(model.hazards(unseen.codes), unseen)
    assert all(one < base - 0.003 for one, base in zip(ours, plain, strict=True))


@each_kind
def test_a_file_predicts_what_the_model_in_memory_does(settings) -> None:
    model = fitted(settings)
    again = read_model(text_of(model), where="a file").model
    assert isinstance(again, LocalModel)
    assert np.array_equal(again.hazards(PEOPLE.codes), model.hazards(PEOPLE.codes))
    assert text_of(again) == text_of(model)


def test_intervals_lie_around_the_prediction_and_survive_the_file() -> None:
    model = fitted(QUICK)
    low, high = model.interval(PEOPLE.codes)
    hazards = model.hazards(PEOPLE.codes)
    assert np.all((low < high) & (low > 0) & (high < 1))
    assert np.mean((low <= hazards) & (hazards <= high)) > 0.9
    again = read_model(text_of(model), where="a file").model.interval(PEOPLE.codes)
    assert np.array_equal(again[0], low)
    assert replace(model, replicates=(), spread=None).interval(PEOPLE.codes) is None


def test_the_chance_by_the_end_of_a_period_adds_up_the_hazards() -> None:
    model = fitted(QUICK)
    ever, hazards = model.ever(PEOPLE.codes), model.hazards(PEOPLE.codes)
    assert np.allclose(ever[:, 0], hazards[:, 0])
    assert np.allclose(ever[:, 1], 1 - (1 - hazards[:, 0]) * (1 - hazards[:, 1]))


def test_a_card_adds_whole_points_to_the_same_log_odds_as_its_tables() -> None:
    model = fitted(replace(QUICK, kind=ModelKind.SCORECARD))
    for period, card in enumerate(model.cards):
        assert 1 <= len(card.lines) <= 5
        assert all(isinstance(line.points, int) and 1 <= abs(line.points) <= 10 for line in card.lines)
        log_odds = card.intercept + card.scale * card.points(PEOPLE.codes)
        assert np.allclose(log_odds, model.periods[period].log_odds(PEOPLE.codes))
        assert card.scale > 0
        assert all(line.points > 0 for line in card.lines if line.feature == 0)  # priors must rise


def test_leaks_are_refused_and_a_control_that_allows_them_can_never_be_used() -> None:
    leak = Leak(LeakKind.MEASURED_AFTER, ("Work",), "Work is measured after")
    with pytest.raises(RefusedInput, match="Take out Work"):
        fit_local(PEOPLE, settings=QUICK, leaks=[leak], rng=np.random.default_rng(1))
    model = fit_local(PEOPLE, settings=QUICK, leaks=[leak], rng=np.random.default_rng(1), allow_leaks=True)
    assert model.decision_use is DecisionUse.NEVER
    assert model.reasons[0].code == "leaks"


def test_a_feature_that_is_a_group_column_by_another_name_is_refused() -> None:
    work = PEOPLE.codes[:, [each.name for each in SPEC.features].index("Work")]
    people = replace(PEOPLE, groups={"Sex": work.max() - work})  # the other way round: the same people
    with pytest.raises(RefusedInput, match=r"Work \(as Sex\)"):
        fitted(QUICK, people)


def test_a_comparator_is_never_for_decisions_and_a_readable_model_may_be() -> None:
    assert fitted(replace(QUICK, kind=ModelKind.LOGISTIC)).decision_use is DecisionUse.NEVER
    assert fitted(QUICK).decision_use is DecisionUse.SUPPORT


def test_too_few_people_are_refused_with_what_to_do() -> None:
    with pytest.raises(RefusedInput, match=r"2,000 people.*--recalibrate.*would need"):
        fitted(QUICK, table(1_500))


def test_the_record_says_what_was_fitted_and_how_it_did_on_people_held_back() -> None:
    record = fitted(QUICK).record
    assert record["people"] == 3_000
    first = record["periods"][0]
    assert first["at_risk"] == 3_000
    assert 0.9 < first["expected_held_back"] / first["events"] < 1.1
    assert 0.1 < first["brier_held_back"] < 0.25
    assert fitted(replace(QUICK, folds=0)).record["periods"][0].keys() == {"period", "at_risk", "events"}


def altered(text: str, change) -> str:
    found = json.loads(text)
    change(found)
    return json.dumps(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda found: found["content"]["periods"][0].update(intercept=9.0), "altered content"),
        (lambda found: found.update(schema="throughcare.risk.model/9"), "schema"),
        (lambda found: found.update(hash="0" * 64), "altered content"),
        (lambda found: found.update(content=None), "altered content"),
    ],
)
def test_an_altered_file_is_refused(change, words) -> None:
    text = altered(text_of(fitted(replace(QUICK, replicates=0))), change)
    with pytest.raises(RefusedInput, match=words):
        read_model(text, where="model.json")


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "null"])
def test_other_text_is_refused(text) -> None:
    with pytest.raises(RefusedInput):
        read_model(text, where="model.json")


def test_a_hash_over_nonsense_is_refused_by_its_fields() -> None:
    content = {"form": "additive", "table": {}}
    text = json.dumps(
        {"schema": "throughcare.risk.model/1", "hash": content_hash(content), "content": content}
    )
    with pytest.raises(RefusedInput, match="fields of a model"):
        read_model(text, where="model.json")


def test_the_table_of_the_tests_is_as_described() -> None:
    assert [column.name for column in SPEC.features] == ["Priors", "Area", "Age", "Work"]
