"""Every vector of the former generation, of the screens and of the pretrial scores that the shared data holds."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.lib import former_reference as slow
from tests.lib.former_requests import Expected, expected, name_of, read_codes, vectors
from tests.lib.markdown_tables import table
from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.conformance import TOLERANCE, check_instrument
from throughcare.risk.contract import Score, Status
from throughcare.risk.items import Value
from throughcare.risk.registry import INSTRUMENTS

PAGE = Path(__file__).parents[3] / "docs" / "risk" / "conformance-former.md"
OWN = Path(__file__).with_name("former_vectors.jsonl")

MINE = (
    *("ogrs3_one_year", "ogrs3_two_year", "ogp_one_year", "ogp_two_year", "ovp_one_year", "ovp_two_year"),
    *("snsv_static", "snsv_dynamic", "osp_dc", "osp_iic", "rsr_static", "rsr_dynamic"),
    *("mst", "lds", "opd_men", "opd_women", "pni", "psa_fta", "psa_nca", "psa_nvca"),
)
LEFT_OUT: Mapping[str, str] = {
    "current/opd-input-5-invalid-offence": "opd_women",
    "legacy/imagesAndIndirectContactSexualReoffendingPredictor-input-2-valid-static-female": "osp_iic",
    "legacy/ospdc-input-2-valid-female": "osp_dc",
    "legacy/rsr-input-1-valid-dynamic": "rsr_dynamic",
    "legacy/rsr-input-1-valid-static": "rsr_static",
    "legacy/rsr-input-3-community": "rsr_dynamic",
    "legacy/rsr-input-4-remand": "rsr_dynamic",
    "legacy/rsr-input-5-custody": "rsr_dynamic",
    "legacy/rsr-input-9-sexual-history-false-null-sections-handling": "rsr_dynamic",
    "draft/ogrs3-input-6-valid-release-over-two-years": "ogrs3_one_year, ogrs3_two_year",
    "draft/osgr3-input-1": "ogrs3_one_year, ogrs3_two_year",
    "draft/rsr-input-5-custody": "rsr_dynamic",
    "LDS_Test_Data/1": "lds",
    "PNI_test_data_small/10008": "pni",
    "PNI_test_data_small/10010": "pni",
    "PNI_test_data_small/10021": "pni",
    "PNI_test_data_small/10024": "pni",
    "PNI_test_data_small/10045": "pni",
    "PNI_test_data_small/10053": "pni",
    "PNI_test_data_small/10057": "pni",
    "PNI_test_data_small/10075": "pni",
}
"""Vector to the instruments for which it is not what they must answer; the page says why, row by row."""

RSR_BEFORE = {
    "legacy/rsr-input-1-valid-dynamic": 0.24,
    "legacy/rsr-input-1-valid-static": 0.14,
    "legacy/rsr-input-3-community": 2.04,
    "legacy/rsr-input-4-remand": 2.04,
    "legacy/rsr-input-5-custody": 2.04,
    "legacy/rsr-input-9-sexual-history-false-null-sections-handling": 0.24,
}
"""What the same requests were answered while RSR still held SNSV (fixtures at the parent of 7f1e53c)."""


@pytest.fixture(scope="module")
def expectations(shared_data: Path) -> tuple[Expected, ...]:
    folder = shared_data / "arns_vectors"
    codes = read_codes(folder)
    return tuple(each for vector in vectors(folder) for each in expected(vector, codes))


def _agrees(each: Expected, score: Score) -> bool:
    status = score.status is each.status if each.status else score.status is not Status.SCORED
    near = each.shown is None or (score.shown is not None and abs(score.shown - each.shown) <= TOLERANCE)
    return (
        status and near and (each.band is None or (score.band is not None and score.band.name == each.band))
    )


@pytest.mark.real_data
def test_every_vector_is_reproduced_or_left_out(expectations: tuple[Expected, ...]) -> None:
    disagree = {
        (each.vector, each.instrument)
        for each in expectations
        if not _agrees(each, INSTRUMENTS[each.instrument].score(each.answers))
    }
    left_out = {
        (vector, name)
        for vector, names in LEFT_OUT.items()
        for name in names.split(", ")
        if vector.startswith(("current/", "legacy/", "draft/"))
    }
    assert disagree == left_out
    assert len(expectations) - len(disagree) == 148


@pytest.mark.real_data
def test_every_vector_in_the_file_says_something(shared_data: Path) -> None:
    folder = shared_data / "arns_vectors"
    codes = read_codes(folder)
    silent = [name_of(vector) for vector in vectors(folder) if not list(expected(vector, codes))]
    assert silent == []


@pytest.mark.real_data
def test_the_former_list_of_codes_weighs_each_offence_as_its_category_does_but_one(shared_data: Path) -> None:
    folder = shared_data / "arns_vectors"
    codes, numbers = read_codes(folder), read_coefficients("throughcare.risk.rsr")
    forms = {"STATIC": "snsv_static", "DYNAMIC": "snsv_dynamic"}
    moved = []
    rows = _rows(folder / "offence_code_mapping_legacy_ogrs3_snsv.csv")
    for row in rows:
        code = row["OFFENCE_GROUP_CODE"] + row["SUB_CODE"]
        category = codes.current.category_of(code)
        for theirs, ours in forms.items():
            listed = float(row[f"SNSV_{theirs}_WEIGHTING"]) + float(row[f"SNSV_VATP_{theirs}_WEIGHTING"])
            additions = numbers.keyed(f"{ours}_offence_category_addition")
            weight = numbers.keyed(f"{ours}_offence_category")[category] + additions.get(category, 0.0)
            if abs(listed - weight) > 1e-12:
                moved.append((code, category, ours))
    assert len(rows) == 3028
    assert [(category, form) for _, category, form in moved] == [
        ("firearms_other", form) for form in forms.values()
    ]
    assert len({code for code, _, _ in moved}) == 1


@pytest.mark.real_data
def test_the_left_out_requests_of_rsr_score_as_before_its_part_was_replaced(
    expectations: tuple[Expected, ...],
) -> None:
    scores = {
        each.vector: INSTRUMENTS[each.instrument].score(each.answers)
        for each in expectations
        if each.vector in RSR_BEFORE
    }
    assert {vector: score.shown for vector, score in scores.items()} == RSR_BEFORE
    assert {score.band.name for score in scores.values() if score.band} == {"low"}


@pytest.mark.real_data
def test_every_row_of_the_learning_table_gives_its_points_and_level(shared_data: Path) -> None:
    rows = _rows(shared_data / "arns_vectors" / "LDS_Test_Data.csv")
    other_points = []
    for number, row in enumerate(rows, start=1):
        score = INSTRUMENTS["lds"].score(Answers.of(**_learning_answers(row)))
        if row["ldsScore"] == "Null":
            assert score.status is Status.INCOMPLETE
        else:
            assert score.band is not None
            assert score.band.name == f"level_{row['ldsScore']}"
            if score.shown != float(row["ldsSubTotal"]):
                other_points.append(f"LDS_Test_Data/{number}")
    assert len(rows) == 13
    assert other_points == [name for name in LEFT_OUT if name.startswith("LDS")]


@pytest.mark.real_data
def test_the_small_programme_table_disagrees_with_the_publishers_program_and_so_with_us(
    shared_data: Path,
) -> None:
    rows = _rows(shared_data / "arns_vectors" / "PNI_test_data_small.csv")
    words = {None: "'O'", 0: "'A'", 1: "'M'", 2: "'H'"}
    for row in rows:
        person = _programme_answers(row)
        score = INSTRUMENTS["pni"].score(Answers.of(**person))
        assert score.value == slow.pni(person)
        assert words[slow.pni(person)] != row["expectedOutcome"]
    assert {f"PNI_test_data_small/{row['id']}" for row in rows} == {
        name for name in LEFT_OUT if name.startswith("PNI")
    }


@pytest.mark.real_data
def test_all_182_possible_pretrial_scenarios_give_their_points_and_scales(shared_data: Path) -> None:
    possible = impossible = 0
    for row in _rows(shared_data / "psa_vectors" / "psa_scenarios.csv"):
        answers = Answers.of(**_pretrial_answers(row))
        scores = [INSTRUMENTS[name].score(answers) for name in ("psa_fta", "psa_nca", "psa_nvca")]
        if not row["ftaScore"]:
            impossible += 1
            continue
        possible += 1
        assert [score.shown for score in scores] == [
            float(row[name]) for name in ("ftaScore", "ncaScore", "nvcaScore")
        ]
        bands = [score.band.name for score in scores if score.band]
        flag = "flag" if row["nvcaFlag"] == "Yes" else "no_flag"
        assert bands == [f"scale_{row['ftaScale']}", f"scale_{row['ncaScale']}", flag]
    assert (possible, impossible) == (182, 23)


def test_the_page_explains_each_vector_left_out() -> None:
    rows = table(str(PAGE), "What is left out, and why")
    assert {row["Vector"].strip("`"): row["Instrument"] for row in rows} == LEFT_OUT
    assert all(row["Why"] for row in rows)


def test_every_case_that_the_reference_worked_out_is_reproduced() -> None:
    cases = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    wrong = [
        case
        for case in cases
        if INSTRUMENTS[case["instrument"]].score(Answers.of(**case["answers"])).shown != case["shown"]
    ]
    assert wrong == []
    assert len({case["instrument"] for case in cases}) == 17


@pytest.mark.parametrize("name", MINE)
def test_every_rule_of_the_contract_holds(name: str) -> None:
    report = check_instrument(INSTRUMENTS[name], rng=np.random.default_rng(5), random_people=25)
    assert report.passed, report.text()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as stream:
        rows = [
            {key.strip(): (value or "").strip() for key, value in row.items() if key}
            for row in csv.DictReader(stream, skipinitialspace=True)
        ]
    return [row for row in rows if next(iter(row.values()))]


_LEVELS = {"NO_PROBLEMS": "none", "SOME_PROBLEMS": "some", "SIGNIFICANT_PROBLEMS": "significant"}


def _learning_answers(row: Mapping[str, str]) -> dict[str, Value]:
    columns: dict[str, tuple[str, Mapping[str, Value]]] = {
        "isCurrentlyOfNoFixedAbodeOrTransientAccommodation": ("no_fixed_abode", {"Yes": True, "No": False}),
        "workRelatedSkills": ("work_skills", dict(_LEVELS)),
        "problemsWithReadingWritingNumeracy": ("literacy_and_numeracy", dict(_LEVELS)),
        "hasProblemsWithReading": ("difficulty_reading", {"Yes": True, "No": False}),
        "hasProblemsWithNumeracy": ("difficulty_numbers", {"Yes": True, "No": False}),
        "learningDifficulties": ("learning_difficulties", dict(_LEVELS)),
        "professionalOrVocationalQualifications": (
            "qualifications",
            {"ANY_QUALIFICATION": "any", "NO_QUALIFICATIONS": "none"},
        ),
    }
    return {name: known[row[field]] for field, (name, known) in columns.items() if row[field] in known}


def _programme_answers(row: Mapping[str, str]) -> dict[str, Value]:
    bands = {"'L'": "low", "'M'": "medium", "'H'": "high", "'V'": "very_high"}
    levels = {"0": "none", "1": "some", "2": "significant"}
    spousal = {"1": "low", "2": "medium", "3": "high"}
    columns: dict[str, tuple[str, Mapping[str, Value]]] = {
        "s1U30": ("ever_sexual_offence", {"'YES'": True, "'NO'": False}),
        "s6U11": ("risk_of_sexual_harm", {"'YES'": True, "'NO'": False}),
        **{
            field: (name, dict(levels))
            for field, name in (
                ("s11U11", "sexual_preoccupation"),
                ("s11U12", "sexual_interests"),
                ("s6U12", "emotional_congruence_with_children"),
                ("s12U1", "attitudes_to_offending"),
                ("s12U9", "hostility"),
                ("s6U1", "family_relationships"),
                ("s6U6", "past_relationships"),
                ("s7U3", "easily_influenced"),
                ("s11U3", "controlling_behaviour"),
                ("s11U2", "impulsivity"),
                ("s11U4", "temper_control"),
                ("s11U6", "problem_solving"),
                ("s10U1", "coping"),
            )
        },
        "ogrsY2": ("all_reoffending_band", dict(bands)),
        "ovpRiskReconElm": ("violent_reoffending_band", dict(bands)),
        "ospCdc": ("direct_contact_band", dict(bands)),
        "ospIiic": ("images_indirect_band", dict(bands)),
        "saraRiskLevelToPartner": ("spousal_risk_to_partner", dict(spousal)),
        "saraRiskLevelToOther": ("spousal_risk_to_others", dict(spousal)),
    }
    values = {name: known[row[field]] for field, (name, known) in columns.items() if row[field] in known}
    if row["rsrPercentageScore"] not in {"", "NULL"}:
        percent = int(float(row["rsrPercentageScore"]))
        values["combined_serious_band"] = "low" if percent < 1 else "medium" if percent < 3 else "high"
    place: Value = "community" if "YES" in row["community"] else "custody"
    return {"supervision_status": place, **values}


def _pretrial_answers(row: Mapping[str, str]) -> dict[str, Value]:
    yes = {"Yes": True, "No": False}
    return {
        "age_at_arrest": int(row["ageAtCurrentArrest"]),
        "arrested_for_violence": yes[row["currentViolentOffense"]],
        "pending_charge_at_arrest": yes[row["pendingCharge"]],
        "prior_misdemeanor_conviction": yes[row["priorMisdemeanor"]],
        "prior_felony_conviction": yes[row["priorFelony"]],
        "prior_violent_convictions": int(row["priorViolentConviction"]),
        "recent_failures_to_appear": int(row["priorFailureToAppearRecent"]),
        "older_failure_to_appear": yes[row["priorFailureToAppearOld"]],
        "prior_sentence_of_incarceration": yes[row["priorSentenceToIncarceration"]],
    }
