"""A small storm: the processes of the service are killed at random, and nothing acknowledged is lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_killed_processes_lose_nothing_and_double_nothing() -> None:
    command = [sys.executable, "benchmarks/worker_kills.py", "--kills", "10", "--people", "2", "--days", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == 10
    assert found["acknowledged_facts"] > 2_000
    assert found["incidents"] > 0
    assert {name: found[name] for name in found if name.startswith(("lost", "doubled"))} == {
        "lost_facts": 0,
        "doubled_facts": 0,
        "doubled_events": 0,
    }
