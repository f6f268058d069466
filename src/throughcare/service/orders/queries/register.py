"""The register of installation: where each order stands on its way to the first monitored minute, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from throughcare.service.orders.models import Installation, InstallationStep
from throughcare.service.orders.vocabulary import NotMonitoredReason, StepKind
from throughcare.service.people.queries import visible_people
from throughcare.service.viewer import Viewer


class Stage(StrEnum):
    """How far an order has come; each stage follows the one before."""

    ORDERED = "ordered"
    VISIT_BOOKED = "visit_booked"
    FITTED = "fitted"
    FIRST_CONTACT = "first_contact"
    MONITORED = "monitored"


class RegisterFilter(StrEnum):
    """Which entries a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    NOT_MONITORED = "not_monitored"
    MONITORED = "monitored"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One order in the register.

    ``due_us`` is 48 hours after the order was signed, or after its first day where that is later; the age
    counts from 48 hours before it. ``reason`` is empty for an order that is monitored.
    """

    order_id: str
    person_ref: str
    person_name: str
    stage: Stage
    reason: NotMonitoredReason | None
    attempts: int
    ordered_us: int
    starts_us: int
    due_us: int
    visit_booked_us: int | None
    fitted_us: int | None
    first_contact_us: int | None
    monitored_us: int | None

    def age_us(self, now_us: int) -> int:
        """Return how long the order has waited, or waited until it was monitored; 0 before its first day."""
        since_us = max(self.ordered_us, self.starts_us)
        until_us = now_us if self.monitored_us is None else self.monitored_us
        return max(0, until_us - since_us)

    def is_overdue(self, now_us: int) -> bool:
        """Return whether it was not monitored by the time that it was due."""
        return self.due_us < (now_us if self.monitored_us is None else self.monitored_us)


@dataclass(frozen=True, slots=True)
class StepView:
    """One thing that happened on the way."""

    kind: StepKind
    outcome: str
    at_us: int
    recorded_us: int
    by: str
    note: str


def register(
    viewer: Viewer, *, now_us: int, shown: RegisterFilter = RegisterFilter.OPEN
) -> list[RegisterEntry]:
    """Return the entries about people whom the viewer may see, the first due first.

    An order that has ended without being monitored is no longer to be fitted, and is left out.
    """
    people = visible_people(viewer, now_us=now_us).values("pk")
    rows = _rows().filter(order__person__in=people)
    if shown is RegisterFilter.MONITORED:
        rows = rows.filter(monitored_us__isnull=False)
    else:
        running = Q(order__ends_us__isnull=True) | Q(order__ends_us__gt=now_us)
        rows = rows.filter(running, monitored_us__isnull=True, closed_us__isnull=True)
    if shown is RegisterFilter.OVERDUE:
        rows = rows.filter(due_us__lt=now_us)
    if shown is RegisterFilter.NOT_MONITORED:
        rows = rows.filter(order__starts_us__lte=now_us)
    return [_entry(row) for row in rows.order_by("due_us", "pk")]


def register_entry(order_id: str) -> RegisterEntry | None:
    """Return the entry of one order; None where there is none."""
    return register_entries([order_id]).get(order_id)


def register_entries(order_ids: Iterable[str]) -> dict[str, RegisterEntry]:
    """Return the entries of orders, with one question; an order without one is left out."""
    rows = _rows().filter(order__order_id__in=set(order_ids))
    return {row.order.order_id: _entry(row) for row in rows}


def steps_of(order_id: str) -> list[StepView]:
    """Return what happened on the way, the first first."""
    rows = InstallationStep.objects.filter(installation__order__order_id=order_id).order_by(
        "recorded_us", "pk"
    )
    return [
        StepView(
            kind=StepKind(row.kind),
            outcome=row.outcome,
            at_us=row.at_us,
            recorded_us=row.recorded_us,
            by=row.by,
            note=row.note,
        )
        for row in rows
    ]


def _rows() -> QuerySet[Installation]:
    attempts = Count("steps", filter=Q(steps__kind=StepKind.ATTEMPT))
    return Installation.objects.select_related("order__person").annotate(attempts=attempts)


def _entry(row: Installation) -> RegisterEntry:
    stage = _stage(row)
    return RegisterEntry(
        order_id=row.order.order_id,
        person_ref=row.order.person.ref,
        person_name=row.order.person.display_name,
        stage=stage,
        reason=_reason(row, stage),
        attempts=row.attempts,  # type: ignore[attr-defined]
        ordered_us=row.ordered_us,
        starts_us=row.order.starts_us,
        due_us=row.due_us,
        visit_booked_us=row.visit_booked_us,
        fitted_us=row.fitted_us,
        first_contact_us=row.first_contact_us,
        monitored_us=row.monitored_us,
    )


def _stage(row: Installation) -> Stage:
    reached = (
        (row.monitored_us, Stage.MONITORED),
        (row.first_contact_us, Stage.FIRST_CONTACT),
        (row.fitted_us, Stage.FITTED),
        (row.visit_booked_us, Stage.VISIT_BOOKED),
    )
    return next((stage for at_us, stage in reached if at_us is not None), Stage.ORDERED)


def _reason(row: Installation, stage: Stage) -> NotMonitoredReason | None:
    """Return the reason on record, or what the stage itself says; a booked visit that is to come is no reason."""
    if stage is Stage.MONITORED:
        return None
    if row.not_monitored_reason:
        return NotMonitoredReason(row.not_monitored_reason)
    if stage is Stage.ORDERED:
        return NotMonitoredReason.NO_VISIT_BOOKED
    return NotMonitoredReason.NO_CONTACT if stage is Stage.FITTED else None
