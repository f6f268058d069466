"""Preparing the demonstration: simulate in other processes, write the record in this one, mark the folder as its own."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from throughcare.adapters.files.atomic import atomic_bytes
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US, local_datetime
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.orders.model import Order
from throughcare.runners.loading import Progress
from throughcare.service.operations.demonstration import tags
from throughcare.service.operations.demonstration.cohorts import Cohort, Present
from throughcare.service.operations.demonstration.history import (
    GATEWAY_KEY,
    write_assessments,
    write_cast,
    write_contacts,
    write_desk,
    write_gateway,
    write_monitoring,
    write_orders,
)
from throughcare.service.operations.demonstration.installing import write_waiting
from throughcare.service.operations.demonstration.simulating import Simulating
from throughcare.service.operations.demonstration.variations import write_variations
from throughcare.service.operations.upgrading import prepare_database

MARKER = "demonstration.json"
AHEAD_DAYS = 4
SHARES = ((1.0, 0.36), (1.0, 0.36), (0.45, 0.28))  # of the days behind, of the people: who came when
WAITING = ((5, 7), (1, 5))  # days ago, people: who came then and is not monitored yet
_FIELDS = {"ready", "made_us", "people", "days", "seed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the town is and how long it has been watched."""

    people: int = 300
    days: int = 30
    seed: int = 1


def is_ready(folder: Path) -> bool:
    """Return whether the folder holds a whole demonstration.

    Raises
    ------
    RefusedInput
        If it holds anything else: a demonstration is never put beside data that may be real. Or if another version
        of the program made it.
    """
    found = _marker(folder)
    if found and found["ready"] and found.keys() != _FIELDS:
        raise RefusedInput(
            where=str(folder),
            expected="a demonstration that this version made",
            found="one of another version",
            action="Start over with --fresh. Nothing was touched.",
        )
    return bool(found) and bool(found["ready"])


def _marker(folder: Path) -> dict[str, Any]:
    """Return what the folder says of itself; nothing where it is empty."""
    if not folder.exists() or not any(folder.iterdir()):
        return {}
    try:
        found: dict[str, Any] = json.loads((folder / MARKER).read_text())
        return found | {"ready": bool(found["ready"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise RefusedInput(
            where=str(folder),
            expected="a folder that is empty, or that holds a demonstration",
            found="files that no demonstration made",
            action="Choose another --folder. Nothing was touched.",
        ) from None


def clear(folder: Path) -> None:
    """Remove a demonstration, whole or half made; refuses what :func:`is_ready` refuses."""
    _marker(folder)
    shutil.rmtree(folder, ignore_errors=True)


def claim(folder: Path) -> None:
    """Mark an empty folder as a demonstration's, before anything else is in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    _write_marker(folder, {"ready": False})


def prepare(size: Size, *, progress: Progress) -> None:
    """Fill the service's empty folder and database with the town and its past, up to now."""
    folder: Path = settings.CONFIGURATION.data_dir
    now_us = settings.CLOCK()
    with Simulating(cohorts_of(size, now_us), _present(folder, now_us), progress) as simulating:
        prepare_database(migrate=True)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")  # invented, and made again where it is lost
        cast = write_cast(
            seed=size.seed,
            count=size.people + sum(number for _, number in WAITING),
            from_us=now_us - (size.days + 10) * DAY_US,
            progress=progress,
        )
        lived = simulating.results()
    orders = [order for cohort in lived for order in cohort.orders]
    waiting = [order for cohort in lived if not cohort.is_fitted for order in cohort.orders]
    to_come = write_orders(cast=cast, orders=orders, now_us=now_us, progress=progress)
    write_monitoring(lived=lived, now_us=now_us, progress=progress)
    write_desk(cast=cast, now_us=now_us, seed=size.seed, progress=progress)
    write_contacts(cast=cast, orders=orders, now_us=now_us, seed=size.seed, progress=progress)
    write_assessments(cast=cast, orders=orders, now_us=now_us, seed=size.seed, progress=progress)
    write_variations(cast=cast, orders=[o for o in orders if o not in waiting], now_us=now_us)
    new = write_waiting(cast=cast, orders=waiting, now_us=now_us)
    tags.save(
        folder / "tags" / "0000",
        positions=Positions.concat([cohort.positions for cohort in lived]),
        readings=Readings.concat([*(cohort.readings for cohort in lived), new]),
    )
    tags.mark(folder / "tags", now_us)
    _write_to_come(folder, to_come)
    write_secret(folder / GATEWAY_KEY, write_gateway(now_us=now_us))
    _write_marker(
        folder,
        {"ready": True, "made_us": now_us, "people": size.people, "days": size.days, "seed": size.seed},
    )


def write_secret(path: Path, secret: str) -> None:
    """Write a new file that nobody else can read."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secret)


def _write_marker(folder: Path, values: dict[str, object]) -> None:
    atomic_bytes(folder / MARKER, json.dumps(values).encode())


def _write_to_come(folder: Path, orders: Sequence[Order]) -> None:
    atomic_bytes(folder / "tags" / "orders.json", json.dumps([order.as_json() for order in orders]).encode())


def _present(folder: Path, now_us: int) -> Present:
    keep_us = (settings.CONFIGURATION.archive_days) * DAY_US
    return Present(
        now_us=now_us,
        hot_from_us=now_us // DAY_US * DAY_US - keep_us,
        retain_us=settings.CONFIGURATION.retain_hours * HOUR_US,
        archive=folder / "archive",
    )


def made_of(folder: Path) -> tuple[Size, int]:
    """Return the size of the town in a folder that is ready, and when it was made."""
    found = json.loads((folder / MARKER).read_text())
    return Size(people=found["people"], days=found["days"], seed=found["seed"]), int(found["made_us"])


def cohorts_of(size: Size, now_us: int) -> list[Cohort]:
    """Return who came when, seen from the day on which the town is made; last those who still wait."""
    today = local_datetime(now_us, settings.TIME_ZONE).date()
    found: list[Cohort] = []
    first = 0
    for place, (days_share, people_share) in enumerate(SHARES):
        behind = max(1, round(size.days * days_share))
        last = place == len(SHARES) - 1
        number = size.people - first if last else round(size.people * people_share)
        start = today - dt.timedelta(days=behind)
        days = behind + 1 + AHEAD_DAYS
        found.append(Cohort(seed=size.seed, first=first, people=max(1, number), start=start, days=days))
        first += number
    for days, number in WAITING:
        start = today - dt.timedelta(days=days)
        found.append(Cohort(seed=size.seed, first=first, people=number, start=start, days=2, is_fitted=False))
        first += number
    return found
