"""Watches (3G, SG, CS, ZJ): ``[3G*device*length*UD,...]`` with a status word whose bit 20 says taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from throughcare.adapters.devices.fields import MPS_PER_KMH, number, signed_deg, utc_stamp_us
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.monitoring.status import StatusKind

_HEAD = re.compile(
    rb"\[(?P<maker>[0-9A-Z]{2})\*(?P<device>\d{1,20})\*((?P<index>[0-9A-Fa-f]{4})\*)?(?P<size>[0-9A-Fa-f]{4})\*"
)
_NEXT = re.compile(rb"\[[0-9A-Z]{2}\*\d{1,20}\*")  # another message begins
_POSITION = ("UD", "AL", "WT")
_STATUS = re.compile(r"[0-9A-Fa-f]{1,8}")
_REMOVED_BIT = 20
_FIELDS = (  # of a position, in order; the cells and access points follow
    *("date", "clock", "validity", "lat", "ns", "lon", "ew", "speed", "course"),
    *("altitude_m", "satellites", "signal", "battery", "steps", "tumbles", "status"),
)
_KEPT = ("altitude_m", "signal", "steps", "tumbles", "status")


def parse(data: bytes, session: Session) -> Parsed:
    """Return what watch messages say.

    Parameters
    ----------
    data : bytes
        Any number of bracketed messages.
    session : Session
        Its arrival time dates link messages, which carry none.

    Returns
    -------
    Parsed
        Times are UTC; speed was km/h. The last number of some models may be an accuracy; no document says so, so
        none is given. A position marked V is one that the watch calls invalid.
    """
    found = Gathering(kind="watch", session=session, data=data)
    for head, start, stop, _ in _messages(data):
        text = found.begin(start, stop)
        if head is None:
            found.reject("message", "not_watch", "Expected [maker*device*length*content]. Check the feed.")
        else:
            found.device = head["device"].decode()
            _content(found, text[head.end() - start : -1])
    return found.parsed()


def cut(data: bytes) -> int:
    """Return how many of the first bytes are whole: up to the bracket that closes the last message."""
    return max((stop for _, _, stop, settled in _messages(data) if settled), default=0)


def _messages(data: bytes) -> Iterator[tuple[re.Match[bytes] | None, int, int, bool]]:
    """Yield heads, where their messages start and stop, and whether more bytes could change that.

    What lies between messages comes with no head.
    """
    at = 0
    while at < len(data):
        head = _HEAD.search(data, at)
        start = len(data) if head is None else head.start()
        between = data[at:start]
        if between.strip():
            blanks = len(between) - len(between.lstrip())
            yield None, at + blanks, at + blanks + len(between.strip()), head is not None
        if head is None:
            return
        stop, settled = _stop(data, head)
        whole = data[stop - 1 : stop] == b"]" and stop > head.end()
        yield head if whole else None, start, stop, settled
        at = stop


def _stop(data: bytes, head: re.Match[bytes]) -> tuple[int, bool]:
    """Return where a message stops, and whether more bytes could change that.

    The length is trusted where a bracket closes the content there and no other message begins before. Some firmware
    counts wrongly: then it is the last bracket before the next message that closes it, or the last of all.
    """
    stated = head.end() + int(head["size"], 16)
    following = _NEXT.search(data, head.end())
    beyond = following.start() if following else len(data)
    if data[stated : stated + 1] == b"]" and stated < beyond:
        return stated + 1, True
    close = data.rfind(b"]", head.end(), beyond)
    return (beyond if close < 0 else close + 1), following is not None


def _content(found: Gathering, content: str) -> None:
    name, _, rest = content.partition(",")
    if name.startswith(_POSITION) and rest:
        _position(found, name, rest.split(","))
        return
    found.read_on_arrival(StatusKind.DEVICE_HEARTBEAT)
    percent = number(rest.split(",")[2]) if name == "LK" and rest.count(",") >= 2 else None
    if percent is not None and 0.0 <= percent <= 100.0:
        found.read_on_arrival(StatusKind.BATTERY_PERCENT, percent)
    found.keep(name[:20] or "content", rest)


def _position(found: Gathering, name: str, values: list[str]) -> None:
    fields = dict(zip(_FIELDS, values, strict=False))
    numbers = {key: number(fields.get(key, "")) for key in ("lat", "lon", "speed", "course", "battery")}
    lat, lon, percent = numbers["lat"], numbers["lon"], numbers["battery"]
    word = fields.get("status", "")
    if lat is None or lon is None or fields["validity"] not in {"A", "V"} or not _STATUS.fullmatch(word):
        found.reject("position", "not_a_position", "Expected a watch's 16 position fields. Check the model.")
        return
    t_us = utc_stamp_us(fields["date"], fields["clock"], form="%d%m%y")
    lat_deg, lon_deg = signed_deg(lat, fields["ns"]), signed_deg(lon, fields["ew"])
    if fields["validity"] == "V":
        found.read(StatusKind.NO_POSITION, t_us)
        found.keep("invalid_position_deg", f"{lat_deg:.7f} {lon_deg:.7f}")
    else:
        _place(found, t_us, lat_deg, lon_deg, fields)
    if percent is not None:
        found.read_battery(t_us, percent)
    if int(word, 16) >> _REMOVED_BIT & 1:
        found.read(StatusKind.STRAP_OPEN, t_us)
    for key in _KEPT:
        found.keep(key, fields[key])
    found.keep("message", name)
    found.keep("networks", ",".join(values[len(_FIELDS) :]))


def _place(found: Gathering, t_us: int, lat_deg: float, lon_deg: float, fields: dict[str, str]) -> None:
    speed, course, satellites = (number(fields[key]) for key in ("speed", "course", "satellites"))
    unsaid = float("nan")
    found.place(
        t_us,
        lat_deg,
        lon_deg,
        speed_mps=unsaid if speed is None else speed * MPS_PER_KMH,
        heading_deg=unsaid if course is None else course,
        satellites=unsaid if satellites is None else satellites,
    )
