"""Questions about how the service runs."""

from __future__ import annotations

from throughcare.service.operations.models import Chore, WorkerBeat

FORGOTTEN_US = 86_400_000_000


def worker_beats(*, since_us: int = 0) -> list[WorkerBeat]:
    """Return the workers that were heard since an instant, by name."""
    return list(WorkerBeat.objects.filter(beat_us__gte=since_us).order_by("worker"))


def chores() -> list[Chore]:
    """Return the chores of the day, by name."""
    return list(Chore.objects.order_by("name"))
