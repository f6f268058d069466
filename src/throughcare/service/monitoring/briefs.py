"""Short answers about many people or activations at once, for lists. Who may ask is settled before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from throughcare.service.monitoring.models import EngineState, IncidentRow


@dataclass(frozen=True, slots=True)
class Brief:
    """An incident in a count: whose, which kind, how it stands, when it was told last."""

    person_ref: str
    incident_id: str
    kind: str
    status: str
    last_recorded_us: int


def brief_incidents(person_refs: Iterable[str], *, recorded_since_us: int) -> list[Brief]:
    """Return the incidents of people that are open, or were told or taken back since an instant, with one question."""
    wanted = Q(status="open", retracted=False) | Q(last_recorded_us__gt=recorded_since_us)
    rows = IncidentRow.objects.filter(wanted, person_ref__in=set(person_refs)).order_by("pk")
    names = ("person_ref", "incident_id", "kind", "status", "last_recorded_us", "retracted")
    return [
        Brief(ref, incident_id, kind, "retracted" if retracted else status, told_us)
        for ref, incident_id, kind, status, told_us, retracted in rows.values_list(*names)
    ]


def incident_starts(
    person_refs: Iterable[str], *, kinds: Iterable[str], since_us: int
) -> list[tuple[str, int]]:
    """Return whose each incident of some kinds since an instant was and when it began, with one question.

    What was taken back is left out.
    """
    rows = IncidentRow.objects.filter(
        person_ref__in=set(person_refs), kind__in=list(kinds), retracted=False, start_us__gt=since_us
    )
    return list(rows.values_list("person_ref", "start_us"))


def evaluated_until(activation_ids: Iterable[str]) -> dict[str, int]:
    """Return up to which instant each activation was evaluated; one that never was is left out."""
    rows = EngineState.objects.filter(activation_id__in=set(activation_ids))
    return dict(rows.values_list("activation_id", "now_us"))
