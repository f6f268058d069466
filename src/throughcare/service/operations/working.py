"""The worker's loop: tasks in turn, chores by one worker only, a sign of life, and an orderly end.

Nothing here knows what a task does. Every task is safe to run in several workers and to be killed in; this loop only
decides when, and outlives a database that is away for a while or a disk that is full.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connections

from throughcare.adapters.notify.webhooks import post
from throughcare.service.access.actions import note_delivered
from throughcare.service.desk.actions import take_in
from throughcare.service.monitoring.actions import Memory, work_once
from throughcare.service.operations.actions import Progress, beat, leave
from throughcare.service.operations.chores import DailyTask, attend
from throughcare.service.operations.daily import CHORES
from throughcare.service.operations.upgrading import prepare_database
from throughcare.service.outbox.actions import send_due
from throughcare.service.people.queries import hidden_refs
from throughcare.service.viewer import system

IDLE_S = 0.25  # how soon what came in is seen
CHORES_IDLE_S = 5.0
BEAT_US = 5_000_000
LONGEST_WAIT_S = 30.0
_LOG = logging.getLogger("throughcare.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that a worker does at every pass.

    Parameters
    ----------
    run : callable
        Takes the present in microseconds; returns how much it did, 0 when nothing waited.
    """

    name: str
    run: Callable[[int], int]


@dataclass
class Loop:
    """A worker. ``stop`` is set by a signal; what was begun is finished first.

    Parameters
    ----------
    idle_s : float
        How long to wait where nothing waited.
    gives_signs : bool
        Whether it writes signs of life. A loop of chores does not: one chore may take long, and what stays undone
        is told by the chore itself.
    """

    name: str
    tasks: tuple[Task, ...]
    chores: tuple[DailyTask, ...] = ()
    idle_s: float = IDLE_S
    gives_signs: bool = True
    clock: Callable[[], int] = field(default_factory=lambda: settings.CLOCK)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, *, once: bool = False) -> None:
        """Work until told to stop; with ``once``, until nothing waits."""
        progress, troubles = Progress(started_us=self.clock()), 0
        while not self.stop.is_set():
            try:
                close_old_connections()
                did = self._pass(progress)
                troubles = 0
            except (DatabaseTrouble, OSError) as trouble:
                troubles += 1
                progress.trouble = type(trouble).__name__
                _LOG.exception("pass failed", extra={"fields": {"worker": self.name, "in_a_row": troubles}})
                connections.close_all()
                self.stop.wait(min(LONGEST_WAIT_S, 0.5 * 2**troubles))
                continue
            if did == 0:
                if once:
                    break
                self.stop.wait(self.idle_s)
        if self.gives_signs:
            leave(worker=self.name, progress=progress, now_us=self.clock())

    def _pass(self, progress: Progress) -> int:
        began_s, did = time.perf_counter(), 0
        for task in self.tasks:
            if self.stop.is_set():
                break
            done = task.run(self.clock())
            progress.count(task=task.name, done=done)
            did += done
        self._daily()
        progress.trouble = ""
        if did:
            progress.finish_pass(took_s=time.perf_counter() - began_s)
        now_us = self.clock()
        if self.gives_signs and now_us - progress.beat_us >= BEAT_US:
            beat(worker=self.name, progress=progress, now_us=now_us)
        return did

    def _daily(self) -> None:
        for chore in self.chores:
            if not self.stop.is_set():
                attend(chore, worker=self.name, clock=self.clock, stop=self.stop)


def stop_on_signals(loop: Loop) -> None:
    """Let SIGTERM and SIGINT end the loop in order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop.set())


def work(*, name: str, once: bool) -> int:
    """Work under a name until told to stop; with ``once``, until nothing waits. Returns the exit code.

    Raises
    ------
    RefusedInput
        If the database does not fit this version.
    """
    prepare_database(migrate=False)
    loop = Loop(name=name, tasks=tasks(name))
    stop_on_signals(loop)
    # loops of their own: another system that does not answer, or a long chore, must not keep incidents from the desk
    beside = (
        Loop(name=f"{name}-notices", tasks=NOTICES, stop=loop.stop),
        Loop(name=name, tasks=(), chores=CHORES, stop=loop.stop, idle_s=CHORES_IDLE_S, gives_signs=False),
    )
    if once:
        for each in (loop, *beside):  # notices after the pass that announces them
            each.run(once=True)
        return 0
    threads = [threading.Thread(target=each.run) for each in beside]
    for thread in threads:
        thread.start()
    try:
        loop.run()
    finally:
        loop.stop.set()  # a worker that cannot go on ends whole, so that what watches over it starts it again
        for thread in threads:
            thread.join()
    return 0


def send_notices(now_us: int) -> int:
    """Send what is due to other systems; nothing about people whose records are limited."""
    demo = settings.CONFIGURATION.demo
    return send_due(
        now_us=now_us,
        post=lambda url, body, headers: post(url, body=body, headers=headers, plain_http=demo),
        hidden_refs=hidden_refs(system("notices"), now_us=now_us),
    )


NOTICES = (
    Task(name="notices", run=send_notices),
    Task(name="told", run=lambda now_us: note_delivered(now_us=now_us)),
)


def tasks(name: str) -> tuple[Task, ...]:
    """Return what a worker does at every pass; the engine remembers between passes what it needs again."""
    memory = Memory()

    def evaluate(now_us: int) -> int:
        worked = work_once(worker=name, now_us=now_us, memory=memory)
        return worked.items + worked.activations

    return (
        Task(name="evaluate", run=evaluate),
        Task(name="desk", run=lambda now_us: take_in(now_us=now_us)),
    )
