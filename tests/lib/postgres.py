"""A real PostgreSQL for the tests, brought up by themselves: a folder of its own, a Unix socket, no network."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROLE = "throughcare"
SWITCH = "THROUGHCARE_TEST_DATABASE"  # "postgres" runs the tests of the service on PostgreSQL
_PLACES = "/usr/lib/postgresql"
# Nothing of an ordinary test outlives it, so nothing is forced to the disk.
_QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class NoPostgres(Exception):
    """There is no PostgreSQL server on this machine."""


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL; Debian keeps the server's out of the way.

    Raises
    ------
    NoPostgres
        If it is not installed.
    """
    installed = sorted(Path(_PLACES).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    if found is None:
        raise NoPostgres(
            f"no {name} on this machine; run tools/system_packages.sh test, or install postgresql"
        )
    return found


@dataclass
class PostgresServer:
    """One server. ``durable`` forces every commit to the disk, as production does, for tests that kill it."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="throughcare-pg-")))
    durable: bool = False

    def __post_init__(self) -> None:
        account = _account()
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._call(
            "initdb", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8", str(self.data)
        )

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, as the service's settings take it."""
        return f"postgres://{ROLE}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        options = " ".join([*settings, "-c", "max_connections=60", *(() if self.durable else _QUICK)])
        log = self.folder / "log"
        self._call("pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", "60", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, with whatever is connected; nothing that was committed is lost."""
        if (self.data / "postmaster.pid").exists():
            self._call("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        while (self.data / "postmaster.pid").exists():
            time.sleep(0.05)

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, database: str, *, like: str = "template0") -> str:
        """Make a database, empty or as another that nobody uses, and return its address."""
        self._call("createdb", "-h", str(self.folder), "-U", ROLE, "-T", like, database)
        return self.url(database)

    def _call(self, name: str, *arguments: str) -> None:
        run_as_server([program(name), *arguments], folder=self.folder)


def run_as_server(command: Sequence[str], *, folder: Path) -> None:
    """Run a program of PostgreSQL; root may not, so for root it runs as an account without rights."""
    account = _account()
    rights = (
        {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    with (folder / "programs.log").open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False, cwd=folder, **rights)
    if done.returncode:
        said = (folder / "programs.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}:\n{said}")


def _account() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in known else "nobody")


def settings_for_this_run(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that put this run of pytest on PostgreSQL: a server that stops when the run does.

    Workers of the run inherit the address, so that there is one server a run.
    """
    if environment.get(SWITCH) != "postgres":
        return {}
    server = PostgresServer()
    atexit.register(server.remove)
    server.start()
    return {"THROUGHCARE_DATABASE_URL": server.url()}
