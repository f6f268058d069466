"""What the person is told of their assessments, and that erasing the person leaves nothing of them."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.service.makers import NOW_US, Staff
from tests.service.operations.test_retention import AFTER_US, make_ended, rule
from tests.service.operations.test_subject_access import sections
from tests.service.risk.cases import answered, decided
from throughcare.service.operations import retention
from throughcare.service.operations.retention_classes import PERSON
from throughcare.service.people.models import Person
from throughcare.service.risk import actions
from throughcare.service.risk.vocabulary import Level, OverrideReason
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
MODELS = ("Assessment", "OwnView", "AnswerRow", "Dispute", "Consultation", "Decision")


def assessed(officer: Staff) -> Person:
    person = make_ended()
    made = answered(person, officer)
    actions.raise_dispute(
        by=officer.viewer,
        now_us=NOW_US,
        assessment_id=made,
        item="unemployed",
        claimed="no",
        words="I work nights.",
    )
    decided(made, officer, reoffending=Level.LOW, harm=Level.LOW, reasons=(OverrideReason.PROGRESS,))
    return person


def test_the_person_is_told_every_score_its_inputs_and_who_looked(officer: Staff) -> None:
    assessed(officer)
    told = {section.model: section for section in sections("P1") if section.model.startswith("risk.")}
    assert set(told) == {f"risk.{name}" for name in MODELS}
    [look] = told["risk.Consultation"].data
    assert look["by_role"] == "Probation practitioner"
    assert look["purpose"] == "assess"
    assert look["scores"]["all_reoffending_dynamic"]["shown"] > 0
    assert look["answers"]["unemployed"]["value"] == "yes"
    whole = str([section.data for section in told.values()])
    assert "I work nights." in whole
    assert "He lost his flat." in whole
    assert "Nobody was hurt so far." not in whole  # who may be harmed, and how, may name somebody
    assert officer.viewer.actor not in whole


def test_erasing_the_person_erases_their_assessments(officer: Staff) -> None:
    assessed(officer)
    rule(PERSON, 30)
    retention.run(by=system("test"), now_us=AFTER_US)
    assert Person.objects.count() == 0
    assert not any(apps.get_model("risk", name)._default_manager.exists() for name in MODELS)
