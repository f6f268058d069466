"""The publisher's vectors of the former generation and of the screens, put into our words.

The requests' words are those of `tests.lib.arns_requests`; here are the fields that only these instruments read,
and what the publisher's program answered in each of its three forms.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lib.arns_requests import CODED, DAYS, LEVELS, PAST, PLAIN, offence_codes
from throughcare.orders.problem import Problem
from throughcare.risk.answers import Answers
from throughcare.risk.conformance import arithmetic
from throughcare.risk.contract import Score, Status
from throughcare.risk.items import Value
from throughcare.risk.offences import OffenceCodes
from throughcare.risk.ogrs3.offences import FormerCodes, read_former_codes
from throughcare.risk.pni.score import risk_answers
from throughcare.risk.registry import INSTRUMENTS

ASSESSED_ON = dt.date(2026, 6, 1)
"""The program takes today where a request names no day; this is before it was replaced."""
BORN_12_YEARS_BEFORE = 12
_FIRST_SPELLINGS = {
    "totalNumberOfSanctions": "totalNumberOfSanctionsForAllOffences",
    "currentOffence": "currentOffenceCode",
}
LATEST_SPELLINGS = ("dateAtStartOfFollowupCalculated", "dateAtStartOfFollowupUserInput")

_RISK = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high", "VERY_HIGH": "very_high"}
_FLAGS = {
    "isCurrentlyOfNoFixedAbodeOrTransientAccommodation": "no_fixed_abode",
    "hasProblemsWithReading": "difficulty_reading",
    "hasProblemsWithNumeracy": "difficulty_numbers",
    "hasPeerGroupInfluences": "peer_group_influence",
    "doesRecogniseImpactOfOffendingOnOthers": "recognises_impact",
    "hasCurrentPsychiatricTreatment": "psychiatric_treatment_now",
    "domesticAbuseAgainstPartner": "abuse_of_partner",
    "domesticAbuseAgainstFamily": "abuse_of_family",
    "isARiskOfSexualHarm": "risk_of_sexual_harm",
    "didOffenceInvolveViolenceOrThreatOfViolence": "violence_in_offence",
    "didOffenceInvolveExcessiveUseOfViolence": "excessive_violence",
    "didOffenceInvolveArson": "arson_in_offence",
    "offenceMotivationEmotionalState": "emotional_motive",
    "isAnalysisOfOffenceIssuesLinkedToRisk": "offence_analysis_linked",
    "hasAccommodationIssuesLinkedToRisk": "accommodation_linked",
    "relationshipIssuesLinkedToRisk": "relationships_linked",
    "areEmotionalIssuesLinkedToRisk": "emotions_linked",
    "areThinkingAndBehaviourIssuesLinkedToRisk": "thinking_linked",
    "hasCustodialSentence": "custodial_sentence",
    "isEvidenceOfChildhoodBehaviouralProblems": "childhood_behaviour",
    "hasHistoryOfPsychiatricTreatment": "psychiatric_treatment_past",
    "hasBeenOnMedicationForMentalHealthProblems": "mental_health_medication",
    "hasEverBeenInSpecialHospitalOrRegionalSecureUnit": "secure_hospital",
    "hasSelfHarmOrAttemptedSuicide": "self_harm",
    "hasDisplayedObsessiveBehaviourLinkedToOffending": "obsessive_behaviour",
    "hasAssaultedOrThreatenedStaff": "assaulted_staff",
    "hasEscapedOrAbsconded": "escaped",
    "hasControlIssues": "control_issues",
    "isEligibleForMappa": "mappa_eligible",
    "applyOPDOverride": "pathway_override",
}
_LEVELLED = {
    "workRelatedSkills": "work_skills",
    "problemsWithReadingWritingNumeracy": "literacy_and_numeracy",
    "learningDifficulties": "learning_difficulties",
    "currentDrugMisuse": "drug_misuse",
    "problemSolvingSkills": "problem_solving",
    "understandsOtherPeoplesViews": "understanding_others",
    "recklessnessAndRiskTakingBehaviour": "recklessness",
    "difficultiesCoping": "coping",
    "attitudesTowardsSelf": "attitude_to_self",
    "attitudeTowardsSupervisionOrLicence": "attitude_to_supervision",
    "influenceFromCriminalAssociates": "criminal_associates",
    "easilyInfluencedByCriminalAssociates": "easily_influenced",
    "hostileOrientation": "hostility",
    "controllingOrAggressiveBehaviour": "controlling_behaviour",
    "manipulativeOrPredatoryBehaviour": "manipulative_behaviour",
    "overRelianceOnOthersForFinancialSupport": "financial_reliance",
    "currentRelationshipWithFamilyMembers": "family_relationships",
    "previousCloseRelationships": "past_relationships",
    "experienceOfChildhood": "childhood",
    "currentPsychologicalProblems": "psychological_problems",
    "currentPsychiatricProblems": "psychiatric_problems",
    "sexualPreoccupation": "sexual_preoccupation",
    "offenceRelatedSexualInterests": "sexual_interests",
    "emotionalCongruenceWithChildren": "emotional_congruence_with_children",
}
_CODED = {
    **CODED,
    **{field: (name, LEVELS) for field, name in _LEVELLED.items()},
    "awarenessOfConsequences": (
        "aware_of_consequences",
        {"YES": "yes", "SOMETIMES": "sometimes", "NO": "no"},
    ),
    "professionalOrVocationalQualifications": (
        "qualifications",
        {"ANY_QUALIFICATION": "any", "NO_QUALIFICATIONS": "none"},
    ),
    "overallRiskForAssessment": ("overall_risk", _RISK),
    "saraRiskToPartner": ("spousal_risk_to_partner", _RISK),
    "saraRiskToOthers": ("spousal_risk_to_others", _RISK),
}
_INCOMPLETE = frozenset(
    {
        *("MISSING_MANDATORY_INPUT", "MISSING_INPUT", "LDS_NOT_ENOUGH_FIELDS_PRESENT"),
        *("SEXUAL_OFFENDING_MISSING_COUNTS", "OFFENCE_CODE_INCORRECT_FORMAT"),
        *(
            "MISSING_DYNAMIC_INPUT",
            "NEED_DETAILS_OF_EXACT_OFFENCE",
            "NO_MATCHING_INPUT",
            "OFFENCE_CODE_MAPPING_NOT_FOUND",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Codes:
    """Both published lists of offence codes."""

    current: OffenceCodes
    former: FormerCodes


@dataclass(frozen=True, slots=True)
class Expected:
    """What the program answered in one vector, for one of our instruments.

    `status` is None where it failed without saying why: then any status but scored will do.
    """

    vector: str
    instrument: str
    answers: Answers
    status: Status | None
    shown: float | None = None
    band: str | None = None


def read_codes(folder: Path) -> Codes:
    """Return both lists of the shared data."""
    with (folder / "offence_code_mapping_legacy_ogrs3_snsv.csv").open(encoding="utf-8") as stream:
        former, problems = read_former_codes(csv.DictReader(stream))
    assert not problems
    return Codes(offence_codes(folder), former)


def answers_of(request: Mapping[str, Any], codes: Codes) -> Answers:
    """Return a request as answers; a code that no list has stays unanswered."""
    values: dict[str, Value] = {"assessment_date": ASSESSED_ON}
    for field, name in (*DAYS.items(), *((spelling, "follow_up_start") for spelling in LATEST_SPELLINGS)):
        if request.get(field) is not None:
            values[name] = dt.date.fromisoformat(request[field])
    for field, name in {**PLAIN, **_FLAGS}.items():
        if request.get(field) is not None:
            values[name] = request[field]
    for field, (name, known) in _CODED.items():
        if request.get(field) is not None:
            values[name] = known[request[field]]
    if request.get("previousConvictions") is not None:
        values |= {name: code in request["previousConvictions"] for code, name in PAST.items()}
    return Answers.of(**values, **_offence(request.get("currentOffenceCode"), codes))


def _offence(code: str | None, codes: Codes) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if code is None:
        return found
    if code in codes.current:
        found["violent_or_sexual_offence"] = codes.current[code].violent_or_sexual
    for name, group_of in (
        ("offence_category", codes.current.category_of),
        ("ogrs3_offence_group", codes.former.group_of),
    ):
        try:
            found[name] = group_of(code)
        except Problem:
            continue
    return found


def vectors(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Yield every vector of the shared data that asks one of the instruments here; an empty request is a mapping."""
    with (folder / "vectors.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            vector = json.loads(line)
            request = vector["request"] or {}
            vector["request"] = {_FIRST_SPELLINGS.get(key, key): value for key, value in request.items()}
            if vector["generation"] == "legacy" or set(_outputs(vector)) & {"lds", "mst", "opd", "pni"}:
                yield vector


def name_of(vector: Mapping[str, Any]) -> str:
    """Return a name that tells fixtures from the drafts of 2025, which share file names."""
    file = vector["file"].removesuffix(".json")
    kind = vector["generation"] if "__" in file else "draft"
    return f"{kind}/{file.rpartition('__')[2]}"


def expected(vector: Mapping[str, Any], codes: Codes) -> Iterator[Expected]:
    """Yield what one vector says of each of our instruments."""
    answers = answers_of(vector["request"], codes)
    name = name_of(vector)
    for kind, found in _outputs(vector).items():
        yield from _READERS[kind](name, answers, found)


def _outputs(vector: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    answer = vector["expected"]
    if "algorithm" in answer:
        return {answer["algorithm"].lower(): answer}
    if "algorithm" not in answer and set(answer) & {"ldsScore", "maturityScore", "opdCheck", "pniPathway"}:
        return {vector["predictor"]: answer}
    return {kind: found for kind, found in answer.items() if kind in _READERS}


def _status(found: Mapping[str, Any]) -> Status | None:
    errors = found.get("validationErrors") or found.get("validationError") or []
    kinds = {error["type"] for error in errors}
    if kinds & {"UNEXPECTED_ERROR", "NO_MATCHING_INPUT", "COMPONENT_VALIDATION_ERROR"}:
        return None
    return Status.INCOMPLETE if kinds & _INCOMPLETE else Status.REFUSED


def _band(found: Mapping[str, Any]) -> str | None:
    return None if found.get("band") is None else found["band"].lower()


def _over_years(family: str) -> Any:
    one = ("oneYearScore", "ogrs3OneYear", "ogpReoffendingOneYear", "provenViolentTypeReoffendingOneYear")
    two = ("twoYearScore", "ogrs3TwoYear", "ogpReoffendingTwoYear", "provenViolentTypeReoffendingTwoYear")

    def read(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
        output = found.get("output", found)
        for horizon, keys in (("one_year", one), ("two_year", two)):
            shown = next((output[key] for key in keys if output.get(key) is not None), None)
            band = output.get("band") or output.get("bandOGP")
            yield Expected(
                name,
                f"{family}_{horizon}",
                answers,
                Status.SCORED if shown is not None else _status(found),
                shown,
                band.lower() if band and horizon == "two_year" else None,
            )

    return read


def _snsv(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    output = found.get("output", found)
    shown = output.get("score", output.get("snsvScore"))
    if shown is not None and "snsvScore" in output:
        shown = 100.0 * shown  # a draft's proportion
    form = (found.get("type") or found.get("scoreType") or "DYNAMIC").split("_")[0].lower()
    status = Status.SCORED if shown is not None else _status(found)
    yield Expected(name, f"snsv_{form}", answers, status, None if shown is None else round(shown, 2))


def _osp(instrument: str) -> Any:
    def read(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
        output = found["output"]
        if output["band"] == "NOT_APPLICABLE":
            yield Expected(name, instrument, answers, Status.NOT_APPLICABLE)
        elif output["score"] is None:
            filled = with_unknown_days(answers) if _status(found) is Status.REFUSED else answers
            yield Expected(name, instrument, filled, _status(found))
        else:
            yield Expected(
                name, instrument, with_unknown_days(answers), Status.SCORED, output["score"], _band(output)
            )

    return read


def with_unknown_days(answers: Answers) -> Answers:
    """Return answers where an unknown latest sexual offence lies at the age of 12: the program counts both as 0.

    An unknown latest offence is taken to be the latest sexual one, of which it cannot be earlier.
    """
    born, last = answers.value("date_of_birth"), answers.value("last_sexual_offence_date")
    if not isinstance(born, dt.date):
        return answers
    known = born.replace(year=born.year + BORN_12_YEARS_BEFORE) if last is None else last
    filled = answers.having("last_sexual_offence_date", known)
    return filled if filled.value("last_offence_date") else filled.having("last_offence_date", known)


def _rsr(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    output = found.get("output", found)
    shown = output.get("overallScore", output.get("rsrScore"))
    parts = output.get("componentScores", {})
    forms = {part["type"] for part in parts.values()} | {found.get("scoreType")}
    form = "dynamic" if "DYNAMIC" in forms or shown is None else "static"
    if name.startswith("draft/") and answers.value("ever_sexual_offence") is None:
        answers = answers.having("ever_sexual_offence", value=False)  # a draft scored without the section
    band = output.get("band", output.get("rsrBand"))
    status = Status.SCORED if shown is not None else _status(found)
    yield Expected(name, f"rsr_{form}", answers, status, shown, None if band is None else band.lower())


def _lds(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    level = found["ldsScore"]
    status = Status.INCOMPLETE if level is None else Status.SCORED
    yield Expected(name, "lds", answers, status, band=None if level is None else f"level_{level}")


def _mst(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    if found["isMstApplicable"] is None:
        yield Expected(name, "mst", answers, Status.INCOMPLETE)
    elif not found["isMstApplicable"]:
        yield Expected(name, "mst", answers, Status.NOT_APPLICABLE)
    else:
        band = "flag" if found["maturityFlag"] else "no_flag"
        yield Expected(name, "mst", answers, Status.SCORED, found["maturityScore"], band)


def _opd(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    form = "opd_women" if answers.value("sex") == "female" else "opd_men"
    if found["opdResult"] is None:
        yield Expected(name, form, answers, Status.INCOMPLETE)
    else:
        band = found["opdResult"].lower()
        yield Expected(name, form, answers, Status.SCORED, float(band == "screen_in"), band)


def _with_bands(answers: Answers) -> Answers:
    """Return answers with the bands that the current predictors give to them, dynamic where they can."""
    scores = {
        name: _best(answers, base)
        for name, base in (
            ("any_reoffending", "all_reoffending"),
            ("violent", "violent_reoffending"),
            ("combined_serious", "combined_serious"),
        )
    }
    bands = risk_answers(
        **scores,
        direct_contact=arithmetic(INSTRUMENTS["direct_contact_sexual"], answers),
        images_indirect=arithmetic(INSTRUMENTS["images_indirect_sexual"], answers),
    )
    for name, band in bands.items():
        answers = answers.having(name, band)
    return answers


def _best(answers: Answers, base: str) -> Score:
    dynamic = arithmetic(INSTRUMENTS[f"{base}_dynamic"], answers)
    return dynamic if dynamic.band else arithmetic(INSTRUMENTS[f"{base}_static"], answers)


def _pni(name: str, answers: Answers, found: Mapping[str, Any]) -> Iterator[Expected]:
    answers = _with_bands(answers)
    if found["pniPathway"] == "OMISSION":
        yield Expected(name, "pni", answers, Status.INCOMPLETE)
    else:
        yield Expected(name, "pni", answers, Status.SCORED, band=found["pniPathway"].lower())


_READERS = {
    **{family: _over_years(family) for family in ("ogrs3", "ogp", "ovp")},
    "snsv": _snsv,
    "rsr": _rsr,
    "ospdc": _osp("osp_dc"),
    "direct_contact_sexual_reoffending_predictor": _osp("osp_dc"),
    "ospiic": _osp("osp_iic"),
    "images_and_indirect_contact_sexual_reoffending_predictor": _osp("osp_iic"),
    "lds": _lds,
    "mst": _mst,
    "opd": _opd,
    "pni": _pni,
}
