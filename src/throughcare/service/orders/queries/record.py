"""Orders as recorded: histories, summaries, activations, versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from throughcare.kernel.time import Interval
from throughcare.orders.history import OrderHistory, history_of, in_force
from throughcare.orders.model import Order
from throughcare.orders.vocabulary import ConditionKind, OrderType
from throughcare.service.orders.models import ActivationRow, OrderRecord, OrderVersion
from throughcare.service.people.queries import visible_people
from throughcare.service.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ActivationSpan:
    """Which device is on which person from one instant to another, and the order that it serves.

    ``home_unit_id`` is None where no home unit is part of it; ``interval`` is half-open.
    """

    activation_id: str
    device_id: str
    home_unit_id: str | None
    order_id: str
    person_ref: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order in a list: what its newest version says.

    ``starts_us`` and ``ends_us`` bound the order's days, half-open; ``ends_us`` is None without a last day.
    """

    order_id: str
    person_ref: str
    version: int
    recorded_us: int
    order_type: OrderType
    kinds: tuple[ConditionKind, ...]
    starts_us: int
    ends_us: int | None

    def runs_at(self, at_us: int) -> bool:
        """Return whether the order's days contain an instant."""
        return Interval(self.starts_us, self.ends_us).contains(at_us)


def histories(order_ids: Iterable[str]) -> dict[str, OrderHistory]:
    """Return every signed version of each order; an order that is not on record is left out."""
    found: dict[str, list[Order]] = {}
    rows = OrderVersion.objects.filter(order__order_id__in=set(order_ids))
    for order_id, document in rows.values_list("order__order_id", "document"):
        found.setdefault(order_id, []).append(Order.model_validate(document))
    return {order_id: history_of(orders) for order_id, orders in found.items()}


def orders_that_ask(kind: ConditionKind, order_ids: Iterable[str]) -> list[str]:
    """Return which of the orders ever had a condition of a kind."""
    rows = OrderVersion.objects.filter(order__order_id__in=set(order_ids))
    ticked = rows.values_list("order__order_id", "document__ticked")
    return sorted({order_id for order_id, kinds in ticked if str(kind) in kinds})


def current_order(order_id: str, now_us: int) -> Order | None:
    """Return the version in force now, as known now; None outside the order's days or where there is none."""
    history = histories([order_id]).get(order_id)
    return None if history is None else in_force(history, at_us=now_us, known_at_us=now_us)


def orders_of_person(person_ref: str) -> list[OrderSummary]:
    """Return the person's orders, the last to start first."""
    rows = _newest().filter(order__person__ref=person_ref).order_by("-order__starts_us", "order__order_id")
    return [_summary(row) for row in rows]


def orders_changed_since(mark: int) -> tuple[list[str], int]:
    """Return which orders got a version after a mark, and the mark to ask with next time; begin with 0."""
    rows = list(OrderVersion.objects.filter(pk__gt=mark).order_by("pk").values_list("pk", "order__order_id"))
    return sorted({order_id for _, order_id in rows}), rows[-1][0] if rows else mark


def activations_for_devices(device_ids: Iterable[str]) -> list[ActivationSpan]:
    """Return every activation in which one of the ids is the tag or the home unit, by start."""
    wanted = set(device_ids)
    return _spans(ActivationRow.objects.filter(Q(device_id__in=wanted) | Q(home_unit_id__in=wanted)))


def activations_of_order(order_id: str) -> list[ActivationSpan]:
    """Return the activations of one order, by start."""
    return _spans(ActivationRow.objects.filter(order__order_id=order_id))


def orders_of_activations(activation_ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return, by activation, the order that it serves and the id of the order's person."""
    rows = ActivationRow.objects.filter(activation_id__in=set(activation_ids))
    found = rows.values_list("activation_id", "order__order_id", "order__person_id")
    return {activation_id: (order_id, person_id) for activation_id, order_id, person_id in found}


def activations_of_person(person_ref: str) -> list[ActivationSpan]:
    """Return the activations of one person over all their orders, by start."""
    return _spans(ActivationRow.objects.filter(order__person__ref=person_ref))


@dataclass(frozen=True, slots=True)
class VersionView:
    """One signed version, who wrote and signed it, when and with which note."""

    order: Order
    recorded_us: int
    authored_by: str
    signed_by: str
    note: str


def versions_of(order_id: str) -> list[VersionView]:
    """Return every version of an order, the first first; empty where there is no such order."""
    rows = OrderVersion.objects.filter(order__order_id=order_id).order_by("version")
    return [
        VersionView(
            order=Order.model_validate(row.document),
            recorded_us=row.recorded_us,
            authored_by=row.authored_by,
            signed_by=row.signed_by,
            note=row.note,
        )
        for row in rows
    ]


def visible_orders(
    viewer: Viewer, *, now_us: int, ended: bool = False, first: int = 0, most: int = 100
) -> tuple[list[tuple[OrderSummary, str]], int]:
    """Return running and coming orders of people whom the viewer may see, with the name, and how many there are.

    The first to end come first; those without an end last. With ``ended``, the ended ones, the last first.

    Parameters
    ----------
    first, most : int
        Which part of the list to return: at most ``most`` from the one at ``first`` (0 for the beginning).
    """
    people = visible_people(viewer, now_us=now_us).values("pk")
    rows = _newest().filter(order__person__in=people)
    if ended:
        rows = rows.filter(order__ends_us__lte=now_us).order_by("-order__ends_us", "order__order_id")
    else:
        rows = rows.filter(Q(order__ends_us__isnull=True) | Q(order__ends_us__gt=now_us))
        rows = rows.order_by(F("order__ends_us").asc(nulls_last=True), "order__order_id")
    part = rows[first : first + most]
    return [(_summary(row), row.order.person.display_name) for row in part], rows.count()


def person_ref_of(order_id: str) -> str | None:
    """Return the reference of the person whose order it is; None where there is no such order."""
    return OrderRecord.objects.filter(order_id=order_id).values_list("person__ref", flat=True).first()


def person_id_of(order_id: str) -> int | None:
    """Return the key of the person whose order it is; None where there is no such order."""
    return OrderRecord.objects.filter(order_id=order_id).values_list("person_id", flat=True).first()


def _newest() -> QuerySet[OrderVersion]:
    """Return the newest version of each order, with its order and person."""
    return OrderVersion.objects.filter(version=F("order__newest_version")).select_related("order__person")


def _spans(rows: QuerySet[ActivationRow]) -> list[ActivationSpan]:
    ordered = rows.select_related("order__person").order_by("from_us", "activation_id")
    return [
        ActivationSpan(
            activation_id=row.activation_id,
            device_id=row.device_id,
            home_unit_id=row.home_unit_id or None,
            order_id=row.order.order_id,
            person_ref=row.order.person.ref,
            interval=Interval(row.from_us, row.to_us),
        )
        for row in ordered
    ]


def _summary(row: OrderVersion) -> OrderSummary:
    kinds: Sequence[str] = row.document["ticked"]
    return OrderSummary(
        order_id=row.order.order_id,
        person_ref=row.order.person.ref,
        version=row.version,
        recorded_us=row.recorded_us,
        order_type=OrderType(row.document["order_type"]),
        kinds=tuple(ConditionKind(kind) for kind in kinds),
        starts_us=row.order.starts_us,
        ends_us=row.order.ends_us,
    )
