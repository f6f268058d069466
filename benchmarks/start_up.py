"""How soon a command does something: ``python benchmarks/start_up.py [RUNS]``.

Starts ``throughcare monitor`` on one wearer's hour, as a user does, in a process of its own: once with an empty
compile cache and then RUNS times with the one that this left. Prints wall and CPU seconds, median and spread.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from throughcare.kernel.time import MINUTE_US, iso_utc

ROOT = Path(__file__).parents[1]


def lay(folder: Path) -> list[str]:
    order = json.loads((ROOT / "docs" / "examples" / "order.json").read_text(encoding="utf-8"))
    (folder / "orders.json").write_text(json.dumps(order), encoding="utf-8")
    first = order[0] if isinstance(order, list) else order
    device = first["activations"][0]["device_id"]
    rows = [f"{device},{iso_utc(1_773_082_800_000_000 + i * MINUTE_US)},54.0,1.5,12" for i in range(60)]
    (folder / "p.csv").write_text("\n".join(["device_id,time,lat_deg,lon_deg,accuracy_m", *rows]) + "\n")
    facts = ["--orders", "orders.json", "--positions", "p.csv", "--out", "out"]
    return [
        str(Path(sys.executable).with_name("throughcare")),
        "monitor",
        *facts,
        "--no-report",
        "--no-packs",
    ]


def timed(command: list[str], folder: Path) -> tuple[float, float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began_s = time.perf_counter()
    chosen = ["env", "-u", "NUMBA_CACHE_DIR", f"XDG_CACHE_HOME={folder / 'cache'}"]
    ran = subprocess.run([*chosen, *command], cwd=folder, capture_output=True, text=True, check=False)
    wall_s = time.perf_counter() - began_s
    assert ran.returncode == 0, ran.stdout + ran.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ran.stderr


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = lay(folder)
        wall_s, cpu_s, said = timed(command, folder)
        assert "compiling the engine, once" in said
        print(f"cold: {wall_s:.1f} s, {cpu_s:.1f} CPU-s")
        warm = [timed(command, folder) for _ in range(runs)]
        assert not any("compiling" in said for _, _, said in warm)
        for label, place in (("wall", 0), ("CPU", 1)):
            seconds = sorted(run[place] for run in warm)
            print(
                f"warm, {label}: {statistics.median(seconds):.2f} s (from {seconds[0]:.2f} to {seconds[-1]:.2f}, {runs} runs)"
            )


if __name__ == "__main__":
    main()
