from __future__ import annotations

import numpy as np
import pytest

from benchmarks.curfew_nights import FIRST_NIGHT_US, HOME_DEG, order_for
from throughcare.kernel.time import HOUR_US, MINUTE_US, Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.parameters import Parameters
from throughcare.monitoring.rules import compile_rules
from throughcare.monitoring.scoring import (
    Labels,
    PersonScore,
    bootstrap,
    radio_labels,
    score_people,
    summarise,
    without_radio,
)
from throughcare.monitoring.status import Statuses, StatusKind
from throughcare.orders.history import history_of


def polls(
    *, missed: range, last: int = 120, silent: range = range(0), extra: tuple[int, StatusKind] | None = None
) -> Statuses:
    """Return a poll a minute, some of them missed, some never made."""
    rows = [
        (t, StatusKind.RADIO_MISSED if t in missed else StatusKind.RADIO_HEARD)
        for t in range(last)
        if t not in silent
    ]
    rows += [extra] if extra else []
    return Statuses.build(
        key=[0] * len(rows),
        keys=("A",),
        t_us=[t * MINUTE_US for t, _ in rows],
        kind=[int(kind) for _, kind in rows],
    )


def fixes(minutes: range) -> Fixes:
    """Return a fix at each of some minutes."""
    return Fixes.build(key=[0] * len(minutes), keys=("A",), t_us=[t * MINUTE_US + 5 for t in minutes])


def test_a_run_of_unheard_polls_of_a_living_tag_is_an_absence_between_the_heard_ones() -> None:
    labels = radio_labels(fixes(range(120)), polls(missed=range(40, 60)))["A"]
    assert labels.absent == (Interval(39 * MINUTE_US, 60 * MINUTE_US),)
    assert labels.checked == (Interval(0, 119 * MINUTE_US),)


def test_a_few_unheard_polls_are_at_home() -> None:
    labels = radio_labels(fixes(range(120)), polls(missed=range(40, 46)))["A"]
    assert labels.absent == ()
    assert labels.checked == (Interval(0, 119 * MINUTE_US),)


@pytest.mark.parametrize(
    ("alive", "statuses"),
    [
        (range(45), polls(missed=range(40, 60))),
        (range(120), polls(missed=range(0), silent=range(40, 60))),
        (range(120), polls(missed=range(40, 60), extra=(50, StatusKind.UNIT_MOVED))),
        (range(120), polls(missed=range(40, 60), extra=(50, StatusKind.UNIT_POWER_LOST))),
    ],
    ids=["a silent tag", "a silent unit", "a moved unit", "a unit without power"],
)
def test_of_what_cannot_be_trusted_nothing_counts_as_checked(alive: range, statuses: Statuses) -> None:
    labels = radio_labels(fixes(alive), statuses)["A"]
    assert labels.absent == ()
    assert labels.checked == (
        Interval(0, 39 * MINUTE_US),
        Interval(60 * MINUTE_US, 119 * MINUTE_US),
    )


def test_a_satellite_only_detector_hears_no_word_of_the_unit() -> None:
    both = polls(missed=range(3), last=5, extra=(7, StatusKind.DEVICE_HEARTBEAT))
    assert without_radio(both).kind.tolist() == [int(StatusKind.DEVICE_HEARTBEAT)]


def test_the_summary_adds_people_up_and_shows_who_fares_worst() -> None:
    people = [PersonScore(nights=10, demanded_s=100.0, unknown_s=5.0) for _ in range(19)]
    people.append(
        PersonScore(nights=10, spells=9, false=8, absences=2, found=1, demanded_s=100.0, unknown_s=5.0)
    )
    people.append(PersonScore(left_out=4))
    people[-2].delays_min.append(6.0)
    summary = summarise(people, seed=1)
    assert (summary.people, summary.nights, summary.left_out) == (20, 200, 4)
    assert summary.false_per_day == pytest.approx(0.04)
    assert summary.false_low == 0.0 < summary.false_per_day < summary.false_high
    assert summary.worst_decile == pytest.approx(0.4)
    assert len(summary.deciles) == 10
    assert (summary.recall, summary.delay_p90_min, summary.unknown_share) == (0.5, 6.0, 0.05)


def test_nobody_scored_is_not_known_rather_than_none() -> None:
    summary = summarise([PersonScore(left_out=1)], seed=1)
    assert np.isnan(
        [summary.false_per_day, summary.recall, summary.delay_p50_min, summary.worst_decile]
    ).all()
    assert summary.nights == 0


def test_no_false_incident_in_few_nights_is_no_proof_that_there_will_be_none() -> None:
    summary = summarise([PersonScore(nights=30), PersonScore(nights=30)], seed=1)
    assert (summary.false_per_day, summary.false_low, summary.false_high) == (0.0, 0.0, 0.05)


def test_the_interval_of_a_statistic_is_over_people() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    low, high = bootstrap(
        np.random.default_rng(1), 100, lambda rows: [values[rows].mean(), float("nan"), 3.0], draws=500
    )
    assert (0.3 < low[0] < 0.45, 0.55 < high[0] < 0.7) == (True, True)
    assert (low[2], high[2]) == (3.0, 3.0)


def test_a_number_that_nobody_has_leaves_no_interval_and_no_warning() -> None:
    low, high = bootstrap(np.random.default_rng(1), 3, lambda rows: [float("nan")], draws=5)
    assert np.isnan([low[0], high[0]]).all()


def test_a_night_is_scored_by_what_was_told_missed_and_wrong() -> None:
    order = order_for(0, with_unit=False)
    night = FIRST_NIGHT_US + 2 * HOUR_US
    absent = Interval(night, night + 20 * MINUTE_US)
    minutes = np.arange(720)
    t_us = FIRST_NIGHT_US + minutes * MINUTE_US
    away = ((t_us >= absent.start_us) & (t_us < absent.stop_us)) | ((minutes >= 300) & (minutes < 310))
    facts = Fixes.build(
        key=np.zeros(720), keys=("A0",), t_us=t_us, lat_deg=HOME_DEG[0] + np.where(away, 0.01, 0.0),
        lon_deg=np.full(720, HOME_DEG[1]), accuracy_m=np.full(720, 10.0),
    )  # fmt: skip
    checked = Interval(FIRST_NIGHT_US, FIRST_NIGHT_US + 12 * HOUR_US)
    rules = compile_rules(
        [history_of([order])], parameters=Parameters(), known_at_us=checked.stop_us,
        within=Interval(FIRST_NIGHT_US - HOUR_US, checked.stop_us + 1),
    )  # fmt: skip
    short = Interval(checked.stop_us - 8 * MINUTE_US, checked.stop_us - 2 * MINUTE_US)  # never told
    (score,) = score_people(
        facts, Statuses.empty(), rules=rules, labels={"A0": Labels((checked,), (absent, short))},
        now_us=checked.stop_us + 1,
    ).values()  # fmt: skip
    assert (score.nights, score.spells, score.false) == (1, 2, 1)
    assert (score.absences, score.found, score.absences_5, score.found_5) == (1, 1, 2, 1)
    assert score.missed_s == pytest.approx(6 * 60, abs=60)
    assert score.wrong_s == pytest.approx(10 * 60, abs=60)
    assert [true for _, true in score.stated] == [True, False]
    assert [stated for stated, _ in score.stated] == [0.99, 0.85]  # of 30 minutes, and of 10
