# ruff: noqa: PLC0415 - what needs Django is imported once it is set up, on the database of this run
"""How fast deliveries become durable, and how soon they are evaluated, at a steady rate and in real time.

    python benchmarks/worker_load.py [--database sqlite|postgres] [--wearers 1000] [--every 1] [--upload 1]
                                     [--seconds 240] [--workers 1] [--history 24] [--clock wall|cpu]

Each wearer has an order of the simulation, a history of simulated hours that the state retains, and then a position
every ``--every`` seconds, uploaded every ``--upload`` seconds. One process stores them, ``--workers`` evaluate them,
and one looks ten times a second at what has left the inbox and at what incidents there are. Two wearers in a hundred
walk 2 km away from everywhere in the first minute, so that incidents come. Commits are forced to the disk.

With ``--clock cpu`` one process does it all, and time passes only while the worker computes (or jumps to the next
delivery where it has nothing to do): what a worker with a core of its own would see, measured on a machine that is
busy with other things. Waiting for the disk is not in it, and storing is counted apart.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = 20  # simulated; the others are copies of them, with devices of their own
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
TICK_S = 0.1
METRE_DEG = 1 / 111_195.0


@dataclass(frozen=True)
class Plan:
    """What is asked for."""

    wearers: int
    every_s: float
    upload_s: float
    seconds: int
    workers: int
    history_h: int


class Clock:
    """Simulated evening, running as fast as the wall's clock."""

    def __init__(self, evening_us: int) -> None:
        self.evening_us = evening_us
        self.began_s = time.monotonic()

    def now_us(self) -> int:
        return self.evening_us + round((time.monotonic() - self.began_s) * SECOND_US)


