"""From the own view over the answers to the score sheet: no score before the view, no look without a purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from tests.service.makers import Staff
from tests.service.risk.cases import (
    LEVELS,
    STATIC,
    WHOLE,
    WORDS,
    answer,
    answered,
    begun,
    decided,
    looked,
    viewed,
)
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Person
from throughcare.service.risk import actions, score_pages
from throughcare.service.risk.models import AnswerRow, Assessment, Consultation, OwnView
from throughcare.service.risk.vocabulary import Level, OverrideReason, Purpose
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def test_an_assessment_is_begun_and_leads_to_the_own_view(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    answer_page = client.post(reverse("risk:begin", kwargs={"ref": "R1"}))
    made = Assessment.objects.get()
    assert answer_page.headers["Location"] == reverse("risk:view", kwargs={"assessment_id": made.pk})
    again = client.post(reverse("risk:begin", kwargs={"ref": "R1"}), follow=True)
    assert "under way already" in again.content.decode()
    assert Assessment.objects.count() == 1


def test_no_address_shows_a_score_before_the_own_view(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = begun(person, officer)
    answer(made, officer, WHOLE)
    url = reverse("risk:score", kwargs={"assessment_id": made})
    for ask in (client.get, client.post):
        said = ask(url, {"purpose": "assess"})
        assert said.status_code == 302
        assert said.headers["Location"] == reverse("risk:assessment", kwargs={"assessment_id": made})
    assert Consultation.objects.count() == 0
    with pytest.raises(actions.NotNow):
        looked(made, officer)
    page = client.get(reverse("risk:assessment", kwargs={"assessment_id": made})).content.decode()
    assert " %" not in page


def test_an_older_score_of_the_person_is_not_shown_either_while_a_view_waits(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    first = answered(person, officer)
    seen = looked(first, officer)
    decided(first, officer, reoffending=Level.HIGH, harm=Level.HIGH, reasons=(OverrideReason.OTHER,))
    older = reverse("risk:assessment", kwargs={"assessment_id": first})
    assert "How it stands to the score" in client.get(older).content.decode()
    second = begun(person, officer)
    assert "How it stands to the score" not in client.get(older).content.decode()
    page = client.get(reverse("risk:consultation", kwargs={"consultation_id": seen}))
    assert page.headers["Location"] == reverse("risk:assessment", kwargs={"assessment_id": second})


def test_the_own_view_is_written_once_and_the_database_refuses_a_change(
    officer: Staff, person: Person
) -> None:
    made = answered(person, officer)
    with pytest.raises(actions.NotNow):
        actions.record_view(by=officer.viewer, now_us=1, assessment_id=made, levels=LEVELS, words=WORDS)
    looked(made, officer)
    for model, change in ((OwnView, "harm_words"), (AnswerRow, "value"), (Consultation, "purpose")):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**{change: "x"})


def test_a_view_is_recorded_on_its_page_and_cannot_be_sent_again(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = begun(person, officer)
    url = reverse("risk:view", kwargs={"assessment_id": made})
    assert "There is a problem" in client.post(url, {}).content.decode()
    form = {"reoffending": "high", "reoffending_words": "a", "harm": "low", "harm_words": "b"}
    assert client.post(url, form).status_code == 302
    assert client.post(url, form | {"harm": "very_high"}).status_code == 302
    assert OwnView.objects.get().harm_level == "low"


def test_nobody_writes_the_view_for_whoever_began(
    signed_in: SignIn, officer: Staff, senior: Staff, person: Person
) -> None:
    made = begun(person, officer)
    client = signed_in(senior)
    form = {"reoffending": "high", "reoffending_words": "a", "harm": "low", "harm_words": "b"}
    page = client.post(reverse("risk:view", kwargs={"assessment_id": made}), form, follow=True)
    assert "The own view is that of whoever began" in page.content.decode()
    assert "has not recorded a view yet" in page.content.decode()
    with pytest.raises(actions.NotNow):
        actions.record_view(by=senior.viewer, now_us=1, assessment_id=made, levels=LEVELS, words=WORDS)
    assert OwnView.objects.count() == 0


def test_a_sheet_that_cannot_be_made_leaves_its_row_in_the_log(
    signed_in: SignIn, officer: Staff, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looked(answered(person, officer), officer)

    def broken(seen: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(score_pages, "sheet_of", broken)
    client = signed_in(officer)
    client.raise_request_exception = False
    assert client.get(reverse("risk:consultation", kwargs={"consultation_id": seen})).status_code == 500
    assert Entry.objects.filter(action="score_shown").count() == 1


def test_a_page_of_questions_keeps_what_was_said_and_leaves_the_rest_unanswered(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = viewed(person, officer)
    url = reverse("risk:questions", kwargs={"assessment_id": made, "slug": "living"})
    assert client.post(url, {"accommodation": "some", "accommodation-source": "person"}).status_code == 302
    row = AnswerRow.objects.get()
    assert (row.item, row.value, row.source) == ("accommodation", "some", "person")
    client.post(url, {"accommodation": "some", "accommodation-source": "person"})
    assert AnswerRow.objects.count() == 1
    client.post(url, {"accommodation": "", "accommodation-source": "person"})
    assert [row.value for row in AnswerRow.objects.order_by("pk")] == ["some", ""]


def test_a_wrong_answer_is_refused_in_words(signed_in: SignIn, officer: Staff, person: Person) -> None:
    client = signed_in(officer)
    made = viewed(person, officer)
    url = reverse("risk:questions", kwargs={"assessment_id": made, "slug": "offence"})
    page = client.post(url, {"sanctions_total": "1408"}).content.decode()
    assert "enter a whole number of sanctions from 1 to 999" in page
    assert AnswerRow.objects.count() == 0


def test_what_the_record_holds_stands_in_the_boxes(signed_in: SignIn, officer: Staff, person: Person) -> None:
    client = signed_in(officer)
    made = viewed(person, officer)
    url = reverse("risk:questions", kwargs={"assessment_id": made, "slug": "person"})
    page = client.get(url).content.decode()
    assert 'value="1990"' in page
    assert "On the person&#x27;s record" in page


def test_the_sheet_is_shown_with_a_purpose_and_logged_first(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = answered(person, officer)
    url = reverse("risk:score", kwargs={"assessment_id": made})
    assert "Select why you need to see it" in client.post(url, {}).content.decode()
    page = client.post(url, {"purpose": "assess"}, follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Both generations side by side" in text
    assert "<svg" in text
    seen = Consultation.objects.get()
    entry = Entry.objects.get(action="score_consulted")
    assert entry.reason == Purpose.ASSESS
    assert entry.detail["inputs"] == seen.inputs_hash
    assert entry.detail["view"] == seen.view_id
    assert entry.detail["versions"]["all_reoffending_dynamic"] == "1.0"
    assert Entry.objects.get(action="score_shown").seq > entry.seq


def test_a_look_of_another_or_an_old_one_is_asked_for_anew(
    signed_in: SignIn, staff: dict[Role, Staff], officer: Staff, person: Person, clock: object
) -> None:
    made = answered(person, officer)
    url = reverse("risk:consultation", kwargs={"consultation_id": looked(made, officer)})
    assert signed_in(staff[Role.SENIOR]).get(url).status_code == 302
    client = signed_in(officer)
    assert client.get(url).status_code == 200
    clock.now_us += 31 * 60_000_000
    assert client.get(url).status_code == 302


def test_a_missing_need_never_switches_the_form_unseen(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = answered(person, officer, STATIC | {"accommodation": "none"})
    page = client.post(
        reverse("risk:score", kwargs={"assessment_id": made}), {"purpose": "assess"}, follow=True
    )
    text = page.content.decode()
    assert "The form from the record only" in text
    assert "with answers the score would be" in text
