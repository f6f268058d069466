from __future__ import annotations

import numpy as np
import pytest

from throughcare.kernel.time import MINUTE_US, Interval
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.scoring import PersonScore, radio_labels, summarise, without_radio
from throughcare.monitoring.status import Statuses, StatusKind


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
