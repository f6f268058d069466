"""``throughcare try``: the whole service on invented people, on this machine, with nothing to install or to set."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from throughcare.kernel.time import local_datetime, parse_instant
from throughcare.service.commands.starting import start_django
from throughcare.service.configuration import PREFIX
from throughcare.service.operations.demonstration import clock

_DESCRIPTION = (
    "Start the whole service on an invented town: a month of history, a worker, simulated tags, the pages. "
    "Ctrl-C stops it and its clock; the next start goes on where it stopped."
)
_PORT = 8000


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse has no public type for subparsers
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "try", help="start the whole service on invented people", description=_DESCRIPTION
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("out/service"),
        metavar="DIR",
        help="where it is kept (out/service)",
    )
    parser.add_argument("--fresh", action="store_true", help="start over with a new month")
    parser.add_argument("--people", type=int, default=300, metavar="N", help="how many are watched (300)")
    parser.add_argument("--days", type=int, default=30, metavar="D", help="days of history (30)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same people (1)")
    parser.add_argument("--port", type=int, help="port of the pages (8000, or a free one)")
    parser.add_argument(
        "--at", type=parse_instant, metavar="TIME", help="make the town as of TIME, for pictures"
    )
    parser.add_argument("--prepare", action="store_true", help="prepare the data and stop")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prepare what is not there yet, start everything, print where to look and who can sign in."""
    folder = arguments.folder.resolve()
    wall_us = time.time_ns() // 1000 if arguments.at is None else arguments.at
    town_us = wall_us if arguments.fresh else clock.town_us(folder, wall_us=wall_us)
    _set_environment(folder, town_us=town_us)
    start_django()
    from throughcare.service.operations.demonstration import preparing

    if arguments.fresh:
        preparing.clear(folder)
    if not preparing.is_ready(folder):
        preparing.clear(folder)
        preparing.claim(folder)
        preparing.write_secret(folder / "secret_key", os.environ[f"{PREFIX}SECRET_KEY"])
        size = preparing.Size(people=arguments.people, days=arguments.days, seed=arguments.seed)
        preparing.prepare(size, progress=_progress())
    if arguments.prepare:
        return 0
    return _serve(folder, arguments.port or _free_port(), behind_us=wall_us - town_us)


def _set_environment(folder: Path, *, town_us: int) -> None:
    """Leave nothing of another deployment's settings: the demonstration has its own and no others."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    key = folder / "secret_key"
    os.environ[f"{PREFIX}SECRET_KEY"] = key.read_text() if key.is_file() else secrets.token_hex(32)
    os.environ[f"{PREFIX}DATA_DIR"] = str(folder)
    os.environ[f"{PREFIX}DEMO"] = "yes"
    os.environ[f"{PREFIX}DEMO_CLOCK_US"] = str(town_us - time.monotonic_ns() // 1000)
    os.environ[f"{PREFIX}REQUIRE_MFA"] = "no"
    os.environ[f"{PREFIX}ARCHIVE_DAYS"] = "1"
    os.environ[f"{PREFIX}DEVICE_FACTS_PER_MINUTE"] = (
        "100000"  # a tag that was off for days tells them at once
    )
    os.environ[f"{PREFIX}ORGANISATION_NAME"] = "Invented Probation Region"


def _serve(folder: Path, port: int, *, behind_us: int) -> int:
    from django.conf import settings

    from throughcare.service.operations.demonstration.cast import sign_ins
    from throughcare.service.operations.demonstration.running import Running

    with Running(folder=folder, port=port, environment=os.environ) as running:
        running.wait_until_ready()
        print(f"\nThroughcare, on invented people: {running.address}\n")
        for role, username, password in sign_ins():
            print(f"  {role:<26} sign in as {username:<20} password: {password}")
        if behind_us > 0:
            there = local_datetime(settings.CLOCK(), settings.TIME_ZONE)
            print(f"\nThe town goes on where it stopped: there it is {there:%A %d %B %Y, %H:%M}.")
        print(
            f"\nData and logs: {folder}. Ctrl-C stops it; the next start is quick; --fresh starts over.",
            flush=True,
        )
        running.play()
    return 0


def _free_port() -> int:
    for wanted in (_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _progress() -> Callable[[str, int, int], None]:
    """Return what shows how far each stage is: one line that changes on a terminal, else one line a stage."""
    is_live = sys.stderr.isatty()
    shown: dict[str, int] = {}

    def show(stage: str, done: int, total: int) -> None:
        share = 100 * done // max(total, 1)
        if shown.get(stage) == share or (not is_live and stage in shown and share < 100):
            return
        shown[stage] = share
        text = f"preparing: {stage} {share} %"
        if is_live:
            print("\r" + text.ljust(60), end="\n" if share == 100 else "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    return show
