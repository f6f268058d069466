"""Orders in the record: versions count up, one signer wins, facts find their order, the register opens."""

from __future__ import annotations

import pytest

from tests.service.makers import NOW_US, make_person, make_user
from tests.service.orders.examples import activation, document, order
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US, iso_utc
from throughcare.orders.history import in_force
from throughcare.orders.vocabulary import ConditionKind, ExcuseReason
from throughcare.service.audit.models import Entry
from throughcare.service.orders import actions, queries
from throughcare.service.orders.models import Installation, OrderVersion
from throughcare.service.orders.reading import check_document
from throughcare.service.roles import Role
from throughcare.service.viewer import Viewer, system

pytestmark = pytest.mark.django_db
WORKER = system("test")


def recorded(ref: str = "P1", by: Viewer = WORKER, **changes: object) -> int:
    person = make_person(ref)
    made = order(wearer_ref=ref, **changes)
    return actions.record_order(by=by, now_us=NOW_US, person_id=person.pk, order=made)


def test_what_was_recorded_is_what_is_read() -> None:
    assert recorded(activations=[activation()]) == 1
    assert queries.histories(["O1", "unknown"]).keys() == {"O1"}
    assert queries.current_order("O1", NOW_US) == order(activations=[activation()])
    assert queries.current_order("O1", NOW_US + 365 * DAY_US) is None
    summary = queries.orders_of_person("P1")[0]
    assert (summary.order_id, summary.version, summary.kinds) == ("O1", 1, (ConditionKind.CURFEW,))
    assert summary.runs_at(NOW_US)


def test_a_signature_is_in_the_audit_log_without_a_name() -> None:
    recorded()
    entry = Entry.objects.get(action="order_signed")
    assert (entry.subject, entry.person_ref, entry.detail["version"]) == ("order:O1", "P1", 1)
    assert "Invented" not in str(entry.detail)


def test_a_version_that_somebody_else_signed_first_is_not_overwritten() -> None:
    recorded()
    with pytest.raises(actions.OrderChanged):
        actions.record_order(
            by=WORKER, now_us=NOW_US, person_id=queries.person_id_of("O1") or 0, order=order()
        )
    assert OrderVersion.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"wearer_ref": "P2"}, {"recorded_at": iso_utc(NOW_US + 1)}], ids=["another", "future"]
)
def test_an_order_of_somebody_else_or_of_the_future_is_refused(changes: dict[str, str]) -> None:
    person = make_person("P1")
    with pytest.raises(RefusedInput):
        actions.record_order(by=WORKER, now_us=NOW_US, person_id=person.pk, order=order(**changes))


def test_a_device_finds_its_order_and_so_does_its_home_unit() -> None:
    recorded(activations=[activation()])
    for device in ("D1", "U1"):
        (found,) = queries.activations_for_devices([device])
        assert (found.order_id, found.person_ref, found.home_unit_id) == ("O1", "P1", "U1")
        assert found.interval.contains(NOW_US)
    assert queries.activations_of_order("O1") == queries.activations_of_person("P1") == [found]


def test_a_device_is_on_one_person_at_a_time() -> None:
    recorded(activations=[activation()])
    with pytest.raises(RefusedInput, match="nobody else wears"):
        recorded("P2", order_id="O2", activations=[activation(activation_id="A2")])
    assert OrderVersion.objects.count() == 1


def test_an_activation_that_a_later_version_no_longer_names_ends_when_that_takes_effect() -> None:
    recorded(activations=[activation()])
    later = order(
        version=2, recorded_at=iso_utc(NOW_US), effective_from=iso_utc(NOW_US - HOUR_US), activations=[]
    )
    person_id = queries.person_id_of("O1") or 0
    actions.record_order(by=WORKER, now_us=NOW_US, person_id=person_id, order=later)
    (left,) = queries.activations_of_order("O1")
    assert left.interval.end_us == NOW_US - HOUR_US


def test_the_worker_hears_of_each_version_once() -> None:
    recorded()
    changed, mark = queries.orders_changed_since(0)
    assert changed == ["O1"]
    assert queries.orders_changed_since(mark) == ([], mark)


