"""Screening: each position or status to the activation that was in force, or a reject that says why not.

A device is not a person: only an activation (this device on this person from one instant to another) ties a
record to a wearer. Screening is pure and works on whole columns. Every row comes out once, as a fact or as a
reject, except exact duplicates, which are counted, and unit-wide statuses of a shared home unit, which belong
to every wearer who lives with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from throughcare.kernel.columns import NO_TIME_US, Floats, Ints
from throughcare.kernel.geodesy import haversine_m
from throughcare.kernel.time import DAY_US, FOREVER_US, SECOND_US, iso_utc
from throughcare.monitoring.fixes import Fixes, Positions, Source
from throughcare.monitoring.intake import Note, Reject
from throughcare.monitoring.status import Readings, Statuses, StatusKind
from throughcare.monitoring.worn import ActivationLike, Lane, by_device, by_home_unit, distinct

MAX_SKEW_S = 120.0
ROLLOVER_US = 1024 * 7 * DAY_US  # the GPS week number has 10 bits
ROLLOVER_NEAR_US = 2 * DAY_US
SWAPPED_FAR_M = 500_000.0
SWAPPED_NEAR_M = 100_000.0

Mask = NDArray[np.bool_]
Places = Mapping[str, Sequence[tuple[float, float]]]
Rows = TypeVar("Rows", Fixes, Statuses)

_ROLLOVERS = (1, 2, 3)
_WHY = (
    "",
    "unknown_device",
    "clock_in_future",
    "outside_every_activation",
    "gps_week_rollover",
    "latitude_longitude_swapped",
    "ambiguous_home_unit",
)
_UNKNOWN, _FUTURE, _OUTSIDE, _ROLLOVER, _SWAPPED, _AMBIGUOUS = range(1, 7)
_RADIO = (int(StatusKind.RADIO_HEARD), int(StatusKind.RADIO_MISSED))


@dataclass(frozen=True, slots=True)
class Screened:
    """Positions tied to activations: the fixes, what was kept out and why, and what was counted."""

    fixes: Fixes
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class ScreenedStatuses:
    """Readings tied to activations; the fields as :class:`Screened`."""

    statuses: Statuses
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]


class Screen:
    """The activations of a run, indexed once and used for every block.

    Parameters
    ----------
    activations : iterable of ActivationLike
        All activations of all orders of the run. One that several order versions repeat counts once.
    now_us : int
        The run's now; nothing can have happened after it.
    max_skew_s : float
        How far a device's clock may run ahead of the time of receipt (of now where that is missing).
    places : mapping of str to sequence of (lat_deg, lon_deg), or None
        Each activation's places, to tell swapped coordinates from a journey. None checks nothing.
    correct_week_rollover : bool
        Correct an instant that is a whole number of 1,024-week eras off, instead of rejecting it.

    Raises
    ------
    RefusedInput
        If a device is in two activations at once, or one activation id stands for two.
    """

    def __init__(
        self,
        activations: Iterable[ActivationLike],
        *,
        now_us: int,
        max_skew_s: float = MAX_SKEW_S,
        places: Places | None = None,
        correct_week_rollover: bool = False,
    ) -> None:
        self._activations = distinct(activations)
        self._ids = tuple(item.activation_id for item in self._activations)
        self._devices = by_device(self._activations)
        self._units = by_home_unit(self._activations)
        self._now_us = now_us
        self._skew_us = int(max_skew_s * SECOND_US)
        self._places = None if places is None else _Reference(self._ids, places)
        self._correct = correct_week_rollover

    def positions(self, positions: Positions, *, file: str) -> Screened:
        """Return the positions as fixes and rejects; see :func:`screen_positions`."""
        judged = self._judge(positions, [self._devices])
        if self._places is not None:
            swapped = self._places.swapped(judged.activation, positions.lat_deg, positions.lon_deg)
            judged.reason[swapped & (judged.reason == 0)] = _SWAPPED
        kept = np.flatnonzero(judged.reason == 0)
        fixes = self._tied(Fixes, positions, judged.t_us, kept, judged.activation[kept])
        fixes, notes = _without_duplicates(fixes)
        rejects = self._rejects(positions, judged, file, _position_text(positions))
        return Screened(fixes, rejects, _corrected_note(judged) + notes)

    def readings(self, readings: Readings, *, file: str) -> ScreenedStatuses:
        """Return the readings as statuses and rejects; see :func:`screen_statuses`."""
        lanes = [self._devices, *self._units]
        judged = self._judge(readings, lanes)
        rows, owners = self._owners(readings, judged, lanes)
        shared = np.bincount(rows, minlength=len(readings)) > 1
        judged.reason[shared & np.isin(readings.kind, _RADIO)] = _AMBIGUOUS
        kept = judged.reason[rows] == 0
        statuses = self._tied(Statuses, readings, judged.t_us, rows[kept], owners[kept])
        extra = int(kept.sum() - (judged.reason == 0).sum())
        statuses, notes = _without_duplicates(statuses)
        rejects = self._rejects(readings, judged, file, _reading_text(readings))
        return ScreenedStatuses(statuses, rejects, _corrected_note(judged) + _shared_note(extra) + notes)

    def _judge(self, rows: Positions | Readings, lanes: list[Lane]) -> _Judged:
        codes = [lane.codes(rows.keys, rows.key) for lane in lanes]
        every = np.arange(len(rows))
        t_us = np.array(rows.t_us)
        activation = _first(lanes, codes, every, t_us)
        learned = np.where(rows.received_us == NO_TIME_US, self._now_us, rows.received_us)
        known = np.max(codes, axis=0, initial=-1) >= 0
        reason = np.where(activation < 0, _OUTSIDE, 0)
        reason[t_us > learned + self._skew_us] = _FUTURE
        reason[~known] = _UNKNOWN
        judged = _Judged(t_us, activation, reason, np.full(len(rows), NO_TIME_US))
        self._roll_over(judged, rows.received_us, lanes, codes)
        return judged

    def _roll_over(self, judged: _Judged, received_us: Ints, lanes: list[Lane], codes: list[Ints]) -> None:
        """Mark, or correct, instants that fit an activation when whole eras of the GPS week are added."""
        for eras in _ROLLOVERS:
            rows = np.flatnonzero(judged.reason == _OUTSIDE)
            if not len(rows):
                break
            t_us = judged.t_us[rows] + eras * ROLLOVER_US
            received = received_us[rows]
            near = np.where(
                received == NO_TIME_US,
                t_us <= self._now_us + ROLLOVER_NEAR_US,
                np.abs(t_us - received) <= ROLLOVER_NEAR_US,
            )
            found = _first(lanes, codes, rows, t_us)
            fits = near & (found >= 0)
            judged.reason[rows[fits]] = 0 if self._correct else _ROLLOVER
            judged.activation[rows[fits]] = found[fits]
            judged.rolled_us[rows[fits]] = t_us[fits]
        if self._correct:
            rolled = judged.rolled_us != NO_TIME_US
            judged.t_us[rolled] = judged.rolled_us[rolled]

    @staticmethod
    def _owners(readings: Readings, judged: _Judged, lanes: list[Lane]) -> tuple[Ints, Ints]:
        """Return (row, activation) of every activation that a reading belongs to, in order of row."""
        pairs = []
        for lane in lanes:
            found = lane.find(lane.codes(readings.keys, readings.key), judged.t_us)
            rows = np.flatnonzero(found >= 0)
            pairs.append(np.stack([rows, found[rows]]))
        rows, owners = np.unique(np.concatenate(pairs, axis=1), axis=1)
        return rows, owners

    def _tied(
        self, kind: type[Rows], rows: Positions | Readings, t_us: Ints, index: Ints, owner: Ints
    ) -> Rows:
        """Return the rows of the index as facts of their owners; only activations that have a row are keys."""
        used, key = np.unique(owner, return_inverse=True)
        columns = {name: getattr(rows, name)[index] for name in rows.columns()} | {"t_us": t_us[index]}
        keys = tuple(self._ids[number] for number in used.tolist())
        return kind.build(key=key.reshape(-1), keys=keys, **columns)

    def _rejects(
        self, rows: Positions | Readings, judged: _Judged, file: str, text: Callable[[int], str]
    ) -> tuple[Reject, ...]:
        rejects = []
        for i in np.flatnonzero(judged.reason).tolist():
            device, t_us = rows.keys[rows.key[i]], int(rows.t_us[i])
            field, words = self._words(int(judged.reason[i]), i, rows, judged)
            rejects.append(
                Reject(
                    file=file,
                    row=int(rows.row[i]),
                    field=field,
                    reason=_WHY[judged.reason[i]],
                    words=f"{field}: {words}",
                    key=device,
                    t_us=t_us,
                    raw=text(i),
                )
            )
        return tuple(rejects)

    def _words(self, reason: int, i: int, rows: Positions | Readings, judged: _Judged) -> tuple[str, str]:
        device, t_us = rows.keys[rows.key[i]], int(rows.t_us[i])
        if reason == _UNKNOWN:
            return "device", (
                f"expected a device or home unit of an activation; found {device!r}. "
                "Add its activation to the order, or check the id."
            )
        if reason == _FUTURE:
            received = int(rows.received_us[i])
            against = f"now {_when(self._now_us)}" if received == NO_TIME_US else f"receipt {_when(received)}"
            return "time", (
                f"expected an instant at most {self._skew_us / SECOND_US:g} s after {against}; "
                f"found {_when(t_us)}. The device's clock is wrong: have it checked."
            )
        if reason == _ROLLOVER:
            return "time", (
                f"expected an instant inside an activation; found {_when(t_us)}, which is off by whole eras of "
                f"1,024 GPS weeks from {_when(int(judged.rolled_us[i]))}. "
                "Correct the receiver, or allow the correction with --correct-week-rollover."
            )
        if reason == _SWAPPED:
            return "latitude", (
                "expected a position in reach of the order's places; found one more than 500 km from all of them, "
                "and within 100 km of one with latitude and longitude exchanged. Check the column mapping."
            )
        if reason == _AMBIGUOUS:
            return "device", (
                f"expected the tag that was or was not heard; found only home unit {device!r}, which several "
                "wearers share. Send radio reports with the tag's own device id."
            )
        return "time", self._outside_words(device, t_us)

    def _outside_words(self, device: str, t_us: int) -> str:
        spans = [
            span
            for lane in (self._devices, *self._units)
            if device in lane.place
            for span in lane.of(lane.place[device])
        ]
        start_us, stop_us, number = min(spans, key=lambda s: max(s[0] - t_us, t_us - s[1]))
        end = "it has no end" if stop_us >= FOREVER_US else f"it ends {_when(stop_us)}"
        return (
            f"expected an instant while {device!r} was worn; found {_when(t_us)}. The nearest activation is "
            f"{self._ids[number]}: it begins {_when(start_us)}, {end}. Nobody is monitored outside an activation."
        )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of each row: its instant, its activation (-1 none), the reason against it (0 none)."""

    t_us: Ints
    activation: Ints
    reason: Ints
    rolled_us: Ints


