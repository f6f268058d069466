"""Facts over MQTT: messages of a broker are stored, and acknowledged only then.

The session at the broker is persistent and the quality of service is 1: what was not acknowledged comes again, after
a stop at any line, and a fact that comes twice is kept once. Who may publish under ``devices/<device>/...`` is the
broker's business; a message speaks for the device of its topic and for no other.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as mqtt
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from throughcare.adapters.devices.registry import KINDS
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.intake import Reject
from throughcare.service.monitoring.credentials import Sender, senders_named
from throughcare.service.monitoring.delivery import Delivery
from throughcare.service.monitoring.ingest import charge, checked, delivery_digest
from throughcare.service.monitoring.ingest_commit import Ticket, write_each
from throughcare.service.monitoring.ingest_limits import LIMITS
from throughcare.service.monitoring.ingest_reading import (
    JSON,
    LONGEST_RAW,
    NDJSON,
    TooLarge,
    read_delivery,
)
from throughcare.service.monitoring.ingest_sorting import limit_of, speakers

TOPIC = "devices/+/facts"
MOST_MESSAGES = 200  # stored together
QUIET_S = 0.05  # how long a message waits for company
LONGEST_WAIT_S = 10.0  # well under the keep-alive: a broker must not think us gone while the database is
KEEP_ALIVE_S = 60
_LOG = logging.getLogger("throughcare.gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the messages come from, and what shows the broker who asks.

    Parameters
    ----------
    client_id : str
        The name of the session that the broker keeps; no other gateway may have it.
    with_tls : bool
        Without it, only a broker on this machine is accepted.
    authority : Path or None
        Certificates that the broker's must descend from; None for the system's.
    certificate, key : Path or None
        This gateway's own, for brokers that ask for one.
    """

    host: str
    port: int
    client_id: str
    topics: tuple[str, ...] = (TOPIC,)
    with_tls: bool = True
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    username: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if not self.with_tls and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise RefusedInput(
                where="--no-tls",
                expected="a broker on this machine",
                found=repr(self.host),
                action="Positions of people never travel in the clear: set up TLS at the broker.",
            )


