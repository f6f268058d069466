"""Laipac: ``$AVRMC`` reports with a checksum, and the sentences around them that say that the tag is alive."""

from __future__ import annotations

import re
from functools import reduce
from operator import xor

from throughcare.adapters.devices.fields import MPS_PER_KNOT, cut_lines, lines, signed_deg, utc_stamp_us
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.monitoring.status import StatusKind

_FRAME = re.compile(r"\$(?P<body>[^*]{1,400})\*(?P<sum>[0-9A-Fa-f]{2})")
_AVRMC = re.compile(
    r"AVRMC,(?P<device>[^,]{1,20}),(?P<clock>\d{6}),(?P<status>[AVRPavrp]),"
    r"(?P<lat>\d\d)(?P<lat_min>\d\d\.\d{1,8}),(?P<ns>[NS]),(?P<lon>\d{3})(?P<lon_min>\d\d\.\d{1,8}),(?P<ew>[EW]),"
    r"(?P<speed>\d{1,4}\.\d{1,6}),(?P<course>\d{1,3}\.\d{1,6}),(?P<date>\d{6}),(?P<event>[0-9A-Za-z]),"
    r"(?P<battery>[\d.]{1,8}),(?P<rest>.*)",
    re.ASCII,
)
_ALIVE = re.compile(r"(?P<name>ECHK|AVSYS|EAVSYS),(?P<device>[^,]{1,20}),(?P<rest>.*)", re.ASCII)
_TAMPERED = "T"

cut = cut_lines


def parse(data: bytes, session: Session) -> Parsed:
    """Return what Laipac sentences say.

    Parameters
    ----------
    data : bytes
        Any number of lines.
    session : Session
        Its arrival time dates ``$ECHK`` and ``$AVSYS``, which carry none.

    Returns
    -------
    Parsed
        Times are UTC; speed was knots; accuracy is never stated. Event T is a tamper that does not say whether of
        the strap or of the case: it is read as the case. A position marked V is one that the tag calls invalid.
    """
    found = Gathering(kind="laipac", session=session, data=data)
    for start, stop in lines(data):
        _sentence(found, found.begin(start, stop))
    return found.parsed()


def checksum(body: str) -> int:
    """Return the exclusive or of the characters between ``$`` and ``*``."""
    return reduce(xor, body.encode("latin-1"), 0)


def _sentence(found: Gathering, line: str) -> None:
    frame = _FRAME.fullmatch(line)
    if frame is None:
        found.reject("sentence", "not_laipac", "Expected $...*hh with a checksum. Check the feed.")
    elif checksum(frame["body"]) != int(frame["sum"], 16):
        found.reject(
            "checksum", "bad_checksum", "Expected the checksum of the sentence. It was damaged on the way."
        )
    elif report := _AVRMC.fullmatch(frame["body"]):
        _report(found, report)
    elif alive := _ALIVE.fullmatch(frame["body"]):
        found.device = alive["device"]
        found.read_on_arrival(StatusKind.DEVICE_HEARTBEAT)
        found.keep(alive["name"].lower(), alive["rest"])
    else:
        found.reject("sentence", "unknown_sentence", "Expected AVRMC, ECHK, AVSYS or EAVSYS with its fields.")


def _report(found: Gathering, report: re.Match[str]) -> None:
    found.device = report["device"]
    t_us = utc_stamp_us(report["date"], report["clock"], form="%d%m%y")
    lat_deg = signed_deg(int(report["lat"]) + float(report["lat_min"]) / 60.0, report["ns"])
    lon_deg = signed_deg(int(report["lon"]) + float(report["lon_min"]) / 60.0, report["ew"])
    if report["status"] in "Vv":
        found.read(StatusKind.NO_POSITION, t_us)
        found.keep("invalid_position_deg", f"{lat_deg:.7f} {lon_deg:.7f}")
    else:
        speed_mps = float(report["speed"]) * MPS_PER_KNOT
        found.place(t_us, lat_deg, lon_deg, speed_mps=speed_mps, heading_deg=float(report["course"]))
    if report["event"] == _TAMPERED:
        found.read(StatusKind.CASE_OPEN, t_us)
    for name in ("status", "event", "rest"):
        found.keep(name, report[name])
    found.keep("battery_mv", report["battery"].replace(".", ""))
