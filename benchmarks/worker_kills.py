"""Kill the service's processes at random, again and again, and count what was lost or doubled.

    python benchmarks/worker_kills.py [--database sqlite|postgres] [--kills 200] [--people 12] [--days 3] [--seed 1]

One process delivers what simulated devices say and writes down what was acknowledged; two workers evaluate it; one
moves old days to the archive. One of the four, chosen by chance, is killed with SIGKILL at a random moment and
started again, until the kills are done. Then the rest is worked off in peace and compared: every acknowledged fact
once, in the database or the archive, and the incidents of one evaluation of all the facts. The database forces its
commits to the disk. Seeds choose people and moments; nothing was tuned on any.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from throughcare.runners.monitoring import Run

ROOT = Path(__file__).resolve().parents[1]
HOUR_US = 3_600_000_000
PACE_S = 0.004  # between deliveries: the kills fall into the work and not behind it
ARCHIVE_AFTER_DAYS = 1


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database that forces its commits to the disk."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'kills.sqlite3'}"
        return
    from tests.lib.postgres import PostgresServer

    server = PostgresServer(durable=True)
    server.start()
    try:
        yield server.url()
    finally:
        server.remove()


def prepare(url: str, folder: Path, *, retain_hours: int = 12) -> None:
    """Set the service up on an empty database."""
    os.environ |= {  # noqa: TID251 - the process is the service's, and is told so
        "THROUGHCARE_DATABASE_URL": url,
        "THROUGHCARE_DATA_DIR": str(folder),
        "THROUGHCARE_SECRET_KEY": "only-for-the-benchmark-and-never-for-a-service",
        "THROUGHCARE_DEMO": "yes",
        "THROUGHCARE_RETAIN_HOURS": str(retain_hours),
        "THROUGHCARE_ARCHIVE_DAYS": str(ARCHIVE_AFTER_DAYS),
        "DJANGO_SETTINGS_MODULE": "throughcare.service.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


@dataclass
class Script:
    """What happens in a run, in order: at which instant, an order to record or a delivery to store."""

    orders: tuple[Any, ...]
    positions: Any
    readings: Any
    steps: list[tuple[int, str, Any]]

    @property
    def end_us(self) -> int:
        return self.steps[-1][0] + 6 * HOUR_US


def script(seed: int, people: int, days: int) -> Script:
    """Return a simulation as what arrives when: an hour of a device is a delivery, some come late, some twice."""
    from throughcare.kernel.time import instant_us
    from throughcare.simulation.scenario import simulate

    found = simulate(seed=seed, people=people, days=days, start=dt.date(2026, 3, 2))
    rng = np.random.default_rng(seed)
    steps: list[tuple[int, str, Any]] = [(instant_us(o.recorded_at), "order", o) for o in found.orders]
    for kind, batch in (("positions", found.positions), ("readings", found.readings)):
        hour = batch.t_us // HOUR_US
        groups = np.unique(np.stack([batch.key, hour]), axis=1, return_inverse=True)[1].reshape(-1)
        for group in range(int(groups.max()) + 1):
            rows = np.flatnonzero(groups == group)
            late_us = int(rng.choice([0, 0, 0, 3, 20])) * HOUR_US
            at_us = int(batch.t_us[rows].max()) + 1 + late_us
            steps.append((at_us, kind, rows))
            if rng.random() < 0.1:
                steps.append((at_us + HOUR_US, kind, rows))
    steps.sort(key=lambda step: (step[0], step[1]))
    return Script(found.orders, found.positions, found.readings, steps)


def record_people(run: Script) -> None:
    from throughcare.service.people.models import Person

    for ref in sorted({order.wearer_ref for order in run.orders}):
        Person.objects.create(
            ref=ref, given_name="G", family_name="F", date_of_birth="1990-01-01", sex="unknown", created_us=0
        )


def deliver(run: Script, log: Path) -> None:
    """Store step after step, from the first that was not acknowledged; write each acknowledgement down after it."""
    done = len(log.read_text().splitlines()) if log.exists() else 0
    with log.open("a") as acknowledged:
        for at_us, kind, what in run.steps[done:]:
            _store(run, at_us, kind, what)
            acknowledged.write(f"{at_us}\n")
            acknowledged.flush()
            time.sleep(PACE_S)


def _store(run: Script, at_us: int, kind: str, what: Any) -> None:  # noqa: ANN401 - an order, or rows
    from throughcare.service.monitoring.actions import Delivery, store_facts
    from throughcare.service.orders.actions import OrderChanged, record_order
    from throughcare.service.people.models import Person
    from throughcare.service.viewer import system

    if kind != "order":
        facts = {kind: getattr(run, kind).take(what)}
        store_facts(delivery=Delivery(delivery_id="kills", **facts), now_us=at_us)
        return
    person_id = Person.objects.get(ref=what.wearer_ref).pk
    with suppress(OrderChanged):  # it was recorded before the kill, and not acknowledged
        record_order(by=system("kills"), now_us=at_us, person_id=person_id, order=what)


def clock_us(log: Path) -> int:
    """Return the instant up to which the script has been played."""
    lines = log.read_text().splitlines() if log.exists() else []
    return int(lines[-1]) if lines else 0


def work(log: Path, name: str) -> None:
    from throughcare.service.monitoring.actions import Memory, work_once

    memory = Memory()
    while True:
        if work_once(worker=name, now_us=clock_us(log), memory=memory, limit=40).idle:
            time.sleep(0.01)


def archive(log: Path) -> None:
    from throughcare.service.monitoring.actions import archive_days

    while True:
        archive_days(now_us=clock_us(log))
        time.sleep(0.05)


@dataclass
class Process:
    """A forked process that can be killed and started again."""

    body: Callable[[], None]
    pid: int = 0

    def start(self) -> None:
        self.pid = os.fork()
        if self.pid:
            return
        status = 1
        try:
            self.body()
            status = 0
        finally:
            os._exit(status)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    @property
    def ended(self) -> bool:
        return os.waitpid(self.pid, os.WNOHANG)[0] != 0


def storm(run: Script, log: Path, *, kills: int, seed: int) -> dict[str, int]:
    """Play the script under kills; return how often each process was killed while there was work."""
    from django.db import connections

    connections.close_all()
    processes = {
        "ingest": Process(lambda: deliver(run, log)),
        "worker 1": Process(lambda: work(log, "w1")),
        "worker 2": Process(lambda: work(log, "w2")),
        "archive": Process(lambda: archive(log)),
    }
    rng = np.random.default_rng(seed)
    for process in processes.values():
        process.start()
    counts: Counter[str] = Counter()
    delivering = True
    while sum(counts.values()) < kills and delivering:
        time.sleep(float(rng.uniform(0.01, 0.35)))
        name = str(rng.choice(list(processes), p=[0.3, 0.3, 0.3, 0.1]))
        if processes["ingest"].ended:
            delivering = False
            break
        processes[name].kill()
        processes[name].start()
        counts[name] += 1
    if delivering:
        os.waitpid(processes["ingest"].pid, 0)
    for name in ("worker 1", "worker 2", "archive"):
        processes[name].kill()
    return dict(counts)


def settle(run: Script) -> None:
    """Work off what is left, as restarted processes do: the claims of the killed run out."""
    from throughcare.service.monitoring.actions import Memory, archive_days, work_once

    memory = Memory()
    for now_us in (run.steps[-1][0] + 60_000_000, run.end_us - 60_000_000, run.end_us):
        while not work_once(worker="last", now_us=now_us, memory=memory).idle:
            pass
    archive_days(now_us=run.end_us)


def verdict(run: Script) -> dict[str, Any]:
    """Compare what is there with what was acknowledged, and with one evaluation of everything."""
    from throughcare.service.monitoring.models import EngineEvent, EngineState, InboxItem, IncidentRow

    wanted, present = acknowledged_facts(run), present_facts()
    rows = IncidentRow.objects.filter(retracted=False)
    found = dict(rows.values_list("incident_id", "material"))
    expected = {i.incident_id: i.material for i in evaluation(run).incidents}
    told = Counter(EngineEvent.objects.exclude(incident_id="").values_list("incident_id", "revision"))
    return {
        "acknowledged_facts": len(wanted),
        "lost_facts": sum((wanted - present).values()),
        "doubled_facts": sum((present - wanted).values()),
        "left_in_inbox": InboxItem.objects.count(),
        "incidents": len(expected),
        "missing_incidents": len(expected.keys() - found.keys()),
        "surplus_incidents": len(found.keys() - expected.keys()),
        "differing_incidents": sum(found[k] != expected[k] for k in found.keys() & expected.keys()),
        "events": sum(told.values()),
        "doubled_events": sum(told.values()) - len(told),
        "troubled": EngineState.objects.exclude(trouble="").count(),
    }


def acknowledged_facts(run: Script) -> Counter[tuple[Any, ...]]:
    """Return the distinct facts of all steps; the log shows that every step was acknowledged."""
    from throughcare.service.monitoring.lines import lines_of

    found: Counter[tuple[Any, ...]] = Counter()
    for kind in ("positions", "readings"):
        batch = getattr(run, kind)
        owners = (batch.keys[i] for i in batch.key.tolist())
        found.update(
            {(owner, *map(_plain, line)) for owner, line in zip(owners, lines_of(batch), strict=True)}
        )
    return found


def present_facts() -> Counter[tuple[Any, ...]]:
    """Return every fact that the database and the archive hold, with how often: each device's word once."""
    import pyarrow.parquet as pq

    from throughcare.monitoring.fixes import Positions
    from throughcare.monitoring.status import Readings
    from throughcare.service.monitoring.models import ArchiveFile, PositionRow, StatusRow
    from throughcare.service.monitoring.recorded import archive_folder

    found: Counter[tuple[Any, ...]] = Counter()
    for mark, model, kind, name in (
        ("p", PositionRow, Positions, "positions"),
        ("s", StatusRow, Readings, "statuses"),
    ):
        columns = ["activation_id", "device_id", *kind.FACTS]
        rows = list(model.objects.values_list(*columns))
        for path in ArchiveFile.objects.filter(kind=name, replaced_us__isnull=True).values_list(
            "path", flat=True
        ):
            table = pq.read_table(archive_folder() / path, columns=columns)
            rows.extend(zip(*(table[column].to_pylist() for column in columns), strict=True))
        owned: Counter[tuple[Any, ...]] = Counter(
            (row[0], row[1], mark, *map(_plain, row[2:])) for row in rows
        )
        for (_, *fact), count in owned.items():  # a shared home unit's word belongs to several: once each
            found[tuple(fact)] = max(found[tuple(fact)], count)
    return found


