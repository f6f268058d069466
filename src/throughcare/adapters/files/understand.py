"""From a block of columns to positions or readings: every row becomes one of them, or one reject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from throughcare.adapters.files.cells import Mask, Names, names, numbers
from throughcare.adapters.files.options import Chunk, ReadOptions, StatusChunk
from throughcare.adapters.files.tables import Block, Problem, RowChecks
from throughcare.adapters.files.times import Times, times
from throughcare.kernel.columns import Floats, Ints
from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.intake import Note
from throughcare.monitoring.status import Readings, StatusKind

KMH_PER_MPS = 3.6

Batch = TypeVar("Batch", Positions, Readings)

SOURCE_CODES = {str(int(source)): source for source in Source} | {
    "gps": Source.GNSS,
    "gnss": Source.GNSS,
    "rf": Source.RF,
    "lbs": Source.CELL,
    "cell": Source.CELL,
    "wifi": Source.WIFI,
    "wi-fi": Source.WIFI,
    "unknown": Source.UNKNOWN,
}
KIND_CODES = {kind.name.lower(): kind for kind in StatusKind}

_TIME_PROBLEMS = {
    "unreadable_time": (
        "ISO 8601 such as 2026-03-02T19:00:00Z, or epoch seconds or milliseconds",
        "Write the time in one of these forms; day-first dates are not guessed.",
    ),
    "time_zone_missing": (
        "an offset (Z or +01:00) after the time",
        "Add the offset, or declare the file's zone with --time-zone.",
    ),
    "ambiguous_local_time": (
        "a time that happens once in the declared zone",
        "The clocks went back and this time happened twice; write it with its offset.",
    ),
    "skipped_local_time": (
        "a time that exists in the declared zone",
        "The clocks went forward over this time; check the zone or write the offset.",
    ),
    "time_out_of_range": (
        "a time from 1980 (the first GPS week) to 2100",
        "Check the unit (seconds or milliseconds) and the device's clock.",
    ),
}

_NOTE_WORDS = {
    "missing_accuracy": "No accuracy was given: it is unknown, and the position is kept.",
    "zero_accuracy": "An accuracy of 0 means unknown, not perfect: it was read as unknown and the position is kept.",
    "time_from_recorded_date": "There was no fix time, so recorded_date was used.",
    "unreadable_received": "The time of receipt could not be read: it is unknown, and the row is kept.",
    "unreadable_hdop": "hdop was no number: it is unknown, and the position is kept.",
    "unreadable_satellites": "The satellite count was no number: it is unknown, and the position is kept.",
    "unreadable_speed": "The speed was no number: it is unknown, and the position is kept.",
    "unreadable_heading": "The direction was no number: it is unknown, and the position is kept.",
}


@dataclass(slots=True)
class ZonesSeen:
    """Whether a file mixes times with an offset and times without, over all its blocks."""

    with_offset: int = 0
    without: int = 0
    told: int = 0

    def add(self, t: Times) -> tuple[Note, ...]:
        """Count a block's times and return the note that is due, if the file mixes both sorts."""
        self.with_offset += int(t.with_offset.sum())
        self.without += int(t.without.sum())
        due = self.without - self.told if self.with_offset else 0
        if not due:
            return ()
        self.told += due
        words = (
            "The file mixes times with an offset and times without. Those without were read in the declared zone, "
            "or rejected where none is declared; ask the sender whether they are local time."
        )
        return (Note("mixed_time_zones", due, words),)


@dataclass(frozen=True, slots=True)
class _Common:
    """What positions and readings share: who, when, and when it was learned."""

    device: Names
    t: Times
    received_us: Ints
    counts: dict[str, Mask]
    zone_notes: tuple[Note, ...]

    def device_name(self, i: int) -> str:
        key = int(self.device.key[i])
        return self.device.keys[key] if key >= 0 else ""


