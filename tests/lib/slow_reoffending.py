"""The OGRS4 predictors worked out slowly: one person, decimal numbers, one published addend after the other.

It shares nothing with the instruments but the table of coefficients, which it reads for itself.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext
from importlib import resources
from typing import Any

LEVELS = ("none", "some", "significant")
PER_LEVEL = (
    "accommodation",
    "offending_activities",
    "alcohol_use",
    "binge_drinking",
    "impulsivity",
    "temper_control",
    "attitudes_to_offending",
)
OTHER_DRUGS = ("uses_other_drugs", "uses_ketamine", "uses_spice", "uses_hallucinogens", "uses_solvents")
CAREER = {"all_reoffending": 26, "violent_reoffending": 12, "serious_violent_reoffending": 12}


def shown(instrument: str, person: dict[str, Any]) -> Decimal:
    """Return the score of a person as published; the person must be one whom the instrument scores."""
    with localcontext() as context:
        context.prec = 60
        if instrument == "direct_contact_sexual":
            return _rounded(_direct_contact(person))
        if instrument == "images_indirect_sexual":
            return _rounded(_images(person))
        if instrument.startswith("combined_serious"):
            violent = instrument.replace("combined_serious", "serious_violent_reoffending")
            total = shown(violent, person)
            history = person["ever_sexual_offence"]
            if person["sex"] == "male" and history:
                total += shown("direct_contact_sexual", person) + shown("images_indirect_sexual", person)
            if person["sex"] == "female" and history:
                total += _rounded(100 * _table("combined_serious")["woman_with_sexual_offence", ""])
            return min(total, Decimal("99.99"))
        folder, _, form = instrument.rpartition("_")
        log_odds = _log_odds(folder, form, person)
        return min(_rounded(100 * log_odds.exp() / (1 + log_odds.exp())), Decimal("99.99"))


def _log_odds(folder: str, form: str, person: dict[str, Any]) -> Decimal:
    table = {(name, key): value for (name, key), value in _table(folder).items() if name.startswith(form)}

    def weight(name: str, key: str = "") -> Decimal:
        return table.get((f"{form}_{name}", key), Decimal(0))

    sex, n = person["sex"], person["sanctions_total"]
    age = Decimal(_years(person["date_of_birth"], person["follow_up_start"]))
    career = _years(person["date_of_birth"], person["conviction_date"]) - person["age_at_first_sanction"]
    total = weight("starting_point") + weight("offence_category", person["offence_category"])
    total += sum((weight(f"age_{sex}", str(power)) * age**power for power in range(1, 5)), Decimal(0))
    if sex == "female":
        total += weight("female")
    total += weight("each_sanction") * n
    if n == 1:
        total += weight("first_sanction")
    elif n == 2:
        total += weight("second_sanction") + weight("years_to_second", sex) * career
    else:
        rate = (Decimal(n) / (career + CAREER[folder])).ln()
        total += weight(f"sanction_rate_{sex}", "1") * rate + weight(f"sanction_rate_{sex}", "2") * rate**2
    if person["assessment_date"] >= person["follow_up_start"]:
        months = Decimal(min(36, _months(person["follow_up_start"], person["assessment_date"])))
        total += sum((weight("offence_free_months", str(p)) * months**p for p in range(1, 5)), Decimal(0))
    if folder != "all_reoffending":
        total += _violence(weight, person, career)
    return total if form == "static" else total + _needs(weight, person)


def _violence(weight: Any, person: dict[str, Any], career: int) -> Decimal:
    v = person["sanctions_violent"]
    if v == 0:
        return weight("never_violent", person["sex"])
    total = weight("each_violent_sanction") * v + weight("violent_rate") * (Decimal(v) / (career + 30)).ln()
    return total + (weight("once_violent") if v == 1 else 0)


def _needs(weight: Any, person: dict[str, Any]) -> Decimal:
    total = Decimal(0)
    for name in PER_LEVEL:
        if name in person:
            total += weight(name) * LEVELS.index(person[name])
    if person["unemployed"]:
        total += weight("unemployed") * 2
    if "partner_relationship" in person:
        level = LEVELS.index(person["partner_relationship"])
        total += weight("partner", "problem_level") * level
        if person["relationship_status"] == "living_together":
            total += weight("partner", "living_together")
            total += weight("partner", "problem_level_if_living_together") * level
    if "drug_motivation" in person:
        total += weight("drug_motivation") * ("full", "partial", "none").index(person["drug_motivation"])
    for name, value in person.items():
        flag = name.startswith(("uses_", "past_")) or name in {"domestic_abuse", "weapon_in_offence"}
        if flag and value is True and name not in OTHER_DRUGS:
            total += weight(name)
    if any(person.get(name) for name in OTHER_DRUGS):
        total += weight("other_drugs")
    return total


def _direct_contact(person: dict[str, Any]) -> Decimal:
    table = _table("direct_contact_sexual")
    points = 0
    points += (0, 5, 10, 15)[min(3, person["sexual_sanctions_adult_contact"])]
    points += (0, 3, 6, 9)[min(3, person["sexual_sanctions_child_contact"])]
    points += (0, 2, 4, 6)[min(3, person["sexual_sanctions_non_contact"])]
    age = _years(person["date_of_birth"], person["follow_up_start"])
    points += 0 if age >= 60 else 14 - max(0, (age - 18) // 3)
    age_then = _years(person["date_of_birth"], person["last_sexual_offence_date"])
    points += 10 if age_then >= 18 else 5 if age_then >= 16 else 0
    points += 6 if person["sanctions_total"] >= 2 else 0
    points += 4 if person.get("stranger_victim") else 0
    if points == 0:
        return Decimal(0)
    log_odds = table["starting_point", ""] + table["each_point", ""] * points
    return 100 * log_odds.exp() / (1 + log_odds.exp())


def _images(person: dict[str, Any]) -> Decimal:
    table = _table("images_indirect_sexual")
    images, child = person["sexual_sanctions_images"], person["sexual_sanctions_child_contact"]
    if images >= 2:
        name = "two_or_more_image_sanctions"
    elif images == 1:
        name = "one_image_sanction"
    elif child >= 2:
        name = "two_or_more_child_contact_sanctions"
    elif child == 1:
        name = "one_child_contact_sanction"
    elif person["sexual_sanctions_non_contact"] and person["sexual_sanctions_adult_contact"]:
        name = "non_contact_and_adult_contact_sanctions"
    else:
        return Decimal(0)
    return 100 * table[name, ""]


def _table(folder: str) -> dict[tuple[str, str], Decimal]:
    path = resources.files(f"throughcare.risk.{folder}").joinpath("coefficients.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {(row["name"], row["key"]): Decimal(row["value"]) for row in csv.DictReader(stream)}


def _years(start: dt.date, end: dt.date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _months(start: dt.date, end: dt.date) -> int:
    return 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
