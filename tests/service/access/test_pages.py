"""The pages of limited access and break-glass, as staff use them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.service.conftest import Clock
from tests.service.makers import NOW_US, Staff, make_person, make_team, make_user
from throughcare.kernel.time import DAY_US
from throughcare.service.access.models import BreakGlass, Exclusion, Restriction
from throughcare.service.audit.models import Entry
from throughcare.service.people.models import Identifier
from throughcare.service.roles import Role

pytestmark = pytest.mark.django_db
REASON = {"purpose": "danger_to_life", "reason": "A neighbour reports a threat."}


def client_of(who: Staff) -> Client:
    client = Client()
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def senior(db: None) -> Client:
    return client_of(make_user(Role.SENIOR))


@pytest.fixture
def officer(db: None) -> Staff:
    return make_user(Role.PRACTITIONER)


def test_a_senior_bars_a_relative_and_ends_it(senior: Client, officer: Staff) -> None:
    make_person()
    answer = senior.post(
        "/access/limits/P1/exclude", {"user": officer.user.pk, "message": "Ask me."}, follow=True
    )
    assert "The exclusion is set" in answer.content.decode()
    limit = Exclusion.objects.get()
    assert (limit.from_us, limit.to_us) == (NOW_US, None)
    senior.post(f"/access/limits/P1/end/exclusion/{limit.pk}")
    assert Exclusion.objects.get().to_us == NOW_US


def test_days_are_civil_days_and_the_last_counts_whole(senior: Client, officer: Staff) -> None:
    make_person()
    senior.post(
        "/access/limits/P1/exclude",
        {"user": officer.user.pk, "first_day": "2026-03-28", "last_day": "2026-03-29"},
    )
    limit = Exclusion.objects.get()
    assert limit.to_us - limit.from_us == 2 * DAY_US - DAY_US // 24  # the clock goes forward that night


@pytest.mark.parametrize(
    ("days", "words"),
    [({"first_day": "2026-03-08"}, "today or later"), ({"last_day": "2026-03-08"}, "not be before")],
)
def test_days_that_do_not_fit_are_refused(
    senior: Client, officer: Staff, days: dict[str, str], words: str
) -> None:
    make_person()
    page = senior.post("/access/limits/P1/exclude", {"user": officer.user.pk, **days}).content.decode()
    assert words in page
    assert not Exclusion.objects.exists()


def test_a_senior_restricts_a_record_to_a_list_and_lifts_it(senior: Client, officer: Staff) -> None:
    make_person()
    senior.post("/access/limits/P1/restrict", {"users": [officer.user.pk]})
    assert Restriction.objects.count() == 2
    assert "Only those on this list" in senior.get("/access/limits/P1").content.decode()
    senior.post("/access/limits/P1/lift")
    assert not Restriction.objects.filter(to_us__isnull=True).exists()


def test_the_last_name_on_the_list_is_not_taken_off(senior: Client) -> None:
    make_person()
    senior.post("/access/limits/P1/restrict", {"message": ""})
    place = Restriction.objects.get()
    page = senior.post(f"/access/limits/P1/end/place/{place.pk}", follow=True).content.decode()
    assert "Lift the restriction instead" in page
    assert senior.post(f"/access/limits/P1/end/nothing/{place.pk}").status_code == 404


def test_a_senior_of_another_team_sets_nothing(senior: Client, officer: Staff) -> None:
    make_person(team=make_team("South"))
    assert senior.get("/access/limits/P1").status_code == 404
    assert senior.post("/access/limits/P1/exclude", {"user": officer.user.pk}).status_code == 404
    assert "nobody with this reference" in senior.get("/access/limits/?ref=P1").content.decode()


@pytest.mark.parametrize("reference", ["P1", "X12345", "x12345"])
def test_an_emergency_opens_by_reference_or_number(officer: Staff, reference: str) -> None:
    person = make_person(team=make_team("South"))
    Identifier.objects.create(person=person, kind="crn", value="X12345")
    page = client_of(officer).post("/access/emergency/", {"reference": reference, **REASON}, follow=True)
    assert "open to you for 60 minutes" in page.content.decode()
    assert "Given FamilyP1" in page.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"reference": "P9"}, "no record"), ({"reason": "short"}, "at least 15"), ({"purpose": ""}, "required")],
)
def test_an_emergency_needs_a_record_a_purpose_and_a_reason(
    officer: Staff, change: dict[str, str], words: str
) -> None:
    make_person()
    page = client_of(officer).post("/access/emergency/", {"reference": "P1", **REASON, **change})
    assert words in page.content.decode()
    assert not BreakGlass.objects.exists()


def test_an_attempt_in_vain_is_in_the_log(officer: Staff) -> None:
    client_of(officer).post("/access/emergency/", {"reference": "P9", **REASON})
    entry = Entry.objects.get()
    assert (entry.action, entry.detail, entry.reason) == ("break_glass_refused", {"why": "unknown"}, "")


def test_seniors_see_at_once_what_waits_and_what_is_overdue(
    senior: Client, officer: Staff, clock: Clock
) -> None:
    make_person()
    client_of(officer).post("/access/emergency/", {"reference": "P1", **REASON})
    assert '<span class="tc-badge">1' in senior.get("/staff/me").content.decode()
    assert "Overdue" not in senior.get("/access/reviews/").content.decode()
    clock.now_us += DAY_US
    late = client_of(make_user(Role.SENIOR, name="late")).get("/access/reviews/").content.decode()
    assert "Overdue" in late
    opening = BreakGlass.objects.get()
    page = client_of(make_user(Role.SENIOR, name="third")).post(
        f"/access/reviews/{opening.pk}", {"outcome": "justified", "note": "I read the log."}, follow=True
    )
    assert "Your review is recorded" in page.content.decode()
    assert "tc-badge" not in page.content.decode()


def test_a_senior_who_may_not_see_the_person_learns_only_that_something_waits(
    senior: Client, officer: Staff
) -> None:
    make_person(team=make_team("South"))
    client_of(officer).post("/access/emergency/", {"reference": "P1", **REASON})
    page = senior.get("/access/reviews/").content.decode()
    assert "Not yours to see" in page
    assert "FamilyP1" not in page
    assert "neighbour" not in page
    assert senior.get(f"/access/reviews/{BreakGlass.objects.get().pk}").status_code == 404


def test_nobody_reviews_their_own(officer: Staff) -> None:
    make_person()
    client = client_of(make_user(Role.SENIOR, name="own"))
    client.post("/access/emergency/", {"reference": "P1", **REASON})
    answer = client.post(
        f"/access/reviews/{BreakGlass.objects.get().pk}", {"outcome": "justified", "note": "I read the log."}
    )
    assert "Another senior reviews it" in answer.content.decode()
    assert "Opened by you" in client.get("/access/reviews/").content.decode()