def test_an_authorised_absence_is_a_version_of_its_own_and_keeps_later_variations() -> None:
    recorded()
    person_id = queries.person_id_of("O1") or 0
    next_week = iso_utc(NOW_US + 7 * DAY_US)
    variation = order(
        version=2,
        recorded_at=iso_utc(NOW_US),
        effective_from=next_week,
        end_date="2026-05-01",
        conditions=[document()["conditions"][0] | {"end_date": "2026-05-01"}],
    )
    actions.record_order(by=WORKER, now_us=NOW_US, person_id=person_id, order=variation)
    officer = make_user(Role.PRACTITIONER).viewer
    actions.add_authorised_absence(
        by=officer,
        now_us=NOW_US,
        order_id="O1",
        condition_ids=["c1"],
        from_us=NOW_US + 9 * HOUR_US,
        to_us=NOW_US + 10 * HOUR_US,
        reason="hospital",
    )
    history = queries.histories(["O1"])["O1"]
    now = in_force(history, at_us=NOW_US, known_at_us=NOW_US)
    then = in_force(history, at_us=NOW_US + 8 * DAY_US, known_at_us=NOW_US)
    assert now is not None
    assert then is not None
    assert [item.reason for item in now.authorised_absences] == ["hospital"]
    assert (str(now.end_date), str(then.end_date)) == ("2026-06-01", "2026-05-01")
    assert now.authorised_absences[0].authorised_by == officer.actor


def test_an_excuse_reaches_back_to_the_time_that_it_excuses_and_no_further() -> None:
    recorded()
    from_us = NOW_US - 20 * HOUR_US
    actions.add_reasonable_excuse(
        by=WORKER,
        now_us=NOW_US,
        order_id="O1",
        condition_ids=["c1"],
        from_us=from_us,
        to_us=from_us + HOUR_US,
        reason=ExcuseReason.MEDICAL,
        proof="card seen",
    )
    history = queries.histories(["O1"])["O1"]
    at = [in_force(history, at_us=t, known_at_us=NOW_US) for t in (from_us - 1, from_us, NOW_US)]
    assert [len(found.reasonable_excuses) for found in at if found] == [0, 1, 1]


@pytest.mark.parametrize(
    ("order_id", "conditions", "refusal"),
    [("O9", ["c1"], actions.NoSuchOrder), ("O1", ["c9"], RefusedInput)],
)
def test_an_absence_from_nothing_is_refused(
    order_id: str, conditions: list[str], refusal: type[Exception]
) -> None:
    recorded()
    with pytest.raises(refusal):
        actions.add_authorised_absence(
            by=WORKER,
            now_us=NOW_US,
            order_id=order_id,
            condition_ids=conditions,
            from_us=NOW_US,
            to_us=NOW_US + HOUR_US,
            reason="x",
        )


def test_the_register_opens_with_the_first_version_and_closes_when_the_person_is_monitored() -> None:
    recorded(activations=[activation()])
    register = Installation.objects.get()
    assert register.due_us - register.ordered_us == 48 * HOUR_US
    assert register.fitted_us == NOW_US - 6 * DAY_US
    actions.note_first_contact(activation_id="A1", at_us=NOW_US - 10, now_us=NOW_US)
    actions.note_first_contact(activation_id="A1", at_us=NOW_US - 20, now_us=NOW_US)
    actions.note_first_contact(activation_id="A1", at_us=NOW_US - 5, now_us=NOW_US)
    actions.note_monitored(activation_id="A1", at_us=NOW_US, now_us=NOW_US + 1)
    register.refresh_from_db()
    assert register.first_contact_us == NOW_US - 20
    assert (register.monitored_us, register.closed_us) == (NOW_US, NOW_US + 1)


def test_a_document_tells_every_fault_at_its_field() -> None:
    made, faults = check_document(document(places=[], ticked=["curfew", "trail"]))
    assert made is None
    assert {fault.path.partition("[")[0] for fault in faults} == {"conditions"}
    assert any("trail" in fault.expected for fault in faults)
