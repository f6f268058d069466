"""Deciding beside a score: reasons where it departs, a second person where the rules say so, nothing automatic."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.service.makers import NOW_US, Staff
from tests.service.risk.cases import STATIC, answer, answered, decided, looked
from throughcare.kernel.time import MINUTE_US
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Person
from throughcare.service.risk import actions, queries
from throughcare.service.risk.models import Assessment, Decision
from throughcare.service.risk.scoring import compared_with, from_json, scores_of, second_signature, step_of
from throughcare.service.risk.vocabulary import Level, OverrideReason, Question

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
LOW, MEDIUM, HIGH, VERY_HIGH = Level
WHY = (OverrideReason.PROGRESS,)


def shown(consultation_id: int) -> dict[Question, tuple[Level, ...]]:
    seen = queries.consultation(consultation_id)
    assert seen is not None
    answers = from_json(seen.answers)
    return {question: each.levels for question, each in compared_with(answers, scores_of(answers)).items()}


def as_scored(assessment_id: int, by: Staff) -> dict[Question, Level]:
    return {question: levels[-1] for question, levels in shown(looked(assessment_id, by)).items()}


@pytest.mark.parametrize(
    ("level", "bands", "step"),
    [
        (MEDIUM, (MEDIUM,), 0),
        (HIGH, (LOW, MEDIUM), 1),
        (LOW, (LOW, MEDIUM), 0),
        (LOW, (MEDIUM, HIGH), -1),
        (VERY_HIGH, (LOW,), 3),
        (LOW, (), None),
    ],
)
def test_steps_are_counted_from_the_bands_that_were_shown(
    level: Level, bands: tuple[Level, ...], step: int | None
) -> None:
    assert step_of(level, bands) == step


@pytest.mark.parametrize(
    ("level", "bands", "why"),
    [
        (LOW, (MEDIUM,), "below"),
        (HIGH, (MEDIUM,), ""),
        (HIGH, (LOW,), "two levels"),
        (VERY_HIGH, (HIGH,), "very high"),
        (VERY_HIGH, (VERY_HIGH,), ""),
        (VERY_HIGH, (), ""),
    ],
)
def test_the_rules_say_when_a_second_person_signs(level: Level, bands: tuple[Level, ...], why: str) -> None:
    said = second_signature({Question.HARM: level}, {Question.HARM: bands})
    assert (why in said) if why else said == ""


def test_a_decision_as_scored_needs_one_person(officer: Staff, person: Person) -> None:
    made = answered(person, officer)
    levels = as_scored(made, officer)
    decided(made, officer, reoffending=levels[Question.REOFFENDING], harm=levels[Question.HARM])
    row = Assessment.objects.get()
    assert (row.state, row.decided_us, row.harm_level) == ("decided", NOW_US, levels[Question.HARM])
    assert Decision.objects.get().direction == "same"


def test_a_decision_below_the_score_waits_for_another_who_has_looked(
    officer: Staff, senior: Staff, person: Person
) -> None:
    made = answered(person, officer)
    levels = as_scored(made, officer)
    decided(made, officer, reoffending=LOW, harm=levels[Question.HARM], reasons=WHY)
    assert Assessment.objects.get().state == "waiting"
    own_look = looked(made, officer, now_us=NOW_US + 1)
    with pytest.raises(actions.NotNow):  # not by whoever proposed it
        actions.countersign(
            by=officer.viewer, now_us=NOW_US + 2, assessment_id=made, consultation_id=own_look
        )
    with pytest.raises(actions.NotNow):  # not on somebody else's look
        actions.countersign(by=senior.viewer, now_us=NOW_US + 2, assessment_id=made, consultation_id=own_look)
    look = looked(made, senior, now_us=NOW_US + 2)
    actions.countersign(by=senior.viewer, now_us=NOW_US + 3, assessment_id=made, consultation_id=look)
    row = Decision.objects.get()
    assert (row.signed_by, row.direction, row.assessment.state) == (senior.viewer.actor, "down", "decided")
    assert Entry.objects.filter(action="assessment_decision_signed").count() == 1


def test_the_database_refuses_one_person_as_both(officer: Staff, person: Person) -> None:
    made = answered(person, officer)
    decided(made, officer, reoffending=LOW, harm=LOW, reasons=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(signed_by=officer.viewer.actor, signed_us=1)


def test_a_colleague_cannot_decide_on_an_own_view_that_is_not_theirs(
    officer: Staff, senior: Staff, person: Person
) -> None:
    made = answered(person, officer)
    levels = shown(look := looked(made, senior))
    with pytest.raises(actions.NotNow):
        actions.decide(
            by=senior.viewer, now_us=NOW_US, consultation_id=look,
            levels={question: bands[-1] for question, bands in levels.items()}, reasons=WHY, words="w",
        )  # fmt: skip
    assert Assessment.objects.get().state == "open"
    assert not Decision.objects.exists()


def test_a_departure_without_a_reason_is_refused(officer: Staff, person: Person) -> None:
    made = answered(person, officer)
    with pytest.raises(actions.NotNow):
        decided(made, officer, reoffending=VERY_HIGH, harm=VERY_HIGH)
    assert Assessment.objects.get().state == "open"


def test_a_decision_rests_on_the_answers_that_were_seen(officer: Staff, person: Person) -> None:
    made = answered(person, officer)
    look = looked(made, officer)
    answer(made, officer, {"unemployed": "no"})
    with pytest.raises(actions.NotNow):
        actions.decide(
            by=officer.viewer, now_us=NOW_US, consultation_id=look,
            levels=dict.fromkeys(Question, VERY_HIGH), reasons=WHY, words="w",
        )  # fmt: skip


def test_without_a_score_a_person_decides_in_words(officer: Staff, person: Person) -> None:
    made = answered(person, officer, {"sex": "male"})
    decided(made, officer, reoffending=MEDIUM, harm=LOW)
    row = Decision.objects.get()
    assert (row.direction, row.reoffending_band, row.second_why) == ("no_score", "", "")


def test_the_pages_ask_for_reasons_then_let_the_senior_sign(
    signed_in: SignIn, officer: Staff, senior: Staff, person: Person
) -> None:
    made = answered(person, officer)
    client = signed_in(officer)
    look = looked(made, officer)
    url = reverse("risk:decide", kwargs={"consultation_id": look})
    page = client.post(url, {"reoffending": "low", "harm": "low"}).content.decode()
    assert "Select why you depart from the score" in page
    form = {"reoffending": "low", "harm": "low", "reasons": ["progress"], "words": "He has work now."}
    assert "waits for a second" in client.post(url, form, follow=True).content.decode().lower()
    client = signed_in(senior)
    assert "Sign a decision" in client.get(reverse("risk:waiting")).content.decode()
    asked = reverse("risk:score", kwargs={"assessment_id": made})
    page = client.post(asked, {"purpose": "second_signature"}, follow=True)
    assert "A decision waits for you" in page.content.decode()
    own = queries.consultations(made)[0].consultation_id
    page = client.post(reverse("risk:sign", kwargs={"consultation_id": own}), follow=True)
    assert "The decision is signed" in page.content.decode()
    assert "Nothing waits" in client.get(reverse("risk:waiting")).content.decode()


def test_a_decision_is_sent_back_with_words_and_made_anew(
    signed_in: SignIn, officer: Staff, senior: Staff, person: Person
) -> None:
    made = answered(person, officer)
    decided(made, officer, reoffending=LOW, harm=LOW, reasons=WHY)
    url = reverse("risk:send_back", kwargs={"assessment_id": made})
    page = signed_in(senior).post(url, {"words": "Say more about work."}, follow=True).content.decode()
    assert "Say more about work." in page
    levels = as_scored(made, officer)
    decided(made, officer, reoffending=levels[Question.REOFFENDING], harm=levels[Question.HARM])
    assert [row.returned_us is None for row in Decision.objects.order_by("pk")] == [False, True]


def test_whoever_proposed_may_take_it_back_and_a_colleague_may_not(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    made = answered(person, officer)
    decided(made, officer, reoffending=LOW, harm=LOW, reasons=WHY)
    url = reverse("risk:send_back", kwargs={"assessment_id": made})
    assert signed_in(officer).post(url, {"words": "Too early."}).status_code == 302
    assert Assessment.objects.get().state == "open"


def test_an_assessment_is_stopped_and_another_may_begin(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    made = answered(person, officer, STATIC)
    url = reverse("risk:stop", kwargs={"assessment_id": made})
    assert signed_in(officer).post(url, {"words": "Moved away."}).status_code == 302
    assert actions.begin(by=officer.viewer, now_us=NOW_US + MINUTE_US, person_id=person.pk) != made
    with pytest.raises(actions.NotNow):
        answer(made, officer, {"unemployed": "no"})
