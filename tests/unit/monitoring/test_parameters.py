"""A parameter set that could not work is refused by name; a changed number is a different set."""

from __future__ import annotations

import math
from typing import Any

import pytest

from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.parameters import Detector, Parameters


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"margin": 5}, "parameter margin: expected one of"),
        ({"gap_limit_s": 0}, "parameter gap_limit_s: expected a number above 0; found 0"),
        ({"gap_limit_s": -1.0}, "found -1.0"),
        ({"margin_m": -1.0}, "expected a number 0 or more"),
        ({"margin_m": math.nan}, "found nan"),
        ({"margin_m": math.inf}, "found inf"),
        ({"margin_m": "50"}, "found '50'"),
        ({"margin_m": True}, "found True"),
        ({"outlier_share": 1.0}, "a share below 1"),
        (
            {"open_log_odds": 7.0},
            "parameter floor_log_odds: expected at least open_log_odds .7., which is otherwise",
        ),
        ({"close_log_odds": 3.0}, "parameter cap_log_odds: expected at least close_log_odds"),
        ({"proximity_open_log_odds": 3.0}, "parameter proximity_cap_log_odds"),
    ],
)
def test_a_set_that_could_not_work_is_refused_by_name(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedInput, match=words):
        Parameters.from_dict(values)


def test_json_values_come_back_as_the_same_set() -> None:
    chosen = Parameters(detector=Detector.TUNED_RULE, margin_m=0, curfew_dwell_s=0)
    assert Parameters.from_dict(chosen.as_dict()) == chosen
    assert Parameters.from_dict({}) == Parameters()


def test_a_changed_number_is_a_different_set() -> None:
    assert Parameters().parameters_id == Parameters().parameters_id
    assert Parameters(margin_m=51).parameters_id != Parameters().parameters_id
