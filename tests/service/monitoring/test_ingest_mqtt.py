"""Facts over MQTT: acknowledged only when durable. Whatever is killed, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.lib.certificates import Authority
from tests.lib.mqtt_broker import PASSWORDS, Mosquitto, NoBroker
from tests.service.makers import NOW_US
from tests.service.monitoring.senders import BY, fix, status
from tests.service.operations.installations import Installation
from throughcare.kernel.errors import RefusedInput
from throughcare.service.monitoring.credentials import add_device, set_disabled
from throughcare.service.monitoring.gateway import Broker, tickets_of
from throughcare.service.monitoring.ingest_commit import write_each
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.lines import parsed
from throughcare.service.monitoring.models import InboxItem, Reject


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    LIMITS.clear()
    yield
    LIMITS.clear()


def take(*messages: tuple[str, bytes]) -> None:
    tickets = tickets_of(messages, now_us=NOW_US)
    write_each(tickets)
    assert all(ticket.trouble is None for ticket in tickets)


def said(*records: object) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


@pytest.mark.django_db
def test_a_message_speaks_for_the_device_of_its_topic() -> None:
    nameless = {name: value for name, value in fix(1).items() if name != "device_id"}
    take(("devices/D1/facts", said(nameless, fix(0), fix(0, device="D2"))))
    assert InboxItem.objects.get().device_id == "D1"
    assert Reject.objects.get().reason == "not_yours"


@pytest.mark.django_db
def test_a_payload_is_one_record_a_document_or_lines() -> None:
    take(
        ("devices/D1/facts", said(fix(0))),
        (
            "devices/D2/facts",
            json.dumps({"facts": [fix(0, device="D2"), status(device="D2")]}, indent=1).encode(),
        ),
        ("devices/D3/facts", said(fix(0, device="D3"), fix(1, device="D3"))),
    )
    assert sum(len(parsed(bytes(row.body))) for row in InboxItem.objects.all()) == 5


@pytest.mark.django_db
@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\x00", b"[" * 100_000, b"5"])
def test_a_message_that_cannot_be_read_is_kept_whole_and_costs_no_other(payload: bytes) -> None:
    take(("devices/D1/facts", payload), ("devices/D2/facts", said(fix(0, device="D2"))))
    kept = Reject.objects.get()
    assert (kept.reason, kept.device_id) == ("unreadable_message", "D1")
    assert InboxItem.objects.get().device_id == "D2"


@pytest.mark.django_db
def test_a_flood_and_a_disabled_device_are_kept_out_whole() -> None:
    add_device(by=BY, now_us=NOW_US, device_id="D1", is_gateway=False, facts_per_minute=3)
    number, _ = add_device(by=BY, now_us=NOW_US, device_id="D2", is_gateway=False)
    set_disabled(by=BY, now_us=NOW_US, number=number, disabled=True)
    take(
        *(("devices/D1/facts", said(fix(n))) for n in range(5)), ("devices/D2/facts", said(fix(device="D2")))
    )
    assert InboxItem.objects.count() == 3
    assert sorted(Reject.objects.values_list("reason", "device_id")) == [
        ("device_disabled", "D2"), ("too_many_facts", "D1"), ("too_many_facts", "D1"),
    ]  # fmt: skip


def test_without_tls_only_a_broker_on_this_machine_is_taken() -> None:
    with pytest.raises(RefusedInput, match="never travel in the clear"):
        Broker(host="broker.example", port=1883, client_id="g", with_tls=False)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("gateway")
    made = Installation(folder, f"sqlite:///{folder}/throughcare.sqlite3")
    made.migrate()
    return made


@pytest.fixture
def held(installation: Installation) -> Callable[[], list[int]]:
    """Return a function that reads the instants of all facts in the inbox."""
    path = installation.data_dir / "throughcare.sqlite3"

    def read() -> list[int]:
        with sqlite3.connect(path, timeout=10) as database:
            rows = database.execute("SELECT body FROM monitoring_inboxitem").fetchall()
        return sorted(line[1] for (body,) in rows for line in parsed(bytes(body)))

    with sqlite3.connect(path, timeout=10) as database:
        database.execute("DELETE FROM monitoring_inboxitem")
    return read


def publisher(broker: Mosquitto, **tls: str) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="tag")
    client.username_pw_set("tag", PASSWORDS["tag"])
    if tls:
        client.tls_set(**tls)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def publish(client: mqtt.Client, first: int, last: int) -> None:
    for number in range(first, last):
        client.publish("devices/D1/facts", said(fix(number)), qos=1).wait_for_publish(20)


def wait_for(count: int, held: Callable[[], list[int]]) -> list[int]:
    for _ in range(400):
        found = held()
        if len(found) >= count:
            return found
        time.sleep(0.05)
    return held()


def until_it_listens(gateway: subprocess.Popen[str]) -> None:
    """Wait for the line that says that the broker took the subscription."""
    assert gateway.stderr is not None
    said_so_far = []
    for line in gateway.stderr:
        said_so_far.append(line)
        if '"listening"' in line:
            return
    pytest.fail("".join(said_so_far))


def options(broker: Mosquitto) -> list[str]:
    secret = broker.folder / "secret"
    secret.write_text(PASSWORDS["gateway"] + "\n")
    port = str(broker.port)
    return [
        "gateway",
        "--broker",
        "127.0.0.1",
        "--port",
        port,
        "--username",
        "gateway",
        "--password-file",
        str(secret),
    ]


def started(folder: Path, **lines: object) -> Mosquitto:
    made = Mosquitto(folder, lines)
    try:
        made.start()
    except NoBroker as absent:
        pytest.skip(str(absent))
    return made


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = started(tmp_path)
    yield made
    made.stop()


def test_a_gateway_that_is_killed_mid_stream_loses_and_doubles_nothing(
    broker: Mosquitto, installation: Installation, held: Callable[[], list[int]]
) -> None:
    gateway = installation.start(*options(broker), "--no-tls")
    client = publisher(broker)
    try:
        for round_ in range(3):
            until_it_listens(gateway)  # from the first time on the broker keeps its session
            publish(client, round_ * 40, round_ * 40 + 40)
            gateway.kill()
            gateway.communicate()
            publish(client, 1000 + round_ * 10, 1010 + round_ * 10)  # while nobody is there
            gateway = installation.start(*options(broker), "--no-tls")
        found = wait_for(150, held)
        time.sleep(0.5)
        assert held() == found
        assert len(found) == len(set(found)) == 150
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.communicate(timeout=30)
        client.loop_stop()
    assert gateway.returncode == 0


def test_both_sides_show_certificates_and_the_gateway_a_password(
    tmp_path: Path, installation: Installation, held: Callable[[], list[int]]
) -> None:
    authority = Authority(tmp_path)
    server, own, tag = (authority.issue(name) for name in ("127.0.0.1", "gateway", "tag"))
    broker = started(
        tmp_path,
        cafile=authority.certificate,
        certfile=server[0],
        keyfile=server[1],
        require_certificate="true",
    )
    secure = ["--authority", str(authority.certificate), "--certificate", str(own[0]), "--key", str(own[1])]
    gateway = installation.start(*options(broker), *secure)
    try:
        client = publisher(
            broker, ca_certs=str(authority.certificate), certfile=str(tag[0]), keyfile=str(tag[1])
        )
        until_it_listens(gateway)
        publish(client, 0, 5)
        assert len(wait_for(5, held)) == 5
        client.loop_stop()
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.communicate(timeout=30)
        broker.stop()
