"""Records: dates, hashes, what a document must be, and every published instrument as a subject."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash
from throughcare.risk.fairness.audit import audit
from throughcare.risk.fairness.groups import grouping_of_texts
from throughcare.risk.records.making import KnownFrom, records
from throughcare.risk.records.owner import QUESTIONS, UNKNOWN, Owner, blank_owner, read_owner
from throughcare.risk.records.subject import Subject, of_instrument, of_scores
from throughcare.risk.records.validated import People, Validation, checked, document, months_later
from throughcare.risk.registry import INSTRUMENTS
from throughcare.risk.validation.cases import Cases, Scale, cases_of
from throughcare.risk.validation.performance import performance

MADE_ON = dt.date(2026, 2, 28)
SUBJECT = of_scores("vendor", version="3", predicts="arrest", scale=Scale.PROBABILITY)


def people(stretch: float = 1.0) -> Cases:
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, 2_000)
    return cases_of(np.clip(score * stretch, 0, 1), rng.random(2_000) < score)


def found(subject: Subject = SUBJECT, *, cases: Cases | None = None, groups: bool = True) -> Validation:
    cases = people() if cases is None else cases
    halves = grouping_of_texts("half", np.array(["one", "two"])[np.arange(len(cases)) % 2])
    who = People("t.csv", "0" * 64, 2_010, 2_000, {"no score": 10}, "y", "", ("half",))
    fairness = audit(cases, [halves], thresholds=(0.3,)) if groups else None
    return Validation(MADE_ON, "0.1.0", subject, who, performance(cases), fairness, None)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-02-28", 12, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-30", 13, "2027-12-30"),
    ],
)
def test_months_later_is_a_day_that_exists(day: str, months: int, later: str) -> None:
    assert months_later(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


def test_a_validation_holds_for_twelve_months_and_not_a_day_longer() -> None:
    made = document(found(groups=False))
    for day in (MADE_ON, dt.date(2027, 2, 28)):
        assert checked(made, subject=SUBJECT, today=day, where="x")["hash"] == made["hash"]
    for day in (dt.date(2027, 3, 1), dt.date(2026, 2, 27)):
        with pytest.raises(RefusedInput, match="validate` again"):
            checked(made, subject=SUBJECT, today=day, where="x")


def test_the_hash_is_of_everything_else() -> None:
    made = document(found())
    assert content_hash({name: value for name, value in made.items() if name != "hash"}) == made["hash"]
    with pytest.raises(RefusedInput, match="altered"):
        checked({**made, "words": []}, subject=SUBJECT, today=MADE_ON, where="x")


def test_the_words_say_which_way_a_score_is_wrong() -> None:
    assert found(groups=False).words()[0].startswith("On average the score says what happens")
    low = found(cases=people(0.7), groups=False).words()
    assert low[0].startswith("More happens than the score says")
    far = people()
    odds = (far.score / (1 - far.score)) ** 2
    assert "High scores are too high" in found(cases=Cases(odds / (1 + odds), far.happened)).words()[1]
    near = (far.score / (1 - far.score)) ** 0.5
    assert "too close together" in found(cases=Cases(near / (1 + near), far.happened)).words()[1]


def test_a_score_that_knows_too_much_is_met_with_suspicion() -> None:
    rng = np.random.default_rng(2)
    happened = rng.random(1_000) < 0.4
    cases = cases_of(np.clip(0.2 + 0.5 * happened + rng.normal(0, 0.1, 1_000), 0.01, 0.99), happened)
    assert any("knows the outcome" in each for each in found(cases=cases, groups=False).words())


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_every_instrument_is_a_subject_whose_inputs_are_said(name: str) -> None:
    subject = of_instrument(INSTRUMENTS[name])
    assert len(subject.hash) == 64
    assert subject.inputs
    assert all(each.words and each.answers for each in subject.inputs)
    assert subject.source
    assert subject.licence


def test_no_two_instruments_have_one_hash() -> None:
    hashes = {of_instrument(each).hash for each in INSTRUMENTS.values()}
    assert len(hashes) == len(INSTRUMENTS)


def test_three_records_come_of_it_and_nothing_is_invented() -> None:
    made = records(SUBJECT, document(found()), Owner({}))
    assert [record.name for record in made] == [
        "transparency-record",
        "model-card",
        "impact-assessment-annex",
    ]
    for record in made:
        for section in record.sections:
            for field in section.fields:
                assert field.lines
                assert (field.lines == (UNKNOWN,)) == (field.known_from is KnownFrom.NOBODY)
    card = {field.name: field.lines for section in made[1].sections for field in section.fields}
    assert any(line.startswith("Observed over expected: ") for line in card["Measures"])
    assert len(card["By group"]) == 2
    assert card["Trade-offs"][0].startswith("two and one: ") or card["Trade-offs"][0].startswith(
        "one and two: "
    )


def test_without_groups_the_card_says_so() -> None:
    card = records(SUBJECT, document(found(groups=False)), Owner({}))[1]
    lines = {field.name: field.lines for section in card.sections for field in section.fields}
    assert lines["By group"] == ("No group was named.",)
    assert lines["Trade-offs"] == ("none",)


def test_an_owner_states_only_what_is_asked() -> None:
    owner, problems = read_owner({"tool": {"name": " Ours ", "contact": "UNKNOWN", "website": " "}})
    assert problems == ()
    assert (owner.fact("tool.name"), owner.fact("tool.contact"), owner.fact("tool.website")) == (
        "Ours",
        UNKNOWN,
        UNKNOWN,
    )
    assert len(owner.missing) == len(QUESTIONS) - 1
    with pytest.raises(KeyError):
        owner.fact("tool.colour")
    assert all(question.words in blank_owner() for question in QUESTIONS)
