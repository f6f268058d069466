"""Signed versions and the small changes that are versions of their own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.ids import content_hash, content_id
from throughcare.kernel.time import HOUR_US, instant_us, iso_utc
from throughcare.orders.history import OrderHistory, effective_us, history_of
from throughcare.orders.model import Activation, Order
from throughcare.orders.vocabulary import ExcuseReason
from throughcare.service.audit.actions import record
from throughcare.service.orders.amending import Change, amended, with_item
from throughcare.service.orders.models import ActivationRow, Installation, OrderRecord, OrderVersion
from throughcare.service.orders.queries.record import histories, person_id_of
from throughcare.service.people.queries import ref_of
from throughcare.service.victims.queries import is_with_protected
from throughcare.service.viewer import Viewer

INSTALL_WITHIN_US = 48 * HOUR_US  # from the order, or from its first day where that is later


class OrderChanged(Exception):
    """Somebody else signed a version in the meantime; nothing was written."""


class NoSuchOrder(Exception):
    """There is no order of this id."""


@transaction.atomic
def record_order(
    *, by: Viewer, now_us: int, person_id: int, order: Order, note: str = "", authored_by: str = ""
) -> int:
    """Write a signed version, the first or the next, and return its number.

    The activations that it states become those by which facts find the order; the first version opens the
    register of installation.

    Parameters
    ----------
    person_id : int
        The key of the person, whose reference the order carries.
    order : Order
        ``version`` is 1, or one more than the newest; ``recorded_at`` is not in the future.
    authored_by : str
        The actor who wrote it; ``by`` signs, and also wrote it where this is empty.

    Raises
    ------
    OrderChanged
        If a version of that number was signed already.
    RefusedInput
        If the version does not fit the person, the versions before it, or a device worn by somebody else.
    """
    person_ref = ref_of(person_id)
    earlier = histories([order.order_id]).get(order.order_id)
    versions = () if earlier is None else earlier.versions
    if order.version != len(versions) + 1:
        raise OrderChanged
    _check_fits(order, person_ref, now_us)
    history = history_of([*versions, order])
    # The audit entry comes first: its lock makes versions become visible in the sequence of their keys, which
    # orders_changed_since relies on.
    record(
        viewer=by,
        action="order_signed",
        subject=f"order:{order.order_id}",
        at_us=now_us,
        person_ref=person_ref,
        detail={"version": order.version, "author": authored_by or by.actor},
    )
    row = _claimed(order, person_id, now_us)
    document = order.as_json()
    OrderVersion.objects.create(
        order=row,
        version=order.version,
        document=document,
        digest=content_hash(document),
        recorded_us=instant_us(order.recorded_at),
        authored_by=authored_by or by.actor,
        signed_by=by.actor,
        note=note,
    )
    _write_activations(row, history, now_us)
    return order.version


def add_authorised_absence(
    *,
    by: Viewer,
    now_us: int,
    order_id: str,
    condition_ids: Sequence[str],
    from_us: int,
    to_us: int,
    reason: str,
) -> str:
    """Record permission, given beforehand, not to meet conditions for a time; return the absence's id.

    It holds as from now, so that a look at the order shows it, in every version that governs any later time.

    Raises
    ------
    NoSuchOrder, OrderChanged, RefusedInput
        The last if a condition is unknown, the times are not in order, or it is on record already.
    """
    absence_id = content_id("absence", order_id, sorted(condition_ids), from_us, to_us, reason)
    absence = {
        "absence_id": absence_id,
        "condition_ids": list(condition_ids),
        "from_time": iso_utc(from_us),
        "to_time": iso_utc(to_us),
        "reason": reason,
        "authorised_by": by.actor,
    }
    change = with_item("authorised_absences", absence)
    amend_order(by=by, now_us=now_us, order_id=order_id, from_us=min(now_us, from_us), change=change)
    return absence_id


def add_reasonable_excuse(
    *,
    by: Viewer,
    now_us: int,
    order_id: str,
    condition_ids: Sequence[str],
    from_us: int,
    to_us: int,
    reason: ExcuseReason,
    proof: str,
) -> str:
    """Record a reason accepted afterwards for time out of compliance; return the excuse's id.

    Parameters
    ----------
    proof : str
        What was seen, such as an appointment card; at most 500 characters.

    Raises
    ------
    NoSuchOrder, OrderChanged, RefusedInput
        As :func:`add_authorised_absence`.
    """
    excuse_id = content_id("excuse", order_id, sorted(condition_ids), from_us, to_us, str(reason))
    excuse = {
        "excuse_id": excuse_id,
        "condition_ids": list(condition_ids),
        "from_time": iso_utc(from_us),
        "to_time": iso_utc(to_us),
        "reason": str(reason),
        "proof": proof,
        "accepted_by": by.actor,
    }
    change = with_item("reasonable_excuses", excuse)
    amend_order(by=by, now_us=now_us, order_id=order_id, from_us=min(now_us, from_us), change=change)
    return excuse_id


@transaction.atomic
def amend_order(
    *,
    by: Viewer,
    now_us: int,
    order_id: str,
    from_us: int,
    change: Change,
    note: str = "",
) -> int:
    """Write a small change into every version that governs time from an instant on; return the newest number.

    Raises
    ------
    NoSuchOrder
        If there is no such order.
    OrderChanged
        If somebody else signed a version in the meantime.
    RefusedInput
        If no version governs any time from then on.
    """
    history = histories([order_id]).get(order_id)
    person_id = person_id_of(order_id)
    if history is None or person_id is None:
        raise NoSuchOrder
    versions = amended(history, from_us=from_us, now_us=now_us, change=change)
    if not versions:
        raise RefusedInput(
            where=f"order {order_id}",
            expected=f"an order that runs at or after {iso_utc(from_us)}",
            found="one that has ended by then",
            action="Choose a time within the order, or make a new order.",
        )
    for order in versions:
        record_order(by=by, now_us=now_us, person_id=person_id, order=order, note=note)
    return versions[-1].version


def _check_fits(order: Order, person_ref: str, now_us: int) -> None:
    recorded_us = instant_us(order.recorded_at)
    if order.wearer_ref == person_ref and recorded_us <= now_us:
        return
    raise RefusedInput(
        where=f"order {order.order_id} version {order.version}",
        expected=f"wearer {person_ref}, recorded at or before {iso_utc(now_us)}",
        found=f"wearer {order.wearer_ref}, recorded at {iso_utc(recorded_us)}",
        action="Record it under the person that it names, with the time at which it was signed.",
    )


def _claimed(order: Order, person_id: int, now_us: int) -> OrderRecord:
    """Return the order's row with its number moved on by one, or refuse: of two signers one wins."""
    days = {"starts_us": order.interval.start_us, "ends_us": order.interval.end_us}
    if order.version > 1:
        mine = OrderRecord.objects.filter(order_id=order.order_id, newest_version=order.version - 1)
        if not mine.update(newest_version=order.version, **days):
            raise OrderChanged
        return OrderRecord.objects.get(order_id=order.order_id)
    row, made = OrderRecord.objects.get_or_create(
        order_id=order.order_id,
        defaults={"person_id": person_id, "created_us": now_us, "newest_version": 1, **days},
    )
    if not made:
        raise OrderChanged
    Installation.objects.create(
        order=row, ordered_us=now_us, due_us=max(now_us, order.interval.start_us) + INSTALL_WITHIN_US
    )
    return row


