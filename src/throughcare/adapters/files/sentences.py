"""NMEA 0183 sentences: what one line says about time and position, its checksum proved first."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from enum import Enum

from pynmeagps import NMEAReader
from pynmeagps.exceptions import NMEAMessageError, NMEAParseError, NMEATypeError
from pynmeagps.nmeahelpers import calc_checksum

from throughcare.kernel.time import SECOND_US

KNOT_MPS = 1852.0 / 3600.0

_SENTENCE = re.compile(r"\$([^*$]+)\*([0-9A-Fa-f]{2})")
_HEADER = re.compile(r"[A-OQ-Z][A-Z]([A-Z]{3}),")  # talker and type; P begins what a maker defined for itself
_POSITION = {"GGA": 0, "GNS": 1, "RMC": 2, "GLL": 3}  # the lower is preferred: it says more about the fix
_MEASURED_QUALITY = (1, 2, 3, 4, 5)  # not 0 no fix, 6 dead reckoning, 7 typed in, 8 simulator
_MEASURED_MODE = frozenset("ADPRF")


class Sort(Enum):
    """What a line is to a reader of positions."""

    SENTENCE = "sentence"  # says something about time or position
    OTHER = "other_sentence"
    COMMENT = "comment"
    BINARY = "binary_data"
    BAD_CHECKSUM = "bad_checksum"
    NO_CHECKSUM = "missing_checksum"
    BROKEN = "broken_sentence"
    NOT_NMEA = "not_nmea"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence about time or position; NaN and None where it does not say.

    ``fix`` is False where the receiver says that it has none or did not measure it (void, simulator, dead
    reckoning), None where the sentence does not say.
    """

    rank: int
    tod_us: int | None
    date: dt.date | None
    fix: bool | None
    lat_deg: float = math.nan
    lon_deg: float = math.nan
    hdop: float = math.nan
    satellites: float = math.nan
    speed_mps: float = math.nan
    heading_deg: float = math.nan

    @property
    def has_position(self) -> bool:
        """Whether the sentence states where the receiver is."""
        return not (math.isnan(self.lat_deg) or math.isnan(self.lon_deg))


def read_line(line: bytes) -> tuple[Sort, Sentence | None]:
    """Return what a line is and, for a sentence about time or position, what it says.

    Whatever stands before the line's last ``$`` (a tag block, the rest of a binary message) is passed over:
    the checksum proves the sentence.
    """
    line = line.strip()
    if not line or line.startswith(b"#"):
        return Sort.COMMENT, None
    start = line.rfind(b"$")
    try:
        text = line[max(start, 0) :].decode("ascii")
    except UnicodeDecodeError:
        return Sort.BINARY, None
    if start < 0:
        if line.startswith(b"!") and text.isprintable():
            return Sort.OTHER, None
        return (Sort.NOT_NMEA if text.isprintable() else Sort.BINARY), None
    return _read_sentence(text)


def _read_sentence(text: str) -> tuple[Sort, Sentence | None]:
    match = _SENTENCE.fullmatch(text)
    if match is None:
        return (Sort.BROKEN if "*" in text else Sort.NO_CHECKSUM), None
    if calc_checksum(match[1]) != match[2].upper():
        return Sort.BAD_CHECKSUM, None
    header = _HEADER.match(match[1])
    if header is None or (header[1] not in _POSITION and header[1] != "ZDA"):
        return Sort.OTHER, None
    try:
        message = NMEAReader.parse(text)
    except (NMEAMessageError, NMEAParseError, NMEATypeError):
        return Sort.BROKEN, None
    return Sort.SENTENCE, _sentence(header[1], message)


def _sentence(kind: str, message: object) -> Sentence:
    date = getattr(message, "date", None) if kind == "RMC" else _zda_date(message)
    time = getattr(message, "time", None)
    return Sentence(
        rank=_POSITION.get(kind, len(_POSITION)),
        tod_us=_tod_us(time) if isinstance(time, dt.time) else None,
        date=date if isinstance(date, dt.date) else None,
        fix=_fix(kind, message),
        lat_deg=_number(message, "lat"),
        lon_deg=_number(message, "lon"),
        hdop=_number(message, "HDOP"),
        satellites=_number(message, "numSV"),
        speed_mps=_number(message, "spd") * KNOT_MPS,
        heading_deg=_number(message, "cog"),
    )


def _tod_us(time: dt.time) -> int:
    return ((time.hour * 60 + time.minute) * 60 + time.second) * SECOND_US + time.microsecond


def _number(message: object, name: str) -> float:
    value = getattr(message, name, None)
    return float(value) if isinstance(value, int | float) else math.nan


def _zda_date(message: object) -> dt.date | None:
    parts = [getattr(message, name, None) for name in ("year", "month", "day")]
    try:
        return dt.date(*(part for part in parts if isinstance(part, int)))
    except (TypeError, ValueError, OverflowError):
        return None


def _fix(kind: str, message: object) -> bool | None:
    if kind == "GGA":
        return getattr(message, "quality", 0) in _MEASURED_QUALITY
    if kind == "GNS":
        return bool(_MEASURED_MODE & set(str(getattr(message, "posMode", ""))))
    if kind == "ZDA":
        return None
    mode = str(getattr(message, "posMode", "") or "A")
    return getattr(message, "status", "V") == "A" and mode in _MEASURED_MODE
