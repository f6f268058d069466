"""Limits, contradictions, cautions and words of the OGRS4 predictors, in cases that a practitioner can follow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from throughcare.risk.answers import Answers
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.conformance import arithmetic
from throughcare.risk.contract import Score, Status
from throughcare.risk.items import Kind
from throughcare.risk.ogrs4.rules import months_later
from throughcare.risk.registry import INSTRUMENTS, instrument_named

ADDITIVE = [
    "all_reoffending_static",
    "all_reoffending_dynamic",
    "violent_reoffending_static",
    "violent_reoffending_dynamic",
    "serious_violent_reoffending_static",
    "serious_violent_reoffending_dynamic",
]
CAREER_YEARS = {"all_reoffending": 26, "violent_reoffending": 12, "serious_violent_reoffending": 12}
MOST = {"all_reoffending": 200, "violent_reoffending": 125, "serious_violent_reoffending": 50}
TURN = {"violent_reoffending": 70, "serious_violent_reoffending": 33}


def scored(name: str, **changes: Any) -> Score:
    """Score the reference case of an instrument with some answers changed."""
    instrument = INSTRUMENTS[name]
    answers = instrument.spec.reference
    for item, value in changes.items():
        answers = answers.having(item, value)
    return instrument.score(answers)


def codes(score: Score) -> set[str]:
    """Return the codes of the reasons of a score."""
    return {reason.code for reason in score.reasons}


@pytest.mark.parametrize("name", ADDITIVE)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"age_at_first_sanction": 4}, "sanctioned_under_10"),
        ({"sanctions_total": 408}, "too_many_sanctions"),
        ({"date_of_birth": dt.date(2002, 1, 2), "age_at_first_sanction": 17}, "under_18"),
        ({"date_of_birth": dt.date(1944, 1, 1)}, "over_75"),
    ],
)
def test_out_of_the_population_there_is_a_reason_and_no_number(name: str, changes: dict[str, Any], code: str):
    score = scored(name, **changes)
    assert (score.status, score.value, score.band) == (Status.OUTSIDE_POPULATION, None, None)
    assert codes(score) == {code}
    answers = INSTRUMENTS[name].spec.reference
    for item, value in changes.items():
        answers = answers.having(item, value)
    assert arithmetic(INSTRUMENTS[name], answers).status is Status.SCORED


@pytest.mark.parametrize("born", [dt.date(2002, 1, 1), dt.date(1944, 1, 2)])
def test_the_edges_of_the_population_are_inside(born: dt.date):
    score = scored("all_reoffending_static", date_of_birth=born, age_at_first_sanction=17)
    assert score.status is Status.SCORED


def fall(folder: str, form: str, sex: str, gap_years: int) -> np.ndarray[Any, Any]:
    """Return the part of the log-odds that sanctions make, from 0 to 999, with -inf below the third."""
    table = read_coefficients(f"throughcare.risk.{folder}")
    n = np.maximum(np.arange(1000, dtype=float), 1.0)
    rate = np.log(n / (gap_years + CAREER_YEARS[folder]))
    powers = table.powers(f"{form}_sanction_rate_{sex}")
    curve = table.one(f"{form}_each_sanction") * n + sum(c * rate ** (i + 1) for i, c in enumerate(powers))
    curve[:3] = -np.inf
    return np.asarray(curve)


@pytest.mark.parametrize("folder", MOST)
@pytest.mark.parametrize("form", ["static", "dynamic"])
@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("gap_years", [0, 10, 30, 57])
def test_the_limits_on_sanctions_follow_from_the_coefficients(
    folder: str, form: str, sex: str, gap_years: int
):
    curve = fall(folder, form, sex, gap_years)
    top, most = int(curve.argmax()), MOST[folder]
    if folder in TURN:
        assert top >= TURN[folder]
        assert curve[top] - curve[most] <= 0.1
    else:
        assert top > most


def test_the_limits_are_as_wide_as_they_can_be():
    tops = {folder: min(_tops(folder)) for folder in MOST}
    assert tops == {"all_reoffending": 201, "violent_reoffending": 70, "serious_violent_reoffending": 33}
    lasts = {folder: min(_lasts(folder)) for folder in TURN}
    assert lasts == {"violent_reoffending": 125, "serious_violent_reoffending": 51}


def _tops(folder: str) -> list[int]:
    return [
        int(fall(folder, form, sex, gap).argmax())
        for form in ("static", "dynamic")
        for sex in ("male", "female")
        for gap in (0, 57)
    ]


def _lasts(folder: str) -> list[int]:
    curves = [fall(folder, form, sex, 0) for form in ("static", "dynamic") for sex in ("male", "female")]
    return [int(np.flatnonzero(curve.max() - curve <= 0.1).max()) for curve in curves]


@pytest.mark.parametrize(
    ("name", "turn"), [("violent_reoffending_static", 70), ("serious_violent_reoffending_dynamic", 33)]
)
def test_beyond_the_turn_of_the_curve_the_score_says_so(name: str, turn: int):
    assert "falling_curve" not in codes(scored(name, sanctions_total=turn))
    assert "falling_curve" in codes(scored(name, sanctions_total=turn + 1))


@pytest.mark.parametrize(
    ("name", "changes", "item"),
    [
        ("all_reoffending_static", {"conviction_date": dt.date(1990, 1, 1)}, "conviction_date"),
        ("all_reoffending_static", {"follow_up_start": dt.date(1989, 1, 1)}, "follow_up_start"),
        ("all_reoffending_static", {"follow_up_start": dt.date(2100, 1, 1)}, "follow_up_start"),
        ("all_reoffending_static", {"conviction_date": dt.date(2020, 4, 2)}, "conviction_date"),
        ("all_reoffending_static", {"age_at_first_sanction": 31}, "age_at_first_sanction"),
        ("all_reoffending_static", {"sanctions_total": 0}, "sanctions_total"),
        ("all_reoffending_static", {"sanctions_total": 1000}, "sanctions_total"),
        ("all_reoffending_static", {"offence_category": "unknown"}, "offence_category"),
        ("violent_reoffending_static", {"sanctions_violent": 2}, "sanctions_violent"),
        ("serious_violent_reoffending_dynamic", {"sanctions_violent": 2}, "sanctions_violent"),
        ("direct_contact_sexual", {"ever_sexual_offence": False}, "ever_sexual_offence"),
        ("direct_contact_sexual", {"sexual_sanctions_adult_contact": 0}, "ever_sexual_offence"),
        ("direct_contact_sexual", {"sexual_sanctions_images": 1}, "sanctions_total"),
        (
            "direct_contact_sexual",
            {"last_sexual_offence_date": dt.date(2020, 2, 1)},
            "last_sexual_offence_date",
        ),
        ("direct_contact_sexual", {"last_offence_date": dt.date(2018, 12, 31)}, "last_offence_date"),
        ("images_indirect_sexual", {"sexual_sanctions_adult_contact": 0}, "ever_sexual_offence"),
        ("combined_serious_static", {"sanctions_violent": 2}, "sanctions_violent"),
    ],
)
def test_answers_that_contradict_are_refused_with_what_to_do(name: str, changes: dict[str, Any], item: str):
    score = scored(name, **changes)
    assert score.status is Status.REFUSED
    assert (item,) in {problem.path for problem in score.problems}
    for problem in score.problems:
        assert problem.expected
        assert problem.found
        assert problem.action.endswith(".")
    assert (score.value, score.band) == (None, None)


def test_a_conviction_three_months_after_the_assessment_is_the_last_that_is_taken():
    assert scored("all_reoffending_static", conviction_date=dt.date(2020, 4, 1)).status is Status.SCORED


def test_three_months_after_the_last_of_november_is_the_last_of_february():
    days = np.array(["2019-11-30", "2020-11-30", "2020-01-31", "NaT"], dtype="datetime64[D]")
    expected = np.array(["2020-02-29", "2021-02-28", "2020-04-30", "NaT"], dtype="datetime64[D]")
    np.testing.assert_array_equal(months_later(days, 3), expected)


def test_a_missing_dynamic_answer_never_switches_the_form():
    instrument = INSTRUMENTS["all_reoffending_dynamic"]
    score = instrument.score(instrument.spec.reference.without("accommodation").without("impulsivity"))
    assert (score.status, score.missing) == (Status.INCOMPLETE, ("accommodation", "impulsivity"))
    assert score.instrument == "all_reoffending_dynamic"
    assert score.value is None


def test_drugs_that_were_not_asked_about_are_named_as_assumed():
    instrument = INSTRUMENTS["violent_reoffending_dynamic"]
    score = instrument.score(instrument.spec.reference.without("uses_crack"))
    assert score.defaulted == ("uses_crack",)
    words = next(term.words for term in score.terms if term.items == ("uses_crack",))
    assert words == "no use of crack cocaine (not answered: use of crack cocaine)"


def test_terms_are_said_in_words():
    score = scored(
        "violent_reoffending_dynamic",
        sanctions_total=5,
        sanctions_violent=2,
        age_at_first_sanction=19,
        accommodation="some",
        unemployed=True,
        relationship_status="living_together",
        uses_spice=True,
        uses_ketamine=True,
        assessment_date=dt.date(2023, 3, 1),
    )
    words = {term.name: term.words for term in score.terms}
    assert words["age_and_sex"] == "a man aged 30 at the start of follow-up"
    assert words["sanctions"] == "5 sanctions, the first at the age of 19, the latest at 30"
    assert words["violent_sanctions"] == "2 sanctions for violence"
    assert (
        words["offence_free_months"]
        == "38 whole months without an offence since follow-up started (only 36 count)"
    )
    assert words["accommodation"] == "suitability of accommodation: some problems"
    assert words["unemployed"] == "unemployment"
    assert words["partner"] == "lives with a partner; relationship: no problems"
    assert words["other_drugs"] == "use of ketamine, spice"


def test_what_cannot_change_is_static_and_what_can_says_which_way():
    score = scored("serious_violent_reoffending_dynamic")
    kinds = {term.name: term.kind for term in score.terms}
    assert kinds["past_arson"] is Kind.STATIC
    assert kinds["weapon_in_offence"] is Kind.STATIC
    assert kinds["accommodation"] is Kind.DYNAMIC


def test_before_follow_up_starts_no_month_counts_and_the_score_says_so():
    score = scored("all_reoffending_static", assessment_date=dt.date(2019, 12, 31))
    assert codes(score) == {"follow_up_not_started"}
    assert next(term.weight for term in score.terms if term.name == "offence_free_months") == 0.0


def test_one_sanction_at_an_earlier_age_is_doubted():
    assert codes(scored("all_reoffending_static", age_at_first_sanction=20)) == {"first_sanction_not_current"}


@pytest.mark.parametrize(
    ("changes", "points", "percent", "band"),
    [
        ({}, 22, 0.60, "medium"),  # adult contact 5, age 40: 7, at the latest offence 39: 10
        ({"sexual_sanctions_images": 1, "sanctions_total": 2}, 28, 1.54, "medium"),
        ({"stranger_victim": True}, 26, 1.12, "medium"),
        ({"follow_up_start": dt.date(2040, 1, 1)}, 15, 0.20, "low"),
    ],
)
def test_direct_contact_points(changes: dict[str, Any], points: int, percent: float, band: str):
    score = scored("direct_contact_sexual", **changes)
    assert sum(int(term.words.split("(")[-1].split()[0]) for term in score.terms[1:]) == points
    assert (score.shown, score.band and score.band.name) == (percent, band)


def test_a_band_drops_after_five_quiet_years_and_the_score_stays():
    quiet = {"assessment_date": dt.date(2025, 1, 1)}
    lowered = scored("direct_contact_sexual", **quiet)
    assert (lowered.shown, lowered.band and lowered.band.name, codes(lowered)) == (
        0.6,
        "low",
        {"band_lowered"},
    )
    for change in (
        {"supervision_status": "custody"},
        {"last_offence_date": dt.date(2020, 1, 2)},
        {"assessment_date": dt.date(2024, 12, 31)},
    ):
        kept = scored("direct_contact_sexual", **{**quiet, **change})
        assert (kept.band and kept.band.name, codes(kept)) == ("medium", set())


def test_no_point_at_all_is_published_as_no_risk():
    score = scored(
        "direct_contact_sexual",
        date_of_birth=dt.date(1955, 1, 1),
        sexual_sanctions_adult_contact=0,
        sexual_sanctions_images=1,
        last_sexual_offence_date=dt.date(1970, 1, 1),
        last_offence_date=dt.date(1970, 1, 1),
    )
    assert (score.value, score.band and score.band.name) == (0.0, "low")


@pytest.mark.parametrize(
    ("counts", "percent", "band", "code"),
    [
        ((0, 0, 2, 0), 10.31, "high", "two_or_more_image_sanctions"),
        ((3, 3, 1, 0), 3.33, "medium", "one_image_sanction"),
        ((0, 2, 0, 0), 0.93, "low", "two_or_more_child_contact_sanctions"),
        ((1, 1, 0, 1), 0.63, "low", "one_child_contact_sanction"),
        ((1, 0, 0, 1), 0.28, "low", "non_contact_and_adult_contact_sanctions"),
        ((0, 0, 0, 1), 0.0, "low", "one_kind_gives_nothing"),
    ],
)
def test_images_and_indirect_contact(counts: tuple[int, int, int, int], percent: float, band: str, code: str):
    kinds = ("adult_contact", "child_contact", "images", "non_contact")
    changes = {f"sexual_sanctions_{kind}": count for kind, count in zip(kinds, counts, strict=True)}
    score = scored("images_indirect_sexual", **changes)
    assert (score.shown, score.band and score.band.name) == (percent, band)
    assert code in codes(score)


@pytest.mark.parametrize("name", ["direct_contact_sexual", "images_indirect_sexual"])
def test_a_sexual_predictor_says_nothing_of_women(name: str):
    score = scored(name, sex="female")
    assert (score.status, codes(score), score.value) == (Status.NOT_APPLICABLE, {"made_from_men"}, None)


def test_the_combined_score_adds_what_is_published():
    man = scored("combined_serious_static")
    assert man.parts is not None
    assert man.shown == round(sum(part.shown or 0.0 for part in man.parts.values()), 2)
    woman = scored("combined_serious_static", sex="female")
    assert woman.parts is not None
    violent = woman.parts["serious_violent_reoffending_static"].shown
    assert violent is not None
    assert woman.shown == pytest.approx(violent + 0.38)
    assert "woman_with_sexual_offence" in codes(woman)


def test_one_part_that_fails_fails_the_whole_with_its_reason():
    many = scored("combined_serious_dynamic", sanctions_total=51)
    assert (many.status, codes(many)) == (Status.OUTSIDE_POPULATION, {"too_many_sanctions"})
    instrument = INSTRUMENTS["combined_serious_dynamic"]
    lacking = instrument.score(instrument.spec.reference.without("temper_control"))
    assert (lacking.status, lacking.missing) == (Status.INCOMPLETE, ("temper_control",))
    unknown = instrument.score(
        instrument.spec.reference.having("sex", "female").without("ever_sexual_offence")
    )
    assert (unknown.status, unknown.missing) == (Status.INCOMPLETE, ("ever_sexual_offence",))


def test_an_instrument_is_found_by_name_or_the_names_are_told():
    assert instrument_named("combined_serious_static").spec.title.startswith("Combined serious")
    with pytest.raises(KeyError, match="all_reoffending_static"):
        instrument_named("ogrs9")


def test_a_bare_record_of_nothing_lists_everything_that_is_needed():
    score = INSTRUMENTS["all_reoffending_static"].score(Answers())
    assert score.missing == tuple(item.name for item in INSTRUMENTS["all_reoffending_static"].spec.items)
