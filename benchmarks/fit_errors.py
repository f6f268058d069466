"""Fit the model of position errors to real receivers: ``python benchmarks/fit_errors.py``.

Reads the data beside the project in place, prints what was measured beside what the simulation gives, and says
whether it is what ``throughcare.simulation.error_facts`` holds. ``--write-docs`` fills docs/error-model.md and its
picture; ``--write-facts`` replaces the numbers in the module of facts. Without the data, it says so and stops.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.error_fits import pictures, real, simulated  # noqa: E402 - after the path
from benchmarks.tracks.tables import Table, share, write_page  # noqa: E402
from throughcare.simulation import error_facts  # noqa: E402
from throughcare.simulation.error_facts import (  # noqa: E402
    SHARES,
    CollarFacts,
    ErrorRow,
    NoiseFit,
    PhoneFacts,
    RideFacts,
)
from throughcare.simulation.errors import ErrorModel  # noqa: E402
from throughcare.simulation.movement import Setting  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "error-model.md"
PICTURE = ROOT / "docs" / "pictures" / "error-model.svg"
FACTS = Path(error_facts.__file__)
MARK = "\nCOLLARS = "
STATIONS, SEED = 400, 2
MOVING = (Setting.ON_FOOT, Setting.ON_CYCLE, Setting.IN_VEHICLE)
QUANTILES = tuple(f"p{round(100 * s)}, m" for s in SHARES)


@dataclass(frozen=True)
class Fit:
    """All that was measured."""

    collars: CollarFacts
    noise: NoiseFit
    phones: PhoneFacts
    rides: RideFacts

    def source(self) -> str:
        """Return the facts as the lines of Python that end the module of facts."""
        named = zip(("COLLARS", "COLLAR_NOISE", "PHONES", "RIDES"), self._parts(), strict=True)
        return "".join(f"{name} = {value!r}\n" for name, value in named).replace(", inside=None", "")

    def committed(self) -> bool:
        """Return whether the committed facts are these."""
        kept = (error_facts.COLLARS, error_facts.COLLAR_NOISE, error_facts.PHONES, error_facts.RIDES)
        return kept == self._parts()

    def _parts(self) -> tuple[CollarFacts, NoiseFit, PhoneFacts, RideFacts]:
        return self.collars, self.noise, self.phones, self.rides


def fit(data: Path) -> Fit:
    """Measure every data set."""
    collars = real.collar_facts(real.stations(data))
    return Fit(collars, real.noise_fit(collars), real.phone_facts(data), real.ride_facts(data))


def tables(found: Fit, tags: CollarFacts) -> list[Table]:
    """Return what was measured beside what the simulation gives."""
    model = ErrorModel()
    moving = [simulated.moving(model=model, setting=setting, seed=SEED) for setting in MOVING]
    return [
        Table("collars", ("at rest in the open", "real", "simulated"), _collar_rows(found.collars, tags)),
        _autocorrelation(found.collars, tags),
        _rows("moving-simulated", "simulated, moving", moving),
        _rows("moving-mode", "phones, moving", found.phones.moving_by_mode),
        _rows("moving-accuracy", "phones, moving: stated accuracy, m", found.phones.moving),
        _rows("still-accuracy", "phones at rest indoors: stated accuracy, m", found.phones.still),
        _rows("receivers", "receiver", found.rides.by_receiver),
        _rows("hdop", "stated HDOP", found.rides.by_hdop),
        _life(found.phones),
    ]


def _collar_rows(a: CollarFacts, b: CollarFacts) -> list[tuple[str, float | str, float | str]]:
    rows: list[tuple[str, float | str, float | str]] = [
        (f"error {name}", x, y) for name, x, y in zip(QUANTILES, a.error_m, b.error_m, strict=True)
    ]
    names = ("median", "90 %", "largest")
    rows += [
        (f"bias of a site, {n}, m", x, y) for n, x, y in zip(names, a.site_bias_m, b.site_bias_m, strict=True)
    ]
    rows += [
        (f"one axis about its site's mean, {n}", x, y)
        for n, x, y in zip(QUANTILES, a.within_m, b.within_m, strict=True)
    ]
    pairs = zip(("10 %", "90 %"), a.site_sd_m, b.site_sd_m, strict=True)
    rows += [(f"sd within a site, {n} of sites, m", x, y) for n, x, y in pairs]
    return [*rows, ("farther than 30 m", f"{a.far:.2%}", f"{b.far:.2%}")]


def _autocorrelation(a: CollarFacts, b: CollarFacts) -> Table:
    minutes = [round(lag * a.interval_s / 60) for lag in real.LAGS]
    lines = [
        (name, *[f"{r:.2f}" for r in facts.autocorrelation])
        for name, facts in (("real", a), ("simulated", b))
    ]
    return Table("autocorrelation", ("minutes apart", *[str(m) for m in minutes]), lines)


def _rows(name: str, title: str, rows: Sequence[ErrorRow]) -> Table:
    """Return a table of groups; the last column only where an accuracy was stated."""
    stated = rows[0].inside is not None
    header = (title, "fixes", *QUANTILES, *(("within the stated accuracy",) if stated else ()))
    cells = [
        (
            r.group.replace("_", " "),
            r.fixes,
            *r.error_m,
            *((share(r.inside, 1),) if r.inside is not None else ()),
        )
        for r in rows
    ]
    return Table(name, header, cells)


def _life(phones: PhoneFacts) -> Table:
    rows = (
        ("seconds between fixes at rest: p50, p90, p99", *phones.still_gap_s),
        ("battery at rest, % an hour: p10, p50, p90", *phones.drain_still_pct_per_h),
        ("battery on trips, % an hour: p10, p50, p90", *phones.drain_trips_pct_per_h),
    )
    return Table("life", ("phones", "low", "middle", "high"), rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--write-docs", action="store_true", help=f"fill {PAGE.relative_to(ROOT)}")
    parser.add_argument("--write-facts", action="store_true", help="replace the committed numbers")
    options = parser.parse_args()
    missing = [name for name in real.NEEDED if not (options.data / name).is_dir()]
    if missing:
        print(f"skipped: {', '.join(missing)} not found in {options.data}; nothing was fitted")
        return 0
    found = fit(options.data)
    tags = simulated.collars(model=ErrorModel(), stations=STATIONS, seed=SEED)
    every = tables(found, tags)
    for table in every:
        print(f"\n{table.markdown()}")
    print(f"\n{found.noise}\nThe committed facts are {'these' if found.committed() else 'NOT these'}.")
    if options.write_facts:
        text = FACTS.read_text(encoding="utf-8")
        FACTS.write_text(text[: text.index(MARK) + 1] + found.source(), encoding="utf-8")
        print(f"wrote {FACTS}; format it, then run this again: the simulation now uses these numbers")
    if options.write_docs:
        write_page(PAGE, every)
        pictures.collars(found.collars, tags, PICTURE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
