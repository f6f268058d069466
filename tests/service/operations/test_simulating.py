"""A cohort whose process dies ends the wait with an error; a wait that is broken off leaves no process behind."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from throughcare.kernel.time import instant_us
from throughcare.service.operations.demonstration.cohorts import Cohort, Present
from throughcare.service.operations.demonstration.simulating import Simulating

COHORT = Cohort(seed=1, first=0, people=200, start=dt.date(2026, 3, 2), days=30)


def started(present: Present) -> Simulating:
    simulating = Simulating([COHORT], present, lambda *_: None)
    until = time.monotonic() + 30
    while not multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.05)
    return simulating


def test_a_process_that_dies_is_an_error_and_not_a_wait_without_end(present: Present) -> None:
    with started(present) as simulating:
        for child in multiprocessing.active_children():
            child.kill()
        with pytest.raises(BrokenProcessPool):
            simulating.results()


def test_a_wait_that_is_broken_off_leaves_no_process_behind(present: Present) -> None:
    with pytest.raises(KeyboardInterrupt), started(present):
        raise KeyboardInterrupt
    for child in multiprocessing.active_children():
        child.join(timeout=30)
    assert multiprocessing.active_children() == []


@pytest.fixture
def present(tmp_path: Path) -> Present:
    now_us = instant_us(dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC))
    return Present(now_us=now_us, hot_from_us=now_us, retain_us=0, archive=tmp_path / "archive")
