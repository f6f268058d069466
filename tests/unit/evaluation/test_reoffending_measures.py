"""Measures of a cohort, each beside the arithmetic by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from throughcare.evaluation.clock import Clock, CohortWindow, ReoffendingRules, cohort_windows
from throughcare.evaluation.index_events import check_tables
from throughcare.evaluation.reoffending import Reoffending, proven_reoffending
from throughcare.evaluation.reoffending_measures import (
    JUSTICE_DATA_LAB,
    NOT_CAUSAL,
    Measure,
    adjusted_rate,
    measures,
    pooled_rate,
)
from throughcare.evaluation.reoffending_tables import IndexEvents, Offences, People, Spells, Tier
from throughcare.kernel.errors import RefusedInput

ZERO = np.datetime64("2023-01-10")
WINDOW = CohortWindow(np.datetime64("2023-01-01"), np.datetime64("2023-04-01"))


def day(after: int) -> np.datetime64:
    return ZERO + np.timedelta64(after, "D")


def cohort(*, extract: str = "2026-06-01", clock: Clock | None = None, interim: bool = False) -> Reoffending:
    """Four people from one day: a with 2 offences (days 10, 40), b with 1 (day 100, custody), c and d with none."""
    people = People.of(ids=["a", "b", "c", "d"], treated=[1, 1, 0, 0], score=[0.5, 0.4, 0.2, 0.1])
    events = IndexEvents.of(person=["a", "b", "c", "d"], ids=["1", "2", "3", "4"], on=[ZERO] * 4)
    offences = Offences.of(
        ids=["x", "y", "z"],
        person=["a", "a", "b"],
        on=[day(10), day(40), day(100)],
        proven=[day(20), day(50), day(200)],
        outcome=[1, 2, 1],
        tier=[Tier.SUMMARY, Tier.EITHER_WAY, Tier.INDICTABLE_ONLY],
        custody=[False, False, True],
    )
    spells = Spells.of(ids=["s"], person=["b"], begins=[day(200)], ends=[day(300)])
    checked = check_tables(people, events, offences, spells=spells, extract_on=np.datetime64(extract))
    return proven_reoffending(checked, window=WINDOW, clock=clock, interim_allowed=interim)


def by_code(found: Reoffending, **options: object) -> dict[str, Measure]:
    return {measure.code: measure for measure in measures(found, **options)}


def test_every_headline_by_hand():
    told = by_code(cohort())
    assert told["rate"].estimate == 2 / 4
    assert told["frequency"].estimate == 3 / 4
    assert told["per_reoffender"].estimate == 3 / 2
    assert told["days_to_first"].estimate == (10 + 100) / 2
    assert told["days_without"].estimate == (10 + 100 + 365 + 365) / 4
    assert told["summary_rate"].estimate == told["indictable_frequency"].estimate == 1 / 4
    assert told["court_rate"].estimate == 2 / 4
    assert told["court_either_way_rate"].estimate == 0
    assert told["custody_rate"].estimate == told["custody_frequency"].estimate == 1 / 4
    assert told["per_year_at_risk"].estimate == pytest.approx(3 * 365.25 / (4 * 364 - 100), rel=1e-12)


def test_every_measure_of_the_justice_data_lab_is_there():
    assert set(JUSTICE_DATA_LAB) <= set(by_code(cohort()))
    assert len(set(JUSTICE_DATA_LAB.values())) == 11


def test_what_is_conditional_on_the_outcome_says_that_it_is_no_effect():
    told = by_code(cohort())
    assert {code for code, measure in told.items() if measure.note == NOT_CAUSAL} == {
        "days_to_first",
        "per_reoffender",
    }


def test_an_arm_on_its_own_and_an_arm_without_reoffenders():
    found = cohort()
    assert by_code(found, whom=found.treated == 1)["rate"].estimate == 1
    nobody = by_code(found, whom=found.treated == 0)
    assert nobody["rate"].estimate == 0
    assert 0 < nobody["rate"].high < 1  # nought of two is not nought of everybody
    assert math.isnan(nobody["days_to_first"].estimate)


def test_the_interval_of_a_rate_is_wilsons():
    rate = by_code(cohort())["rate"]  # 2 of 4, by the textbook's formula
    z2 = 1.959963984540054**2
    half = math.sqrt(z2 * (0.25 / 4 + z2 / 64)) / (1 + z2 / 4)
    assert (rate.low, rate.high) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-12)


def test_interim_figures_say_so_everywhere():
    found = cohort(extract="2024-06-01", interim=True)
    assert all(measure.note.startswith("interim: data taken on 2024-06-01") for measure in measures(found))


def test_data_that_are_not_ripe_are_refused():
    with pytest.raises(RefusedInput, match="2025-01-01"):
        cohort(extract="2024-12-31")


def test_a_period_after_the_tag_needs_riper_data():
    cohort(extract="2025-01-01")
    with pytest.raises(RefusedInput, match=r"too early for 4 people \(ids a, b, c, d\)"):
        cohort(extract="2025-01-01", clock=Clock(period_days=90))


def test_the_adjusted_rate_is_the_hand_calculation():
    found = cohort()
    adjusted = adjusted_rate(
        found, score_version="OGRS4/G 1", baseline_mean_score=0.45, baseline_score_version="OGRS4/G 1"
    )
    assert adjusted.adjusted == pytest.approx(0.5 - ((0.5 + 0.4 + 0.2 + 0.1) / 4 - 0.45), abs=1e-9)
    errors = np.array([1, 1, 0, 0]) - np.array([0.5, 0.4, 0.2, 0.1])
    spread = 1.959963984540054 * errors.std() / 2
    assert adjusted.high - adjusted.adjusted == pytest.approx(spread, abs=1e-9)


def test_scores_of_two_versions_are_not_subtracted():
    with pytest.raises(RefusedInput, match="OGRS3"):
        adjusted_rate(
            cohort(), score_version="OGRS4/G 1", baseline_mean_score=0.45, baseline_score_version="OGRS3"
        )


def test_somebody_without_a_score_is_not_left_out_silently():
    found = cohort()
    scores = found.score.copy()
    scores[2] = np.nan
    object.__setattr__(found, "score", scores)
    with pytest.raises(RefusedInput, match="1 of 4"):
        adjusted_rate(found, score_version="1", baseline_mean_score=0.4, baseline_score_version="1")


def test_the_columns_for_estimators_hold_what_was_counted():
    outcomes = cohort(clock=Clock(period_days=30)).outcomes()
    assert outcomes.binary["reoffended"].tolist() == [1, 1, 0, 0]
    assert outcomes.counts["reoffences"].tolist() == [2, 1, 0, 0]
    assert outcomes.counts["during_reoffences"].tolist() == [1, 0, 0, 0]
    assert outcomes.counts["after_reoffences"].tolist() == [1, 1, 0, 0]
    assert outcomes.days["days_without"].tolist() == [10, 100, 365, 365]


def test_four_cohorts_make_a_year_and_a_person_in_two_is_one_person():
    people = People.of(ids=["a", "b"])
    events = IndexEvents.of(
        ids=[1, 2, 3],
        person=["a", "a", "b"],
        on=np.array(["2023-01-10", "2023-04-10", "2023-02-01"], "datetime64[D]"),
    )
    offence = Offences.of(ids=[1], person=["a"], on=["2023-06-01"], proven=["2023-07-01"])
    checked = check_tables(people, events, offence, extract_on=np.datetime64("2026-01-01"))
    windows = cohort_windows(np.datetime64("2023-01-01"), np.datetime64("2024-01-01"))
    cohorts = [proven_reoffending(checked, window=window) for window in windows]
    assert [len(found) for found in cohorts] == [2, 1, 0, 0]
    pooled = pooled_rate(cohorts)
    assert pooled.estimate == 2 / 3
    # a's two rows err together: influence 2/3 in all, b's -2/3
    error = math.sqrt((2 / 3) ** 2 + (2 / 3) ** 2) / 3
    size = (2 / 9) / error**2
    z2 = 1.959963984540054**2 / size
    assert (pooled.low + pooled.high) / 2 == pytest.approx((2 / 3 + z2 / 2) / (1 + z2), abs=1e-9)


def test_windows_that_do_not_fill_the_span_are_refused():
    assert len(cohort_windows(np.datetime64("2023-01-01"), np.datetime64("2024-01-01"), months=12)) == 1
    with pytest.raises(RefusedInput, match="whole number"):
        cohort_windows(np.datetime64("2023-01-01"), np.datetime64("2023-12-31"))


def test_rules_that_make_no_sense_are_refused():
    with pytest.raises(RefusedInput, match="follow_up_months"):
        ReoffendingRules(follow_up_months=0)
    with pytest.raises(RefusedInput, match="one period"):
        Clock(period_days=30, own_periods=True)


def test_rejected_rows_are_named_with_what_to_do():
    people = People.of(ids=["a"])
    events = IndexEvents.of(ids=["e"], person=["a"], on=[ZERO])
    offences = Offences.of(
        ids=["good", "bad"], person=["a", "a"], on=[day(5), day(9)], proven=[day(6), day(8)]
    )
    found = proven_reoffending(
        check_tables(people, events, offences, extract_on=np.datetime64("2026-01-01")), window=WINDOW
    )
    assert found.followed.offences.tolist() == [1]
    (rejected,) = found.drop_out.rejected()
    assert rejected.sentence() == (
        "offences, row 2 (id bad): was proven before it happened. Mend one of the two dates."
    )
