"""The days to come: simulated some at a time, well before the tags have told the last, for as long as the town runs.

In a process of its own, with a low priority. The days follow from the seed and the day on which the town was made.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from throughcare.kernel.time import DAY_US, civil_us
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.service.operations.demonstration import tags
from throughcare.service.operations.demonstration.cohorts import Cohort
from throughcare.simulation.scenario import simulate_further
from throughcare.simulation.town import TIME_ZONE

STRETCH_DAYS = 7
BEFORE_US = 2 * DAY_US  # so long before the end of the last stretch the next is simulated
_LOG = logging.getLogger("throughcare.demonstration")


@dataclass
class Ahead:
    """Keeps the town some days ahead of the clock.

    Parameters
    ----------
    folder : Path
        Where the stretches are.
    cohorts : sequence of Cohort
        Who wears tags; all were simulated up to the same day.
    """

    folder: Path
    cohorts: Sequence[Cohort]
    _writing: BaseProcess | None = None

    def keep_up(self, told: tags.Tags, *, now_us: int) -> None:
        """Start the simulation of the next stretch where it is time, and take up the one that is done."""
        if self._writing is not None:
            if self._writing.is_alive():
                return
            if self._writing.exitcode:
                _LOG.error(
                    "the next days were not simulated; tried again: exit code %d", self._writing.exitcode
                )
            self._writing = None
            told.look_again()
        number = told.newest + 1
        if now_us >= midnight_us(starts(self.cohorts, number)) - BEFORE_US:
            spawn = multiprocessing.get_context("spawn")
            self._writing = spawn.Process(
                target=_begin, args=(self.folder, self.cohorts, number), daemon=True
            )
            self._writing.start()

    def stop(self) -> None:
        """End a simulation that is under way; half a stretch is none."""
        if self._writing is not None and self._writing.is_alive():
            self._writing.terminate()
            self._writing.join()


def starts(cohorts: Sequence[Cohort], number: int) -> dt.date:
    """Return the first day of a stretch; number 0 is what was simulated with the past, and 1 the first after it."""
    return cohorts[0].start + dt.timedelta(days=cohorts[0].days + (number - 1) * STRETCH_DAYS)


def write_stretch(folder: Path, cohorts: Sequence[Cohort], number: int) -> None:
    """Simulate one stretch and write it; it is there whole or not at all."""
    sent = [
        simulate_further(
            seed=cohort.seed,
            people=cohort.people,
            days=cohort.days,
            start=cohort.start,
            first=cohort.first,
            later_start=starts(cohorts, number),
            later_days=STRETCH_DAYS,
        )
        for cohort in cohorts
    ]
    half = folder / f"half-{number:04d}"
    shutil.rmtree(half, ignore_errors=True)
    tags.save(
        half,
        positions=Positions.concat([positions for positions, _ in sent]),
        readings=Readings.concat([readings for _, readings in sent]),
    )
    half.rename(folder / f"{number:04d}")


def _begin(folder: Path, cohorts: Sequence[Cohort], number: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked stops this one
    if hasattr(os, "nice"):
        os.nice(10)
    write_stretch(folder, cohorts, number)


def midnight_us(day: dt.date) -> int:
    """Return the midnight that begins a day in the town."""
    return civil_us(day, dt.time(0), TIME_ZONE)
