"""Every vector that the publisher of the OGRS4 predictors ships for them, against our arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lib.arns_requests import Expectation, current_expectations
from tests.lib.published_table import LEFT_OUT, agrees, table
from throughcare.risk.conformance import arithmetic
from throughcare.risk.contract import Status
from throughcare.risk.registry import INSTRUMENTS

pytestmark = pytest.mark.real_data
DOCUMENT = Path(__file__).parents[3] / "docs" / "risk" / "conformance.md"


@pytest.fixture(scope="module")
def expectations(shared_data: Path) -> list[Expectation]:
    return list(current_expectations(shared_data / "arns_vectors"))


def test_every_vector_is_reproduced_or_left_out_with_a_reason(expectations: list[Expectation]):
    assert len(expectations) == 79
    differ = {
        (each.vector, each.instrument)
        for each in expectations
        if not agrees(each, arithmetic(INSTRUMENTS[each.instrument], each.answers))
    }
    assert differ == set(LEFT_OUT)


def test_no_scored_vector_lies_outside_our_limits(expectations: list[Expectation]):
    scored = [each for each in expectations if each.status is Status.SCORED]
    outside = [each.label for each in scored if INSTRUMENTS[each.instrument].score(each.answers).reasons]
    abstained = {
        each.label
        for each in scored
        if INSTRUMENTS[each.instrument].score(each.answers).status is Status.OUTSIDE_POPULATION
    }
    assert len(scored) == 32
    assert outside  # some carry cautions
    assert abstained == set()


def test_where_the_publisher_falls_back_to_the_static_form_we_ask_for_what_is_missing(
    expectations: list[Expectation],
):
    fallen = [each for each in expectations if each.missing_dynamic and each.score is not None]
    assert len(fallen) == 4
    for each in fallen:
        dynamic = INSTRUMENTS[each.instrument.replace("_static", "_dynamic")].score(each.answers)
        assert dynamic.status is Status.INCOMPLETE
        assert set(dynamic.missing) == set(each.missing_dynamic) - set(each.answers)


def test_each_addend_of_the_publisher_is_in_one_of_our_terms(expectations: list[Expectation]):
    compared = 0
    for each in expectations:
        total = each.feature_values.get("totalWeight")
        if total is None or each.instrument.startswith(("images", "combined")):
            continue
        score = arithmetic(INSTRUMENTS[each.instrument], each.answers)
        if each.instrument == "direct_contact_sexual":
            total = -8.633 + 0.1598 * total
        assert sum(term.weight for term in score.terms) == pytest.approx(total, abs=1e-9)
        compared += 1
    assert compared == 21


def test_the_document_lists_every_vector(expectations: list[Expectation]):
    assert table(expectations) in DOCUMENT.read_text(encoding="utf-8"), (
        "docs/risk/conformance.md is behind: paste what `python -m tests.lib.published_table` prints"
    )
