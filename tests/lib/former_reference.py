"""The former generation and the screens once more: slow, plain, one person at a time, with their numbers written out.

It shares nothing with the instruments but the names of items. Answers are a mapping from item name to value;
required answers are there, optional ones may be absent.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import throughcare.risk

ROOT = Path(next(iter(throughcare.risk.__path__)))
Person = Mapping[str, Any]

LEVEL = {"none": 0, "some": 1, "significant": 2}


def years(start: dt.date, end: dt.date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def half_up(value: float, places: str = "1") -> float:
    return float(Decimal(value).quantize(Decimal(places), rounding=ROUND_HALF_UP))


def percent(probability: float) -> int:
    whole = int((Decimal(probability) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(max(whole, 1), 99)


def sigmoid(log_odds: float) -> float:
    return math.exp(log_odds) / (1 + math.exp(log_odds))


OGRS3_AGES = (10, 12, 14, 16, 18, 21, 25, 30, 35, 40, 50)
OGRS3_MEN = (0, 0.08392, 0.07578, -0.0616, -0.6251, -1.0515, -1.1667, -1.326, -1.368, -1.4997, -2.0253)
OGRS3_WOMEN = (
    *(0.785, 0.61385, 0.66952, -0.9592, -0.8975, -1.0285),
    *(-1.0528, -1.1291, -1.4219, -1.5247, -2.4498),
)
OGRS3_OFFENCE = {
    "violence": 0,
    "robbery": -0.6348,
    "public_order": 0.1819,
    "sexual_against_child": -0.6534,
    "sexual_not_against_child": 0.0328,
    "prostitution_or_brothel": 0.7606,
    "burglary_domestic": -0.1239,
    "burglary_other": 0.2406,
    "theft": 0.6612,
    "vehicle_theft": 0.3801,
    "theft_from_vehicle": 0.4272,
    "handling": 0.3519,
    "fraud_and_forgery": 0.1599,
    "absconding_or_bail": 0.7334,
    "criminal_damage": 0.205,
    "drugs_import_production_or_supply": -0.7956,
    "drugs_possession_or_small_supply": 0.0772,
    "motoring": 0.2622,
    "drink_driving": -0.1214,
    "other": -0.0607,
}


def ogrs3(person: Person) -> tuple[int, int]:
    """Return whole percent over one year and over two."""
    age_then = years(person["date_of_birth"], person["follow_up_start"])
    age_now = years(person["date_of_birth"], person["conviction_date"])
    table = OGRS3_MEN if person["sex"] == "male" else OGRS3_WOMEN
    z = next(weight for low, weight in reversed(list(zip(OGRS3_AGES, table, strict=True))) if age_then >= low)
    z += 0.12614 if person["sanctions_total"] == 1 else 0.46306
    z += 1.25112 * math.log(person["sanctions_total"] / (10 + age_now - person["age_at_first_sanction"]))
    z += OGRS3_OFFENCE[person["ogrs3_offence_group"]]
    one, two = (half_up(sigmoid(z + start), "0.00001") for start in (1.40256, 2.1217))
    return percent(one), percent(two)


def ogp(person: Person) -> tuple[int, int]:
    three = (0, 3, 5)
    points = half_up(0.6 * ogrs3(person)[1])
    points += 5 * person["no_fixed_abode"] + 5 * person["unemployed"]
    points += three[LEVEL[person["offending_activities"]]] + three[LEVEL[person["attitudes_to_offending"]]]
    drugs = LEVEL[person["drug_misuse"]] + {"full": 0, "partial": 1, "none": 2}[person["drug_motivation"]]
    points += half_up(3.75 * drugs)
    thinking = LEVEL[person["problem_solving"]] + LEVEL[person["understanding_others"]]
    thinking += {"yes": 0, "sometimes": 1, "no": 2}[person["aware_of_consequences"]]
    points += half_up(thinking * 5.0 / 6.0)
    return percent(sigmoid(0.0616 * points - 3.6832)), percent(sigmoid(0.0616 * points - 3.0795))


def ovp(person: Person) -> tuple[int, int]:
    age = years(person["date_of_birth"], person["follow_up_start"])
    ages = ((51, 0), (46, 2), (41, 4), (36, 6), (31, 8), (26, 10), (24, 12), (22, 14), (20, 17), (18, 20))
    violent, total = person["sanctions_violent"], person["sanctions_total"]
    points = next(weight for low, weight in ages if age >= low)
    points += 5 if person["sex"] == "male" else 0
    points += 5  # any sanction, the current one included: everybody has one
    points += (0, 4, 7, 9, 11, 12)[violent] if violent <= 5 else min(violent + 7, 25)
    points += next(
        weight for low, weight in ((21, 5), (11, 4), (5, 3), (3, 2), (0, 0)) if total - violent >= low
    )
    points += 0 if person["recognises_impact"] else 4
    points += (
        4 * person["no_fixed_abode"] + 4 * person["unemployed"] + 4 * person["psychiatric_treatment_now"]
    )
    points += math.ceil(2.5 * (LEVEL[person["alcohol_use"]] + LEVEL[person["binge_drinking"]]))
    points += 3 * LEVEL[person["temper_control"]] + 3 * LEVEL[person["attitudes_to_offending"]]
    return percent(sigmoid(0.0722 * points - 4.5215)), percent(sigmoid(0.0722 * points - 3.8773))


def _months(start: dt.date, end: dt.date) -> int:
    return 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)


def snsv(person: Person, form: str) -> float:
    """Return percent to two places; the numbers come from the table of the instrument, the sum is written out."""
    numbers: dict[tuple[str, str], float] = {}
    with (ROOT / "rsr" / "coefficients.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            numbers[row["name"].removeprefix(f"snsv_{form}_"), row["key"]] = float(row["value"])
    sex, n, v = person["sex"], person["sanctions_total"], person["sanctions_violent"]
    age = years(person["date_of_birth"], person["follow_up_start"])
    gap = years(person["date_of_birth"], person["conviction_date"]) - person["age_at_first_sanction"]
    z = numbers["starting_point", ""] + (numbers["female", ""] if sex == "female" else 0.0)
    z += sum(numbers[f"age_{sex}", str(power)] * age**power for power in (1, 2, 3, 4))
    category = person["offence_category"]
    z += numbers["offence_category", category] + numbers.get(("offence_category_addition", category), 0.0)
    z += numbers["each_sanction", ""] * n
    if n == 1:
        z += numbers["first_sanction", ""]
    elif n == 2:
        z += numbers["second_sanction", ""] + gap * numbers["years_to_second", sex]
    else:
        z += numbers[f"sanction_rate_{sex}", "1"] * math.log(n / (gap + 12))
    if person["follow_up_start"] < person["assessment_date"]:
        months = min(_months(person["follow_up_start"], person["assessment_date"]), 36)
        z += sum(numbers["offence_free_months", str(power)] * months**power for power in (1, 2, 3, 4))
    if v == 0:
        z += numbers["never_violent", sex]
    else:
        z += numbers["each_violent_sanction", ""] * v
        z += numbers["violent_rate", ""] * math.log(v / (gap + 30))
        z += numbers["once_violent", ""] if v == 1 else 0.0
    if form == "dynamic":
        levelled = ("accommodation", "partner_relationship", "alcohol_use", "binge_drinking")
        for name in (*levelled, "impulsivity", "temper_control", "attitudes_to_offending"):
            z += numbers[name, ""] * LEVEL[person[name]]
        z += numbers["unemployed", ""] * 2 * person["unemployed"]
        past = [name for name in person if name.startswith("past_")]
        for name in (*past, "weapon_in_offence"):
            z += numbers[name, ""] * person[name]
        abused = person["domestic_abuse"] and person.get("abuse_of_partner", False)
        z += numbers["domestic_abuse_of_partner", ""] * abused
    return float((Decimal(sigmoid(z)) * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def osp_iic(person: Person) -> float:
    if person["sexual_sanctions_images"] >= 2:
        return 10.31
    if person["sexual_sanctions_images"] == 1:
        return 3.33
    if person["sexual_sanctions_child_contact"] >= 2:
        return 0.93
    return 0.63 if person["sexual_sanctions_child_contact"] == 1 else 0.28


def mst(person: Person) -> int:
    levels = ("criminal_associates", "recklessness", "coping", "attitude_to_self", "impulsivity")
    more = ("temper_control", "problem_solving", "understanding_others")
    total = sum(LEVEL[person.get(name, "none")] for name in (*levels, *more))
    total += {"yes": 0, "sometimes": 1, "no": 2}[person.get("aware_of_consequences", "yes")]
    return total + int(person.get("peer_group_influence", False))


def lds(person: Person) -> int:
    yes = ("no_fixed_abode", "difficulty_reading", "difficulty_numbers")
    total = sum(int(person.get(name, False)) for name in yes)
    levels = ("work_skills", "literacy_and_numeracy", "learning_difficulties")
    total += sum(LEVEL[person.get(name, "none")] for name in levels)
    return total + (2 if person.get("qualifications") == "none" else 0)


def _some(person: Person, name: str) -> int:
    return int(person.get(name, "none") != "none")


def _yes(person: Person, name: str) -> int:
    return int(person.get(name, False))


def _excess(person: Person) -> int:
    if not _yes(person, "excessive_violence"):
        return 0
    return 1 if _yes(person, "violence_in_offence") else 2


def opd_men(person: Person) -> int:
    dangerous = person["overall_risk"] in {"high", "very_high"}
    if not (dangerous and person["violent_or_sexual_offence"] and person["custodial_sentence"]):
        return 0
    personality = int(person.get("age_at_first_sanction", 18) <= 17) + _excess(person)
    personality += _yes(person, "violence_in_offence") + 1 - _yes(person, "recognises_impact")
    for name in ("financial_reliance", "manipulative_behaviour", "recklessness", "impulsivity"):
        personality += _some(person, name)
    personality += _some(person, "controlling_behaviour") + _yes(person, "childhood_behaviour")
    indicators = int(_some(person, "childhood") or _yes(person, "childhood_behaviour"))
    ill = _some(person, "psychological_problems") or _some(person, "psychiatric_problems")
    for name in ("psychiatric_treatment_past", "mental_health_medication", "secure_hospital"):
        ill = ill or _yes(person, name)
    ill = ill or _yes(person, "psychiatric_treatment_now") or _yes(person, "obsessive_behaviour")
    hard = _some(person, "attitude_to_supervision") or _yes(person, "assaulted_staff")
    hard = hard or _yes(person, "escaped") or _yes(person, "control_issues")
    indicators += int(bool(ill)) + int(bool(hard)) + _yes(person, "self_harm")
    return int(personality >= 7 or indicators >= 2)


def opd_women(person: Person) -> int:
    if person["overall_risk"] not in {"high", "very_high"} and not person["mappa_eligible"]:
        return 0
    yes = (
        *("weapon_in_offence", "violence_in_offence", "arson_in_offence", "emotional_motive"),
        *("offence_analysis_linked", "accommodation_linked", "relationships_linked", "self_harm"),
        *("emotions_linked", "thinking_linked"),
    )
    total = sum(_yes(person, name) for name in yes) + _excess(person)
    total += sum(_some(person, name) for name in ("childhood", "coping", "psychological_problems"))
    abused = _yes(person, "abuse_of_partner") or _yes(person, "abuse_of_family")
    total += int(bool(_yes(person, "domestic_abuse") and abused))
    return int(total >= 10)


SEXUAL = ("sexual_preoccupation", "sexual_interests", "emotional_congruence_with_children")
THINKING = ("attitudes_to_offending", "hostility")
RELATIONSHIPS = (
    *("family_relationships", "past_relationships", "easily_influenced"),
    "controlling_behaviour",
)
SELF_MANAGEMENT = ("impulsivity", "temper_control", "problem_solving", "coping")


def _pni_domains(person: Person, unknown: int) -> list[int]:
    def points(names: tuple[str, ...]) -> int:
        return sum(LEVEL[person[name]] if name in person else unknown for name in names)

    sexual: int | None = points(SEXUAL)
    if unknown == 0 and any(name not in person for name in SEXUAL) and points(SEXUAL) < 4:
        sexual = None
    if person.get("sexual_interests") == "significant":
        sexual_level = 2
    elif sexual is None:
        sexual_level = 0
    else:
        sexual_level = 0 if sexual <= 1 else 1 if sexual <= 3 else 2
    if not (person.get("ever_sexual_offence") or person.get("risk_of_sexual_harm")):
        sexual_level = 0
    thinking = points(THINKING)
    thinking_level = 0 if thinking == 0 else 1 if thinking <= 2 else 2
    if person.get("attitudes_to_offending") == "significant":
        thinking_level = 2
    rest = [points(RELATIONSHIPS), points(SELF_MANAGEMENT)]
    return [sexual_level, thinking_level, *(0 if p <= 1 else 1 if p <= 4 else 2 for p in rest)]


def _pni_need(person: Person) -> str | None:
    def name(total: int) -> str:
        return "low" if total <= 2 else "medium" if total <= 5 else "high"

    now, worst = sum(_pni_domains(person, 0)), sum(_pni_domains(person, 2))
    community = person["supervision_status"] == "community"
    groups = (SEXUAL, THINKING, RELATIONSHIPS, SELF_MANAGEMENT)
    gaps = [any(item not in person for item in group) for group in groups]
    spousal = [person.get("spousal_risk_to_partner"), person.get("spousal_risk_to_others")]
    concern = "medium" in spousal or "high" in spousal
    settled = now >= 6 or (now >= 3 and community) or name(now) == name(worst)
    if any(gaps) and not settled:
        if all(gaps) and not community:
            return None
        if name(now) in {"high", "medium"} and not concern:
            return None
        if concern and None not in spousal:
            return "medium" if community else "high"
    return name(now)


def _pni_risk(person: Person, *, worst: bool) -> str:
    contact, images = person.get("direct_contact_band"), person.get("images_indirect_band")
    combined = person.get("combined_serious_band")
    if worst:
        contact, images = contact or "very_high", images or "very_high"
        combined = combined or "high"
    spousal = {person.get("spousal_risk_to_partner"), person.get("spousal_risk_to_others")}
    any_band, violent = person.get("all_reoffending_band"), person.get("violent_reoffending_band")
    top = {"high", "very_high"}
    alone = contact in {None, "not_applicable"} and images in {None, "not_applicable"}
    if {any_band, violent, contact, images} & top or "high" in spousal or (combined in top and alone):
        return "high"
    # the publisher looks for a medium risk in what was answered, at worst too
    contact, images = person.get("direct_contact_band"), person.get("images_indirect_band")
    alone = contact in {None, "not_applicable"} and images in {None, "not_applicable"}
    if "medium" in {any_band, violent, contact, images} | spousal:
        return "medium"
    return "medium" if person.get("combined_serious_band") == "medium" and alone else "low"


def pni(person: Person) -> int | None:
    """Return 0 alternative, 1 moderate, 2 high, or None for an omission."""
    need, risk = _pni_need(person), _pni_risk(person, worst=False)
    if need is None:
        return None
    community = person["supervision_status"] == "community"
    spousal = [person.get("spousal_risk_to_partner"), person.get("spousal_risk_to_others")]
    top = {"high", "very_high"}
    any_high = person.get("all_reoffending_band") in top
    both = any_high and person.get("violent_reoffending_band") in top
    all_high = need == "high" and risk == "high"
    custody = person["supervision_status"] == "custody"
    if custody and (both or (any_high and "high" in spousal) or all_high):
        result = 2
    else:
        spousal_concern = "high" in spousal or "medium" in spousal
        some_of_both = {need, risk} in ({"medium"}, {"medium", "high"})
        result = int(spousal_concern or some_of_both or (community and (both or all_high)))
    if any(name not in person for name in (*SEXUAL, *THINKING, *RELATIONSHIPS, *SELF_MANAGEMENT)):
        if None in spousal and result == 0:
            return None
        if _pni_risk(person, worst=True) != risk or (spousal == [None, None] and not community):
            return None
    return result


def psa(person: Person) -> tuple[int, int, int]:
    """Return the points of the three scores: failure to appear, new arrest, new violent arrest."""
    convicted = person["prior_misdemeanor_conviction"] or person["prior_felony_conviction"]
    recent, violent = person["recent_failures_to_appear"], person["prior_violent_convictions"]
    pending, age = person["pending_charge_at_arrest"], person["age_at_arrest"]
    fta = int(pending) + int(convicted) + 2 * min(recent, 2) + int(person["older_failure_to_appear"])
    nca = (2 if age <= 22 else 0) + 3 * int(pending) + min(recent, 2)
    nca += int(person["prior_misdemeanor_conviction"]) + int(person["prior_felony_conviction"])
    many = 0 if violent == 0 else 1 if violent <= 2 else 2
    nca += many + 2 * int(person["prior_sentence_of_incarceration"])
    nvca = 2 * int(person["arrested_for_violence"]) + int(pending) + int(convicted) + many
    nvca += int(person["arrested_for_violence"] and age <= 20)
    return fta, nca, nvca
