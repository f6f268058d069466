# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
"""The whole way in, as senders and staff see it: HTTP to the server, durable, evaluated, on the desk.

    python benchmarks/ingest_load.py [--database sqlite|postgres] [--rate 1000] [--batch 50] [--seconds 60]
                                     [--wearers 0] [--walkers 50] [--connections 4] [--processes 2]

Starts `throughcare serve` (gunicorn) and, with ``--wearers``, one `throughcare worker` on an empty database that
forces its commits to the disk, and sends positions over the loopback with real HTTP and a gateway's key. A request
is sent when it is due, whatever became of the one before it, and its latency counts from then: a server that falls
behind is not excused. ``--rate 0`` sends as fast as answers come. Positions are of the present instant.

With ``--wearers`` each device is worn under an order with an exclusion zone, and one wearer in ``--walkers`` walks into
it in the course of the run; how soon that is on the desk is read from the desk's own rows. Without, nobody wears the
devices and no worker runs: that measures ingest alone. The senders run on the same cores as everything else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
NATIONAL_RATE = 470  # 28,111 people monitored in England and Wales, at a position a minute
SECOND_US = 1_000_000
HOME = (-1.2, 52.6)
ZONE_EAST_DEG = 0.02  # about 1.35 km
ANSWER_S = 30.0


@dataclass(frozen=True)
class Plan:
    """What is asked for."""

    rate: float
    batch: int
    seconds: int
    wearers: int
    walkers: int
    connections: int
    processes: int


@dataclass
class Tally:
    """What the senders saw."""

    accepted: int = 0
    took_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, accepted: int, took_s: float) -> None:
        with self.lock:
            self.accepted += accepted
            self.took_s.append(took_s)
            self.statuses[status] = self.statuses.get(status, 0) + 1


def order_of(number: int) -> dict[str, Any]:
    """Return an order that keeps somebody out of a zone 1.35 km east of home."""
    today = dt.date.fromtimestamp(time.time())  # noqa: DTZ012, TID251 - an order that runs now
    start = today - dt.timedelta(days=3)
    zone = {"type": "Circle", "centre": [HOME[0] + ZONE_EAST_DEG, HOME[1]], "radius_m": 200.0}
    return {
        "order_id": f"O{number}",
        "recorded_at": f"{start}T10:00:00Z",
        "wearer_ref": f"W{number}",
        "order_type": "community",
        "legal_basis": "community_order_requirement",
        "notifying_organisation": "crown_court",
        "responsible_organisation": "probation",
        "start_date": str(start),
        "end_date": str(start + dt.timedelta(days=60)),
        "convicted_on": str(start - dt.timedelta(days=10)),
        "ticked": ["exclusion_zone"],
        "activations": [
            {"activation_id": f"A{number}", "device_id": f"D{number}", "from_time": f"{today}T00:00:00Z"}
        ],
        "conditions": [
            {
                "condition_id": "E1",
                "kind": "exclusion_zone",
                "name": "Invented",
                "start_date": str(start),
                "area": zone,
            }
        ],
    }


def set_up(plan: Plan) -> str:
    """Record the orders, let a gateway deliver, and return its key."""
    from django.db import connections

    from throughcare.orders.model import Order
    from throughcare.service.monitoring.credentials import add_device
    from throughcare.service.orders.actions import record_order
    from throughcare.service.people.models import Person
    from throughcare.service.viewer import system

    now_us = time.time_ns() // 1000  # noqa: TID251 - real time: the server's clock is
    values = {
        "given_name": "G",
        "family_name": "F",
        "date_of_birth": "1990-01-01",
        "sex": "unknown",
        "created_us": 0,
    }
    for number in range(plan.wearers):
        person = Person.objects.create(ref=f"W{number}", **values)
        order = Order.model_validate(order_of(number))
        record_order(by=system("load"), now_us=now_us, person_id=person.pk, order=order)
    key = add_device(by=system("load"), now_us=now_us, device_id="G", is_gateway=True)[1]
    connections.close_all()
    return key


class Senders:
    """Threads that send batches, each when it is due."""

    def __init__(self, plan: Plan, key: str, port: int) -> None:
        self.plan, self.key, self.port = plan, key, port
        self.tally = Tally()
        self.devices = max(plan.wearers, 28_000 if not plan.wearers else 0)
        self.sent = 0
        self.lock = threading.Lock()

    def warm_up(self) -> int:
        """Let every process and thread of the server answer once or more; return how many facts that were."""
        threads = [threading.Thread(target=self._warm) for _ in range(4 * self.plan.processes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted, self.tally = self.tally.accepted, Tally()
        return accepted

    def _warm(self) -> None:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_S)
        for _ in range(3):
            self._one(connection, time.perf_counter(), 0.0)
        connection.close()

    def run(self) -> float:
        """Send for as long as the plan says; return how long that was."""
        began_s = time.perf_counter()
        threads = [
            threading.Thread(target=self._send, args=(began_s, n)) for n in range(self.plan.connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began_s

    def _send(self, began_s: float, place: int) -> None:
        every_s = self.plan.batch * self.plan.connections / self.plan.rate if self.plan.rate else 0.0
        due_s = began_s + every_s * place / self.plan.connections
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_S)
        while (now_s := time.perf_counter()) < began_s + self.plan.seconds:
            if every_s:
                if now_s < due_s:
                    time.sleep(due_s - now_s)
            else:
                due_s = now_s
            self._one(connection, due_s, (due_s - began_s) / self.plan.seconds)
            due_s += every_s
        connection.close()

    def _one(self, connection: http.client.HTTPConnection, due_s: float, share: float) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/x-ndjson"}
        try:
            connection.request("POST", "/ingest/v1/facts", self._batch(share), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            status, told = 0, {}
        self.tally.add(status, told.get("accepted", 0), time.perf_counter() - due_s)

    def _batch(self, share: float) -> bytes:
        with self.lock:
            first = self.sent
            self.sent += self.plan.batch
        now_us = time.time_ns() // 1000  # noqa: TID251 - real time: the server's clock is
        return b"\n".join(
            self._fact((first + i) % self.devices, now_us + i, share) for i in range(self.plan.batch)
        )

    def _fact(self, device: int, now_us: int, share: float) -> bytes:
        one_in = self.plan.walkers
        inside = device % one_in == 0 and share > 0.1 + 0.4 * (device // one_in % 20) / 20
        lon = HOME[0] + (ZONE_EAST_DEG if inside else 0.0) + (now_us % 97) * 1e-7
        return (
            f'{{"device_id":"D{device}","time":{now_us},"latitude":{HOME[1]},"longitude":{lon:.7f},'
            '"accuracy":12,"precision_level":0.68,"source":"gnss"}'
        ).encode()


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and its children that run."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(stat.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def program(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of throughcare while the block lasts."""
    command = [str(Path(sys.executable).parent / "throughcare"), *arguments]
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for_server(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/operations/alive")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def measure(plan: Plan, key: str, folder: Path) -> dict[str, Any]:
    """Serve, work and send; return what was measured."""
    port = 18_000 + os.getpid() % 2_000
    serve = ("serve", "--port", str(port), "--processes", str(plan.processes))
    with program(*serve, folder=folder) as server:
        wait_for_server(port)
        if not plan.wearers:
            return _told(plan, Senders(plan, key, port), {"server": server.pid})
        with program("worker", folder=folder) as worker:
            time.sleep(20)  # the engine is compiled or read from its cache
            found = _told(plan, Senders(plan, key, port), {"server": server.pid, "worker": worker.pid})
            time.sleep(10)
            return found | _desk()


def _told(plan: Plan, senders: Senders, pids: dict[str, int]) -> dict[str, Any]:
    warm = senders.warm_up()
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    took_s = senders.run()
    tally = senders.tally
    used = {f"{name}_cpu_share": round((cpu_s(pid) - before[name]) / took_s, 2) for name, pid in pids.items()}
    server_s = cpu_s(pids["server"]) - before["server"]
    return {
        "acknowledged_per_s": round(tally.accepted / took_s, 1),
        "times_the_national_rate": round(tally.accepted / took_s / NATIONAL_RATE, 2),
        "ack_ms": _percentiles(tally.took_s, 1e3),
        "answers": {str(status): count for status, count in sorted(tally.statuses.items())},
        "server_cpu_ms_per_request": round(server_s / max(len(tally.took_s), 1) * 1e3, 2),
        "acknowledged_per_server_cpu_s": round(tally.accepted / max(server_s, 1e-9)),
        **used,
        "not_in_inbox": None if plan.wearers else warm + tally.accepted - _in_inbox(),
    }


def _in_inbox() -> int:
    """Return how many facts the database holds: nothing of what was acknowledged may lack."""
    from django.db import connections
    from django.db.models import Sum

    from throughcare.service.monitoring.models import InboxItem

    facts: int = InboxItem.objects.aggregate(n=Sum("facts"))["n"] or 0
    connections.close_all()
    return facts


def _desk() -> dict[str, Any]:
    from throughcare.service.desk.models import DeskItem
    from throughcare.service.monitoring.models import InboxItem, IncidentRow

    items = list(
        DeskItem.objects.filter(kind="zone_entry").values_list("start_us", "detected_us", "opened_us")
    )
    rows = IncidentRow.objects.filter(kind="zone_entry").values_list("detected_us", "first_recorded_us")
    return {
        "zone_entries_on_desk": len(items),
        "violation_sure_to_desk_s": _percentiles([(o - d) / 1e6 for _, d, o in items], 1.0),
        "zone_entered_to_desk_s": _percentiles([(o - s) / 1e6 for s, _, o in items], 1.0),
        "violation_sure_to_incident_s": _percentiles([(r - d) / 1e6 for d, r in rows], 1.0),
        "left_in_inbox": InboxItem.objects.count(),
    }


def _percentiles(values: list[float], scale: float) -> dict[str, float]:
    if not values:
        return {}
    return {f"p{q}": round(float(np.percentile(values, q)) * scale, 2) for q in (50, 99)} | {
        "max": round(max(values) * scale, 2)
    }


def main() -> int:
    from benchmarks.worker_kills import database, prepare

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--wearers", type=int, default=0)
    parser.add_argument("--walkers", type=int, default=50, help="one wearer in so many enters the zone")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    plan = Plan(
        chosen.rate, chosen.batch, chosen.seconds, chosen.wearers, chosen.walkers,
        chosen.connections, chosen.processes,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="throughcare-ingest-"))
    try:
        with database(chosen.database, folder) as url:
            prepare(url, folder, retain_hours=48)
            # each fact of a device that no limit holds back: the limit has tests of its own
            os.environ["THROUGHCARE_DEVICE_FACTS_PER_MINUTE"] = "1000000"  # noqa: TID251
            found = measure(plan, set_up(plan), folder)
        if found.get("zone_entries_on_desk") == 0:
            print((folder / "worker.log").read_text()[-3000:], file=sys.stderr)
        print(json.dumps(vars(chosen) | found | {"load_average": os.getloadavg()[0]}, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
