"""The three things that a study can say, and that a design which may not be looked behind is not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lib.reading_grade import grade
from throughcare.adapters.files.example_cohort import example_protocol
from throughcare.adapters.files.protocols import read_protocol_file
from throughcare.evaluation.cohort import Outcomes
from throughcare.evaluation.effects import Interval
from throughcare.evaluation.findings import verdict_of
from throughcare.evaluation.result import document
from throughcare.evaluation.study import Given, run_study
from throughcare.evaluation.wording import effect_sentences, headline, words_of
from throughcare.simulation.curfew_cohort import CohortPlan, invent_cohort


@pytest.mark.parametrize(
    ("low", "estimate", "high", "verdict"),
    [
        (0.7, 0.8, 0.9, "fell"),
        (0.7, 0.8, 1.0, "cannot_tell"),
        (0.9, 1.0, 1.1, "cannot_tell"),
        (1.0, 1.2, 1.4, "cannot_tell"),
        (1.1, 1.2, 1.4, "rose"),
        (float("nan"), float("nan"), float("nan"), "cannot_tell"),
    ],
)
def test_an_interval_says_one_of_three_things(low, estimate, high, verdict):
    assert verdict_of(Interval(estimate, low, high, 0.1)) == verdict


def said(verdict: str) -> dict[str, object]:
    return {
        "verdict": verdict,
        "kind": "rate",
        "said": {
            "of": 100, "with": 26, "without": 33, "people": 7, "people_least": 5, "people_most": 9,
            "people_lower": 9, "people_higher": 2, "percent": 21, "percent_least": 15, "percent_most": 27,
            "one_in": 15,
        },
    }  # fmt: skip


def test_a_fall_a_rise_and_neither_are_said_in_their_own_words():
    assert headline("reoffending", "fell") == "Reoffending fell."
    assert headline("reoffending", "rose") == "Reoffending rose."
    assert headline("reoffending", "cannot_tell") == "We cannot tell whether reoffending fell or rose."
    assert "That is 7 fewer for each 100 people (between 5 and 9 fewer)." in effect_sentences(
        said("fell"), "the tag"
    )
    assert "That is 7 more for each 100 people (between 5 and 9 more)." in effect_sentences(
        said("rose"), "the tag"
    )
    neither = " ".join(effect_sentences(said("cannot_tell"), "the tag"))
    assert "lower by as many as 9, or higher by as many as 2" in neither
    assert "does not mean that the tag makes no difference" in neither
    assert "percent" not in neither


def studied(tmp_path, *, method: str, world: str = "nonlin", people: int = 4000, ratio: float = 0.8):
    path = tmp_path / "protocol.yml"
    text = example_protocol().replace("method: cross_fitted_aipw", f"method: {method}")
    path.write_text(
        text.replace("negative_controls:", "x:").split("x:")[0] + _ENDING.format(method), encoding="utf-8"
    )
    protocol = read_protocol_file(path)
    made = invent_cohort(
        CohortPlan(people=people, world=world, true_ratio=ratio), rng=np.random.default_rng(2)
    )
    opened: list[str] = []

    def open_outcomes(asked) -> Outcomes:
        opened.extend(each.column for each in asked)
        return made.outcomes

    study = run_study(protocol, Given(made.cohort), open_outcomes=open_outcomes, rng=np.random.default_rng(1))
    lock = {"protocol_hash": protocol.hash(), "schema_hash": "", "locked_at": "", "amendments": []}
    return study, document(study, locked=lock, code_version="test"), opened


_ENDING = "estimand: effect_on_the_treated\nestimator: {{method: {0}, seed: 1}}\n"


def test_a_green_table_of_means_does_not_open_the_outcome(tmp_path):
    study, found, opened = studied(tmp_path, method="justice_data_lab")
    gates = {gate.name: gate for gate in study.gates}
    assert gates["balance_means"].met
    assert not gates["balance_beyond_means"].met
    assert opened == []
    assert "findings" not in found
    words = words_of(found)
    assert words.headline == "No effect is shown, because a gate is not met."
    assert grade(list(words.all())) <= 12


def test_where_the_tag_does_nothing_the_words_cannot_tell_and_say_how_many_are_needed(tmp_path):
    study, found, _ = studied(tmp_path, method="entropy_balancing_automatic", ratio=1.0)
    assert study.findings is not None
    words = words_of(found)
    assert study.findings.verdict == "cannot_tell"
    assert words.headline.startswith("We cannot tell")
    assert "That the tag works." in words.cannot_say
    assert "That the tag does not work." in words.cannot_say
    assert grade(list(words.all())) <= 12


def test_a_hidden_factor_is_looked_for_on_the_side_that_could_explain_the_finding(tmp_path):
    study, _, _ = studied(tmp_path, method="entropy_balancing_automatic")
    assert study.findings is not None
    assert study.findings.verdict == "fell"
    ratio = study.findings.primary.ratio.estimate
    assert all(each.ratio.estimate > ratio for each in study.findings.sensitivity.tipping)