def understand_positions(block: Block, *, file: str, options: ReadOptions, zones: ZonesSeen) -> Chunk:
    """Return the block's rows as positions and rejects, with notes on what was kept but not as it came."""
    checks = RowChecks(block)
    common = _common(block, checks, options, zones)
    lat, lon = _coordinates(block, checks)
    accuracy = _accuracy(block, checks, common.counts)
    level = _level(block, checks, options)
    source = _codes(block, checks, "source", SOURCE_CODES, int(Source.UNKNOWN))
    speed = _speed(block, common.counts)
    rest = {name: _optional(block, name, name, common.counts) for name in ("hdop", "satellites", "heading")}
    sound = checks.sound
    whole = Positions.build(
        key=np.where(sound, common.device.key, 0),
        keys=common.device.keys or ("",),
        t_us=common.t.t_us,
        lat_deg=lat,
        lon_deg=lon,
        accuracy_m=accuracy,
        level=level,
        source=source,
        hdop=rest["hdop"],
        satellites=rest["satellites"],
        speed_mps=speed,
        heading_deg=rest["heading"],
        received_us=common.received_us,
        row=block.row,
    )
    return Chunk(
        positions=_kept(whole, sound, common.device.keys),
        rejects=block.rejects + checks.rejects(file=file, device=common.device_name, t_us=common.t.t_us),
        notes=block.notes + _notes(common, sound),
        rows=block.rows,
        set_aside=block.set_aside,
        bytes_done=block.bytes_done,
        bytes_total=block.bytes_total,
    )


def understand_statuses(block: Block, *, file: str, options: ReadOptions, zones: ZonesSeen) -> StatusChunk:
    """Return the block's rows as readings and rejects."""
    checks = RowChecks(block)
    common = _common(block, checks, options, zones)
    kind = _codes(block, checks, "kind", KIND_CODES, None)
    value = numbers(block.column("value"))
    checks.mark(value.bad, Problem("value", "not_a_number", "a number or nothing", "Mend the value."))
    sound = checks.sound
    whole = Readings.build(
        key=np.where(sound, common.device.key, 0),
        keys=common.device.keys or ("",),
        t_us=common.t.t_us,
        kind=kind,
        value=value.values,
        received_us=common.received_us,
        row=block.row,
    )
    return StatusChunk(
        readings=_kept(whole, sound, common.device.keys),
        rejects=block.rejects + checks.rejects(file=file, device=common.device_name, t_us=common.t.t_us),
        notes=block.notes + _notes(common, sound),
        rows=block.rows,
        set_aside=block.set_aside,
        bytes_done=block.bytes_done,
        bytes_total=block.bytes_total,
    )


def _kept(batch: Batch, sound: Mask, keys: tuple[str, ...]) -> Batch:
    if not keys:
        return type(batch).empty()
    return batch if sound.all() else batch.take(sound)


def _common(block: Block, checks: RowChecks, options: ReadOptions, zones: ZonesSeen) -> _Common:
    counts: dict[str, Mask] = {}
    device = _device(block, checks, options)
    t = _time(block, checks, options, counts)
    received = times(block.column("received"), zone=options.time_zone)
    if received.problems:
        counts["unreadable_received"] = received.unusable & ~received.missing
    return _Common(device, t, received.t_us, counts, zones.add(t))


def _device(block: Block, checks: RowChecks, options: ReadOptions) -> Names:
    device = names(block.column("device"))
    missing = device.key < 0
    if missing.any() and options.default_device is not None:
        keys = tuple(dict.fromkeys((*device.keys, options.default_device)))
        return Names(np.where(missing, keys.index(options.default_device), device.key), keys)
    action = "Fill it in, or say which device the file is from with --device."
    checks.mark(missing, Problem("device", "missing_device", "a device id", action))
    return device


def _time(block: Block, checks: RowChecks, options: ReadOptions, counts: dict[str, Mask]) -> Times:
    t = times(block.column("t"), zone=options.time_zone)
    for reason, mask in t.problems.items():
        checks.mark(mask, Problem("t", reason, *_TIME_PROBLEMS[reason]))
    if "recorded" in block.columns and t.missing.any():
        t = _filled(t, times(block.column("recorded"), zone=options.time_zone), checks, counts)
    checks.mark(
        t.missing, Problem("t", "missing_time", "the time of the fix", "A row without a time proves nothing.")
    )
    return t


def _filled(t: Times, recorded: Times, checks: RowChecks, counts: dict[str, Mask]) -> Times:
    """Return the times with those that are missing taken from recorded_date."""
    for reason, mask in recorded.problems.items():
        checks.mark(mask & t.missing, Problem("recorded", reason, *_TIME_PROBLEMS[reason]))
    counts["time_from_recorded_date"] = t.missing & ~recorded.unusable
    return Times(
        t_us=np.where(t.missing, recorded.t_us, t.t_us),
        missing=t.missing & recorded.missing,
        with_offset=t.with_offset | (recorded.with_offset & t.missing),
        without=t.without | (recorded.without & t.missing),
    )