class _Reference:
    """The places of each activation, with boxes that a swapped position must fall into."""

    def __init__(self, ids: Sequence[str], places: Places) -> None:
        self._places = [np.array(places.get(name, ()), dtype=np.float64).reshape(-1, 2) for name in ids]
        boxes = np.full((len(ids), 4), np.nan)
        for i, points in enumerate(self._places):
            if len(points):
                boxes[i] = (*points.min(axis=0), *points.max(axis=0))
        degrees = SWAPPED_NEAR_M / 111_000.0 + 0.1
        with np.errstate(invalid="ignore"):
            widest = np.fmax(np.abs(boxes[:, 0]), np.abs(boxes[:, 2])) + degrees
            lon_margin = degrees / np.cos(np.radians(np.clip(widest, 0.0, 89.0)))
        margin = np.stack([np.full(len(ids), -degrees), -lon_margin, np.full(len(ids), degrees), lon_margin])
        self._boxes = boxes + margin.T

    def swapped(self, activation: Ints, lat_deg: Floats, lon_deg: Floats) -> Mask:
        """Return where a position is far from all its places, but near one with its coordinates exchanged."""
        if not len(self._places):
            return np.zeros(len(activation), dtype=np.bool_)
        box = self._boxes[activation].T
        with np.errstate(invalid="ignore"):
            maybe = (lon_deg >= box[0]) & (lon_deg <= box[2]) & (lat_deg >= box[1]) & (lat_deg <= box[3])
        result = np.zeros(len(activation), dtype=np.bool_)
        for i in np.flatnonzero(maybe & (activation >= 0)).tolist():
            lat, lon = self._places[activation[i]].T
            far = haversine_m(lat_deg[i], lon_deg[i], lat, lon).min() > SWAPPED_FAR_M
            result[i] = far and haversine_m(lon_deg[i], lat_deg[i], lat, lon).min() < SWAPPED_NEAR_M
        return result


