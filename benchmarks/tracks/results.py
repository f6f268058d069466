"""From outcomes to result tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from benchmarks.tracks.cycles import Area
from benchmarks.tracks.receivers import Log
from benchmarks.tracks.running import account, rejects_by_reason
from benchmarks.tracks.scoring import LENGTH_NAMES, Outcome, length_name, percentiles
from benchmarks.tracks.still import DAY_S, ErrorRow, StillScore
from benchmarks.tracks.tables import Table, of, share
from benchmarks.tracks.trips import Appointment, CurfewOutcome
from throughcare.runners.loading import Loaded

MINUTE_S = 60.0


def accounts(loaded: Mapping[str, Loaded]) -> Table:
    """Return where every row of every data set went."""
    rows = []
    for name, facts in loaded.items():
        counts = account(facts)
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in rejects_by_reason(facts)) or "none"
        rows.append((name, *counts.values(), reasons))
    header = (
        "tracks",
        "rows",
        "fixes",
        "statuses",
        "rejects",
        "counted, not used",
        "lost",
        "rejects by reason",
    )
    return Table("accounts", header, rows)


def still(scores: Sequence[StillScore]) -> Table:
    """Return what the detectors made of phones at rest."""
    header = ("at rest", *(score.detector for score in scores))
    lines = {
        "phone-days worn": lambda s: s.worn_s / DAY_S,
        "known to be in": lambda s: share(s.inside_s, s.worn_s),
        "said to be out (always wrong)": lambda s: share(s.outside_s, s.worn_s),
        "unknown": lambda s: share(s.unknown_s, s.worn_s),
        "false curfew incidents": lambda s: s.incidents,
        "false incidents a phone-day": lambda s: s.a_day,
        "false incidents a day of known presence": lambda s: s.a_known_day,
        "false minutes in the Accumulated Time Violation": lambda s: s.atv_s / MINUTE_S,
        "losses of contact (true: phones sleep)": lambda s: s.silences,
        "their causes": lambda s: ", ".join(f"{n} {cause}" for cause, n in sorted(s.causes.items())),
    }
    return Table("still", header, [(name, *(tell(s) for s in scores)) for name, tell in lines.items()])


def errors(rows: Iterable[ErrorRow]) -> Table:
    """Return true error against stated accuracy."""
    header = (
        "stated accuracy, m", "fixes", "phones", "true error p50, m", "p68", "p95", "within the stated radius",
        "to the phone's next fix, p50, m",
    )  # fmt: skip
    cells = [
        (r.band, r.fixes, r.phones, r.p50_m, r.p68_m, r.p95_m, f"{r.within:.0%}", r.apart_m) for r in rows
    ]
    return Table("errors", header, cells)


def by_length(name: str, told: Mapping[str, Sequence[Outcome]]) -> Table:
    """Return visits found by the length of their longest stretch, a row a detector and band."""
    header = (
        "longest stretch inside", "detector", "true visits", "no usable fix", "found", "delay p50 / p90, s",
        "entry error p5 / p50 / p95, s", "exit error p5 / p50 / p95, s", "true time within the bounds",
    )  # fmt: skip
    rows = []
    for band in LENGTH_NAMES:
        for detector, outcomes in told.items():
            mine = [o for o in outcomes if o.visit is not None and length_name(o.visit) == band]
            if mine:
                rows.append((band, detector, *_visit_cells(mine)))
    return Table(name, header, rows)


def _visit_cells(mine: Sequence[Outcome]) -> tuple[str | int, ...]:
    timed = [o for o in mine if o.timed]
    whole = [o for o in timed if isfinite(o.beyond_s())]
    return (
        len(mine),
        sum(o.blind for o in mine),
        of(sum(o.found for o in mine), len(mine)),
        slashed(percentiles([o.delay_s() for o in timed], 50, 90)),
        slashed(percentiles([o.enter_error_s() for o in timed], 5, 50, 95)),
        slashed(percentiles([o.leave_error_s() for o in timed], 5, 50, 95)),
        of(sum(o.beyond_s() <= 15.0 for o in whole), len(whole)),
    )


def slashed(values: Sequence[float]) -> str:
    """Return numbers with strokes between them."""
    return " / ".join(f"{round(value)}" if isfinite(value) else "-" for value in values)


def by_group(
    name: str, told: Mapping[str, Sequence[tuple[str, Outcome]]], offered: Mapping[str, int]
) -> Table:
    """Return true, found and false by what sort of zone it was; ``offered`` counts zones times receivers."""
    header = (
        "zone",
        "zones, all receivers",
        "detector",
        "true visits",
        "found",
        "false",
        "could not be judged",
    )
    rows = []
    for group in sorted(offered, key=_numbers_last):
        for detector, pairs in told.items():
            mine = [o for g, o in pairs if g == group]
            true = [o for o in mine if o.visit is not None]
            unjudged = sum(o.visit is None and not o.judged for o in mine)
            found = of(sum(o.found for o in true), len(true))
            false = sum(o.false for o in mine)
            rows.append((group, offered[group], detector, len(true), found, false, unjudged))
    return Table(name, header, rows)


def _numbers_last(group: str) -> tuple[str, float]:
    """Return what sorts groups by their words first and the numbers in them second."""
    numbers = re.findall(r"[0-9.]+", group)
    return re.sub(r"[0-9.]+", "", group), float(numbers[0]) if numbers else 0.0


def receivers_agree(told: Mapping[str, Sequence[tuple[Area, Outcome]]]) -> Table:
    """Return, for visits of 6 minutes and more, how many each receiver told, and how far apart they told them."""
    header = (
        "receiver",
        *(f"found, {d}" for d in told),
        *(f"entry error p50 / largest, s, {d}" for d in told),
    )
    devices = sorted({o.device for pairs in told.values() for _, o in pairs})
    rows = []
    for device in devices:
        long = {
            d: [o for _, o in pairs if o.device == device and o.visit and o.visit.longest_s >= 360.0]
            for d, pairs in told.items()
        }
        found = [of(sum(o.found for o in mine), len(mine)) for mine in long.values()]
        error = [[abs(o.enter_error_s()) for o in mine if o.timed] for mine in long.values()]
        rows.append((device, *found, *(slashed(percentiles(e, 50, 100)) for e in error)))
    return Table("receivers", header, rows)


def attendance(told: Mapping[str, Sequence[Appointment]]) -> Table:
    """Return what was reported of appointments, against what the witnesses saw."""
    outcomes = ("attended", "late", "absent", "no_data", "not_yet")
    header = ("what the other phones saw", "detector", "appointments", *outcomes)
    rows = []
    for truth in ("attended", "late", "absent", ""):
        for detector, appointments in told.items():
            mine = Counter(a.found for a in appointments if a.truth == truth)
            rows.append(
                (truth or "too little to say", detector, sum(mine.values()), *(mine[o] for o in outcomes))
            )
    return Table("attendance", header, rows)


def curfews(told: Mapping[str, Sequence[CurfewOutcome]]) -> Table:
    """Return codes and minutes of curfews against the absence that the witnesses saw."""
    header = (
        "curfew written so that the wearer", "detector", "with a known truth", "reported", "codes",
        "best less true minutes, p5 / p50 / p95", "true minutes within the bounds",
    )  # fmt: skip
    rows = []
    for expected in dict.fromkeys(c.expected for cs in told.values() for c in cs):
        for detector, outcomes in told.items():
            mine = [c for c in outcomes if c.expected == expected and isfinite(c.truth_s)]
            said = [c for c in mine if c.code]
            codes = ", ".join(f"{n} {code}" for code, n in sorted(Counter(c.code for c in said).items()))
            held = sum(c.low_s - 120.0 <= c.truth_s <= c.high_s + 120.0 for c in said)
            error = percentiles([(c.best_s - c.truth_s) / MINUTE_S for c in said], 5, 50, 95)
            rows.append(
                (expected, detector, len(mine), len(said), codes or "-", slashed(error), of(held, len(said)))
            )
    return Table("curfews", header, rows)


def logs(found: Sequence[Log], false: Mapping[str, int]) -> Table:
    """Return what the receivers' logs held and what a curfew at the antenna made of them."""
    still_logs = [log for log in found if log.still]
    lines: list[tuple[str, int | str]] = [
        ("logs", len(found)),
        ("with positions", sum(len(log.t_s) > 0 for log in found)),
        ("without a position that can be dated or trusted", sum(len(log.t_s) == 0 for log in found)),
        ("antenna stood still", len(still_logs)),
        ("hours at a still antenna", f"{sum(log.length_s for log in still_logs) / 3600:.2f}"),
        *((f"false curfew incidents, {detector}", count) for detector, count in false.items()),
    ]
    return Table("logs", ("NMEA logs", "count"), lines)
