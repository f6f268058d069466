"""Server and worker as processes: they start, take facts, evaluate, stop in order, and the doctor finds them well."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.service.operations.installations import Installation

Install = Callable[..., Installation]
_PATIENCE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def wait_for(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        if process.poll() is not None:
            pytest.fail(f"ended with {process.returncode}: {process.stderr.read() if process.stderr else ''}")
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail("it took longer than a minute")


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=_PATIENCE_S)
    return process.returncode, said


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_server_and_worker_run_and_stop_in_order_and_the_doctor_finds_them_well(
    install: Install, socket_enabled: None
) -> None:
    place, port = install("running"), free_port()
    server, worker = place.start("serve", "--port", str(port)), place.start("worker", "--name", "w1")
    try:
        wait_for(lambda: ask(port, "/operations/ready")[0] == 200, server)
        wait_for(lambda: json.loads(ask(port, "/operations/ready")[1])["worker_silent_s"] is not None, worker)
        assert ask(port, "/account/login/")[0] == 200
        examined = place.run("doctor", "--all")
        wrong = [line for line in examined.stdout.splitlines() if line.startswith("WRONG")]
        # the tests' own server forces nothing to the disk, and the doctor sees it
        assert [line for line in wrong if "fsync=off" not in line] == []
        assert "ok    workers:" in examined.stdout
    finally:
        ended = [stop(process) for process in (server, worker)]
    assert [code for code, _ in ended] == [0, 0]
    for _, said in ended:
        assert [line for line in said.splitlines() if not line.startswith("{")] == []
    assert "workers: 0 at work" in place.run("doctor").stdout


def test_a_worker_refuses_tables_of_another_version(install: Install) -> None:
    place = install("bare", empty=True)
    place.data_dir.mkdir()
    refused = place.run("worker", "--once")
    assert refused.returncode == 1
    assert "start with --migrate" in refused.stderr
    assert "migrations applied" in place.run("migrate").stdout
    assert place.run("worker", "--once").returncode == 0


def test_the_first_administrator_is_made_once(install: Install) -> None:
    place = install("first")
    made = place.run("administrator", "alex", "--name", "Alex Example", "--email", "alex@example.org")
    assert "http://localhost/staff/password/" in made.stdout
    again = place.run("administrator", "kim", "--name", "Kim Example", "--email", "kim@example.org")
    assert again.returncode == 1
    assert "Ask an administrator" in again.stderr


def test_what_is_wrong_is_told_with_what_to_do(install: Install) -> None:
    place = install("odd")
    place.data_dir.chmod(0o755)
    place.python(
        "from throughcare.service.operations.actions import Progress, beat\n"
        "beat(worker='gone', progress=Progress(started_us=1), now_us=1)"
    )
    examined = place.run("doctor")
    assert examined.returncode == 1
    assert "WRONG data folder" in examined.stdout
    assert f"chmod o-rwx {place.data_dir}" in examined.stdout
    assert "silent: gone" in examined.stdout


def test_without_a_database_the_refusal_says_what_to_check(tmp_path: object) -> None:
    place = Installation(tmp_path, "postgres://nobody@127.0.0.1:1/none")  # type: ignore[arg-type]
    refused = place.run("doctor")
    assert refused.returncode == 1
    assert "refused: the database" in refused.stderr
    assert "THROUGHCARE_DATABASE_URL" in refused.stderr
