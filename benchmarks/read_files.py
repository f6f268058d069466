"""How fast files become positions, and positions become fixes: ``python benchmarks/read_files.py [ROWS]``.

Makes one invented estate (5,000 devices, a fix a minute, MoJ's columns), writes it in every format, and prints
rows a second, best of three, and the peak memory of a process that does nothing but read the file.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from throughcare.adapters.files.positions_out import write_positions
from throughcare.adapters.files.reading import open_positions
from throughcare.kernel.time import MINUTE_US, Interval
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.screening import Screen

DEVICES = 5_000
START_US = 1_780_000_000_000_000


@dataclass(frozen=True)
class Worn:
    activation_id: str
    device_id: str
    interval: Interval
    home_unit_id: str | None = None


def estate(rows: int) -> Positions:
    rng = np.random.default_rng(7)
    t_us = START_US + np.arange(rows) // DEVICES * MINUTE_US
    return Positions.build(
        key=np.arange(rows) % DEVICES,
        keys=tuple(f"TAG{i:06d}" for i in range(DEVICES)),
        t_us=t_us,
        lat_deg=np.round(51.0 + rng.random(rows), 6),
        lon_deg=np.round(-1.5 + rng.random(rows), 6),
        accuracy_m=np.round(3.0 + 30.0 * rng.random(rows), 1),
        level=np.full(rows, 0.95),
        source=np.ones(rows, np.int64),
        hdop=np.round(0.7 + rng.random(rows), 2),
        satellites=rng.integers(4, 12, rows).astype(float),
        speed_mps=np.round(10.0 * rng.random(rows), 1),
        heading_deg=rng.integers(0, 360, rows).astype(float),
        received_us=t_us + 10 * MINUTE_US,
    )


def nmea_lines(rows: int) -> bytes:
    lines = []
    for i in range(rows):
        content = f"GPRMC,{i // 3600 % 24:02d}{i // 60 % 60:02d}{i % 60:02d},A,5103.474,N,00119.236,W,1.0,2.0,020326,,,A"
        checksum = 0
        for char in content:
            checksum ^= ord(char)
        lines.append(f"${content}*{checksum:02X}\r\n")
    return "".join(lines).encode()


def ndjson_lines(csv: Path, rows: int) -> bytes:
    with csv.open() as file:
        names = [name.strip('"') for name in next(file).rstrip("\n").split(",")]
        records = [next(file).rstrip("\n").split(",") for _ in range(rows)]
    typed = (
        {n: c.strip('"') if c.startswith('"') else float(c) for n, c in zip(names, cells, strict=True) if c}
        for cells in records
    )
    return "".join(json.dumps(record) + "\n" for record in typed).encode()


def best_of_three(work: Callable[[], int]) -> tuple[int, float]:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        count = work()
        seconds.append(time.perf_counter() - start)
    return count, min(seconds)


def in_a_process_of_its_own(path: Path) -> None:
    """Read a file where its peak memory is its own, and print the result."""
    command = [sys.executable, __file__, "--read", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    count, seconds, idle_mb, peak_mb = int(said[0]), *map(float, said[1:])
    size_mb = path.stat().st_size / 2**20
    print(
        f"{path.name:<12}{size_mb:>6.0f} MB {count:>11,} rows {count / seconds:>12,.0f} rows/s"
        f"   peak memory {peak_mb:.0f} MB, {idle_mb:.0f} of them before the first row"
    )


def read_here(path: Path) -> None:
    idle_mb = peak_memory_mb()
    count, seconds = best_of_three(lambda: count_positions(path))
    print(count, seconds, idle_mb, peak_memory_mb())


def peak_memory_mb() -> float:
    """Return this program's own peak (Linux): getrusage would count what its parent held when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def count_positions(path: Path) -> int:
    return sum(len(chunk.positions) for chunk in open_positions(path))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    with tempfile.TemporaryDirectory() as folder:
        names = ("p.csv", "p.parquet", "p.csv.gz", "bad.csv", "p.ndjson", "p.nmea")
        paths = {name: Path(folder) / name for name in names}
        positions = estate(rows)
        write_positions(paths["p.csv"], [positions])
        write_positions(paths["p.parquet"], [positions])
        data = paths["p.csv"].read_bytes()
        paths["p.csv.gz"].write_bytes(gzip.compress(data, compresslevel=1))
        lines = data.split(b"\n")
        lines[100::5000] = [b"broken,row"] * len(lines[100::5000])
        paths["bad.csv"].write_bytes(b"\n".join(lines))
        paths["p.ndjson"].write_bytes(ndjson_lines(paths["p.csv"], rows // 4))
        paths["p.nmea"].write_bytes(nmea_lines(rows // 40))
        del data, lines
        for path in paths.values():
            in_a_process_of_its_own(path)
        worn = [Worn(f"act-{name}", name, Interval(START_US)) for name in positions.keys]
        places = {item.activation_id: [(51.5, -1.0)] for item in worn}
        screen = Screen(worn, now_us=START_US + 2 * rows * MINUTE_US, places=places)
        count, seconds = best_of_three(lambda: len(screen.positions(positions, file="p").fixes))
        print(f"screening {count:>22,} rows {count / seconds:>12,.0f} rows/s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read_here(Path(sys.argv[2]))
    else:
        main()
