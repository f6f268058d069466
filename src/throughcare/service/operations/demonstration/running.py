"""Running the demonstration: server and worker as processes of their own, and the simulated tags in this one."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connections

from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import instant_us
from throughcare.orders.model import Order
from throughcare.service.operations.demonstration.ahead import Ahead
from throughcare.service.operations.demonstration.history import BY, GATEWAY_KEY
from throughcare.service.operations.demonstration.preparing import cohorts_of, made_of
from throughcare.service.operations.demonstration.tags import Tags
from throughcare.service.orders.actions import OrderChanged, record_order
from throughcare.service.orders.queries import person_id_of

EVERY_S = 2.0
_START_S = 60.0
_LOG = logging.getLogger("throughcare.demonstration")


@dataclass
class Running:
    """The processes of one demonstration; leaving it stops them in order."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Running:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        self._start("serve", "--port", str(self.port))
        self._start("worker", "--name", "demonstration")
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            child.wait()

    def _start(self, command: str, *options: str) -> None:
        program = [
            sys.executable,
            "-c",
            "import sys; from throughcare.cli.main import main; sys.exit(main())",
        ]
        with (self.folder / f"{command}.log").open("ab") as log:
            self.children[command] = subprocess.Popen(  # noqa: S603 - this program again
                [*program, command, *options],
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # the interrupt key is for this process, which stops them
            )

    def wait_until_ready(self) -> None:
        """Wait until the pages answer.

        Raises
        ------
        RefusedInput
            If a process ends instead, or nothing answers for a minute.
        """
        until_s = time.monotonic() + _START_S
        while not self.stop.is_set():
            self._check()
            try:
                with urlopen(f"{self.address}operations/ready", timeout=2):  # noqa: S310 - this machine
                    return
            except OSError:
                if time.monotonic() > until_s:
                    raise _ended("serve", self.folder, "no answer for a minute") from None
                self.stop.wait(0.1)

    def play(self) -> None:
        """Let the tags say what is due, every two seconds, until told to stop."""
        tags, orders = Tags(self.folder / "tags"), _ToCome(self.folder / "tags" / "orders.json")
        worn = [cohort for cohort in cohorts_of(*made_of(self.folder)) if cohort.is_fitted]
        ahead = Ahead(self.folder / "tags", worn)
        while not self.stop.is_set():
            self._check()
            now_us = settings.CLOCK()
            try:
                orders.record(now_us)
                tags.deliver(now_us=now_us, send=self._send)
                ahead.keep_up(tags, now_us=now_us)
            except (DatabaseTrouble, OSError):  # not taken now; the tags still have it
                _LOG.exception("delivery put off")
                connections.close_all()
            self.stop.wait(EVERY_S)
        ahead.stop()

    def _send(self, document: bytes) -> None:
        """Deliver as a gateway does: over HTTP, with its key, and done only when it is acknowledged."""
        headers = {
            "Authorization": f"Bearer {(self.folder / GATEWAY_KEY).read_text()}",
            "Content-Type": "application/json",
        }
        request = Request(f"{self.address}ingest/v1/facts", data=document, headers=headers)  # noqa: S310 - this machine
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - this machine
            answer.read()

    def _check(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None and not self.stop.is_set():
                raise _ended(name, self.folder, f"ended with {child.returncode}")


class _ToCome:
    """Order versions that the simulation records later; each when its time has come."""

    def __init__(self, path: Path) -> None:
        orders = [Order.model_validate(document) for document in json.loads(path.read_text())]
        self._orders: Sequence[Order] = sorted(orders, key=lambda order: (order.recorded_at, order.version))

    def record(self, now_us: int) -> None:
        """Record what is due; what an earlier run recorded is passed over."""
        due = [order for order in self._orders if instant_us(order.recorded_at) <= now_us]
        for order in due:
            person_id = person_id_of(order.order_id)
            assert person_id is not None, "its first version was recorded with the town"
            with suppress(OrderChanged):
                record_order(by=BY, now_us=now_us, person_id=person_id, order=order)
        self._orders = self._orders[len(due) :]


def _ended(name: str, folder: Path, found: str) -> RefusedInput:
    return RefusedInput(
        where=f"throughcare {name}",
        expected="a process that stays",
        found=found,
        action=f"Read the end of {folder / name}.log.",
    )
