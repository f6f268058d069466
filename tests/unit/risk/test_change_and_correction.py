"""What would change a score, and which slip would: cases worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from throughcare.risk.bounds import MOST, bounds
from throughcare.risk.change import what_would_change
from throughcare.risk.correction import smallest_correction
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.variants import months_later

FTA = INSTRUMENTS["psa_fta"]
ARP = INSTRUMENTS["all_reoffending_dynamic"]


def test_nothing_can_change_a_pretrial_score() -> None:
    found = what_would_change(FTA, FTA.spec.reference.having("recent_failures_to_appear", 1))
    assert found is not None
    assert found.nothing
    assert found.words.startswith("Nothing that the person or anybody else does now can lower this score")


def test_no_partner_is_ever_suggested() -> None:
    alone = ARP.spec.reference.having("relationship_status", "none").having("unemployed", True)
    found = what_would_change(ARP, alone)
    assert found is not None
    assert {step.item for step in found.steps} == {"unemployed"}
    assert "relationship_status" not in found.together_answers


def test_months_without_an_offence_are_counted_from_the_start_of_follow_up() -> None:
    found = what_would_change(ARP, ARP.spec.reference)
    assert found is not None
    assert [month.months for month in found.months] == list(range(61))
    assert found.months[12].day == dt.date(2021, 1, 1)
    assert found.months[36].shown == found.months[60].shown < found.months[0].shown


def test_the_smallest_slip_of_a_count() -> None:
    # one failure to appear is worth 2 points, and the fourth step of the scale begins at 3: see psa/coefficients.csv
    one = FTA.spec.reference.having("recent_failures_to_appear", 1).having("pending_charge_at_arrest", True)
    found = smallest_correction(FTA, one)
    assert found is not None
    assert found.steps == 1
    assert found.words.endswith(f"Check {found.label} first.")


def test_without_bands_there_is_no_correction() -> None:
    instrument = INSTRUMENTS["ogrs3_one_year"]
    assert smallest_correction(instrument, instrument.spec.reference) is None


def test_an_unanswered_day_is_said_and_not_guessed() -> None:
    found = bounds(ARP, ARP.spec.reference.without("date_of_birth"))
    assert found.lowest is None
    assert found.why_none is not None
    assert found.why_none.code == "day_unanswered"
    assert "date of birth" in found.why_none.words


def test_too_many_combinations_are_said_and_never_sampled() -> None:
    pni = INSTRUMENTS["pni"]
    answers = pni.spec.reference
    for name in pni.spec.defaults:
        answers = answers.without(name)
    found = bounds(pni, answers)
    assert found.lowest is None
    assert found.why_none is not None
    assert found.why_none.code == "too_many_combinations"
    assert f"{MOST:,}" in found.why_none.words


def test_bounds_of_a_count_leave_out_who_is_outside_the_population() -> None:
    found = bounds(ARP, ARP.spec.reference.without("sanctions_total"))
    assert found.combinations == 200
    assert found.some_abstain
    assert found.highest is not None
    assert found.influences[0].item == "sanctions_total"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), -12, dt.date(2023, 2, 28)),
        (dt.date(2023, 12, 15), 1, dt.date(2024, 1, 15)),
        (dt.date(2024, 1, 15), -1, dt.date(2023, 12, 15)),
    ],
)
def test_months_end_on_the_last_day_there_is(day: dt.date, months: int, expected: dt.date) -> None:
    assert months_later(day, months) == expected
