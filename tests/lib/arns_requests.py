"""The publisher's requests and expectations, put into our words.

What the publisher does silently (a start of follow-up taken from the conviction, a motivation taken as full, a latest
offence that nobody gave) is imitated here, and only here: the instruments themselves ask.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.contract import Status
from throughcare.risk.items import Value
from throughcare.risk.offences import OffenceCodes, read_offence_codes

ASSESSED_ON = dt.date(2026, 11, 23)
"""The publisher takes today where a request names no day; any day after 2026-08 gives the vectors the same score."""

LEVELS = {"NO_PROBLEMS": "none", "SOME_PROBLEMS": "some", "SIGNIFICANT_PROBLEMS": "significant"}
MOTIVATION = {"FULL_MOTIVATION": "full", "PARTIAL_MOTIVATION": "partial", "NO_MOTIVATION": "none"}
RELATIONSHIP = {
    "IN_RELATIONSHIP_LIVING_TOGETHER": "living_together",
    "IN_RELATIONSHIP_NOT_LIVING_TOGETHER": "not_living_together",
    "NOT_IN_RELATIONSHIP": "none",
}
PAST = {
    "HOMICIDE": "past_homicide",
    "WOUNDING_GBH": "past_grievous_harm",
    "KIDNAPPING": "past_kidnapping",
    "FIREARMS": "past_firearms",
    "ROBBERY": "past_robbery",
    "AGGRAVATED_BURGLARY": "past_aggravated_burglary",
    "WEAPON": "past_weapon",
    "CRIMINAL_DAMAGE": "past_damage_endangering_life",
    "ARSON": "past_arson",
}
DAYS = {
    "dateOfBirth": "date_of_birth",
    "assessmentDate": "assessment_date",
    "dateOfCurrentConviction": "conviction_date",
    "dateAtStartOfFollowup": "follow_up_start",
    "dateOfMostRecentSexualOffence": "last_sexual_offence_date",
    "mostRecentOffenceDate": "last_offence_date",
}
PLAIN = {
    "ageAtFirstSanction": "age_at_first_sanction",
    "totalNumberOfSanctionsForAllOffences": "sanctions_total",
    "totalNumberOfViolentSanctions": "sanctions_violent",
    "hasEverCommittedSexualOffence": "ever_sexual_offence",
    "totalContactAdultSexualSanctions": "sexual_sanctions_adult_contact",
    "totalContactChildSexualSanctions": "sexual_sanctions_child_contact",
    "totalIndecentImageSanctions": "sexual_sanctions_images",
    "totalNonContactSexualOffences": "sexual_sanctions_non_contact",
    "isCurrentOffenceAgainstVictimStranger": "stranger_victim",
    "didOffenceInvolveCarryingOrUsingWeapon": "weapon_in_offence",
    "isUnemployed": "unemployed",
    "evidenceOfDomesticAbuse": "domestic_abuse",
    "hasHeroinUsage": "uses_heroin",
    "hasMethadoneUsage": "uses_methadone",
    "hasOtherOpiateUsage": "uses_other_opiates",
    "hasCrackCocaineUsage": "uses_crack",
    "hasPowderCocaineUsage": "uses_powder_cocaine",
    "hasMisusedPrescriptionDrugUsage": "uses_misused_prescription",
    "hasBenzodiazepinesUsage": "uses_benzodiazepines",
    "hasCannabisUsage": "uses_cannabis",
    "hasSteroidsUsage": "uses_steroids",
    "hasOtherDrugsUsage": "uses_other_drugs",
    "hasKetamineUsage": "uses_ketamine",
    "hasSpiceUsage": "uses_spice",
    "hasHallucinogensUsage": "uses_hallucinogens",
    "hasSolventsUsage": "uses_solvents",
}
CODED: dict[str, tuple[str, Mapping[str, str]]] = {
    "gender": ("sex", {"MALE": "male", "FEMALE": "female"}),
    "supervisionStatus": (
        "supervision_status",
        {"COMMUNITY": "community", "REMAND": "remand", "CUSTODY": "custody"},
    ),
    "suitabilityOfAccommodation": ("accommodation", LEVELS),
    "currentRelationshipWithPartner": ("partner_relationship", LEVELS),
    "currentRelationshipStatus": ("relationship_status", RELATIONSHIP),
    "regularOffendingActivities": ("offending_activities", LEVELS),
    "motivationToTackleDrugMisuse": ("drug_motivation", MOTIVATION),
    "currentAlcoholUseProblems": ("alcohol_use", LEVELS),
    "excessiveAlcoholUse": ("binge_drinking", LEVELS),
    "impulsivityProblems": ("impulsivity", LEVELS),
    "temperControl": ("temper_control", LEVELS),
    "proCriminalAttitudes": ("attitudes_to_offending", LEVELS),
}
NAMES: dict[str, tuple[str, ...]] = {
    **{theirs: (ours,) for theirs, ours in {**DAYS, **PLAIN}.items()},
    **{theirs: (ours,) for theirs, (ours, _) in CODED.items()},
    "currentOffenceCode": ("offence_category",),
    "previousConvictions": tuple(PAST.values()),
}
"""The publisher's field to our items."""

