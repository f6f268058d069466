"""A fact that the person disputes: both values stay, both are scored, somebody else says which one is used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.service.makers import NOW_US, Staff
from tests.service.risk.cases import answered, looked
from throughcare.service.people.models import Person
from throughcare.service.risk import actions, queries
from throughcare.service.risk.models import AnswerRow, Dispute
from throughcare.service.risk.vocabulary import Level, Question

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def disputed(person: Person, by: Staff) -> int:
    made = answered(person, by)
    actions.raise_dispute(
        by=by.viewer,
        now_us=NOW_US,
        assessment_id=made,
        item="sanctions_total",
        claimed="7",
        words="Two are not mine.",
    )
    return made


def test_both_values_are_kept_and_the_score_is_shown_both_ways(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = answered(person, officer)
    url = reverse("risk:dispute", kwargs={"assessment_id": made, "item": "sanctions_total"})
    assert "Enter a whole number" in client.post(url, {"claimed": "x", "words": "a"}).content.decode()
    assert client.post(url, {"claimed": "7", "words": "Two are not mine."}).status_code == 302
    assert AnswerRow.objects.filter(item="sanctions_total").get().value == "20"
    page = client.post(
        reverse("risk:score", kwargs={"assessment_id": made}), {"purpose": "challenge"}, follow=True
    )
    text = page.content.decode()
    assert "disputed" in text.lower()
    seen = queries.consultations(made)[0]
    assert seen.claimed == {"sanctions_total": "7"}
    assert seen.answers["sanctions_total"]["value"] == "20"


def test_whoever_raised_it_does_not_review_it(signed_in: SignIn, officer: Staff, person: Person) -> None:
    disputed(person, officer)
    found = Dispute.objects.get()
    page = signed_in(officer).get(reverse("risk:review", kwargs={"dispute_id": found.pk})).content.decode()
    assert "It waits for a senior officer" in page
    with pytest.raises(actions.NotNow):
        actions.review_dispute(by=officer.viewer, now_us=NOW_US, dispute_id=found.pk, uphold=True, words="w")


@pytest.mark.parametrize(("use", "value"), [("claimed", "7"), ("recorded", "20")])
def test_a_review_says_which_value_is_used_and_the_decision_keeps_it(
    signed_in: SignIn, officer: Staff, senior: Staff, person: Person, use: str, value: str
) -> None:
    made = disputed(person, officer)
    before = looked(made, officer)
    found = Dispute.objects.get()
    url = reverse("risk:review", kwargs={"dispute_id": found.pk})
    assert signed_in(senior).post(url, {"use": use, "words": "The court file says so."}).status_code == 302
    with pytest.raises(actions.NotNow):  # the look from before the review is out of date
        actions.decide(
            by=officer.viewer, now_us=NOW_US, consultation_id=before, levels=dict.fromkeys(Question, Level.MEDIUM),
            reasons=[], words="w",
        )  # fmt: skip
    look = queries.consultation(looked(made, officer))
    assert look is not None
    assert look.answers["sanctions_total"]["value"] == value
    assert look.claimed == {}
    page = signed_in(senior).get(reverse("risk:assessment", kwargs={"assessment_id": made})).content.decode()
    assert "Two are not mine." in page
    assert "The court file says so." in page


def test_an_unanswered_fact_cannot_be_disputed_and_an_open_dispute_is_one(
    officer: Staff, person: Person
) -> None:
    made = disputed(person, officer)
    for item, claimed in (("mappa_eligible", "no"), ("sanctions_total", "6"), ("unemployed", "yes")):
        with pytest.raises(actions.NotNow):
            actions.raise_dispute(
                by=officer.viewer, now_us=NOW_US, assessment_id=made, item=item, claimed=claimed, words="w"
            )
