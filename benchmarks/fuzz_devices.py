"""Fuzz the device adapters for a stated time: bytes at random, samples mutated, and samples joined.

    .venv/bin/python -m benchmarks.fuzz_devices --seconds 3600 --seed 1

Every input is held to the rules that hold for any bytes (never raises, every message accounted for, pure, only
declared readings, no invented accuracy). Prints inputs a kind and the findings; ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import numpy as np

from throughcare.adapters.devices.conformance import SESSION, broken_rules, mutate
from throughcare.adapters.devices.parsed import Session
from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.adapters.devices.samples import read_samples

_SHOWN = 20


def drawn(samples: list[bytes], rng: np.random.Generator) -> bytes:
    """Return bytes of one of three sorts."""
    sort = int(rng.integers(0, 10))
    if sort == 0:
        return rng.bytes(int(rng.integers(0, 300)))
    first = samples[int(rng.integers(0, len(samples)))]
    if sort < 7:
        return mutate(first, rng)
    return mutate(first, rng) + mutate(samples[int(rng.integers(0, len(samples)))], rng)


def main() -> int:
    """Fuzz until the time is up."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    rng = np.random.default_rng(given.seed)
    adapters = {kind: load_adapter(kind) for kind in KINDS}
    samples = {kind: [sample.data for sample in read_samples(adapters[kind].folder)] for kind in KINDS}
    counts: Counter[str] = Counter()
    findings: list[tuple[str, str, str]] = []
    began_s = time.monotonic()
    while time.monotonic() - began_s < given.seconds and len(findings) < _SHOWN:
        for kind in KINDS:
            session = SESSION if rng.integers(0, 2) else Session()
            data = drawn(samples[kind], rng)
            findings += [(kind, *finding) for finding in broken_rules(adapters[kind], data, session)]
            counts[kind] += 1
    passed_s = time.monotonic() - began_s
    print(f"{passed_s:.0f} s, seed {given.seed}, inputs {dict(counts)}, findings {len(findings)}")
    for finding in findings:
        print(*finding)
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