def screen_positions(
    positions: Positions,
    activations: Iterable[ActivationLike],
    *,
    now_us: int,
    file: str,
    max_skew_s: float = MAX_SKEW_S,
    places: Places | None = None,
    correct_week_rollover: bool = False,
) -> Screened:
    """Tie each position to the activation that was in force at its instant.

    Parameters
    ----------
    positions : Positions
        Keyed by device. Read several files or blocks into one batch, or screen them one by one with
        :class:`Screen`: duplicates are found within a batch.
    activations, now_us, max_skew_s, places, correct_week_rollover
        As in :class:`Screen`.
    file : str
        For the rejects.

    Returns
    -------
    Screened
        Rejects with the reasons ``unknown_device``, ``clock_in_future``, ``outside_every_activation``,
        ``gps_week_rollover`` and ``latitude_longitude_swapped``; notes ``exact_duplicate`` (one is kept, the
        earliest received), ``conflicting_duplicate`` (all are kept) and ``gps_week_corrected``.
        ``len(positions) == len(fixes) + len(rejects) + exact duplicates``.
    """
    screen = Screen(
        activations,
        now_us=now_us,
        max_skew_s=max_skew_s,
        places=places,
        correct_week_rollover=correct_week_rollover,
    )
    return screen.positions(positions, file=file)


