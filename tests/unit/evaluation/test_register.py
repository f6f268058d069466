"""The register of published studies, and the arithmetic of the GPS study to three decimals."""

from __future__ import annotations

import json

import pytest

from throughcare.cli.main import main
from throughcare.evaluation.register import Status, arithmetic, published, ratio_interval
from throughcare.evaluation.sensitivity import e_value
from throughcare.kernel.errors import RefusedInput


def test_the_gps_study_is_reproduced_to_three_decimals():
    by_key = {each.key: each for each in published()}
    rate = by_key["gps_acquisitive_rate"].arithmetic
    assert rate is not None
    assert rate.odds_ratio is not None
    assert rate.one_in is not None
    assert rate.e_value is not None
    assert [round(x, 3) for x in (rate.ratio, rate.difference, rate.odds_ratio)] == [0.789, -0.07, 0.714]
    assert round(rate.one_in, 1) == 14.3
    assert round(rate.e_value, 3) == 1.849
    frequency = by_key["gps_acquisitive_frequency"].arithmetic
    assert frequency is not None
    assert round(frequency.ratio, 3) == 0.663


def test_with_as_many_people_to_compare_the_interval_is_the_one_worked_out_beforehand():
    found = ratio_interval(0.262, 0.332, treated=3360, comparison=3360)
    assert [round(x, 3) for x in (found.low, found.high)] == [0.733, 0.850]
    assert round(e_value(found).limit, 2) == 1.63
    wider = ratio_interval(0.262, 0.332, treated=3360, comparison=10_000)
    assert [round(x, 3) for x in (wider.low, wider.high)] == [0.741, 0.841]


def test_no_row_stands_without_a_comparison_a_clock_a_source_and_a_status():
    rows = published()
    assert len(rows) == len({each.key for each in rows}) == 15
    for each in rows:
        assert each.comparison
        assert each.clock
        assert each.source
        assert each.design
    assert {each.status for each in rows} == set(Status)


def test_what_was_not_read_gives_no_rates():
    assert all(each.arithmetic is None for each in published() if each.status is Status.TO_VERIFY)


def test_a_ratio_needs_two_means_above_nought():
    with pytest.raises(RefusedInput):
        arithmetic(0.0, 0.3)


def test_the_command_prints_and_writes_the_register(tmp_path, capsys):
    out = tmp_path / "register.json"
    assert main(["evaluate", "register", "--status", "reported", "--json", str(out)]) == 0
    assert (
        "a ratio of 0.789, -7.0 points, one in 14.3, odds ratio 0.714, E-value 1.85"
        in capsys.readouterr().out
    )
    assert [each["status"] for each in json.loads(out.read_text("utf-8"))] == ["reported"] * 3