INSTRUMENTS = {
    "ALL_REOFFENDING_PREDICTOR": "all_reoffending",
    "VIOLENT_REOFFENDING_PREDICTOR": "violent_reoffending",
    "SERIOUS_VIOLENT_REOFFENDING_PREDICTOR": "serious_violent_reoffending",
    "DIRECT_CONTACT_SEXUAL_REOFFENDING_PREDICTOR": "direct_contact_sexual",
    "IMAGES_AND_INDIRECT_CONTACT_SEXUAL_REOFFENDING_PREDICTOR": "images_indirect_sexual",
    "COMBINED_SERIOUS_REOFFENDING_PREDICTOR": "combined_serious",
}
_ONE_FORM = ("direct_contact_sexual", "images_indirect_sexual")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the publisher's service answered for one algorithm, in our words.

    `missing` holds items (ours) that it named as missing; `refused` says that it found contradictions.
    """

    vector: str
    algorithm: str
    instrument: str
    answers: Answers
    score: float | None
    band: str | None
    dynamic: bool
    missing: tuple[str, ...]
    missing_dynamic: tuple[str, ...]
    refused: bool
    feature_values: Mapping[str, float]

    @property
    def label(self) -> str:
        """The vector and the instrument."""
        return f"{self.vector} / {self.instrument}"

    @property
    def status(self) -> Status:
        """What our instrument must answer, its limits of population aside."""
        if self.score is None:
            return Status.REFUSED if self.refused else Status.INCOMPLETE
        return Status.NOT_APPLICABLE if self.band == "not_applicable" else Status.SCORED


def offence_codes(folder: Path) -> OffenceCodes:
    """Return the published list of the shared data."""
    with (folder / "offence_code_mapping.csv").open(encoding="utf-8", newline="") as stream:
        codes, problems = read_offence_codes(csv.DictReader(stream))
    assert not problems
    return codes


def answers_of(request: Mapping[str, Any], codes: OffenceCodes, *, instrument: str) -> Answers:
    """Return a request as answers, with the publisher's silent fallbacks for an instrument."""
    values: dict[str, Value] = {"assessment_date": ASSESSED_ON}
    for field, name in DAYS.items():
        if request.get(field) is not None:
            values[name] = dt.date.fromisoformat(request[field])
    for field, name in PLAIN.items():
        if request.get(field) is not None:
            values[name] = request[field]
    for field, (name, known) in CODED.items():
        if request.get(field) is not None:
            values[name] = known[request[field]]
    if request.get("previousConvictions") is not None:
        values |= {name: code in request["previousConvictions"] for code, name in PAST.items()}
    if request.get("currentOffenceCode") is not None:
        with contextlib.suppress(Problem):  # a code that says nothing leaves the category unanswered
            values["offence_category"] = codes.category_of(request["currentOffenceCode"])
    _fall_back(values, instrument)
    return Answers.of(**values)


def _fall_back(values: dict[str, Value], instrument: str) -> None:
    if "conviction_date" in values and not instrument.startswith(("direct", "combined")):
        values.setdefault("follow_up_start", values["conviction_date"])
    if "last_sexual_offence_date" in values:
        values.setdefault("last_offence_date", values["last_sexual_offence_date"])
    drugs = any(value is True for name, value in values.items() if name.startswith("uses_"))
    if instrument.startswith("all_reoffending") and not drugs:
        values.setdefault("drug_motivation", "full")


def current_expectations(folder: Path) -> Iterator[Expectation]:
    """Yield every expectation of the current generation's predictors in the shared vectors."""
    codes = offence_codes(folder)
    with (folder / "vectors.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            vector = json.loads(line)
            if vector["generation"] == "current":
                for found in _outputs(vector["expected"]):
                    yield _expectation(vector, found, codes)


def _outputs(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        if node.get("algorithm") in INSTRUMENTS:
            yield node
        for value in node.values():
            yield from _outputs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _outputs(value)


def _expectation(vector: Mapping[str, Any], found: Mapping[str, Any], codes: OffenceCodes) -> Expectation:
    output, errors = found["output"], found["validationErrors"]
    score = output.get("score", output.get("overallScore"))
    missing = tuple(_fields(errors, "MISSING_MANDATORY_INPUT", "DATE_OF_START_OF_FOLLOWUP_REQUIRED"))
    missing_dynamic = tuple(_fields(errors, "MISSING_DYNAMIC_INPUT"))
    parts = output.get("componentScores", {})
    violent = parts.get("seriousViolentPredictorScore", {})
    dynamic = "DYNAMIC" in (found["type"], violent.get("type"))
    base = INSTRUMENTS[found["algorithm"]]
    instrument = base if base in _ONE_FORM else f"{base}_{'dynamic' if dynamic else 'static'}"
    known = {"MISSING_MANDATORY_INPUT", "MISSING_DYNAMIC_INPUT", "DATE_OF_START_OF_FOLLOWUP_REQUIRED"}
    nested = [error for part in parts.values() for error in part["validationErrors"]]
    contradictions = {error["type"] for error in (*errors, *nested)} - known - {"COMPONENT_VALIDATION_ERROR"}
    return Expectation(
        vector=vector["file"].rpartition("__")[2].removesuffix(".json"),
        algorithm=found["algorithm"],
        instrument=instrument,
        answers=answers_of(vector["request"] or {}, codes, instrument=instrument),
        score=score,
        band=None if output["band"] is None else output["band"].lower(),
        dynamic=dynamic,
        missing=missing,
        missing_dynamic=missing_dynamic,
        refused=bool(contradictions),
        feature_values=found.get("featureValues") or {},
    )


def _fields(errors: list[Mapping[str, Any]], *kinds: str) -> Iterator[str]:
    for error in errors:
        if error["type"] in kinds:
            for field in error["fields"]:
                yield from NAMES[field]