@dataclass
class Gateway:
    """One connection to a broker. ``stop`` is set by a signal; what was received is stored first."""

    broker: Broker
    clock: Callable[[], int]
    stop: threading.Event = field(default_factory=threading.Event)
    pending: list[mqtt.MQTTMessage] = field(default_factory=list)
    stored: int = 0

    def run(self) -> None:
        """Take messages until told to stop; outlive a broker or a database that is away for a while."""
        client = self._client()
        troubles = 0
        while not self.stop.is_set():
            try:
                self._serve(client)
                troubles = 0
            except (OSError, DatabaseError, InterfaceError) as trouble:
                troubles += 1
                fields = {"trouble": type(trouble).__name__, "in_a_row": troubles}
                _LOG.warning("gateway interrupted", extra={"fields": fields})
                self.pending.clear()  # not acknowledged: the broker sends them again
                connections.close_all()
                self.stop.wait(min(LONGEST_WAIT_S, 0.25 * 2**troubles))
        client.disconnect()
        client.loop(timeout=1.0)

    def _client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.broker.client_id,
            clean_session=False,
            manual_ack=True,
        )
        if self.broker.username:
            client.username_pw_set(self.broker.username, self.broker.password)
        if self.broker.with_tls:
            client.tls_set_context(_tls(self.broker))
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = lambda _client, _data, message: self.pending.append(message)
        return client

    def _connected(
        self,
        client: mqtt.Client,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            _LOG.error("broker refused", extra={"fields": {"reason": str(reason)}})
            return
        for topic in self.broker.topics:
            client.subscribe(topic, qos=1)

    def _subscribed(self, _client: mqtt.Client, _data: object, *answer: object) -> None:
        _LOG.info("listening", extra={"fields": {"topics": list(self.broker.topics)}})

    def _serve(self, client: mqtt.Client) -> None:
        client.connect(self.broker.host, self.broker.port, keepalive=KEEP_ALIVE_S)
        while not self.stop.is_set():
            before = len(self.pending)
            code = client.loop(timeout=QUIET_S)
            if code != mqtt.MQTT_ERR_SUCCESS:
                raise ConnectionError(mqtt.error_string(code))
            quiet = len(self.pending) == before
            if self.pending and (quiet or len(self.pending) >= MOST_MESSAGES):
                self._store(client)
        if self.pending:
            self._store(client)

    def _store(self, client: mqtt.Client) -> None:
        """Store what waits and acknowledge it; what could not be stored comes again after a reconnection."""
        messages, self.pending = self.pending[:MOST_MESSAGES], self.pending[MOST_MESSAGES:]
        close_old_connections()
        tickets = tickets_of([(m.topic, bytes(m.payload)) for m in messages], now_us=self.clock())
        write_each(tickets)
        for message, ticket in zip(messages, tickets, strict=True):
            if ticket.trouble is None:
                client.ack(message.mid, message.qos)
                self.stored += 1
        trouble = next((ticket.trouble for ticket in tickets if ticket.trouble is not None), None)
        if trouble is not None:
            raise trouble


def _tls(broker: Broker) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if broker.authority is None else str(broker.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if broker.certificate is not None:
        context.load_cert_chain(broker.certificate, broker.key)
    return context


def tickets_of(messages: Sequence[tuple[str, bytes]], *, now_us: int) -> list[Ticket]:
    """Return topics and payloads as deliveries ready to be written: everything in them is a fact or a reject."""
    known = senders_named({_device_of(topic) for topic, _ in messages})
    tickets = []
    for topic, payload in messages:
        name = _device_of(topic)
        delivery = _delivery(topic, payload, sender=known.get(name, Sender(name)), now_us=now_us)
        tickets.append(Ticket(delivery, "", "", now_us))
    return tickets


def _device_of(topic: str) -> str:
    parts = topic.split("/")
    return parts[1] if len(parts) == 3 else ""


def _delivery(topic: str, payload: bytes, *, sender: Sender, now_us: int) -> Delivery:
    said = Sender(
        sender.device_id, facts_per_minute=sender.facts_per_minute
    )  # a gateway's name is no licence here
    form = _form(topic, payload)
    delivery_id = delivery_digest(payload, form=form, sender=said)[:32]
    wait_s = LIMITS.wait_s(said.device_id, per_minute=limit_of(said), now_us=now_us)
    if sender.is_disabled:
        return _refused(payload, said, delivery_id, "device_disabled", "This device is disabled. Enable it.")
    if wait_s:
        words = f"Expected at most {limit_of(said)} facts a minute of one device. It is kept here whole."
        return _refused(payload, said, delivery_id, "too_many_facts", words)
    try:
        read = read_delivery(payload, form=form, device_id=said.device_id, now_us=now_us)
    except RefusedInput as refusal:
        return _refused(payload, said, delivery_id, "unreadable_message", str(refusal))
    except TooLarge as refusal:
        return _refused(payload, said, delivery_id, "too_many_records", refusal.words)
    devices = speakers(read, sender=said)
    delivery = checked(read, sender=said, devices=devices, delivery_id=delivery_id, now_us=now_us)
    charge(delivery, sender=said, devices=devices, now_us=now_us)
    return delivery


def _form(topic: str, payload: bytes) -> str:
    """Return how a payload is read: by the last level of its topic, and lines of objects as such."""
    last = topic.rpartition("/")[2]
    if last in KINDS:
        return last
    first, _, rest = payload.strip().partition(b"\n")
    several = rest.strip().startswith(b"{") and first.startswith(b"{") and first.rstrip().endswith(b"}")
    return NDJSON if several else JSON


def _refused(payload: bytes, sender: Sender, delivery_id: str, reason: str, words: str) -> Delivery:
    """Return a delivery of one reject: the whole message, or its beginning where it is very long."""
    text = payload[: LONGEST_RAW * 10].decode(errors="backslashreplace")
    reject = Reject(
        file="message",
        row=-1,
        field="message",
        reason=reason,
        words=words,
        key=sender.device_id,
        raw=text,
    )
    return Delivery(delivery_id=delivery_id, rejects=(reject,))
