"""What the service notes about its own running: workers' signs of life."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.service.operations.models import WorkerBeat


@dataclass(slots=True)
class Progress:
    """What a worker did since it started; ``done`` says how much of each task."""

    started_us: int
    beat_us: int = 0
    passes: int = 0
    done: dict[str, int] = field(default_factory=dict)
    busy_s: float = 0.0
    longest_pass_s: float = 0.0
    trouble: str = ""

    def count(self, *, task: str, done: int) -> None:
        """Add what one task did."""
        self.done[task] = self.done.get(task, 0) + done

    def finish_pass(self, *, took_s: float) -> None:
        """Add one pass that did something."""
        self.passes += 1
        self.busy_s += took_s
        self.longest_pass_s = max(self.longest_pass_s, took_s)


def beat(*, worker: str, progress: Progress, now_us: int, stopped_us: int | None = None) -> None:
    """Write a worker's sign of life and its counts."""
    progress.beat_us = now_us
    WorkerBeat.objects.update_or_create(
        worker=worker[:80],
        defaults={
            "started_us": progress.started_us,
            "beat_us": now_us,
            "stopped_us": stopped_us,
            "passes": progress.passes,
            "done": progress.done,
            "busy_s": progress.busy_s,
            "longest_pass_s": progress.longest_pass_s,
            "trouble": progress.trouble,
        },
    )


def leave(*, worker: str, progress: Progress, now_us: int) -> None:
    """Note that a worker left in order: its silence from now on is no fault."""
    beat(worker=worker, progress=progress, now_us=now_us, stopped_us=now_us)
