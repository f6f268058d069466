"""The suite for vendors finds what it is there to find: each broken instrument breaks the rule that it is named for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from throughcare.risk.answers import Answers
from throughcare.risk.conformance import Case, check_instrument, without_limits
from throughcare.risk.contract import Columns, Instrument, Score, ScoredColumns, Spec, Status
from throughcare.risk.registry import INSTRUMENTS

GOOD = INSTRUMENTS["all_reoffending_static"]
DOCUMENT = Path(__file__).parents[3] / "docs" / "risk" / "conformance.md"


@dataclass
class Broken:
    """The good instrument with one thing changed."""

    spec: Spec = GOOD.spec
    change: Callable[[Answers, Score], Score] = lambda answers, score: score
    change_columns: Callable[[ScoredColumns], ScoredColumns] = lambda scored: scored

    def score(self, answers: Answers) -> Score:
        return self.change(answers, GOOD.score(answers))

    def score_columns(self, columns: Columns) -> ScoredColumns:
        return self.change_columns(GOOD.score_columns(columns))


def laws(instrument: Instrument, *cases: Case) -> set[str]:
    """Return the laws that an instrument breaks."""
    return {finding.law for finding in check_instrument(instrument, cases).findings}


def test_a_good_instrument_breaks_nothing():
    case = Case("plain", GOOD.spec.reference, shown=13.54, band="low")
    report = check_instrument(Broken(), [case])
    assert report.passed, report.text()
    assert "conforms" in report.text()


@pytest.mark.parametrize(
    "case",
    [
        Case("number", GOOD.spec.reference, shown=13.55),
        Case("band", GOOD.spec.reference, band="high"),
        Case("status", GOOD.spec.reference, status=Status.REFUSED),
    ],
)
def test_a_wrong_answer_to_a_known_case_is_found(case: Case):
    report = check_instrument(Broken(), [case])
    assert {finding.law for finding in report.findings} == {"known cases"}
    assert case.name in report.text()


def test_a_silent_switch_is_found():
    def switch(answers: Answers, score: Score) -> Score:
        return GOOD.score(GOOD.spec.reference) if score.status is Status.INCOMPLETE else score

    assert "missing answers" in laws(Broken(change=switch))


def test_a_wrong_answer_that_is_taken_is_found():
    def take(answers: Answers, score: Score) -> Score:
        return GOOD.score(GOOD.spec.reference) if score.status is Status.REFUSED else score

    assert "answers outside a domain" in laws(Broken(change=take))


def test_an_instrument_that_fails_is_a_finding():
    def fail(answers: Answers, score: Score) -> Score:
        raise ZeroDivisionError

    report = check_instrument(Broken(change=fail))
    assert any("ZeroDivisionError" in finding.found for finding in report.findings)


def test_a_score_that_changes_when_asked_again_is_found():
    asked = iter(range(10**6))
    assert "purity and order" in laws(
        Broken(change=lambda _, score: replace(score, shown=score.shown and score.shown + next(asked)))
    )


def test_a_band_that_does_not_fit_its_number_is_found():
    high = GOOD.spec.bands[2]
    assert "every answer accepted" in laws(
        Broken(change=lambda _, score: replace(score, band=score.band and high))
    )


def test_a_refusal_without_a_reason_is_found():
    assert "every answer accepted" in laws(Broken(change=lambda _, score: replace(score, reasons=())))


def test_a_score_that_does_not_follow_its_terms_is_found():
    found = laws(Broken(change=lambda _, score: replace(score, value=score.value and 100.0 - score.value)))
    assert "sum of terms" in found


def test_a_term_that_depends_on_what_it_does_not_name_is_found():
    def hide(_: Answers, score: Score) -> Score:
        return replace(score, terms=tuple(replace(term, items=()) for term in score.terms))

    assert "terms name their items" in laws(Broken(change=hide))


def test_columns_that_differ_are_found():
    assert laws(Broken(change_columns=lambda scored: replace(scored, value=scored.value + 0.01))) == {
        "columns equal single"
    }
    assert laws(Broken(change_columns=lambda scored: replace(scored, band=scored.band + np.int8(1)))) == {
        "columns equal single"
    }


def test_bands_out_of_order_and_a_required_item_that_is_not_asked_are_found():
    spec = replace(
        GOOD.spec, bands=tuple(reversed(GOOD.spec.bands)), required=GOOD.spec.required | {"favourite_colour"}
    )
    assert {"specification", "band edges"} <= laws(Broken(spec=spec))


def test_limits_cannot_be_taken_off_what_has_no_such_form():
    with pytest.raises(TypeError, match="without_limits"):
        without_limits(Broken())


def test_the_example_of_the_document_runs(capsys: pytest.CaptureFixture[str]):
    example = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    exec(compile(example[1], "conformance.md", "exec"), {})
    assert capsys.readouterr().out == "True\n"
