"""A real MQTT broker for the tests, in a process of its own: Mosquitto, with persistent sessions, names and TLS.

amqtt, which is written in Python, would spare the package, but it forgets an unacknowledged message when the
connection breaks (0.12, November 2026), and that such a message comes again is what is tested.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PASSWORDS = {"gateway": "secret words", "tag": "invented"}


class NoBroker(Exception):
    """There is no Mosquitto on this machine."""


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NoBroker(f"no {name} on this machine; run tools/system_packages.sh test, or install mosquitto")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mosquitto:
    """One broker on the loopback, with a name and password for each of ``PASSWORDS``; ``lines`` add to its settings."""

    folder: Path
    lines: Mapping[str, object] = field(default_factory=dict)
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens.

        Raises
        ------
        NoBroker
            If it is not installed.
        """
        passwords = self.folder / "passwords"
        for number, (name, word) in enumerate(PASSWORDS.items()):
            created = ["-c"] if number == 0 else []
            subprocess.run([_program("mosquitto_passwd"), *created, "-b", passwords, name, word], check=True)
        settings = {
            "user": "root",
            "listener": f"{self.port} 127.0.0.1",
            "allow_anonymous": "false",
            "password_file": passwords,
            "max_queued_messages": 0,
        } | dict(self.lines)
        path = self.folder / "mosquitto.conf"
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([_program("mosquitto"), "-c", path], stdout=log, stderr=log)
        self._wait()

    def stop(self) -> None:
        """Stop it; its sessions go with it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"no broker:\n{(self.folder / 'mosquitto.log').read_text()[-2000:]}")
