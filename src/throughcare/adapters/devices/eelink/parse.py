"""Eelink: logins, heartbeats, and positions of the older (0x02 to 0x06) and the newer (0x12 to 0x16) packages.

A warning 0x25 says that the device was taken off. Types without a meaning of ours are kept whole.
"""

from __future__ import annotations

from throughcare.adapters.devices.eelink.packages import Cursor, CutShort, Package, bcd, packages
from throughcare.adapters.devices.fields import MPS_PER_KMH
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.kernel.time import SECOND_US
from throughcare.monitoring.status import StatusKind

_LOGIN, _HEARTBEAT = 0x01, 0x03
_OLD_GPS, _OLD_ALARM, _OLD_STATE, _OLD_SMS = 0x02, 0x04, 0x05, 0x06
_NORMAL, _WARNING, _REPORT, _COMMAND = 0x12, 0x14, 0x15, 0x16
_REMOVED = 0x25
_UNITS_PER_DEG = 1_800_000.0
_CELL = "HIB"  # area, cell, signal
_FAULTS = {
    "not_a_package": "Expected 0x6767, a type and a length. Check the feed.",
    "cut_short": "Expected as many bytes as the package says. It was cut on the way.",
    "empty_datagram": "Expected a package behind the datagram's header.",
}


def parse(data: bytes, session: Session) -> Parsed:
    """Return what Eelink packages say.

    Parameters
    ----------
    data : bytes
        Any number of packages, or one datagram.
    session : Session
        Its device is that of the login: on a stream no other package names it.

    Returns
    -------
    Parsed
        Times are UTC; speed was km/h; accuracy is never stated. A position whose status calls it invalid is kept,
        and says that the tag found none.
    """
    found = Gathering(kind="eelink", session=session, data=data, binary=True)
    for package in packages(data):
        found.begin(package.start, package.stop)
        found.device = package.device or found.device
        if package.fault:
            found.reject("package", package.fault, _FAULTS[package.fault])
        else:
            _package(found, package)
    return found.parsed()


def cut(data: bytes) -> int:
    """Return how many of the first bytes are whole packages."""
    return max((package.stop for package in packages(data) if package.settled), default=0)


def _package(found: Gathering, package: Package) -> None:
    cursor = Cursor(package.body)
    try:
        if package.kind == _LOGIN:
            cursor.take("8B")
            found.device = bcd(package.body[:8])
            found.read_on_arrival(StatusKind.DEVICE_HEARTBEAT)
        elif package.kind == _HEARTBEAT:
            found.read_on_arrival(StatusKind.DEVICE_HEARTBEAT)
        elif package.kind in {_OLD_GPS, _OLD_ALARM, _OLD_STATE, _OLD_SMS}:
            _older(found, package.kind, cursor)
        elif package.kind in {_NORMAL, _WARNING, _REPORT, _COMMAND}:
            _newer(found, package.kind, cursor)
        else:
            found.keep(f"package_{package.kind:02x}", package.body.hex())
            return
    except CutShort:
        found.reject(
            "package", "field_missing", "Expected every field of its type. The rest of it was not read."
        )
    if cursor.rest():
        found.keep("rest", cursor.rest())


def _older(found: Gathering, kind: int, cursor: Cursor) -> None:
    seconds, lat, lon, speed, course = cursor.take("IiiBH")
    t_us = seconds * SECOND_US
    cell = cursor.take("HHHBH")
    (flags,) = cursor.take("B")
    _fix(
        found,
        t_us,
        lat / _UNITS_PER_DEG,
        lon / _UNITS_PER_DEG,
        valid=bool(flags & 1),
        speed_mps=speed * MPS_PER_KMH,
        heading_deg=float(course),
    )
    found.keep("cell", "-".join(str(part) for part in cell))
    if kind == _OLD_ALARM:
        _alarm(found, t_us, cursor)
    elif kind == _OLD_GPS and cursor.has(2):
        _charging(found, t_us, cursor.take("H")[0])


def _newer(found: Gathering, kind: int, cursor: Cursor) -> None:
    seconds, flags = cursor.take("IB")
    t_us = seconds * SECOND_US
    place = cursor.take("iihHHB") if flags & 1 else None
    _networks(found, flags, cursor)
    if kind == _WARNING:
        _alarm(found, t_us, cursor)
    elif kind == _REPORT:
        found.keep("report", cursor.take("B")[0])
    status = None if kind == _COMMAND else cursor.take("H")[0]
    if place is None:
        found.read(StatusKind.NO_POSITION, t_us)
    else:
        lat, lon, altitude_m, speed, course, satellites = place
        valid = status is None or bool(status & 1)
        _fix(
            found,
            t_us,
            lat / _UNITS_PER_DEG,
            lon / _UNITS_PER_DEG,
            valid=valid,
            speed_mps=speed * MPS_PER_KMH,
            heading_deg=float(course),
            satellites=float(satellites),
        )
        found.keep("altitude_m", altitude_m)
    if status is not None:
        _charging(found, t_us, status)
    if kind == _NORMAL and cursor.has(2):
        found.keep("battery_mv", cursor.take("H")[0])


def _fix(
    found: Gathering,
    t_us: int,
    lat_deg: float,
    lon_deg: float,
    *,
    valid: bool,
    speed_mps: float,
    heading_deg: float,
    satellites: float = float("nan"),
) -> None:
    if valid:
        found.place(
            t_us, lat_deg, lon_deg, satellites=satellites, speed_mps=speed_mps, heading_deg=heading_deg
        )
    else:
        found.read(StatusKind.NO_POSITION, t_us)
        found.keep("invalid_position_deg", f"{lat_deg:.7f} {lon_deg:.7f}")


def _networks(found: Gathering, flags: int, cursor: Cursor) -> None:
    if flags & 0x02:
        found.keep("cell", "-".join(str(part) for part in cursor.take("HH" + _CELL)))
    for bit in (0x04, 0x08):
        if flags & bit:
            found.keep("neighbour_cell", "-".join(str(part) for part in cursor.take(_CELL)))
    for bit in (0x10, 0x20, 0x40):
        if flags & bit:
            found.keep("wifi", " ".join(f"{part:02x}" for part in cursor.take("7B")))
    if flags & 0x80:
        technology, count = cursor.take("BB")
        area = cursor.take("HHHHIH") if count else ()
        cells = [part for _ in range(count) for part in cursor.take("HHB")]
        found.keep("cells", "-".join(str(part) for part in (technology, *area, *cells)))


def _alarm(found: Gathering, t_us: int, cursor: Cursor) -> None:
    (alarm,) = cursor.take("B")
    if alarm == _REMOVED:
        found.read(StatusKind.STRAP_OPEN, t_us)
    found.keep("alarm", f"{alarm:02x}")


def _charging(found: Gathering, t_us: int, status: int) -> None:
    if status & 0x80:  # the device says whether it charges
        charging = status & 0x100
        found.read(StatusKind.CHARGING_STARTED if charging else StatusKind.CHARGING_ENDED, t_us)
    found.keep("status", f"{status:04x}")
