"""A senior is told of a record opened in an emergency: who, how fast, by which way, and what is late is shown."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.service.conftest import Clock
from tests.service.makers import NOW_US, Staff, make_person, make_team, make_user
from throughcare.adapters.notify.webhooks import Sent
from throughcare.kernel.time import DAY_US, MINUTE_US, SECOND_US
from throughcare.service.access.actions import exclude, note_delivered
from throughcare.service.access.models import BreakGlass
from throughcare.service.access.queries import opened_since
from throughcare.service.audit.models import Entry
from throughcare.service.operations.checks import _emergency
from throughcare.service.outbox.actions import add_endpoint, send_due
from throughcare.service.outbox.models import OutboxItem
from throughcare.service.people.queries import seniors_of
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db


def client_of(who: Staff) -> Client:
    client = Client()
    client.force_login(who.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def senior(db: None) -> Staff:
    return make_user(Role.SENIOR)


@pytest.fixture
def opening(senior: Staff) -> BreakGlass:
    """A record of the senior's team, opened from another team."""
    make_person()
    officer = make_user(Role.PRACTITIONER, team=make_team("South"))
    client_of(officer).post(
        "/access/emergency/",
        {"reference": "P1", "purpose": "danger_to_life", "reason": "A neighbour reports a threat."},
    )
    return BreakGlass.objects.get()


def test_the_notice_names_the_seniors_of_the_team_and_the_instant_by_which_and_not_the_person(
    senior: Staff, opening: BreakGlass
) -> None:
    make_user(Role.SENIOR, name="south", team=make_team("South"))
    body = OutboxItem.objects.get().body
    assert body["seniors"] == [f"user:{senior.user.pk}"]
    assert body["tell_by_us"] == NOW_US + 5 * MINUTE_US
    assert "P1" not in json.dumps(body)


def test_where_the_team_has_no_senior_who_may_see_it_every_other_senior_is_told(senior: Staff) -> None:
    person, south = make_person(), make_user(Role.SENIOR, name="south", team=make_team("South"))
    assert seniors_of(person.pk, opener_id=None, now_us=NOW_US) == [senior.user.pk]
    assert seniors_of(person.pk, opener_id=senior.user.pk, now_us=NOW_US) == [south.user.pk]
    exclude(
        by=system("t"), now_us=NOW_US, person_id=person.pk, person_ref="P1", user_id=senior.user.pk,
        from_us=NOW_US, to_us=None, message="",
    )  # fmt: skip
    assert seniors_of(person.pk, opener_id=None, now_us=NOW_US) == [south.user.pk]


def test_the_first_senior_who_sees_the_list_is_who_was_told(
    senior: Staff, opening: BreakGlass, clock: Clock
) -> None:
    make_user(Role.SENIOR, name="south", team=make_team("South"))
    clock.now_us += 2 * MINUTE_US
    client_of(senior).get("/access/reviews/")
    clock.now_us += MINUTE_US
    page = client_of(senior).get(f"/access/reviews/{opening.pk}").content.decode()
    opening.refresh_from_db()
    assert (opening.told_us, opening.told_by) == (NOW_US + 2 * MINUTE_US, f"user:{senior.user.pk}")
    assert "2 minutes after it was opened" in page
    assert Entry.objects.filter(action="break_glass_seen").count() == 1


def test_a_senior_who_may_not_see_the_person_does_not_count(opening: BreakGlass) -> None:
    client_of(make_user(Role.SENIOR, name="south", team=make_team("South"))).get("/access/reviews/")
    opening.refresh_from_db()
    assert opening.told_us is None


def test_a_notice_that_arrives_tells_and_one_that_does_not_tells_nobody(
    opening: BreakGlass, clock: Clock
) -> None:
    add_endpoint(
        by=system("t"), now_us=NOW_US, url="https://duty.example.org/in", events=["break_glass_used"]
    )
    send_due(now_us=NOW_US + SECOND_US, post=lambda *_: Sent(0, "no answer"))
    assert note_delivered(now_us=NOW_US + SECOND_US) == 0
    send_due(now_us=NOW_US + 62 * SECOND_US, post=lambda *_: Sent(204, ""))
    assert note_delivered(now_us=NOW_US + 90 * SECOND_US) == 1
    (found,) = opened_since(NOW_US)
    assert (found.told_after_s, found.told_by) == (62.0, "a notice")
    assert not found.is_told_late(NOW_US + DAY_US)


def test_what_nobody_was_told_of_is_late_after_five_minutes_for_the_auditor_and_the_doctor(
    opening: BreakGlass, clock: Clock
) -> None:
    auditor = client_of(make_user(Role.AUDITOR))
    assert next(_emergency(NOW_US + 5 * MINUTE_US, False)).is_fine
    clock.now_us += 5 * MINUTE_US + 1
    assert not next(_emergency(clock.now_us, False)).is_fine
    page = auditor.get("/audit/emergency").content.decode()
    assert "Not yet" in page
    assert "Late</strong>" in page
    assert "Overdue</strong>" not in page
    clock.now_us += DAY_US
    late = client_of(make_user(Role.AUDITOR, name="later")).get("/audit/emergency").content.decode()
    assert "Overdue</strong>" in late
    assert not [word for word in ("FamilyP1", "P1<", "neighbour") if word in late]


def test_a_review_needs_its_reason_and_one_that_refuses_closes_the_record_at_once(
    senior: Staff, opening: BreakGlass, clock: Clock
) -> None:
    clock.now_us += 10 * MINUTE_US
    address, client = f"/access/reviews/{opening.pk}", client_of(senior)
    assert "This field is required" in client.post(address, {"outcome": "not_justified"}).content.decode()
    client.post(address, {"outcome": "not_justified", "note": "Nobody had asked for it."})
    opening.refresh_from_db()
    assert opening.review_outcome == "not_justified"
    assert opening.until_us == clock.now_us
    assert opening.told_us == clock.now_us
