"""``throughcare gateway``: takes facts from an MQTT broker, and acknowledges them once they are durable."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import Any

from throughcare.kernel.errors import RefusedInput
from throughcare.service.commands.starting import add_place, started

_DESCRIPTION = (
    "Take facts that devices publish at an MQTT broker under devices/<device>/facts, until SIGTERM. A message is "
    "acknowledged only when it is durable; the broker keeps what comes while the gateway is away."
)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "gateway", help="take facts from an MQTT broker", description=_DESCRIPTION
    )
    add_place(parser)
    parser.add_argument("--broker", required=True, metavar="HOST", help="where the broker is")
    parser.add_argument("--port", type=int, default=8883, help="its port (8883)")
    parser.add_argument(
        "--client-id", default="throughcare-gateway", metavar="ID", help="name of the session"
    )
    parser.add_argument(
        "--topic",
        action="append",
        metavar="FILTER",
        help="what to subscribe to (devices/+/facts); devices/+/+ also takes devices/<device>/<vendor>",
    )
    parser.add_argument(
        "--authority", type=Path, metavar="FILE", help="certificates to check the broker's by"
    )
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="this gateway's certificate")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key")
    parser.add_argument("--username", default="", help="name at the broker")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="file with the password")
    parser.add_argument("--no-tls", action="store_true", help="for a broker on this machine only")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take messages until told to stop."""
    with started(arguments):
        from django.conf import settings

        from throughcare.service.monitoring.gateway import TOPIC, Broker, Gateway
        from throughcare.service.operations.upgrading import prepare_database

        prepare_database(migrate=False)
        broker = Broker(
            host=arguments.broker,
            port=arguments.port,
            client_id=arguments.client_id,
            topics=tuple(arguments.topic or (TOPIC,)),
            with_tls=not arguments.no_tls,
            authority=arguments.authority,
            certificate=arguments.certificate,
            key=arguments.key,
            username=arguments.username,
            password=_password(arguments.password_file),
        )
        gateway = Gateway(broker=broker, clock=settings.CLOCK)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: gateway.stop.set())
        gateway.run()
        return 0


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise RefusedInput(
            where=str(path),
            expected="a file that holds the password",
            found=problem.strerror or "trouble",
            action="Check the path and that the service may read it.",
        ) from None
