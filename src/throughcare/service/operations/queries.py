"""Questions about how the service runs."""

from __future__ import annotations

from throughcare.service.operations.models import Chore, ChoreRun, WorkerBeat

FORGOTTEN_US = 86_400_000_000


def worker_beats(*, since_us: int = 0) -> list[WorkerBeat]:
    """Return the workers that were heard since an instant, by name."""
    return list(WorkerBeat.objects.filter(beat_us__gte=since_us).order_by("worker"))


def chores() -> list[Chore]:
    """Return the chores of the day, by name."""
    return list(Chore.objects.order_by("name"))


def chore_runs(*, limit: int = 100) -> list[ChoreRun]:
    """Return the newest runs of chores, the newest first."""
    return list(ChoreRun.objects.order_by("-started_us", "-pk")[:limit])


def last_run(name: str, *, outcome: str = "") -> ChoreRun | None:
    """Return the newest run of a chore that ended, or that ended in one way; None where there is none."""
    rows = ChoreRun.objects.filter(chore=name, ended_us__isnull=False)
    rows = rows.filter(outcome=outcome) if outcome else rows
    return rows.order_by("-started_us", "-pk").first()


def counted(name: str, *, runs: int = 50) -> frozenset[str]:
    """Return what the newest runs of a chore counted, by the names of the counts."""
    rows = ChoreRun.objects.filter(chore=name).order_by("-started_us", "-pk")[:runs]
    return frozenset(key for row in rows for key in row.counts)
