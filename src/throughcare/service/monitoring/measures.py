"""Counts for those who run the service: what waits, what was refused, how long it took. No person is in any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min

from throughcare.service.monitoring.models import ArchiveFile, EngineState, InboxItem, IncidentRow, Reject


@dataclass(frozen=True, slots=True)
class Waiting:
    """The inbox: how many deliveries wait, and when the oldest came (None where none waits)."""

    items: int
    oldest_us: int | None


def waiting() -> Waiting:
    """Return what waits in the inbox."""
    found = InboxItem.objects.aggregate(items=Count("pk"), oldest_us=Min("received_us"))
    return Waiting(found["items"], found["oldest_us"])


def rejects_by_reason(*, since_us: int) -> dict[str, int]:
    """Return how many records were refused since an instant, by reason code."""
    rows = Reject.objects.filter(at_us__gte=since_us).values_list("reason").annotate(Count("pk"))
    return dict(sorted(rows))


def standing_still() -> int:
    """Return how many activations the engine cannot evaluate, because of a record that it cannot digest."""
    return EngineState.objects.exclude(trouble="").count()


def incidents_by_kind(*, since_us: int) -> dict[str, int]:
    """Return how many incidents were detected since an instant and stand, by kind."""
    rows = IncidentRow.objects.filter(detected_us__gte=since_us, retracted=False)
    return dict(sorted(rows.values_list("kind").annotate(Count("pk"))))


def recording_delays_s(*, since_us: int) -> list[float]:
    """Return the seconds from an incident's detection to its first record, of those recorded since an instant.

    A tag that stores and forwards makes it long: detection is an instant of event time.
    """
    rows = IncidentRow.objects.filter(first_recorded_us__gte=since_us).values_list(
        "detected_us", "first_recorded_us"
    )
    return [(recorded - detected) / 1e6 for detected, recorded in rows]


def recorded_at(incident_ids: Iterable[str]) -> dict[str, int]:
    """Return when incidents were first recorded, by their ids."""
    rows = IncidentRow.objects.filter(incident_id__in=list(incident_ids))
    return dict(rows.values_list("incident_id", "first_recorded_us"))


def archive_listing(*, newest: int | None = None) -> list[tuple[str, str]]:
    """Return path and SHA-256 of the archive's files that are in use, newest day first."""
    rows = ArchiveFile.objects.filter(replaced_us__isnull=True).order_by("-day", "path")
    return list(rows.values_list("path", "digest")[:newest])
