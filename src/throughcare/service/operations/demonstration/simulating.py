"""Cohorts in processes of their own, which know neither Django nor the database."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from throughcare.runners.loading import Progress
from throughcare.service.operations.demonstration.cohorts import Cohort, Lived, Present, live

_COUNTER: Any = None  # shared with the process that asked


class Simulating:
    """The cohorts, each in a process of its own, while this process does what needs none of them."""

    def __init__(self, cohorts: Sequence[Cohort], present: Present, progress: Progress) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._counter = spawn.Value("i", 0)
        self._total = sum(cohort.people for cohort in cohorts)
        self._progress = progress
        number = min(os.cpu_count() or 1, len(cohorts))
        # an executor, not a pool: if a process dies, the wait ends with an error instead of never
        self._pool = ProcessPoolExecutor(
            number, mp_context=spawn, initializer=_begin, initargs=(self._counter,), max_tasks_per_child=1
        )
        self._pending = [self._pool.submit(_lived, cohort, present) for cohort in cohorts]

    def __enter__(self) -> Simulating:
        return self

    def __exit__(self, *_: object) -> None:
        children = multiprocessing.active_children()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.kill()  # what it made is in this process already, or is not wanted
            child.join()

    def results(self) -> list[Lived]:
        """Wait for the cohorts, saying how far they are."""
        while not all(pending.done() for pending in self._pending):
            self._progress("simulating people", self._counter.value, self._total)
            time.sleep(0.2)
        self._progress("simulating people", self._total, self._total)
        return [pending.result() for pending in self._pending]


def _begin(counter: Any) -> None:  # noqa: ANN401 - a shared number has no public type
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked stops this one
    globals()["_COUNTER"] = counter


def _lived(cohort: Cohort, present: Present) -> Lived:
    return live(cohort, present, _counted())


def _counted() -> Callable[[int], None]:
    def count(done: int) -> None:
        with _COUNTER.get_lock():
            _COUNTER.value += 1

    return count