def _write_activations(row: OrderRecord, history: OrderHistory, now_us: int) -> None:
    """Make the rows say what the newest version says; one that it no longer names ends when it takes effect."""
    order = history.versions[-1]
    for activation in order.activations:
        _check_free(row, activation)
        ActivationRow.objects.update_or_create(
            activation_id=activation.activation_id,
            defaults={
                "order": row,
                "device_id": activation.device_id,
                "home_unit_id": activation.home_unit_id or "",
                "from_us": activation.interval.start_us,
                "to_us": activation.interval.end_us,
            },
        )
    named = [activation.activation_id for activation in order.activations]
    gone = row.activations.exclude(activation_id__in=named)
    gone.filter(from_us__gte=effective_us(order)).delete()
    gone.filter(Q(to_us__isnull=True) | Q(to_us__gt=effective_us(order))).update(to_us=effective_us(order))
    fitted_us = min((item.interval.start_us for item in order.activations), default=None)
    if fitted_us is not None and fitted_us <= now_us:
        Installation.objects.filter(order=row, fitted_us__isnull=True).update(fitted_us=fitted_us)


def _check_free(row: OrderRecord, activation: Activation) -> None:
    """Refuse an activation of another order, and a device that somebody else wears at the same time."""
    elsewhere = ActivationRow.objects.exclude(order=row)
    start_us, stop_us = activation.interval.start_us, activation.interval.stop_us
    worn = Q(device_id=activation.device_id, from_us__lt=stop_us) & (
        Q(to_us__isnull=True) | Q(to_us__gt=start_us)
    )
    if elsewhere.filter(worn | Q(activation_id=activation.activation_id)).exists() or is_with_protected(
        activation.device_id, activation.interval
    ):
        raise RefusedInput(
            where=f"activation {activation.activation_id}",
            expected="a device that nobody else wears at the time, and an activation of one order only",
            found=f"device {activation.device_id} is not free, or the activation is in another order",
            action="End the earlier activation, or correct the device.",
        )
