"""What the former generation and the screens refuse, abstain from, leave open and say."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pytest

from throughcare.orders.problem import Problem
from throughcare.risk.arithmetic.table import read_coefficients
from throughcare.risk.catalogue.former import OGRS3_GROUP_WORDS
from throughcare.risk.columns import columns_of
from throughcare.risk.contract import Generation, Status
from throughcare.risk.ogrs3.offences import read_former_codes
from throughcare.risk.registry import INSTRUMENTS, of_generation

FORMER = tuple(each.spec.name for each in of_generation(Generation.OGRS3))


def test_osp_dc_and_its_successor_are_one_table() -> None:
    former, current = (
        read_coefficients(f"throughcare.risk.{name}") for name in ("rsr", "direct_contact_sexual")
    )
    osp = {name.removeprefix("osp_dc_"): keys for name, keys in former.by_name.items() if "osp_dc" in name}
    for name, keys in osp.items():
        if name not in {"age_at_follow_up", "age_at_last_sexual_offence"}:
            assert keys.items() >= current.by_name[name].items(), name
    for age in range(18, 75):
        low = max(int(key) for key in osp["age_at_follow_up"] if int(key) <= age)
        other = max(int(key) for key in current.by_name["age_at_follow_up"] if int(key) <= age)
        assert osp["age_at_follow_up"][str(low)] == current.by_name["age_at_follow_up"][str(other)]


def test_every_ogrs3_group_has_a_number_and_words() -> None:
    assert (
        read_coefficients("throughcare.risk.ogrs3").keyed("offence_group").keys() == OGRS3_GROUP_WORDS.keys()
    )


@pytest.mark.parametrize("name", ["ogrs3_two_year", "ogp_two_year", "snsv_static", "rsr_static"])
def test_a_first_sanction_at_4_and_408_sanctions_are_outside_the_population(name: str) -> None:
    instrument = INSTRUMENTS[name]
    young = instrument.score(instrument.spec.reference.having("age_at_first_sanction", 4))
    many = instrument.score(instrument.spec.reference.having("sanctions_total", 408))
    assert (young.status, many.status) == (Status.OUTSIDE_POPULATION, Status.OUTSIDE_POPULATION)
    assert [reason.code for reason in young.reasons] == ["sanctioned_under_10"]
    assert "too_many_sanctions" in [reason.code for reason in many.reasons]


def test_a_missing_dynamic_answer_leaves_the_dynamic_form_incomplete() -> None:
    dynamic = INSTRUMENTS["snsv_dynamic"]
    score = dynamic.score(dynamic.spec.reference.without("temper_control"))
    assert (score.status, score.missing, score.value) == (Status.INCOMPLETE, ("temper_control",), None)


def test_ogp_hands_over_the_ogrs3_score_that_it_rests_on() -> None:
    ogp = INSTRUMENTS["ogp_two_year"]
    score = ogp.score(ogp.spec.reference)
    assert score.parts is not None
    assert score.parts["ogrs3_two_year"] == INSTRUMENTS["ogrs3_two_year"].score(ogp.spec.reference)


def test_a_recorded_override_is_told_beside_the_screen_and_changes_nothing_in_it() -> None:
    men = INSTRUMENTS["opd_men"]
    without = men.score(men.spec.reference)
    overridden = men.score(men.spec.reference.having("pathway_override", value=True))
    assert overridden.value == without.value == 0.0
    assert [reason.code for reason in overridden.reasons] == ["override_recorded"]
    ineligible = men.spec.reference.having("pathway_override", value=True).having("overall_risk", "low")
    assert [reason.code for reason in men.score(ineligible).reasons] == ["not_eligible"]


def test_one_maturity_answer_may_be_missing_and_two_may_not() -> None:
    mst = INSTRUMENTS["mst"]
    one = mst.spec.reference.without("coping")
    assert mst.score(one).status is Status.SCORED
    assert mst.score(one).defaulted == ("coping",)
    two = mst.score(one.without("impulsivity"))
    assert (two.status, two.missing) == (Status.INCOMPLETE, ("coping", "impulsivity"))


def test_the_programme_screen_names_no_programme_where_the_worst_answer_would_lead_elsewhere() -> None:
    pni = INSTRUMENTS["pni"]
    low = pni.spec.reference
    assert pni.score(low.without("impulsivity")).status is Status.SCORED  # at worst the level is still low
    open_answers = low
    for name in ("impulsivity", "coping", "hostility", "attitudes_to_offending", "spousal_risk_to_others"):
        open_answers = open_answers.without(name)
    score = pni.score(open_answers)
    assert score.status is Status.INCOMPLETE
    assert set(score.missing) >= {"impulsivity", "coping", "hostility", "spousal_risk_to_others"}


def test_a_list_of_codes_is_read_into_groups_and_a_bad_row_is_named() -> None:
    header = ("OFFENCE_GROUP_CODE", "SUB_CODE", "OGRS3_WEIGHTING")
    rows = [
        dict(zip(header, row, strict=True))
        for row in (("039", "00", "0.6612"), ("088", "00", "999"), ("950", "00", ""), ("1", "00", "0"))
    ]
    codes, problems = read_former_codes([*rows, {**rows[0], "SUB_CODE": "01", "OGRS3_WEIGHTING": "0.5"}])
    assert codes.group_of("03900") == "theft"
    with pytest.raises(Problem, match="exact offence"):
        codes.group_of("08800")
    with pytest.raises(Problem, match="with an OGRS3 group"):
        codes.group_of("95000")
    assert [problem.path for problem in problems] == [
        ("row", 4, "OFFENCE_GROUP_CODE"),
        ("row", 5, "OGRS3_WEIGHTING"),
    ]


@pytest.mark.parametrize("name", FORMER)
def test_every_former_score_says_that_it_is_of_the_former_generation(name: str) -> None:
    instrument = INSTRUMENTS[name]
    assert "former_generation" in [
        reason.code for reason in instrument.score(instrument.spec.reference).reasons
    ]


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_a_hundred_thousand_people_take_seconds_on_a_busy_machine_too(name: str) -> None:
    instrument = INSTRUMENTS[name]
    one = columns_of([instrument.spec.reference], instrument.spec.items)
    columns = {item: np.repeat(column, 100_000) for item, column in one.items()}
    fastest_s = min(_seconds(lambda: instrument.score_columns(columns)) for _ in range(3))
    assert fastest_s < 5.0


def _seconds(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_a_day_outside_every_table_is_refused_and_never_raises() -> None:
    ovp = INSTRUMENTS["ovp_two_year"]
    born_after = ovp.spec.reference.having("date_of_birth", dt.date(2030, 1, 1))
    assert ovp.score(born_after).status is Status.REFUSED
    child = ovp.spec.reference.having("date_of_birth", dt.date(2004, 1, 1))
    assert ovp.score(child).status is Status.OUTSIDE_POPULATION
