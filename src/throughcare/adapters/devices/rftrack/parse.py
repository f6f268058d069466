"""RfTrack: one HTTP form a report, from the unit that a bracelet is paired with.

The form says when the bracelet was last paired and last not; the unit of those counters is known and their start is
not, so they are kept and open no strap.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from throughcare.adapters.devices.fields import cut_lines, lines
from throughcare.adapters.devices.parsed import Gathering, Parsed, Session
from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Source
from throughcare.monitoring.status import StatusKind

_PATH = "/deviceDataUpload.do"
_LARGEST_MS = 10**14
cut = cut_lines


def parse(data: bytes, session: Session) -> Parsed:
    """Return what reports say.

    Parameters
    ----------
    data : bytes
        The bodies of requests, one a line; the path may stand before each.
    session : Session
        Its device is used where a form has no ``i``; a form names nobody but itself.

    Returns
    -------
    Parsed
        Times are UTC (milliseconds since 1970). Accuracy is that of the form's ``gps``, without a stated level; how
        the position was found is not said. A report without ``gps`` says that the unit found no position.
    """
    found = Gathering(kind="rftrack", session=session, data=data)
    for start, stop in lines(data):
        _form(found, found.begin(start, stop).removeprefix(_PATH).removeprefix("?"))
        found.device = session.device
    return found.parsed()


def _form(found: Gathering, body: str) -> None:
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
    form = dict(pairs)
    t_us = _milliseconds_us(form.get("t", ""))
    if t_us == NO_TIME_US:
        found.reject("t", "not_rftrack", "Expected a form with a time t in milliseconds. Check the feed.")
        return
    found.device = form.get("i", "") or found.device
    _report(found, form, t_us)
    for name, value in pairs:
        if form[name] != value or name not in {"i", "t"}:  # a field said twice is kept twice
            found.keep(name, value)


def _report(found: Gathering, form: dict[str, str], t_us: int) -> None:
    battery = form.get("bat", "")
    if battery.isascii() and battery.isdigit() and len(battery) < 10:
        found.read_battery(t_us, float(int(battery) & 0xFF))
    if "gps" not in form:
        found.read(StatusKind.NO_POSITION, t_us)
        return
    place = _object(form["gps"])
    lat_deg, lon_deg = _finite(place.get("y")), _finite(place.get("x"))
    fixed_us = _milliseconds_us(str(place.get("t", "")))
    if lat_deg is None or lon_deg is None:
        found.reject("gps", "not_a_position", "Expected JSON with numbers x, y and t. Check the device.")
        return
    accuracy_m = _finite(place.get("a"))
    found.place(
        fixed_us,
        lat_deg,
        lon_deg,
        accuracy_m=float("nan") if accuracy_m is None else accuracy_m,
        source=Source.UNKNOWN,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # deep nesting is bad input too
        return {}
    return value if isinstance(value, dict) else {}


def _finite(value: object) -> float | None:
    """Return a JSON number of a size that a coordinate or a radius can have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 else None


def _milliseconds_us(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 16 and int(text) < _LARGEST_MS:
        return int(text) * 1000
    return NO_TIME_US
