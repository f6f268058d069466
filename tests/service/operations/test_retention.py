"""Retention: nothing without a rule, a preview that changes nothing, a run that leaves whole records and a hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from tests.service.makers import NOW_US, Staff, make_person, make_user
from tests.service.monitoring.lives import retain
from tests.service.orders.examples import activation, order
from throughcare.kernel.time import DAY_US
from throughcare.service.audit.models import Entry
from throughcare.service.audit.queries import verify
from throughcare.service.monitoring.actions import archive_days
from throughcare.service.monitoring.models import PositionRow, Reject
from throughcare.service.monitoring.queries import trail
from throughcare.service.operations import retention
from throughcare.service.operations.disclosure import EXPORTS
from throughcare.service.operations.models import Tombstone
from throughcare.service.operations.retention_classes import CLASSES, DEMONSTRATION_BASIS, PERSON, POSITIONS
from throughcare.service.orders.actions import record_order
from throughcare.service.people.models import Identifier, Person
from throughcare.service.roles import Role
from throughcare.service.viewer import system

pytestmark = pytest.mark.django_db
BY = system("test")
AFTER_US = NOW_US + 400 * DAY_US  # the orders of the examples ended some 300 days before


def make_ended(ref: str = "P1", number: int = 1) -> Person:
    """Return a person whose only order ended long before the later instant, with a position and a number."""
    person = make_person(ref)
    made = order(
        order_id=f"O{number}", wearer_ref=ref,
        activations=[activation(activation_id=f"A{number}", device_id=f"D{number}", home_unit_id=f"U{number}")],
    )  # fmt: skip
    record_order(by=BY, now_us=NOW_US, person_id=person.pk, order=made)
    Identifier.objects.create(person=person, kind="crn", value=f"X{number}")
    PositionRow.objects.create(
        activation_id=f"A{number}", device_id=f"D{number}", t_us=NOW_US - DAY_US, received_us=NOW_US,
        lat_deg=54.0, lon_deg=1.5, accuracy_m=9.0, source=0, digest="d",
    )  # fmt: skip
    return person


def rule(record_class: str, days: int) -> None:
    retention.set_rule(by=BY, now_us=NOW_US, record_class=record_class, days=days, legal_basis="Invented Act")


def rows_about() -> int:
    """Return how many rows there are about anybody, the log apart."""
    return sum(
        apps.get_model(export.model)._default_manager.count()
        for export in EXPORTS
        if export.model != "audit.Entry"
    )


def test_without_a_rule_nothing_is_erased() -> None:
    make_ended()
    assert retention.run(by=BY, now_us=AFTER_US) == []
    assert Person.objects.count() == 1


def test_a_preview_says_what_would_go_and_changes_nothing() -> None:
    make_ended()
    rule(PERSON, 30)
    before = rows_about() + PositionRow.objects.count()
    due = retention.preview(now_us=AFTER_US)
    assert [(each.record_class, each.rows, each.people, each.held) for each in due] == [
        (PERSON, before, 1, 0)
    ]
    assert rows_about() + PositionRow.objects.count() == before


def test_a_run_erases_the_whole_person_and_leaves_a_hash_and_a_whole_log() -> None:
    make_ended()
    rule(PERSON, 30)
    entries = Entry.objects.count()
    done = retention.run(by=BY, now_us=AFTER_US)
    assert rows_about() == PositionRow.objects.count() == 0
    stone = Tombstone.objects.get()
    assert (stone.record_class, stone.rows, stone.rule_days) == (PERSON, done[0].rows, 30)
    assert len(stone.digest) == 64
    assert Entry.objects.count() == entries + 1
    assert Entry.objects.latest("seq").action == "record_erased"
    assert verify().broken_at is None
    assert retention.run(by=BY, now_us=AFTER_US)[0].rows == 0


def test_an_order_that_runs_or_a_hold_keeps_the_person() -> None:
    held = make_ended("P1", 1)
    make_ended("P2", 2)
    rule(PERSON, 30)
    retention.hold(by=BY, now_us=NOW_US, person_id=held.pk, person_ref="P1", reason="An inquest")
    assert retention.run(by=BY, now_us=NOW_US + 5 * DAY_US)[0].people == 0  # both orders still run
    done = retention.run(by=BY, now_us=AFTER_US)[0]
    assert (done.people, done.held) == (1, 1)
    assert set(Person.objects.values_list("ref", flat=True)) == {"P1"}
    hold_id = retention.holds([held.pk]).get().pk
    retention.end_hold(by=BY, now_us=AFTER_US, hold_id=hold_id, person_ref="P1")
    assert retention.run(by=BY, now_us=AFTER_US)[0].people == 1


def test_positions_go_from_the_archive_by_day_and_a_hold_keeps_theirs(settings: object, tmp_path) -> None:
    retain(settings, 48)
    held = make_ended("P1", 1)
    make_ended("P2", 2)
    retention.hold(by=BY, now_us=NOW_US, person_id=held.pk, person_ref="P1", reason="An inquest")
    archive_days(now_us=NOW_US + 40 * DAY_US)
    assert not PositionRow.objects.exists()
    rule(POSITIONS, 60)
    assert retention.run(by=BY, now_us=NOW_US + 50 * DAY_US)[0].rows == 0
    assert retention.run(by=BY, now_us=NOW_US + 90 * DAY_US)[0].rows == 1
    kept = {ref: len(trail(ref, NOW_US - 7 * DAY_US, NOW_US).points) for ref in ("P1", "P2")}
    assert kept == {"P1": 1, "P2": 0}


def test_a_class_of_rows_goes_by_its_own_time() -> None:
    for at_us in (NOW_US, NOW_US + 20 * DAY_US):
        Reject.objects.create(
            digest=str(at_us), delivery_id="d", row=1, field="t", reason="r", words="w", raw="{}", at_us=at_us
        )
    rule("rejects", 30)
    assert retention.run(by=BY, now_us=NOW_US + 31 * DAY_US)[0].rows == 1
    assert Reject.objects.get().at_us == NOW_US + 20 * DAY_US


@pytest.mark.parametrize("name", [name for name, kind in CLASSES.items() if kind.model])
def test_every_class_can_be_previewed_and_run(name: str) -> None:
    rule(name, 1)
    assert retention.run(by=BY, now_us=AFTER_US)[0].record_class == name


def test_the_rules_of_the_demonstration_say_that_they_are_no_advice() -> None:
    retention.set_demonstration_rules(by=BY, now_us=NOW_US)
    assert {each.legal_basis for each in retention.rules().values()} == {DEMONSTRATION_BASIS}
    assert set(retention.rules()) == set(CLASSES)


def test_the_pages_set_a_rule_show_what_is_due_and_erase_it(signed_in: Callable[[Staff], Client]) -> None:
    make_ended()
    client = signed_in(make_user(Role.AUDITOR))
    client.post("/retention/rules/rejects", {"days": "30", "legal_basis": "Invented Act"})
    assert "Invented Act" in client.get("/retention/").content.decode()
    assert "required" in client.post("/retention/rules/rejects", {"days": "30"}).content.decode()
    assert client.get("/retention/rules/everything").status_code == 404
    page = client.post(
        "/retention/", {"reference": "P1", "reason": "An inquest"}, follow=True
    ).content.decode()
    assert "Given FamilyP1 (P1)" in page
    hold = retention.holds(Person.objects.values_list("pk", flat=True)).get()
    client.post(f"/retention/holds/{hold.pk}/end")
    assert "None on anybody" in client.get("/retention/").content.decode()
    assert "Erase it" in client.get("/retention/run").content.decode()
    assert "Erased" in client.post("/retention/run").content.decode()
    client.post("/retention/rules/rejects", {"end": "end"})
    assert not retention.rules()


@pytest.mark.parametrize(("demo", "status"), [(True, 302), (False, 404)])
def test_the_demonstrations_rules_are_for_the_demonstration(
    signed_in: Callable[[Staff], Client], settings: Settings, demo: bool, status: int
) -> None:
    settings.CONFIGURATION = replace(settings.CONFIGURATION, demo=demo)
    client = signed_in(make_user(Role.AUDITOR))
    assert client.post("/retention/demonstration").status_code == status
    assert bool(retention.rules()) is demo
