"""How OGRS3 adds up: age and sex, first or repeat, the rate of sanctions (Copas), and the group of the offence."""

from __future__ import annotations

import numpy as np

from throughcare.risk.arithmetic.frame import Floats, Frame
from throughcare.risk.arithmetic.parts import Part, Rules, Tabled, constant, graded, step
from throughcare.risk.arithmetic.rounding import half_up
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.contract import Spec
from throughcare.risk.ogrs3 import spec
from throughcare.risk.ogrs3.rules import CONVICTION, FORMER, POPULATION
from throughcare.risk.ogrs3.spec import TABLE
from throughcare.risk.ogrs4.rules import FOLLOW_UP

_LEAST, _MOST = 1.0, 99.0
_SANCTION_ITEMS = ("sanctions_total", "age_at_first_sanction", "date_of_birth", "conviction_date")


def whole_percent(value: Floats) -> Floats:
    """Return percent as the publisher shows it: a whole number, half up, from 1 to 99."""
    return np.clip(half_up(value / 100.0, scale=100), _LEAST, _MOST)


def _twice_rounded(_frame: Frame, value: Floats) -> Floats:
    return whole_percent(100.0 * half_up(value / 100.0, 5))


def _age_and_sex() -> Part:
    men, women = TABLE.steps("age_male"), TABLE.steps("age_female")

    def weigh(frame: Frame) -> Floats:
        age_years = frame.years("date_of_birth", "follow_up_start")
        weight = np.where(frame.chosen("sex", "female"), step(age_years, women), step(age_years, men))
        return np.where(frame.known("sex"), weight, np.nan)

    def say(frame: Frame) -> str:
        who = "a woman" if frame.chosen("sex", "female")[0] else "a man"
        return (
            f"{who} aged {frame.years('date_of_birth', 'follow_up_start')[0]:.0f} at the start of follow-up"
        )

    return Part("age_and_sex", ("date_of_birth", "follow_up_start", "sex"), weigh, say)


def _first_or_repeat() -> Part:
    steps = TABLE.steps("sanctions_before")

    def say(frame: Frame) -> str:
        return "sanctioned before" if frame.number("sanctions_total")[0] > 1 else "first sanction"

    return Part(
        "first_or_repeat",
        ("sanctions_total",),
        lambda frame: step(frame.number("sanctions_total"), steps),
        say,
    )


def _rate_of_sanctions() -> Part:
    weight, added_years = TABLE.one("sanction_rate"), TABLE.one("career_years")

    def years(frame: Frame) -> Floats:
        gap = frame.years("date_of_birth", "conviction_date") - frame.number("age_at_first_sanction")
        return np.maximum(gap, 0.0)

    def weigh(frame: Frame) -> Floats:
        return np.asarray(weight * np.log(frame.number("sanctions_total") / (years(frame) + added_years)))

    def say(frame: Frame) -> str:
        total = int(frame.number("sanctions_total")[0])
        counted = "one sanction" if total == 1 else f"{total} sanctions"
        return f"{counted}, the first {years(frame)[0]:.0f} years before the current conviction"

    return Part("rate_of_sanctions", _SANCTION_ITEMS, weigh, say)


RULES = Rules(contradictions=(*FOLLOW_UP, *CONVICTION), outside=POPULATION, cautions=(FORMER,))


def _instrument(of: Spec, horizon: str) -> Tabled:
    return Tabled(
        spec=of,
        parts=(
            constant("starting_point", TABLE.one(horizon), "where the formula starts for everybody"),
            _age_and_sex(),
            _first_or_repeat(),
            _rate_of_sanctions(),
            graded("ogrs3_offence_group", ITEMS["ogrs3_offence_group"], TABLE.keyed("offence_group")),
        ),
        rules=RULES,
        shown=_twice_rounded,
    )


ONE_YEAR = _instrument(spec.ONE_YEAR, "one_year")
TWO_YEAR = _instrument(spec.TWO_YEAR, "two_year")
INSTRUMENTS = (ONE_YEAR, TWO_YEAR)