def _plain(value: float | str | None) -> float | str | None:
    return float(value) if isinstance(value, int | float) else value


def evaluation(run: Script) -> Run:
    """Return one evaluation of all the facts under the orders on record."""
    from throughcare.monitoring.parameters import Parameters
    from throughcare.monitoring.screening import Screen
    from throughcare.orders.history import history_of
    from throughcare.runners.loading import activations_of, places_of
    from throughcare.runners.monitoring import monitor

    histories = [history_of(list(g)) for _, g in groupby(run.orders, key=lambda order: order.order_id)]
    screen = Screen(activations_of(histories), now_us=run.end_us, places=places_of(histories))
    return monitor(
        histories,
        screen.positions(run.positions, file="").fixes,
        screen.readings(run.readings, file="").statuses,
        parameters=Parameters(),
        now_us=run.end_us,
        known_at_us=run.end_us,
        progress=lambda *_: None,
    )


def measure(kind: str, *, kills: int, people: int, days: int, seed: int) -> dict[str, Any]:
    """Do one run and return its verdict."""
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kills-"))
    try:
        with database(kind, folder) as url:
            prepare(url, folder)
            run = script(seed, people, days)
            record_people(run)
            began_s = time.monotonic()
            counts = storm(run, folder / "acknowledged", kills=kills, seed=seed)
            storm_s = time.monotonic() - began_s
            settle(run)
            return {
                "database": kind,
                "kills": sum(counts.values()),
                "kills_by_process": counts,
                "storm_s": round(storm_s, 1),
                "steps": len(run.steps),
                **verdict(run),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    found = measure(
        chosen.database, kills=chosen.kills, people=chosen.people, days=chosen.days, seed=chosen.seed
    )
    print(json.dumps(found, indent=1))
    wrong = ("lost_facts", "doubled_facts", "left_in_inbox", "missing_incidents", "surplus_incidents")
    return int(any(found[name] for name in (*wrong, "differing_incidents", "doubled_events", "troubled")))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
