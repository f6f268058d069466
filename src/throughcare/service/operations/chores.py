"""Chores: what one worker does now and then, as runs that are recorded, and taken up again after a kill.

Whoever moves ``due_us`` on by compare-and-set has the chore for a while, and keeps it by moving it on again as the
work goes. Who lost it stops at the next step: two may meet for one step, so every step of a chore is safe to repeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.service.operations.models import Chore, ChoreRun

LEASE_US = 10 * MINUTE_US  # a chore whose worker died is taken up by another after it
AGAIN_US = HOUR_US  # one that failed is tried again after it
GRACE_US = 6 * HOUR_US  # one that is not done for so long after it was due is overdue
UNUSUAL_VIEWS, RETENTION, AUDIT_LOG = "unusual_views", "retention", "audit_log"
_LOG = logging.getLogger("throughcare.worker")


class RunOutcome(StrEnum):
    """How a run of a chore ended."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"


OUTCOME_WORDS = {
    RunOutcome.DONE: "Done",
    RunOutcome.FAILED: "Failed",
    RunOutcome.STOPPED: "Stopped with its worker, and taken up by the next run",
    RunOutcome.LOST: "Its worker was lost, and the next run took it up",
}


class ChoreFailed(Exception):
    """A chore found something wrong; its words are ours and name nobody."""


class _Stopped(Exception):
    """The worker is to stop."""


class _TakenOver(Exception):
    """Another worker has the chore now."""


@dataclass(kw_only=True)
class Turn:
    """One worker's run of a chore, as the chore sees it."""

    chore: str
    run_id: int
    due_us: int
    now_us: int
    clock: Callable[[], int]
    stop: threading.Event
    counts: dict[str, int] = field(default_factory=dict)

    def keep_on(self) -> None:
        """Keep the chore; called between steps. It raises where the worker must stop, or lost the chore."""
        until_us = max(self.clock() + LEASE_US, self.due_us + 1)
        mine = Chore.objects.filter(name=self.chore, due_us=self.due_us)
        if not mine.update(due_us=until_us):
            raise _TakenOver
        self.due_us = until_us
        if self.stop.is_set():
            raise _Stopped

    def did(self, name: str, number: int) -> None:
        """Write how much of something is done, and keep on."""
        self.counts[name] = self.counts.get(name, 0) + number
        ChoreRun.objects.filter(pk=self.run_id, ended_us__isnull=True).update(counts=self.counts)
        self.keep_on()


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyTask:
    """One thing that one worker does once in a period."""

    name: str
    every_us: int
    run: Callable[[Turn], None]


def attend(
    chore: DailyTask, *, worker: str, clock: Callable[[], int], stop: threading.Event | None = None
) -> bool:
    """Do a chore if it is due and nobody else has it; return whether that was so.

    A chore that fails is noted and tried again later: it must not keep a worker from its watch.
    """
    turn = claim(chore, worker=worker, clock=clock, stop=stop)
    if turn is None:
        return False
    try:
        chore.run(turn)
    except _Stopped:
        end(turn, RunOutcome.STOPPED, next_us=clock())
    except _TakenOver:
        _LOG.warning("chore taken over", extra={"fields": {"chore": chore.name, "worker": worker}})
    except Exception as trouble:  # noqa: BLE001 - whatever a chore meets, the watch goes on
        _LOG.exception("chore failed", extra={"fields": {"chore": chore.name, "worker": worker}})
        words = str(trouble) if isinstance(trouble, ChoreFailed) else type(trouble).__name__
        end(turn, RunOutcome.FAILED, next_us=clock() + min(AGAIN_US, chore.every_us), error=words)
    else:
        end(turn, RunOutcome.DONE, next_us=clock() + chore.every_us)
    return True


@transaction.atomic
def claim(
    chore: DailyTask, *, worker: str, clock: Callable[[], int], stop: threading.Event | None = None
) -> Turn | None:
    """Return the run that the caller is to do now; None where it is not due, or somebody else was first."""
    now_us = clock()
    row = Chore.objects.filter(name=chore.name).first()
    if row is None:
        made = {"every_us": chore.every_us, "made_us": now_us, "due_us": now_us}
        row = Chore.objects.get_or_create(name=chore.name, defaults=made)[0]
    if row.due_us > now_us:
        return None
    until_us = now_us + LEASE_US
    mine = Chore.objects.filter(name=chore.name, due_us=row.due_us)
    if not mine.update(due_us=until_us, every_us=chore.every_us):
        return None
    ChoreRun.objects.filter(chore=chore.name, ended_us__isnull=True).update(
        ended_us=now_us, outcome=str(RunOutcome.LOST)
    )
    run = ChoreRun.objects.create(chore=chore.name, worker=worker[:80], started_us=now_us)
    return Turn(
        chore=chore.name, run_id=run.pk, due_us=until_us, now_us=now_us, clock=clock,
        stop=stop or threading.Event(),
    )  # fmt: skip


@transaction.atomic
def end(turn: Turn, outcome: RunOutcome, *, next_us: int, error: str = "") -> None:
    """Note how a run ended and when the chore is due again, unless another took it over."""
    now_us = turn.clock()
    done = {"done_us": now_us} if outcome is RunOutcome.DONE else {}
    if Chore.objects.filter(name=turn.chore, due_us=turn.due_us).update(due_us=next_us, **done):
        ChoreRun.objects.filter(pk=turn.run_id).update(
            ended_us=now_us, outcome=str(outcome), error=error[:120]
        )


def is_overdue(chore: Chore, *, now_us: int) -> bool:
    """Return whether a chore has not been done for its period and the grace."""
    since_us = chore.made_us if chore.done_us is None else chore.done_us
    return now_us > since_us + chore.every_us + GRACE_US
