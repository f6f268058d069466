"""Real outages under load: the database is stopped as by a power cut, and a disk fills up under running processes.

Server, worker and MQTT gateway run as processes of their own and are never started again. Nothing that was
acknowledged is lost, nothing is doubled, each says what is wrong while it lasts, and goes on by itself after it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.lib.mqtt_broker import PASSWORDS, Mosquitto, NoBroker
from tests.lib.postgres import NoPostgres, PostgresServer
from tests.service.operations.installations import THROUGHCARE, Installation
from tests.service.operations.test_processes import ask, free_port
from throughcare.kernel.time import HOUR_US, SECOND_US, iso_utc

SENDERS, DOWN_S, PATIENCE_S = 3, 4.0, 60.0
TAG = "D9"  # the device that speaks MQTT

# people, orders and devices; prints each device's key
PREPARE = """
import datetime as dt, json
from tests.service.makers import make_person
from tests.service.orders.examples import activation, curfew, nights, order
from throughcare.kernel.time import DAY_US, iso_utc
from throughcare.service.monitoring.credentials import add_device
from throughcare.service.orders.actions import record_order
from throughcare.service.viewer import system
now_us, by = {now_us}, system("test")
day = dt.datetime.fromtimestamp(now_us / 1e6, dt.UTC).date()
first, last = str(day - dt.timedelta(days=7)), str(day + dt.timedelta(days=60))
dates, keys = dict(start_date=first, end_date=last), {{}}
for number, device in enumerate({devices}):
    person = make_person(f"P{{number}}")
    made = order(
        order_id=f"O{{number}}", wearer_ref=person.ref, convicted_on=first, recorded_at=iso_utc(now_us - 6 * DAY_US),
        conditions=[curfew(**dates, phases=[dict(**dates, timetable=nights())])], **dates,
        activations=[activation(
            activation_id=f"A{{number}}", device_id=device, home_unit_id=None, home_unit_place_id=None,
            from_time=iso_utc(now_us - 6 * DAY_US))])
    record_order(by=by, now_us=now_us, person_id=person.pk, order=made)
    keys[device] = add_device(by=by, now_us=now_us, device_id=device, is_gateway=False, facts_per_minute=10**6)[1]
