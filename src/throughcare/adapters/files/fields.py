"""Which column of a file holds which of our fields: names known by default, and the caller's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from throughcare.kernel.errors import RefusedInput


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields and the column names that are taken for it, the preferred first.

    MoJ names are those of the position table of HMPPS crime matching (read 2026): ``precision`` in metres,
    ``speed`` in kilometres an hour, ``lbs`` 1 GPS, 4 RF, 5 LBS (cell), 6 Wi-Fi. Names without underscores are those
    of the same fields in the JSON of HMPPS data insights and crime matching (``gpsDate``), compared without case.
    """

    name: str
    columns: tuple[str, ...]


POSITION_FIELDS = (
    Field("device", ("device_id", "device", "imei", "deviceid")),
    Field(
        "t",
        (
            *("gps_date", "t", "time", "timestamp", "gps_time", "datetime", "date_time", "fix_time"),
            *("gpsdate", "captureddatetime"),
        ),
    ),
    Field("recorded", ("recorded_date", "recordeddate")),
    Field("received", ("uploaded_date", "received", "received_at", "uploaded", "uploadeddate")),
    Field("lat", ("latitude", "lat", "lat_deg")),
    Field("lon", ("longitude", "lon", "lng", "long", "lon_deg")),
    Field("accuracy", ("precision", "accuracy", "accuracy_m", "horizontal_accuracy")),
    Field("level", ("precision_level", "accuracy_level", "level")),
    Field("source", ("lbs", "source")),
    Field("hdop", ("hdop",)),
    Field("satellites", ("satellite", "satellites", "sats")),
    Field("speed_kmh", ("speed", "speed_kmh")),
    Field("speed_mps", ("speed_mps",)),
    Field("heading", ("direction", "heading", "heading_deg", "bearing", "course")),
)
STATUS_FIELDS = (
    Field("device", ("device_id", "device", "unit_id", "home_unit_id", "deviceid")),
    Field("t", ("time", "t", "timestamp", "event_date", "datetime", "recorded_date", "eventstartdateutc")),
    Field("received", ("received", "uploaded_date", "received_at", "uploaded", "eventuploadeddateutc")),
    Field("kind", ("kind", "status", "event", "event_type", "eventtypename")),
    Field("value", ("value",)),
)

_EVERY_NAME = {name for f in POSITION_FIELDS + STATUS_FIELDS for name in (f.name, *f.columns)}


def find_columns(
    found: Iterable[str], *, fields: tuple[Field, ...], given: Mapping[str, str], file: str
) -> dict[str, int]:
    """Return which column, by its index, holds each field that the file has.

    Parameters
    ----------
    found : iterable of str
        The file's column names, compared without case or surrounding space.
    fields : tuple of Field
    given : mapping of str to str
        The caller's own mapping, our field (or one of its known names) to the file's column.
    file : str
        For the words of a refusal.

    Raises
    ------
    RefusedInput
        If a mapping names a field or a column that does not exist, or a column that is used stands twice.
    """
    names = [name.strip().lower() for name in found]
    known = {alias: field.name for field in fields for alias in (field.name, *field.columns)}
    chosen: dict[str, int] = {}
    for ours, theirs in given.items():
        field_name = known.get(ours.strip().lower())
        if field_name is None and ours.strip().lower() in _EVERY_NAME:
            continue  # one mapping serves a run's positions and statuses: a field of the other sort
        if field_name is None:
            raise _unknown_field(ours, file)
        chosen[field_name] = _index(theirs.strip().lower(), names, file)
    taken = set(chosen.values())
    for field in fields:
        if field.name in chosen:
            continue
        match = next((c for c in field.columns if c in names and names.index(c) not in taken), None)
        if match is not None:
            chosen[field.name] = _index(match, names, file)
            taken.add(chosen[field.name])
    if "t" not in chosen and "recorded" in chosen:
        chosen["t"] = chosen.pop("recorded")
    return chosen


def require_columns(
    chosen: Mapping[str, int],
    *,
    needed: Iterable[str],
    fields: tuple[Field, ...],
    found: list[str],
    file: str,
) -> None:
    """Refuse a file that lacks a column no row can do without, naming what was expected and found."""
    missing = [field for field in fields if field.name in set(needed) and field.name not in chosen]
    if not missing:
        return
    wanted = "; ".join(f"{field.name} (one of {', '.join(field.columns)})" for field in missing)
    raise RefusedInput(
        where=file,
        expected=f"a column for {wanted}",
        found=f"the columns {', '.join(repr(name) for name in found[:40]) or 'none'}",
        action=f"Say which column it is, as in --map {missing[0].name}=THEIR_COLUMN.",
    )


def _index(column: str, names: list[str], file: str) -> int:
    if names.count(column) == 1:
        return names.index(column)
    raise RefusedInput(
        where=file,
        expected=f"one column named {column!r}",
        found=f"{names.count(column)} of them among {', '.join(repr(name) for name in names[:40]) or 'none'}",
        action="Mend the header or the --map.",
    )


def _unknown_field(ours: str, file: str) -> RefusedInput:
    known = dict.fromkeys(field.name for field in POSITION_FIELDS + STATUS_FIELDS)
    return RefusedInput(
        where=f"--map {ours}",
        expected=f"one of our fields: {', '.join(known)}",
        found=repr(ours),
        action=f"Write --map FIELD=COLUMN with a field on the left and a column of {file} on the right.",
    )