def screen_statuses(
    readings: Readings,
    activations: Iterable[ActivationLike],
    *,
    now_us: int,
    file: str,
    max_skew_s: float = MAX_SKEW_S,
    correct_week_rollover: bool = False,
) -> ScreenedStatuses:
    """Tie each status to the activation of the tag or the home unit that sent it.

    A home unit that several wearers share at once: what it says about itself goes to all of them (note
    ``shared_home_unit`` counts the copies); a radio report that names only the unit cannot say whose tag it
    means and is rejected as ``ambiguous_home_unit``. All else as :func:`screen_positions`.
    """
    screen = Screen(
        activations, now_us=now_us, max_skew_s=max_skew_s, correct_week_rollover=correct_week_rollover
    )
    return screen.readings(readings, file=file)


def _first(lanes: list[Lane], codes: list[Ints], rows: Ints, t_us: Ints) -> Ints:
    """Return the first lane's activation for some rows at given instants, -1 where no lane has one."""
    found = np.full(len(rows), -1, dtype=np.int64)
    for lane, code in zip(lanes, codes, strict=True):
        found = np.where(found < 0, lane.find(code[rows], t_us), found)
    return found


def _without_duplicates(rows: Rows) -> tuple[Rows, tuple[Note, ...]]:
    """Return the rows with exact duplicates taken out (the earliest received stays), and what was counted."""
    about = _about(rows)
    order = np.lexsort(about)
    same = np.all([np.diff(column[order]) == 0 for column in about], axis=0)
    if not same.any():
        return rows, ()
    suspects = np.sort(order[np.append(same, False) | np.insert(same, 0, False)])
    extra = _repeats(rows.take(suspects))
    left = rows.take(suspects[~extra])
    _, size = np.unique(np.stack(_about(left)), axis=1, return_counts=True)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[suspects[extra]] = False
    notes = (
        Note(
            "exact_duplicate",
            int(extra.sum()),
            "The same fact arrived again: one is kept, the earliest received.",
        ),
        Note(
            "conflicting_duplicate",
            int(size[size > 1].sum()),
            "Several records of one activation and instant differ in content: all are kept and none is trusted more.",
        ),
    )
    return rows.take(kept), tuple(note for note in notes if note.count)


