"""The sheet for the person: plain English and Welsh, how to challenge, as a page and as a PDF; logged."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from tests.lib.reading_grade import grade
from tests.service.makers import NOW_US, Staff
from tests.service.risk.cases import WHOLE, answered, begun, decided
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Person
from throughcare.service.risk import actions
from throughcare.service.risk.person_sheets import sheet_for_person
from throughcare.service.risk.vocabulary import Level, OverrideReason

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


def sentences(assessment_id: int) -> list[str]:
    made = sheet_for_person(assessment_id, contact="North team", language="en")
    return [each for passage in made.passages for each in passage.sentences]


def test_it_reads_at_grade_six_or_below_whatever_was_decided(officer: Staff, person: Person) -> None:
    made = answered(person, officer)
    open_words = sentences(made)
    assert grade(open_words) <= 6
    actions.raise_dispute(
        by=officer.viewer, now_us=NOW_US, assessment_id=made, item="unemployed", claimed="no", words="w"
    )
    decided(made, officer, reoffending=Level.VERY_HIGH, harm=Level.LOW, reasons=(OverrideReason.OTHER,))
    assert grade(sentences(made)) <= 6
    assert "You say this is wrong" in " ".join(sentences(made))


def test_it_says_when_a_score_counts_the_past_only(officer: Staff, person: Person) -> None:
    said = "counts your past only"
    whole = answered(person, officer)
    assert said not in " ".join(sentences(whole))
    actions.stop(by=officer.viewer, now_us=NOW_US, assessment_id=whole, words="w")
    without = answered(person, officer, {name: WHOLE[name] for name in WHOLE if name != "temper_control"})
    told = sentences(without)
    assert said in " ".join(told)
    assert grade(told) <= 6
    welsh = sheet_for_person(without, contact="North team", language="cy")
    assert "gorffennol yn unig" in " ".join(each for passage in welsh.passages for each in passage.sentences)


def test_it_is_shown_in_both_languages_with_how_to_challenge(
    signed_in: SignIn, officer: Staff, person: Person
) -> None:
    client = signed_in(officer)
    made = answered(person, officer)
    url = reverse("risk:sheet", kwargs={"assessment_id": made})
    english = client.get(url).content.decode()
    assert "If you think this is wrong" in english
    assert "Nobody has decided yet." in english
    welsh = client.get(url, {"lang": "cy"}).content.decode()
    assert '<html lang="cy"' in welsh
    for english in (
        '<header class="tc-header" lang="en"',
        '<footer class="govuk-footer tc-footer" lang="en"',
    ):
        assert english in welsh  # the staff's frame around it is in English, and says so
    assert "Nid oes neb wedi penderfynu eto." in welsh
    assert Entry.objects.filter(action="person_sheet_shown").count() == 2


def test_a_person_who_reads_welsh_gets_it_in_welsh(signed_in: SignIn, officer: Staff, person: Person) -> None:
    Person.objects.update(language="cy")
    made = answered(person, officer)
    page = signed_in(officer).get(reverse("risk:sheet", kwargs={"assessment_id": made}))
    assert "Eich sgorau risg" in page.content.decode()


@pytest.mark.parametrize(("language", "said"), [("en", "What was decided"), ("cy", "Beth a benderfynwyd")])
def test_it_is_a_tagged_pdf(
    signed_in: SignIn, officer: Staff, person: Person, language: str, said: str
) -> None:
    made = answered(person, officer)
    url = reverse("risk:sheet_pdf", kwargs={"assessment_id": made})
    answer = signed_in(officer).get(url, {"lang": language})
    read = pypdf.PdfReader(io.BytesIO(answer.content))
    assert said in "".join(page.extract_text() for page in read.pages)
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_there_is_none_before_the_own_view(signed_in: SignIn, officer: Staff, person: Person) -> None:
    made = begun(person, officer)
    for name in ("risk:sheet", "risk:sheet_pdf"):
        page = signed_in(officer).get(reverse(name, kwargs={"assessment_id": made}))
        assert page.headers["Location"] == reverse("risk:assessment", kwargs={"assessment_id": made})
