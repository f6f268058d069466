"""R16h: ``@GPSD`` positions, ``@LBSD`` cells and ``@LINK`` logins, one sentence a line.

The lock field says L (locked) or R (released) in every report; the alarm ULK says that the strap was opened.
"""

from __future__ import annotations

import re

from throughcare.adapters.devices.fields import MPS_PER_KMH, cut_lines, lines, signed_deg, utc_stamp_us
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.monitoring.status import StatusKind

_HEAD = r"(?P<device>\d{1,20}),(?P<mode>[RS]),(?P<date>\d{8}),(?P<clock>\d{6}),"
_TAIL = r"(?P<battery>\d{1,3}),(?P<lock>[LR]),(?P<alarm>\w{0,20})(?P<rest>,.*)?"
_GPSD = re.compile(
    "@GPSD," + _HEAD + r"(?P<lat>\d{1,3}\.\d{1,10}),(?P<ns>[NS]),(?P<lon>\d{1,3}\.\d{1,10}),(?P<ew>[EW]),"
    r"(?P<speed>\d{1,4}),(?P<course>\d{1,3}),(?P<altitude_m>-?\d{1,6})," + _TAIL,
    re.ASCII,
)
_LBSD = re.compile("@LBSD," + _HEAD + r"(?P<cell>[0-9A-Fa-f:\-]{1,60}),,," + _TAIL, re.ASCII)
_LINK = re.compile(r"@LINK,(?P<device>\d{1,20})", re.ASCII)

cut = cut_lines


def parse(data: bytes, session: Session) -> Parsed:
    """Return what R16h sentences say.

    Parameters
    ----------
    data : bytes
        Any number of lines.
    session : Session
        Its arrival time dates a login, which carries none.

    Returns
    -------
    Parsed
        Times are UTC; speed was km/h; accuracy is never stated. An alarm ULK outweighs a lock field that still
        says L: the field is then kept. Cell reports say that the tag found no position.
    """
    found = Gathering(kind="r16h", session=session, data=data)
    for start, stop in lines(data):
        _sentence(found, found.begin(start, stop))
    return found.parsed()


def _sentence(found: Gathering, line: str) -> None:
    if match := _LINK.fullmatch(line):
        found.device = match["device"]
        found.read_on_arrival(StatusKind.DEVICE_HEARTBEAT)
    elif match := _GPSD.fullmatch(line):
        t_us = _report(found, match)
        found.place(
            t_us,
            signed_deg(float(match["lat"]), match["ns"]),
            signed_deg(float(match["lon"]), match["ew"]),
            speed_mps=float(match["speed"]) * MPS_PER_KMH,
            heading_deg=float(match["course"]),
        )
        found.keep("altitude_m", match["altitude_m"])
    elif match := _LBSD.fullmatch(line):
        t_us = _report(found, match)
        found.read(StatusKind.NO_POSITION, t_us)
        found.keep("cell", match["cell"])
    else:
        found.reject(
            "sentence", "not_r16h", "Expected @GPSD, @LBSD or @LINK with its fields. Check the feed."
        )


def _report(found: Gathering, match: re.Match[str]) -> int:
    found.device = match["device"]
    t_us = utc_stamp_us(match["date"], match["clock"], form="%Y%m%d")
    found.read_battery(t_us, float(match["battery"]))
    opened = match["lock"] == "R" or match["alarm"] == "ULK"
    found.read(StatusKind.STRAP_OPEN if opened else StatusKind.STRAP_CLOSED, t_us)
    if match["alarm"] == "ULK" and match["lock"] == "L":
        found.keep("lock", "L")
    if match["alarm"]:
        found.keep("alarm", match["alarm"])
    if match["mode"] == "S":
        found.keep("stored", "S")
    if match["rest"]:
        found.keep("rest", match["rest"])
    return t_us