def _coordinates(block: Block, checks: RowChecks) -> tuple[Floats, Floats]:
    lat, lon = numbers(block.column("lat")), numbers(block.column("lon"))
    for name, word, read in (("lat", "latitude", lat), ("lon", "longitude", lon)):
        checks.mark(read.missing, Problem(name, f"missing_{word}", f"a {word} in degrees", "Fill it in."))
        action = "Write degrees with a decimal point, such as 51.0579."
        checks.mark(read.bad, Problem(name, "not_a_number", f"a {word} in degrees", action))
    with np.errstate(invalid="ignore"):
        lat_out, lon_out = np.abs(lat.values) > 90.0, np.abs(lon.values) > 180.0
        swapped = lat_out & (np.abs(lat.values) <= 180.0) & (np.abs(lon.values) <= 90.0)
    null_island = (lat.values == 0.0) & (lon.values == 0.0)
    checks.mark(swapped, _SWAPPED)
    checks.mark(lat_out, _LATITUDE_RANGE)
    checks.mark(lon_out, _LONGITUDE_RANGE)
    checks.mark(null_island, _NULL_ISLAND)
    return lat.values, lon.values


_DEGREES_ACTION = "Check the column mapping and that the unit is degrees (WGS 84)."
_SWAPPED = Problem(
    "lat",
    "latitude_longitude_swapped",
    "a latitude from -90 to 90",
    "The longitude would fit here: latitude and longitude look swapped; check the mapping.",
)
_LATITUDE_RANGE = Problem("lat", "latitude_out_of_range", "a latitude from -90 to 90", _DEGREES_ACTION)
_LONGITUDE_RANGE = Problem("lon", "longitude_out_of_range", "a longitude from -180 to 180", _DEGREES_ACTION)
_NULL_ISLAND = Problem(
    "lat",
    "null_island",
    "a real position",
    "Latitude and longitude are both exactly 0, which devices send when they have no position.",
)


def _accuracy(block: Block, checks: RowChecks, counts: dict[str, Mask]) -> Floats:
    read = numbers(block.column("accuracy"))
    expected = "a radius in metres, or nothing where it is unknown"
    checks.mark(read.bad, Problem("accuracy", "not_a_number", expected, "Write metres as a plain number."))
    zero = read.values == 0.0
    with np.errstate(invalid="ignore"):
        negative = read.values < 0.0
    checks.mark(negative, Problem("accuracy", "negative_accuracy", expected, "A radius cannot be negative."))
    counts["missing_accuracy"] = read.missing
    if zero.any():
        counts["zero_accuracy"] = zero
        return np.where(zero, np.nan, read.values)
    return read.values


def _level(block: Block, checks: RowChecks, options: ReadOptions) -> Floats:
    default = np.nan if options.accuracy_level is None else options.accuracy_level
    if "level" not in block.columns:
        return np.full(len(block), default)
    read = numbers(block.column("level"))
    with np.errstate(invalid="ignore"):
        share = np.where(read.values > 1.0, read.values / 100.0, read.values)
        outside = (share <= 0.0) | (share >= 1.0)
    expected = "the share of errors that the accuracy holds, such as 0.68 or 0.95"
    checks.mark(read.bad, Problem("level", "not_a_number", expected, "Write it as a number."))
    checks.mark(outside, Problem("level", "accuracy_level_out_of_range", expected, "Write a share below 1."))
    return np.where(np.isnan(share), default, share)


def _codes(
    block: Block, checks: RowChecks, field: str, codes: Mapping[str, int], default: int | None
) -> Ints:
    """Return coded words as numbers; ``default`` stands for a missing one, None rejects it."""
    read = names(block.column(field))
    known = [codes.get(key.lower(), -1) for key in read.keys]
    values = np.array([*known, -1 if default is None else default], dtype=np.int64)[read.key]
    expected = f"one of {', '.join(codes)}"
    checks.mark(values < 0, Problem(field, f"unknown_{field}", expected, "Use a known code, or ask for it."))
    return values


def _speed(block: Block, counts: dict[str, Mask]) -> Floats:
    if "speed_mps" in block.columns:
        return _optional(block, "speed_mps", "speed", counts)
    return _optional(block, "speed_kmh", "speed", counts) / KMH_PER_MPS


def _optional(block: Block, field: str, word: str, counts: dict[str, Mask]) -> Floats:
    """Return a column that decides nothing: what cannot be read is unknown, and counted."""
    if field not in block.columns:
        return np.full(len(block), np.nan)
    read = numbers(block.column(field))
    if read.bad.any():
        counts[f"unreadable_{word}"] = read.bad
    return read.values


def _notes(common: _Common, sound: Mask) -> tuple[Note, ...]:
    counted = ((code, int((mask & sound).sum())) for code, mask in common.counts.items())
    return tuple(Note(code, count, _NOTE_WORDS[code]) for code, count in counted if count) + common.zone_notes