print(json.dumps(keys))
"""
PRESENT = """
import json
from throughcare.service.monitoring.lines import parsed
from throughcare.service.monitoring.models import InboxItem, PositionRow
kept = list(PositionRow.objects.values_list("device_id", "t_us"))
waiting = [(row.device_id, line[1]) for row in InboxItem.objects.all() for line in parsed(bytes(row.body))]
print(json.dumps([kept, waiting]))
"""


@dataclass
class Running:
    """An installation with its processes; each writes to a file, which no pipe can stop."""

    place: Installation
    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def prepare(self, *devices: str) -> None:
        self.place.data_dir.mkdir(mode=0o750, exist_ok=True)
        self.place.migrate()
        program = PREPARE.format(now_us=time.time_ns() // 1000, devices=repr(devices))
        self.keys = json.loads(self.place.python(program))

    def start(self, *arguments: str) -> None:
        name = arguments[0]
        with (self.folder / name).open("wb") as log:
            command = [str(THROUGHCARE), *arguments]
            self.processes[name] = subprocess.Popen(command, env=self.place.environment, stderr=log)

    def lines(self, name: str, message: str) -> list[dict[str, object]]:
        """Return the lines of a process's log with a message."""
        found = (self.folder / name).read_text().splitlines()
        return [line for line in map(json.loads, found) if line["message"] == message]

    def present(self) -> tuple[Counter[tuple[str, int]], int]:
        """Return every fact that is there with how often, and how many of them still wait in the inbox."""
        kept, waiting = json.loads(self.place.python(PRESENT))
        return Counter((device, t_us) for device, t_us in [*kept, *waiting]), len(waiting)

    def ready(self) -> int:
        """Return the status of readiness; 0 where nothing answers."""
        try:
            return ask(self.port, "/operations/ready")[0]
        except (OSError, HTTPException):
            return 0

    def post(self, device: str, body: bytes) -> tuple[int, str]:
        """Deliver, and return the status and when to come again."""
        headers = {"Authorization": f"Bearer {self.keys[device]}", "Content-Type": "application/x-ndjson"}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("POST", "/ingest/v1/facts", body=body, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Retry-After", "")

    def assert_alive(self) -> None:
        assert {name: process.poll() for name, process in self.processes.items()} == dict.fromkeys(
            self.processes
        )


@contextmanager
def running(place: Installation, folder: Path) -> Iterator[Running]:
    made = Running(place, folder)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in made.processes.values():
            process.wait(60)


def until(what: Callable[[], object], words: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end_s, words
        time.sleep(0.1)


@dataclass
class Load:
    """Devices that deliver one after another, each delivery again and again until it is acknowledged."""

    service: Running
    base_us: int = field(default_factory=lambda: time.time_ns() // 1000 - 3 * HOUR_US)
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    refused: Counter[tuple[int, str]] = field(default_factory=Counter)
    threads: list[threading.Thread] = field(default_factory=list)

    def fact(self, device: str, number: int) -> bytes:
        said = {
            "device_id": device,
            "time": iso_utc(self.instant_us(number)),
            "latitude": 54.0,
            "longitude": 1.5,
        }
        return json.dumps(said | {"accuracy": 8, "source": "gnss"}).encode()

    def instant_us(self, number: int) -> int:
        return self.base_us // SECOND_US * SECOND_US + number * SECOND_US

    def start(self, *devices: str) -> None:
        for device in devices:
            self.threads.append(threading.Thread(target=self._deliver, args=(device,)))
            self.threads[-1].start()

    def finish(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def _deliver(self, device: str) -> None:
        number = 0
        while not self.stop.is_set():
            numbers = range(number, number + 5)
            body = b"\n".join(self.fact(device, each) for each in numbers)
            while (answer := self._try(device, body)) != (202, ""):
                self.refused[answer] += 1
                time.sleep(0.2)
            self.acknowledged.extend((device, self.instant_us(each)) for each in numbers)
            number += 5

    def _try(self, device: str, body: bytes) -> tuple[int, str]:
        try:
            return self.service.post(device, body)
        except (OSError, HTTPException) as trouble:
            return 0, type(trouble).__name__


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own that forces every commit to the disk."""
    try:
        made = PostgresServer(durable=True)
    except NoPostgres as absent:
        if os.environ.get("CI") == "true":
            pytest.fail(str(absent), pytrace=False)
        pytest.skip(str(absent))
    made.start()
    yield made
    made.remove()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Mosquitto(folder)
    try:
        made.start()
    except NoBroker as absent:
        pytest.skip(str(absent))
    yield made
    made.stop()


def publisher(broker: Mosquitto) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="tag")
    client.username_pw_set("tag", PASSWORDS["tag"])
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def publish(client: mqtt.Client, load: Load, first: int) -> int:
    """Publish ten messages and wait until the broker has them; return the next number."""
    for number in range(first, first + 10):
        client.publish(f"devices/{TAG}/facts", load.fact(TAG, number), qos=1).wait_for_publish(20)
    return first + 10


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.timeout(600)
def test_a_database_that_is_stopped_under_load_costs_nothing_and_everything_goes_on_by_itself(
    server: PostgresServer, broker: Mosquitto, tmp_path: Path, socket_enabled: None
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORDS["gateway"])
    devices = [f"D{number}" for number in range(SENDERS)]
    with ExitStack() as stack:
        service = stack.enter_context(running(Installation(tmp_path / "data", server.url()), tmp_path))
        service.prepare(*devices, TAG)
        service.start("serve", "--port", str(service.port))
        service.start("worker", "--name", "w1")
        service.start(
            "gateway", "--broker", "127.0.0.1", "--port", str(broker.port), "--no-tls", "--username", "gateway",
            "--password-file", str(secret),
        )  # fmt: skip
        until(lambda: service.ready() == 200 and service.lines("gateway", "listening"), "it did not start")
        tag, load, published = publisher(broker), Load(service), 0
        stack.callback(tag.loop_stop)
        stack.callback(load.stop.set)
        load.start(*devices)
        for _ in range(2):
            published = publish(tag, load, published)
            time.sleep(1.0)
            server.kill()
            published = publish(
                tag, load, published
            )  # the broker takes them; the gateway must leave them there
            until(lambda: service.ready() == 503, "readiness did not tell of the outage")
            said = service.place.run("doctor")
            assert said.returncode == 1
            assert "refused: the database" in said.stderr
            time.sleep(DOWN_S)
            stood = len(load.acknowledged)
            time.sleep(0.5)
            assert len(load.acknowledged) == stood  # nothing is acknowledged while nothing can be kept
            server.start()
            until(lambda: service.ready() == 200, "it did not come back")
            until(lambda: len(load.acknowledged) > stood + 50, "nothing is taken after the outage")  # noqa: B023
        load.finish()
        sent = {*load.acknowledged, *((TAG, load.instant_us(number)) for number in range(published))}
        until(lambda: service.present()[0].total() >= len(sent), "facts are missing")
        until(lambda: service.present()[1] == 0, "the worker did not go on")
        time.sleep(1.0)  # what would double, doubles now
        present, _ = service.present()
        service.assert_alive()
        assert len(load.acknowledged) == len(set(load.acknowledged)) > 200
        assert sent - present.keys() == set()
        assert [fact for fact, count in present.items() if count > 1] == []
        assert load.refused.keys() == {(503, "30")}
        in_a_row = [line["in_a_row"] for line in service.lines("worker", "pass failed")]
        assert max(in_a_row) >= 2  # it waited longer each time
        assert len(in_a_row) < 40
        assert service.lines("gateway", "gateway interrupted")
        assert service.place.run("doctor").stdout.count("ok    workers:") == 1


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.skipif(sys.platform != "linux", reason="the limit of another process is set")
def test_a_disk_that_is_full_stops_the_intake_and_nothing_else_until_there_is_room(
    tmp_path: Path, socket_enabled: None
) -> None:
    data = tmp_path / "data"
    with ExitStack() as stack:
        place = Installation(data, f"sqlite:///{data}/throughcare.sqlite3")
        service = stack.enter_context(running(place, tmp_path))
        service.prepare("D0")
        service.start("serve", "--port", str(service.port))
        until(lambda: service.ready() == 200, "it did not start")
        load = Load(service)
        stack.callback(load.stop.set)
        load.start("D0")
        until(lambda: len(load.acknowledged) >= 20, "nothing is taken")
        pids = _family(service.processes["serve"].pid)
        no_room = (data / "throughcare.sqlite3").stat().st_size // 4
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (no_room, resource.RLIM_INFINITY))
        until(lambda: (503, "30") in load.refused, "a full disk was not told")
        stood = len(load.acknowledged)
        time.sleep(1.0)
        assert len(load.acknowledged) == stood
        assert service.ready() == 200  # what is there can still be read
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: len(load.acknowledged) > stood + 20, "nothing is taken with room again")
        load.finish()
        service.start("worker", "--name", "w1")
        until(lambda: service.present()[1] == 0, "the worker did not work it off")
        present, _ = service.present()
        assert present == Counter(load.acknowledged)
        assert load.refused.keys() == {(503, "30")}
        service.assert_alive()


def _family(pid: int) -> list[int]:
    """Return a process and its children, which do the writing."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]