def put_on_record(plan: Plan) -> tuple[list[Any], int, Any]:
    """Record the orders, store and evaluate the history; return who is where, the evening's instant and the states."""
    from throughcare.kernel.time import instant_us
    from throughcare.orders.model import Order
    from throughcare.service.monitoring.actions import Delivery, Memory, store_facts, work_once
    from throughcare.service.orders.actions import record_order
    from throughcare.service.people.models import Person
    from throughcare.service.viewer import system
    from throughcare.simulation.scenario import simulate

    town = simulate(seed=4, people=PEOPLE, days=3, start=dt.date(2026, 3, 2))
    evening_us = instant_us(dt.datetime(2026, 3, 4, 20, 30, tzinfo=dt.UTC))
    from_us = evening_us - plan.history_h * HOUR_US
    wearers: list[Any] = []
    for copy in range(-(-plan.wearers // PEOPLE)):
        for order in (o for o in town.orders if instant_us(o.recorded_at) <= evening_us):
            named = _renamed(order.as_json(), copy)
            values = {"given_name": "G", "family_name": "F", "date_of_birth": "1990-01-01", "created_us": 0}
            person = Person.objects.get_or_create(
                ref=named["wearer_ref"], defaults=values | {"sex": "unknown"}
            )[0]
            made = Order.model_validate(named)
            record_order(by=system("load"), now_us=evening_us, person_id=person.pk, order=made)
        positions, readings = (_recent(b, from_us, evening_us, copy) for b in (town.positions, town.readings))
        store_facts(
            delivery=Delivery(delivery_id="history", positions=positions, readings=readings),
            now_us=evening_us,
        )
        wearers.extend(_last_places(positions))
    memory = Memory()
    while not work_once(worker="w0", now_us=evening_us, memory=memory, limit=300).idle:
        pass
    return wearers[: plan.wearers], evening_us, memory


def _renamed(document: dict[str, Any], copy: int) -> dict[str, Any]:
    document["order_id"] += f"c{copy}"
    document["wearer_ref"] += f"c{copy}"
    for worn in document["activations"]:
        for name in ("activation_id", "device_id", "home_unit_id"):
            if worn.get(name):
                worn[name] += f"c{copy}"
    return document


def _recent(batch: Any, from_us: int, to_us: int, copy: int) -> Any:  # noqa: ANN401 - positions or readings
    kept = batch.take((batch.t_us > from_us) & (batch.t_us <= to_us))
    return kept.rekey(kept.key, tuple(f"{name}c{copy}" for name in kept.keys))


def _last_places(positions: Any) -> list[tuple[str, float, float]]:  # noqa: ANN401 - positions
    last = {positions.keys[positions.key[i]]: i for i in np.argsort(positions.t_us).tolist()}
    return [
        (name, float(positions.lat_deg[i]), float(positions.lon_deg[i])) for name, i in sorted(last.items())
    ]


class Tags:
    """What the tags upload, and when."""

    def __init__(self, plan: Plan, wearers: list[Any], evening_us: int) -> None:
        self.plan, self.wearers, self.evening_us = plan, wearers, evening_us
        self.rng = np.random.default_rng(5)
        first_s = self.rng.uniform(0, plan.upload_s, len(wearers))
        self.next_us = evening_us + (first_s * SECOND_US).astype(np.int64)
        self.gone = self.rng.random(len(wearers)) < 0.02
        self.size = max(1, round(plan.upload_s / plan.every_s))

    def due(self, now_us: int) -> list[Any]:
        """Return the deliveries that are due, and let those tags wait for their next upload."""
        from throughcare.service.monitoring.actions import Delivery

        made: list[Any] = []
        while len(rows := np.flatnonzero(self.next_us <= now_us)):
            made.extend(Delivery(delivery_id="load", positions=self._said(who)) for who in rows.tolist())
            self.next_us[rows] += round(self.plan.upload_s * SECOND_US)
        return made

    def _said(self, who: int) -> Any:  # noqa: ANN401 - positions
        from throughcare.monitoring.fixes import Positions

        name, lat, lon = self.wearers[who]
        t_us = int(self.next_us[who]) - np.arange(self.size)[::-1] * round(self.plan.every_s * SECOND_US)
        left = self.gone[who] & (t_us > self.evening_us + 30 * SECOND_US)
        noise = self.rng.normal(0, 8, (2, self.size)) * METRE_DEG
        return Positions.build(
            key=np.zeros(self.size), keys=(name,), t_us=t_us, lat_deg=lat + 2000 * METRE_DEG * left + noise[0],
            lon_deg=lon + noise[1], accuracy_m=np.full(self.size, 12.0), source=np.ones(self.size),
        )  # fmt: skip


def feed(plan: Plan, wearers: list[Any], clock: Clock, out: Path) -> None:
    """Store what is due, ten times a second; write down how long each acknowledgement took."""
    from throughcare.service.monitoring.actions import store_deliveries

    tags = Tags(plan, wearers, clock.evening_us)
    took_s: list[float] = []
    stop_us = clock.evening_us + plan.seconds * SECOND_US
    while (now_us := clock.now_us()) < stop_us:
        deliveries = tags.due(now_us)
        if deliveries:
            began_s = time.perf_counter()
            store_deliveries(deliveries=deliveries, now_us=now_us)
            took_s.extend([time.perf_counter() - began_s] * len(deliveries))
        time.sleep(max(0.0, TICK_S - (clock.now_us() - now_us) / SECOND_US))
    out.write_text(json.dumps({"stored": len(took_s) * tags.size, "ack_s": took_s}))


def _new_items(known: dict[int, int]) -> list[int]:
    """Return the inbox's items that are new, in the order in which they were stored."""
    from throughcare.service.monitoring.models import InboxItem

    rows = InboxItem.objects.filter(pk__gt=max(known, default=0)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def in_cpu_time(plan: Plan, wearers: list[Any], evening_us: int, memory: Any) -> dict[str, Any]:  # noqa: ANN401
    """Let time pass as the worker computes; return what was measured."""
    from throughcare.service.monitoring.actions import store_deliveries, work_once
    from throughcare.service.monitoring.models import InboxItem, IncidentRow

    tags = Tags(plan, wearers, evening_us)
    start_us = now_us = evening_us + SECOND_US
    known: dict[int, int] = {}
    waited_s: list[float] = []
    passes_s: list[float] = []
    store_s, facts, activations = 0.0, 0, 0
    before = set(IncidentRow.objects.values_list("incident_id", flat=True))
    desk: dict[str, float] = {}
    while now_us < start_us + plan.seconds * SECOND_US:
        deliveries = tags.due(now_us)
        began_s = time.process_time()
        store_deliveries(deliveries=deliveries, now_us=now_us)
        store_s += time.process_time() - began_s
        sent = dict(zip(_new_items(known), [int(d.positions.t_us[-1]) for d in deliveries], strict=True))
        known |= sent
        began_s = time.process_time()
        worked = work_once(worker="w0", now_us=now_us, memory=memory)
        took_s = time.process_time() - began_s
        now_us += max(round(took_s * SECOND_US), SECOND_US // 50)
        if worked.idle:
            continue
        passes_s.append(took_s)
        facts, activations = facts + worked.facts, activations + worked.activations
        left = set(InboxItem.objects.values_list("pk", flat=True))
        waited_s.extend((now_us - known.pop(pk)) / SECOND_US for pk in known.keys() - left)
        for name, detected in IncidentRow.objects.exclude(incident_id__in=before).values_list(
            "incident_id", "detected_us"
        ):
            desk.setdefault(name, (now_us - detected) / SECOND_US)
    return {
        "evaluated_per_s": round(facts / plan.seconds, 1),
        "activations_per_s": round(activations / plan.seconds, 1),
        "worker_cpu_ms_per_activation": round(sum(passes_s) / max(activations, 1) * 1e3, 2),
        "worker_busy_share": round(sum(passes_s) / plan.seconds, 2),
        "store_cpu_ms_per_delivery": round(store_s / max(len(waited_s), 1) * 1e3, 3),
        "sent_to_evaluated_s": _percentiles(waited_s, 1.0),
        "violation_to_incident_s": _percentiles(list(desk.values()), 1.0),
        "incidents": len(desk),
        "left_in_inbox": len(known),
        "longest_pass_s": round(max(passes_s, default=0.0), 2),
    }


def work(name: str, clock: Clock, out: Path, stop: Path) -> None:
    """Evaluate until told to stop; write down what was done."""
    from throughcare.service.monitoring.actions import Memory, work_once

    memory, done, passes = Memory(), {"facts": 0, "activations": 0, "events": 0, "lost": 0}, []
    _warm(memory, name)
    cpu_s = time.process_time()
    while not stop.exists():
        began_s = time.perf_counter()
        worked = work_once(worker=name, now_us=clock.now_us(), memory=memory)
        if worked.idle:
            time.sleep(0.02)
            continue
        passes.append(time.perf_counter() - began_s)
        for key in done:
            done[key] += getattr(worked, key)
    out.write_text(json.dumps(done | {"passes_s": passes, "cpu_s": time.process_time() - cpu_s}))


def _warm(memory: Any, name: str) -> None:  # noqa: ANN401 - what the worker remembers
    """Read the states of this worker's share, as a worker that has been running for a while knows them."""
    from throughcare.service.monitoring.models import EngineState, Mark
    from throughcare.service.monitoring.recorded import whole_state

    share = int(name[1:])
    memory.order_mark = Mark.objects.get(name="orders").value
    for row in EngineState.objects.exclude(blob=b"").iterator():
        if int(row.claimed_by[1:] or 0) == share:
            state = whole_state(row.activation_id, bytes(row.blob))
            memory.keep(row.activation_id, row.version, state)


def watch(clock: Clock, out: Path, stop: Path) -> None:
    """Look at the inbox and the incidents ten times a second; write down when each left or came."""
    from throughcare.service.monitoring.models import InboxItem, IncidentRow

    known: dict[int, int] = {}
    told = set(IncidentRow.objects.values_list("incident_id", flat=True))
    waited_s: list[float] = []
    desk_s: list[float] = []
    while not stop.exists():
        there = dict(InboxItem.objects.values_list("pk", "received_us"))
        fresh = [
            row for row in IncidentRow.objects.values_list("incident_id", "detected_us") if row[0] not in told
        ]
        now_us = clock.now_us()
        waited_s.extend((now_us - known[pk]) / SECOND_US for pk in known.keys() - there.keys())
        desk_s.extend((now_us - detected) / SECOND_US for _, detected in fresh)
        told |= {row[0] for row in fresh}
        known = there
        time.sleep(TICK_S)
    out.write_text(json.dumps({"waited_s": waited_s, "desk_s": desk_s, "left": len(known)}))


def run(plan: Plan, wearers: list[Any], evening_us: int, folder: Path) -> dict[str, Any]:
    """Feed, work and watch for as long as the plan says; return what was measured."""
    from django.db import connections
    from django.db.models import F

    from throughcare.service.monitoring.models import EngineState, Mark
    from throughcare.service.orders.queries import orders_changed_since

    Mark.objects.filter(name="orders").update(value=orders_changed_since(0)[1])
    for share in range(plan.workers):
        rows = EngineState.objects.annotate(share=F("pk") % plan.workers).filter(share=share)
        rows.update(claimed_by=f"w{share}", claimed_until_us=0)
    connections.close_all()
    stop, clock = folder / "stop", Clock(evening_us + 30 * SECOND_US)
    clock.began_s += 20.0 + plan.wearers / 60  # the workers read their states first
    bodies = {
        "feed": lambda: feed(plan, wearers, clock, folder / "feed.json"),
        "watch": lambda: watch(clock, folder / "watch.json", stop),
    }
    for share in range(plan.workers):
        bodies[f"w{share}"] = lambda s=share: work(f"w{s}", clock, folder / f"w{s}.json", stop)  # type: ignore[misc]
    pids = {}
    for name, body in bodies.items():
        pids[name] = os.fork()
        if pids[name] == 0:
            if name in {"feed", "watch"}:
                time.sleep(max(0.0, clock.began_s - time.monotonic()))
            body()
            os._exit(0)
    os.waitpid(pids.pop("feed"), 0)
    time.sleep(5)
    stop.touch()
    for pid in pids.values():
        os.waitpid(pid, 0)
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def told(plan: Plan, found: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a run."""
    workers = [found[f"w{share}"] for share in range(plan.workers)]
    facts = sum(w["facts"] for w in workers)
    cpu_s = sum(w["cpu_s"] for w in workers)
    activations = sum(w["activations"] for w in workers)
    return {
        "stored_per_s": round(found["feed"]["stored"] / plan.seconds, 1),
        "evaluated_per_s": round(facts / plan.seconds, 1),
        "activations_per_s": round(activations / plan.seconds, 1),
        "worker_cpu_ms_per_activation": round(cpu_s / max(activations, 1) * 1e3, 2),
        "worker_cpu_share": round(cpu_s / plan.seconds, 2),
        "ack_ms": _percentiles(found["feed"]["ack_s"], 1e3),
        "stored_to_evaluated_s": _percentiles(found["watch"]["waited_s"], 1.0),
        "violation_to_incident_s": _percentiles(found["watch"]["desk_s"], 1.0),
        "incidents": len(found["watch"]["desk_s"]),
        "left_in_inbox": found["watch"]["left"],
        "lost_races": sum(w["lost"] for w in workers),
        "longest_pass_s": round(max((max(w["passes_s"], default=0.0) for w in workers), default=0.0), 2),
        "worker_memory_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _percentiles(values: list[float], scale: float) -> dict[str, float]:
    return (
        {f"p{q}": round(float(np.percentile(values, q)) * scale, 2) for q in (50, 90, 99)} if values else {}
    )


def main() -> int:
    from benchmarks.worker_kills import database, prepare

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--wearers", type=int, default=1000)
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--upload", type=float, default=1.0)
    parser.add_argument("--seconds", type=int, default=240)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--history", type=int, default=24)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    chosen = parser.parse_args()
    plan = Plan(chosen.wearers, chosen.every, chosen.upload, chosen.seconds, chosen.workers, chosen.history)
    folder = Path(tempfile.mkdtemp(prefix="throughcare-load-"))
    try:
        with database(chosen.database, folder) as url:
            prepare(url, folder, retain_hours=48)
            wearers, evening_us, memory = put_on_record(plan)
            if chosen.clock == "cpu":
                found = in_cpu_time(plan, wearers, evening_us, memory)
            else:
                del memory
                found = told(plan, run(plan, wearers, evening_us, folder))
            print(json.dumps(vars(chosen) | found, indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
