"""How OVP adds up: points of the record and of needs, and the points in log-odds."""

from __future__ import annotations

import numpy as np

from throughcare.risk.arithmetic.frame import Floats, Frame
from throughcare.risk.arithmetic.parts import Limit, Part, Rules, Tabled, constant, step
from throughcare.risk.contract import Spec
from throughcare.risk.ogp.score import in_points, level_points, summed, yes_points
from throughcare.risk.ogrs3 import score as ogrs3
from throughcare.risk.ogrs3.rules import FORMER, SANCTIONS
from throughcare.risk.ogrs4.rules import FOLLOW_UP, TOO_YOUNG, VIOLENT_WITHIN_TOTAL, YOUNGEST
from throughcare.risk.ovp import spec
from throughcare.risk.ovp.spec import TABLE

_EACH_POINT = TABLE.one("log_odds_per_point")
_AGE, _VIOLENT, _OTHERS = TABLE.steps("age"), TABLE.steps("violent"), TABLE.steps("non_violent")


def _alcohol(frame: Frame) -> Floats:
    return np.asarray(np.ceil(summed(frame, spec.ALCOHOL) * TABLE.one("alcohol_per_level")))


def _sex(frame: Frame) -> Floats:
    points = np.where(frame.chosen("sex", "male"), TABLE.one("male"), 0.0)
    return np.where(frame.known("sex"), points, np.nan)


def _age(frame: Frame) -> Floats:
    return step(frame.years("date_of_birth", "follow_up_start"), _AGE)


def _violent(frame: Frame) -> Floats:
    return step(frame.number("sanctions_violent"), _VIOLENT)


def _others(frame: Frame) -> Floats:
    others = frame.number("sanctions_total") - frame.number("sanctions_violent")
    return step(np.maximum(others, 0.0), _OTHERS)


def _any_sanction(frame: Frame) -> Floats:
    points = np.where(frame.number("sanctions_total") >= 1, TABLE.one("any_sanction"), 0.0)
    return np.where(frame.known("sanctions_total"), points, np.nan)


def _age_part() -> Part:
    def say(frame: Frame) -> str:
        age_years = frame.years("date_of_birth", "follow_up_start")[0]
        return f"aged {age_years:.0f} at the start of follow-up ({_age(frame)[0]:.0f} points)"

    return Part("age", ("date_of_birth", "follow_up_start"), lambda frame: _EACH_POINT * _age(frame), say)


def _others_part() -> Part:
    def say(frame: Frame) -> str:
        others = frame.number("sanctions_total")[0] - frame.number("sanctions_violent")[0]
        return f"sanctions for other offences: {others:.0f} ({_others(frame)[0]:.0f} points)"

    items = ("sanctions_total", "sanctions_violent")
    return Part("sanctions_not_violent", items, lambda frame: _EACH_POINT * _others(frame), say)


def _instrument(of: Spec, horizon: str) -> Tabled:
    each = _EACH_POINT
    return Tabled(
        spec=of,
        parts=(
            constant("starting_point", TABLE.one(horizon), "where the formula starts for everybody"),
            in_points(
                "any_sanction", ("sanctions_total",), _any_sanction, words="any sanction", each_point=each
            ),
            in_points(
                "sanctions_violent",
                ("sanctions_violent",),
                _violent,
                words="sanctions for violence",
                each_point=each,
            ),
            _others_part(),
            _age_part(),
            in_points("sex", ("sex",), _sex, words="sex", each_point=each),
            yes_points(
                "recognises_impact", TABLE.one("does_not_recognise_impact"), each_point=each, when=False
            ),
            yes_points("no_fixed_abode", TABLE.one("no_fixed_abode"), each_point=each),
            yes_points("unemployed", TABLE.one("unemployed"), each_point=each),
            in_points("alcohol", spec.ALCOHOL, _alcohol, words="alcohol now and in bouts", each_point=each),
            yes_points("psychiatric_treatment_now", TABLE.one("psychiatric_treatment_now"), each_point=each),
            level_points("temper_control", TABLE.keyed("temper_control"), each_point=each),
            level_points("attitudes_to_offending", TABLE.keyed("attitudes_to_offending"), each_point=each),
        ),
        rules=Rules(
            contradictions=(*FOLLOW_UP, VIOLENT_WITHIN_TOTAL),
            outside=(
                Limit(TOO_YOUNG, lambda frame: frame.years("date_of_birth", "follow_up_start") < YOUNGEST),
                SANCTIONS,
            ),
            cautions=(FORMER,),
        ),
        shown=lambda _frame, value: ogrs3.whole_percent(value),
    )


ONE_YEAR = _instrument(spec.ONE_YEAR, "one_year")
TWO_YEAR = _instrument(spec.TWO_YEAR, "two_year")
INSTRUMENTS = (ONE_YEAR, TWO_YEAR)
