"""What happens between an order and its first monitored minute."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from throughcare.kernel.ids import content_id
from throughcare.kernel.time import iso_utc
from throughcare.service.audit.actions import record
from throughcare.service.orders.actions.record import NoSuchOrder, amend_order
from throughcare.service.orders.amending import Document
from throughcare.service.orders.models import Installation, InstallationStep
from throughcare.service.orders.vocabulary import AttemptOutcome, NotMonitoredReason, StepKind
from throughcare.service.viewer import Viewer

FAILED = {
    AttemptOutcome.NO_SHOW: NotMonitoredReason.NO_SHOW,
    AttemptOutcome.REFUSED_ACCESS: NotMonitoredReason.REFUSED_ACCESS,
    AttemptOutcome.WRONG_ADDRESS: NotMonitoredReason.WRONG_ADDRESS,
    AttemptOutcome.EQUIPMENT_FAULT: NotMonitoredReason.EQUIPMENT_FAULT,
    AttemptOutcome.UNSAFE: NotMonitoredReason.UNSAFE,
}


class AlreadyDone(Exception):
    """The person is monitored already; the register's entry is closed."""


@transaction.atomic
def book_visit(*, by: Viewer, now_us: int, order_id: str, at_us: int, note: str = "") -> None:
    """Record a visit to come; it replaces one booked before, and an earlier reason no longer stands.

    Raises
    ------
    NoSuchOrder, AlreadyDone
        If there is no such order, or its entry is closed.
    """
    row = _open(order_id)
    _set(row, visit_booked_us=at_us, not_monitored_reason="")
    _step(row, by, now_us, StepKind.VISIT_BOOKED, at_us=at_us, note=note)


@transaction.atomic
def record_attempt(
    *, by: Viewer, now_us: int, order_id: str, at_us: int, outcome: AttemptOutcome, note: str = ""
) -> None:
    """Record how a visit ended; where it failed, its outcome is why the person is not monitored.

    Raises
    ------
    NoSuchOrder, AlreadyDone
        As :func:`book_visit`.
    """
    row = _open(order_id)
    if outcome in FAILED:
        _set(row, visit_booked_us=None, not_monitored_reason=FAILED[outcome])
    _step(row, by, now_us, StepKind.ATTEMPT, at_us=at_us, outcome=outcome, note=note)


@transaction.atomic
def set_not_monitored(
    *, by: Viewer, now_us: int, order_id: str, reason: NotMonitoredReason, note: str = ""
) -> None:
    """Record why the person is not monitored yet.

    Raises
    ------
    NoSuchOrder, AlreadyDone
        As :func:`book_visit`.
    """
    row = _open(order_id)
    _set(row, not_monitored_reason=reason)
    _step(row, by, now_us, StepKind.NOT_MONITORED, at_us=now_us, outcome=reason, note=note)


@transaction.atomic
def record_fitting(
    *,
    by: Viewer,
    now_us: int,
    order_id: str,
    at_us: int,
    device_id: str,
    home_unit_id: str = "",
    home_unit_place_id: str = "",
    replaces: str = "",
    note: str = "",
) -> str:
    """Record that a device was fitted and return its activation: a new version of the order, from then on.

    Parameters
    ----------
    replaces : str
        An activation that ends at the same moment, for a device that is changed; empty for none.

    Raises
    ------
    NoSuchOrder, OrderChanged
        If there is no such order, or somebody signed a version in the meantime.
    RefusedInput
        If somebody else wears the device then, the place is none of the order's, or the order has ended.
    """
    row = _entry(order_id)
    activation_id = content_id("act", order_id, device_id, at_us)
    activation: dict[str, Any] = {
        "activation_id": activation_id,
        "device_id": device_id,
        "from_time": iso_utc(at_us),
        "to_time": None,
        "home_unit_id": home_unit_id or None,
        "home_unit_place_id": home_unit_place_id or None,
    }

    def change(document: Document) -> Document:
        worn = [
            {**item, "to_time": iso_utc(at_us)} if item["activation_id"] == replaces else item
            for item in document["activations"]
        ]
        return {**document, "activations": [*worn, activation]}

    amend_order(
        by=by, now_us=now_us, order_id=order_id, from_us=at_us, change=change, note=f"Fitted: {device_id}"
    )
    if row.closed_us is None:
        _set(row, fitted_us=at_us, not_monitored_reason="")
    _step(row, by, now_us, StepKind.FITTED, at_us=at_us, outcome=device_id[:40], note=note)
    return activation_id


def note_first_contact(*, activation_id: str, at_us: int, now_us: int) -> None:
    """Note when a device was first heard from after fitting; an earlier instant replaces a later one."""
    _note("first_contact_us", activation_id, at_us)


def note_monitored(*, activation_id: str, at_us: int, now_us: int) -> None:
    """Note from when the conditions are watched; the register's entry is then closed."""
    if _note("monitored_us", activation_id, at_us):
        still = Installation.objects.filter(
            order__activations__activation_id=activation_id, closed_us__isnull=True
        )
        Installation.objects.filter(pk__in=still.values("pk")).update(
            closed_us=now_us, not_monitored_reason=""
        )


def _note(field: str, activation_id: str, at_us: int) -> bool:
    unset = Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": at_us})
    rows = Installation.objects.filter(unset, order__activations__activation_id=activation_id)
    return Installation.objects.filter(pk__in=rows.values("pk")).update(**{field: at_us}) > 0


def _entry(order_id: str) -> Installation:
    rows = Installation.objects.select_for_update(of=("self",)).select_related("order__person")
    row = rows.filter(order__order_id=order_id).first()
    if row is None:
        raise NoSuchOrder
    return row


def _open(order_id: str) -> Installation:
    row = _entry(order_id)
    if row.closed_us is not None:
        raise AlreadyDone
    return row


def _set(row: Installation, **values: object) -> None:
    Installation.objects.filter(pk=row.pk).update(**values)


def _step(
    row: Installation,
    by: Viewer,
    now_us: int,
    kind: StepKind,
    *,
    at_us: int,
    outcome: str = "",
    note: str = "",
) -> None:
    InstallationStep.objects.create(
        installation=row, kind=kind, outcome=outcome, at_us=at_us, recorded_us=now_us, by=by.actor, note=note
    )
    record(
        viewer=by,
        action="installation_step_recorded",
        subject=f"order:{row.order.order_id}",
        at_us=now_us,
        person_ref=row.order.person.ref,
        detail={"kind": str(kind)},
    )
