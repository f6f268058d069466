"""Columns of times to UTC microseconds: exact where an offset is stated, by the declared zone where none is.

A civil time that happens twice, or never, on a clock-change night is not guessed: it is a problem of its row.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from throughcare.adapters.files.cells import NULL_WORDS, Mask, is_null, numbers, plain, texts
from throughcare.kernel.columns import NO_TIME_US, Floats, Ints
from throughcare.kernel.time import MINUTE_US, SECOND_US, instant_us, is_ambiguous, is_skipped, time_zone

EARLIEST_US = instant_us(dt.datetime(1980, 1, 6, tzinfo=dt.UTC))  # the first GPS week
LATEST_US = instant_us(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))

_CELL_US = 15 * MINUTE_US  # every zone's offset of our time changes on a quarter of an hour
_MARGIN_US = 2 * 86_400 * SECOND_US
_SHORTEST_WITH_HOUR = len("2026-03-02T19")
_MISSING, _INSTANT, _CIVIL, _BAD = range(4)
_EPOCH = re.compile(r"-?\d{1,20}(\.\d{0,9})?", re.ASCII)
_SCALES = (  # below this size, microseconds a tick: seconds until the year 5138, then milli, micro, nano
    (10**11, Decimal(1_000_000)),
    (10**14, Decimal(1000)),
    (10**17, Decimal(1)),
    (10**20, Decimal("0.001")),
)
_TOO_LATE_US = LATEST_US + 3 * 86_400 * SECOND_US


@dataclass(frozen=True, slots=True)
class Times:
    """A column as instants: ``NO_TIME_US`` where missing or in ``problems`` (reason code to mask).

    ``with_offset`` and ``without`` mark the times that stated an offset and those that did not.
    """

    t_us: Ints
    missing: Mask
    with_offset: Mask
    without: Mask
    problems: dict[str, Mask] = field(default_factory=dict)

    @property
    def unusable(self) -> Mask:
        """Where there is no instant, for whatever reason."""
        return np.asarray(self.t_us == NO_TIME_US, dtype=np.bool_)


def times(array: pa.Array, *, zone: str | None) -> Times:
    """Return the column as instants.

    Parameters
    ----------
    array : pyarrow array
        Timestamps (with or without a zone), ISO 8601 text, or epoch seconds, milli-, micro- or nanoseconds.
    zone : str or None
        IANA zone of times without an offset.
    """
    array = plain(array)
    kind = array.type
    if pa.types.is_timestamp(kind):
        values = _microseconds(array)
        return _settle(values, is_null(array), kind.tz is None, zone)
    if pa.types.is_string(kind):
        return _text_times(array, zone)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _epoch_times(array)
    codes = np.where(is_null(array), _MISSING, _BAD)
    return _resolve(np.full(len(array), NO_TIME_US), codes, None)


def _microseconds(array: pa.Array) -> Ints:
    ticks: Ints = array.cast(pa.int64()).fill_null(NO_TIME_US).to_numpy(zero_copy_only=False).astype(np.int64)
    unit = array.type.unit
    if unit == "us":
        return ticks
    if unit == "ns":
        return np.asarray(np.where(ticks == NO_TIME_US, ticks, ticks // 1000), dtype=np.int64)
    scale = {"s": SECOND_US, "ms": 1000}[unit]
    fits = np.abs(ticks) < LATEST_US // scale * 2
    return np.where(fits, np.where(fits, ticks, 0) * scale, NO_TIME_US)


def _settle(values: Ints, missing: Mask, civil: bool, zone: str | None) -> Times:  # noqa: FBT001 - one kind a call
    """Return times all of one sort: all instants or all civil."""
    codes = np.where(missing, _MISSING, _CIVIL if civil else _INSTANT)
    return _resolve(values, codes, zone)


def _resolve(values: Ints, codes: Ints, zone: str | None) -> Times:
    """Return the times of instants and civil times side by side."""
    civil, present = codes == _CIVIL, (codes == _INSTANT) | (codes == _CIVIL)
    problems = {"unreadable_time": codes == _BAD}
    outside = present & ((values < EARLIEST_US - _MARGIN_US) | (values >= LATEST_US + _MARGIN_US))
    t_us = np.where(present & ~outside, values, NO_TIME_US)
    if civil.any():
        t_us, found = _localise(t_us, civil & ~outside, zone)
        problems |= found
    late = present & ~outside & (t_us != NO_TIME_US) & ((t_us < EARLIEST_US) | (t_us >= LATEST_US))
    problems["time_out_of_range"] = outside | late
    t_us = np.where(late, NO_TIME_US, t_us)
    return Times(
        t_us=t_us,
        missing=codes == _MISSING,
        with_offset=codes == _INSTANT,
        without=civil,
        problems={reason: mask for reason, mask in problems.items() if mask.any()},
    )


def _localise(t_us: Ints, civil: Mask, zone: str | None) -> tuple[Ints, dict[str, Mask]]:
    """Return the instants with civil times read in the zone, and the problems of those that cannot be."""
    if zone is None:
        return np.where(civil, NO_TIME_US, t_us), {"time_zone_missing": civil}
    quarters, place = np.unique(t_us[civil] // _CELL_US, return_inverse=True)
    offsets, states = _offsets(quarters, zone)
    state = np.zeros(len(t_us), dtype=np.int64)
    state[civil] = states[place]
    local = t_us.copy()
    local[civil] -= offsets[place]
    problems = {"ambiguous_local_time": state == 1, "skipped_local_time": state == 2}
    return np.where(state > 0, NO_TIME_US, local), problems


def _offsets(quarters: Ints, zone: str) -> tuple[Ints, Ints]:
    """Return (offset_us, 0 plain / 1 twice / 2 never) of quarter hours of civil time."""
    tz = time_zone(zone)
    epoch = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - civil time is naive by definition
    offsets, states = np.zeros(len(quarters), np.int64), np.zeros(len(quarters), np.int64)
    for i, quarter in enumerate(quarters.tolist()):
        moment = epoch + dt.timedelta(microseconds=quarter * _CELL_US)
        states[i] = 1 if is_ambiguous(moment, zone) else 2 if is_skipped(moment, zone) else 0
        offset = moment.replace(tzinfo=tz).utcoffset() or dt.timedelta(0)
        offsets[i] = offset // dt.timedelta(microseconds=1)
    return offsets, states


def _text_times(array: pa.Array, zone: str | None) -> Times:
    shortest = pc.min(pc.binary_length(array)).as_py()
    if shortest is None:
        return _settle(np.full(len(array), NO_TIME_US), is_null(array), civil=False, zone=zone)
    if shortest >= _SHORTEST_WITH_HOUR:
        for civil, kind in ((False, pa.timestamp("us", tz="UTC")), (True, pa.timestamp("us"))):
            try:
                return _settle(_microseconds(array.cast(kind)), is_null(array), civil, zone)
            except pa.ArrowInvalid:
                continue
    return _slow_times(array, zone)


def _slow_times(array: pa.Array, zone: str | None) -> Times:
    read = [_read(text) for text in texts(array)]
    codes = np.array([code for code, _ in read], dtype=np.int64)
    return _resolve(np.array([value for _, value in read], dtype=np.int64), codes, zone)


def _read(found: str | None) -> tuple[int, int]:
    """Return what one text is, and its microseconds."""
    text = "" if found is None else found.strip()
    if text in NULL_WORDS:
        return _MISSING, NO_TIME_US
    if _EPOCH.fullmatch(text):
        return _INSTANT, _epoch_us(Decimal(text))
    moment = _moment(text)
    if moment is None:
        return _BAD, NO_TIME_US
    if moment.tzinfo is not None:
        return _INSTANT, instant_us(moment)
    return _CIVIL, instant_us(moment.replace(tzinfo=dt.UTC))


def _moment(text: str) -> dt.datetime | None:
    """Return ISO 8601 text as a date-time, None where it is none or only a date."""
    if text.startswith("0000-"):  # a year that Python lacks and Arrow has: out of range in any case
        text = text.replace("0000", "0400", 1)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if _is_only_a_date(text) else moment


def _is_only_a_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _epoch_us(number: Decimal) -> int:
    """Return epoch seconds, milli-, micro- or nanoseconds, told apart by size, as microseconds."""
    for limit, scale in _SCALES:
        if abs(number) < limit:
            return int((number * scale).to_integral_value())
    return _TOO_LATE_US


def _epoch_times(array: pa.Array) -> Times:
    """Return a column of epoch numbers as instants; whole numbers stay exact."""
    if pa.types.is_integer(array.type) and array.type != pa.uint64():
        ticks: Ints = array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        missing, bad = is_null(array), np.zeros(len(array), np.bool_)
    else:
        read = numbers(array)
        ticks, missing, bad = np.nan_to_num(read.values), read.missing, read.bad
    codes = np.where(missing, _MISSING, np.where(bad, _BAD, _INSTANT))
    return _resolve(_scaled(ticks), codes, None)


def _scaled(ticks: Ints | Floats) -> Ints:
    whole = ticks.dtype.kind == "i"
    size = np.abs(ticks.astype(np.float64))
    values = np.full(len(ticks), _TOO_LATE_US, dtype=np.int64)
    for limit, scale in reversed(_SCALES):
        mask = size < limit
        part = ticks[mask]
        if whole:
            values[mask] = part * int(scale) if scale >= 1 else part // int(1 / scale)
        else:
            values[mask] = np.rint(part * float(scale)).astype(np.int64)
    return values
