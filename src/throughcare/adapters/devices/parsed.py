"""What an adapter makes of bytes: positions, readings, kept fields and rejects. Nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.time import instant_us
from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings, StatusKind

EARLIEST_US = instant_us(dt.datetime(1980, 1, 6, tzinfo=dt.UTC))  # the first GPS week
LATEST_US = instant_us(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
_RAW_LIMIT = 4_000  # a reject shows this much of a message; a runaway frame does not fill the rejects file


@dataclass(frozen=True, slots=True)
class Session:
    """What the connection knows beside the bytes.

    Parameters
    ----------
    device : str
        The device that logged in, for protocols whose messages do not name it; empty when not known.
    received_us : int
        When the bytes arrived, UTC microseconds; ``NO_TIME_US`` when not known. It dates a message that carries
        no time of its own, and nothing else.
    """

    device: str = ""
    received_us: int = NO_TIME_US


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that none of our columns holds, as the device said it.

    Parameters
    ----------
    row : int
        Number of the message in the bytes, from 1.
    field, value : str
        Name (with its unit, where known) and what it said.
    device : str
        Who said it; empty where that is not known.
    """

    row: int
    field: str
    value: str
    device: str = ""


@dataclass(frozen=True)
class Parsed:
    """What some bytes said.

    Parameters
    ----------
    spans : tuple of (start, stop)
        Where each message stands in the bytes, in order. Each is the ``row`` of at least one position, reading,
        kept field or reject, counted from 1. Between them is nothing but blanks.
    device : str
        The device the last message named (a login, say), for the session; empty when none did.
    positions, readings : Positions, Readings
    unknown : tuple of Kept
    rejects : tuple of Reject
    """

    spans: tuple[tuple[int, int], ...]
    device: str
    positions: Positions
    readings: Readings
    unknown: tuple[Kept, ...]
    rejects: tuple[Reject, ...]

    @property
    def messages(self) -> int:
        """How many messages the bytes held."""
        return len(self.spans)

    def accounted_rows(self) -> set[int]:
        """Return the numbers of the messages that left something behind."""
        kept = {item.row for item in self.unknown} | {reject.row for reject in self.rejects}
        return kept | set(self.positions.row.tolist()) | set(self.readings.row.tolist())


Parse = Callable[[bytes, Session], Parsed]
Cut = Callable[[bytes], int]


@dataclass
class Gathering:
    """Collects what one call to a parser finds. It lives inside that call only.

    Parameters
    ----------
    kind : str
        The adapter, as the ``file`` of rejects.
    session : Session
    data : bytes
        What is parsed.
    binary : bool
        Whether a message is shown in hexadecimal.
    """

    kind: str
    session: Session
    data: bytes
    binary: bool = False
    raw: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    device: str = field(init=False)
    positions: list[dict[str, float | int | str]] = field(default_factory=list)
    readings: list[tuple[str, int, int, float, int]] = field(default_factory=list)
    unknown: list[Kept] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = self.session.device

    @property
    def row(self) -> int:
        """The number of the message that was begun last."""
        return len(self.spans)

    def begin(self, start: int, stop: int) -> str:
        """Start the next message and return it as text, each byte one character (or two hexadecimal digits)."""
        self.spans.append((start, stop))
        message = self.data[start:stop]
        text = message.hex() if self.binary else message.decode("latin-1")
        self.raw = text[:_RAW_LIMIT]
        return text

    def keep(self, name: str, value: object) -> None:
        """Keep a field that no column of ours holds."""
        self.unknown.append(Kept(self.row, name, str(value), self.device))

    def reject(self, name: str, reason: str, words: str) -> None:
        """Reject the message, or one fact of it, with the field at fault."""
        reject = Reject(
            file=self.kind,
            row=self.row,
            field=name,
            reason=reason,
            words=words,
            key=self.device,
            raw=self.raw,
        )
        if reject not in self.rejects[-1:]:  # one bad clock spoils every fact of a message: said once
            self.rejects.append(reject)

    def read(self, kind: StatusKind, t_us: int, value: float = math.nan) -> None:
        """Add a reading that the device dated."""
        if self._has_device() and self._is_time(t_us):
            self.readings.append((self.device, t_us, int(kind), value, self.row))

    def read_on_arrival(self, kind: StatusKind, value: float = math.nan) -> None:
        """Add a reading without a time of its own: dated by arrival, or kept as a field where that is unknown."""
        if self.session.received_us == NO_TIME_US:
            self.keep(kind.name.lower(), "" if math.isnan(value) else value)
        else:
            self.read(kind, self.session.received_us, value)

    def read_battery(self, t_us: int, percent: float) -> None:
        """Add a battery level, if it is one."""
        if 0.0 <= percent <= 100.0:
            self.read(StatusKind.BATTERY_PERCENT, t_us, percent)
        else:
            self.reject(
                "battery", "not_a_percentage", f"Expected 0 to 100; found {percent}. Check the device."
            )

    def place(
        self,
        t_us: int,
        lat_deg: float,
        lon_deg: float,
        *,
        accuracy_m: float = math.nan,
        source: Source = Source.GNSS,
        satellites: float = math.nan,
        speed_mps: float = math.nan,
        heading_deg: float = math.nan,
    ) -> None:
        """Add a position, or the reject that says why it is none. What is not stated stays NaN."""
        if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
            self.reject("lat", "not_on_earth", "Expected degrees on earth. Check the device or the protocol.")
        elif self._has_device() and self._is_time(t_us):
            stated = accuracy_m if math.isfinite(accuracy_m) and accuracy_m > 0 else math.nan
            self.positions.append(
                {
                    "device": self.device,
                    "t_us": t_us,
                    "lat_deg": lat_deg,
                    "lon_deg": lon_deg,
                    "accuracy_m": stated,
                    "source": int(source),
                    "satellites": satellites,
                    "speed_mps": speed_mps,
                    "heading_deg": heading_deg,
                    "row": self.row,
                }
            )

    def parsed(self) -> Parsed:
        """Return everything that was gathered, as columns."""
        return Parsed(
            spans=tuple(self.spans),
            device=self.device,
            positions=self._positions(),
            readings=self._readings(),
            unknown=tuple(self.unknown),
            rejects=tuple(self.rejects),
        )

    def _has_device(self) -> bool:
        if self.device:
            return True
        self.reject(
            "device", "no_device", "Expected a device in the message or a login before it. Log it in."
        )
        return False

    def _is_time(self, t_us: int) -> bool:
        if EARLIEST_US <= t_us < LATEST_US:
            return True
        self.reject("t", "impossible_time", "Expected a time from 1980 to 2100. Check the device's clock.")
        return False

    def _positions(self) -> Positions:
        keys = tuple(sorted({str(entry["device"]) for entry in self.positions}))
        names = [name for name in (self.positions[0] if self.positions else ()) if name != "device"]
        columns: dict[str, object] = {name: [entry[name] for entry in self.positions] for name in names}
        columns["received_us"] = [self.session.received_us] * len(self.positions)
        return Positions.build(
            key=[keys.index(str(e["device"])) for e in self.positions], keys=keys, **columns
        )

    def _readings(self) -> Readings:
        keys = tuple(sorted({reading[0] for reading in self.readings}))
        return Readings.build(
            key=[keys.index(reading[0]) for reading in self.readings],
            keys=keys,
            t_us=[reading[1] for reading in self.readings],
            kind=[reading[2] for reading in self.readings],
            value=[reading[3] for reading in self.readings],
            row=[reading[4] for reading in self.readings],
            received_us=[self.session.received_us] * len(self.readings),
        )