def _about(rows: Fixes | Statuses) -> tuple[Ints, ...]:
    """Return what two records must share to be about one thing: a strap and a battery may speak at once."""
    return (rows.kind, rows.t_us, rows.key) if isinstance(rows, Statuses) else (rows.t_us, rows.key)


def _repeats(rows: Fixes | Statuses) -> Mask:
    """Return which rows repeat the content of one that was received before them."""
    content = rows.content()
    received = np.where(rows.received_us == NO_TIME_US, FOREVER_US, rows.received_us)
    ranked = np.lexsort((np.arange(len(rows)), received, content, rows.t_us, rows.key))
    about = (content, rows.t_us, rows.key)
    repeats = np.zeros(len(rows), dtype=np.bool_)
    repeats[ranked[1:]] = np.all([np.diff(column[ranked]) == 0 for column in about], axis=0)
    return repeats


def _corrected_note(judged: _Judged) -> tuple[Note, ...]:
    count = int(((judged.rolled_us != NO_TIME_US) & (judged.reason == 0)).sum())
    words = "The instant was a whole number of 1,024-week GPS eras off and was corrected, as allowed."
    return (Note("gps_week_corrected", count, words),) if count else ()


def _shared_note(count: int) -> tuple[Note, ...]:
    words = "A status of a home unit that several wearers share was given to each of them."
    return (Note("shared_home_unit", count, words),) if count else ()


def _position_text(rows: Positions) -> Callable[[int], str]:
    def text(i: int) -> str:
        facts = {
            "device": rows.keys[rows.key[i]],
            "t": _when(int(rows.t_us[i])),
            "lat_deg": float(rows.lat_deg[i]),
            "lon_deg": float(rows.lon_deg[i]),
            "accuracy_m": _number(rows.accuracy_m[i]),
            "source": Source(int(rows.source[i])).name.lower(),
        }
        return json.dumps(facts | _receipt(int(rows.received_us[i])))

    return text


def _reading_text(rows: Readings) -> Callable[[int], str]:
    def text(i: int) -> str:
        facts = {
            "device": rows.keys[rows.key[i]],
            "t": _when(int(rows.t_us[i])),
            "kind": StatusKind(int(rows.kind[i])).name.lower(),
            "value": _number(rows.value[i]),
        }
        return json.dumps(facts | _receipt(int(rows.received_us[i])))

    return text


def _receipt(received_us: int) -> dict[str, Any]:
    return {"received": None if received_us == NO_TIME_US else _when(received_us)}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _when(t_us: int) -> str:
    """Return the instant for a person, whatever a caller put into the column."""
    try:
        return iso_utc(t_us)
    except OverflowError:
        return "no known instant"
