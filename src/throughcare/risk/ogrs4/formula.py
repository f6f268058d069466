"""The one formula of the all, violent and serious violent predictors: a sum of log-odds, six sets of numbers.

log-odds = start + age and sex + current offence + sanctions + months free of offences + sanctions for violence
+ needs. The publisher lists up to 41 addends; those that only mean something together (the four powers of age,
say) are one term here, so that a person can read what it stands for. No number is changed by that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from throughcare.risk.arithmetic.frame import Floats, Frame
from throughcare.risk.arithmetic.parts import Part, constant
from throughcare.risk.arithmetic.rounding import half_up
from throughcare.risk.arithmetic.table import Coefficients
from throughcare.risk.catalogue import ITEMS
from throughcare.risk.items import YesNo

HIGHEST_PERCENT = 99.99
"""The most that is ever published."""
MOST_MONTHS = 36
"""Months without an offence beyond these no longer count."""
VIOLENT_CAREER_YEARS = 30.0
"""Years added to the length of a career before a rate of sanctions for violence is taken."""
OTHER_DRUGS = ("uses_other_drugs", "uses_ketamine", "uses_spice", "uses_hallucinogens", "uses_solvents")
"""Drugs of which any one counts, once."""
SANCTION_ITEMS = ("sanctions_total", "age_at_first_sanction", "date_of_birth", "conviction_date", "sex")
VIOLENCE_ITEMS = ("sanctions_violent", "age_at_first_sanction", "date_of_birth", "conviction_date", "sex")


@dataclass(frozen=True, slots=True)
class Form:
    """The numbers of one form (static or dynamic) of a predictor.

    Parameters
    ----------
    coefficients : Coefficients
    name : str
        ``static`` or ``dynamic``; the first word of each name in the table.
    career_years : float
        Years added to the length of a career before a rate of sanctions is taken.
    """

    coefficients: Coefficients
    name: str
    career_years: float

    def one(self, name: str) -> float:
        """Return a number that stands alone."""
        return self.coefficients.one(f"{self.name}_{name}")

    def keyed(self, name: str) -> Mapping[str, float]:
        """Return the numbers of a name by key."""
        return self.coefficients.keyed(f"{self.name}_{name}")

    def powers(self, name: str) -> tuple[float, ...]:
        """Return the coefficients of a polynomial without a constant."""
        return self.coefficients.powers(f"{self.name}_{name}")


def starting_point(form: Form) -> Part:
    """Return the constant of a form."""
    return constant("starting_point", form.one("starting_point"), "where the formula starts for everybody")


def age_and_sex(form: Form) -> Part:
    """Return the curve of age at the start of follow-up, one for men and one for women."""
    men, women = form.powers("age_male"), form.powers("age_female")
    female = form.one("female")

    def weigh(frame: Frame) -> Floats:
        age_years = frame.years("date_of_birth", "follow_up_start")
        return _by_sex(frame, polynomial(men, age_years), female + polynomial(women, age_years))

    def say(frame: Frame) -> str:
        who = "a woman" if frame.chosen("sex", "female")[0] else "a man"
        age_years = frame.years("date_of_birth", "follow_up_start")[0]
        return f"{who} aged {age_years:.0f} at the start of follow-up"

    return Part("age_and_sex", ("date_of_birth", "follow_up_start", "sex"), weigh, say)


def current_offence(form: Form) -> Part:
    """Return the weight of the category of the current offence."""
    weights = form.keyed("offence_category")
    item = ITEMS["offence_category"]
    return _looked_up("offence_category", item.name, [weights[str(value)] for value in item.domain.values])


def sanctions(form: Form) -> Part:
    """Return the weight of how many sanctions there are and over how many years (a Copas rate from the third on)."""
    first, second, each = form.one("first_sanction"), form.one("second_sanction"), form.one("each_sanction")
    years_to_second = form.keyed("years_to_second")
    men, women = form.powers("sanction_rate_male"), form.powers("sanction_rate_female")

    def weigh(frame: Frame) -> Floats:
        total, career_years = frame.number("sanctions_total"), career(frame)
        gap_weight = _by_sex(
            frame, years_to_second["male"] * career_years, years_to_second["female"] * career_years
        )
        rate = np.log(total / (career_years + form.career_years))
        rate_weight = _by_sex(frame, polynomial(men, rate), polynomial(women, rate))
        special = np.where(total == 1, first, np.where(total == 2, second + gap_weight, rate_weight))
        return np.asarray(each * total + special, dtype=np.float64)

    def say(frame: Frame) -> str:
        total = int(frame.number("sanctions_total")[0])
        age_first = int(frame.number("age_at_first_sanction")[0])
        if total == 1:
            return f"one sanction, at the age of {age_first}"
        age_years = int(frame.years("date_of_birth", "conviction_date")[0])
        return f"{total} sanctions, the first at the age of {age_first}, the latest at {age_years}"

    return Part("sanctions", SANCTION_ITEMS, weigh, say)


def months_free(form: Form) -> Part:
    """Return the weight of the whole months in the community without an offence; nothing before follow-up starts."""
    powers = form.powers("offence_free_months")

    def weigh(frame: Frame) -> Floats:
        months = np.clip(frame.months("follow_up_start", "assessment_date"), 0.0, MOST_MONTHS)
        return polynomial(powers, months)

    def say(frame: Frame) -> str:
        if frame.days["assessment_date"][0] < frame.days["follow_up_start"][0]:
            return "follow-up has not started, so no month without an offence counts yet"
        months = int(frame.months("follow_up_start", "assessment_date")[0])
        beyond = f" (only {MOST_MONTHS} count)" if months > MOST_MONTHS else ""
        counted = "1 whole month" if months == 1 else f"{months} whole months"
        return f"{counted} without an offence since follow-up started{beyond}"

    return Part("offence_free_months", ("follow_up_start", "assessment_date"), weigh, say)


def violent_sanctions(form: Form) -> Part:
    """Return the weight of sanctions for violence: never, once, how many, and at which rate."""
    never, once = form.keyed("never_violent"), form.one("once_violent")
    each, rate_weight = form.one("each_violent_sanction"), form.one("violent_rate")

    def weigh(frame: Frame) -> Floats:
        violent = frame.number("sanctions_violent")
        at_least_one = np.maximum(violent, 1.0)
        rate = np.log(at_least_one / (career(frame) + VIOLENT_CAREER_YEARS))
        some = each * violent + rate_weight * rate + np.where(violent == 1, once, 0.0)
        none = _by_sex(frame, np.full(frame.size, never["male"]), np.full(frame.size, never["female"]))
        return np.where(violent == 0, none, some)

    def say(frame: Frame) -> str:
        violent = int(frame.number("sanctions_violent")[0])
        if violent == 0:
            return "never sanctioned for violence"
        return f"{'one sanction' if violent == 1 else f'{violent} sanctions'} for violence"

    return Part("violent_sanctions", VIOLENCE_ITEMS, weigh, say)


def need(form: Form, name: str, *, times: int = 1) -> Part:
    """Return the weight of one need: per level of a problem, or for yes; the publisher counts some yes `times` over."""
    weight = form.one(name) * times
    return _looked_up(name, name, [weight * level for level, _ in enumerate(ITEMS[name].domain.values)])


def partner(form: Form) -> Part:
    """Return the weight of living with a partner and of how the two get on."""
    weights = form.keyed("partner")

    def weigh(frame: Frame) -> Floats:
        together = np.where(
            frame.known("relationship_status"), frame.chosen("relationship_status", "living_together"), np.nan
        )
        level = frame.number("partner_relationship")
        return (
            together * weights["living_together"]
            + level * weights["problem_level"]
            + together * level * weights["problem_level_if_living_together"]
        )

    def say(frame: Frame) -> str:
        return f"{frame.words('relationship_status')}; relationship: {frame.words('partner_relationship')}"

    return Part("partner", ("relationship_status", "partner_relationship"), weigh, say)


def other_drugs(form: Form) -> Part:
    """Return the weight of any other drug, counted once however many there are."""
    weight = form.one("other_drugs")

    def weigh(frame: Frame) -> Floats:
        used = np.maximum.reduce([frame.number(name) for name in OTHER_DRUGS])
        return np.asarray(weight * used, dtype=np.float64)

    def say(frame: Frame) -> str:
        used = [ITEMS[name].label.removeprefix("use of ") for name in OTHER_DRUGS if frame.yes(name)[0]]
        return f"use of {', '.join(used)}" if used else "no use of another drug"

    return Part("other_drugs", OTHER_DRUGS, weigh, say)


def published(_: Frame, percent: Floats) -> Floats:
    """Return scores as published: to two places, half up, and never 100."""
    return np.asarray(np.minimum(half_up(percent, 2), HIGHEST_PERCENT), dtype=np.float64)


def career(frame: Frame) -> Floats:
    """Return the whole years from the first sanction to the current conviction; 0 where they contradict."""
    years = frame.years("date_of_birth", "conviction_date") - frame.number("age_at_first_sanction")
    return np.maximum(years, 0.0)


def polynomial(powers: tuple[float, ...], x: Floats) -> Floats:
    """Return a polynomial without a constant, its coefficients from the first power up."""
    total = np.zeros_like(x)
    for coefficient in reversed(powers):
        total = (total + coefficient) * x
    return total + 0.0  # no minus zero: a person would read it


def _by_sex(frame: Frame, men: Floats, women: Floats) -> Floats:
    chosen = np.where(frame.chosen("sex", "female"), women, men)
    return np.where(frame.known("sex"), chosen, np.nan)


def _looked_up(part_name: str, item_name: str, weights: list[float]) -> Part:
    item = ITEMS[item_name]
    table = np.array([*weights, np.nan])

    def weigh(frame: Frame) -> Floats:
        numbers = frame.number(item_name)
        return np.asarray(table[np.where(np.isnan(numbers), -1.0, numbers).astype(np.int64)])

    def say(frame: Frame) -> str:
        words = frame.words(item_name)
        if isinstance(item.domain, YesNo):
            return item.label if words == "yes" else f"no {item.label}"
        return f"{item.label}: {words}"

    return Part(part_name, (item_name,), weigh, say)
