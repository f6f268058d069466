"""GPX tracks as blocks of columns, streamed through expat so that one bad point does not cost the file.

Track points are recordings; route points and waypoints are plans, and are set aside. A document type
declaration is refused: GPX has none, and entities in one can be used to exhaust memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from throughcare.adapters.files.fields import Field
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.tables import Block, ended_early_note, unparsed
from throughcare.adapters.files.text import file_size
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.intake import Note, Reject

_READ_BYTES = 2**20
_CHILDREN = {"time": "t", "hdop": "hdop", "sat": "satellites", "speed": "speed_mps", "course": "heading"}
_LABELS = {"t": "time", "satellites": "sat", "speed_mps": "speed", "heading": "course"}
_FIELDS = ("lat", "lon", "t", "hdop", "satellites", "speed_mps", "heading")
_PLANS = ("wpt", "rtept")
_CUT_SHORT = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


def gpx_blocks(
    path: Path,
    *,
    fields: tuple[Field, ...],
    needed: tuple[str, ...],
    options: ReadOptions,
) -> Iterator[Block]:
    """Yield the file's track points; a row is the number of the point in the file, from 1.

    A file that is cut short gives the points before the cut, and a reject for the point that was cut.

    Raises
    ------
    RefusedInput
        If the file is absent, empty, not XML, not GPX, damaged before its end, or holds no point.
    """
    total = file_size(path)
    reader = _Points(path)
    with path.open("rb") as file:
        for cut_short in _parse(reader, file, path):
            if len(reader.points) >= options.block_rows or cut_short is not None:
                yield reader.take(path.name, file.tell(), total, cut_short=bool(cut_short))
    if not reader.count:
        action = "Ask for the track itself, not only a route or waypoints."
        raise _refusal(path, "track points (trkpt)", "none", action)


def _parse(reader: _Points, file: IO[bytes], path: Path) -> Iterator[bool | None]:
    """Feed the file to the reader; yield None after each piece, then whether the file was cut short."""
    try:
        while data := file.read(_READ_BYTES):
            reader.parser.Parse(data, False)  # noqa: FBT003 - expat's own signature
            yield None
        reader.parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        if error.code not in _CUT_SHORT or file.read(1) or not reader.is_gpx:
            found = f"XML that breaks at line {error.lineno} ({expat.ErrorString(error.code)})"
            raise _refusal(path, "a GPX file", found, "Export the track again.") from None
        yield True
        return
    yield False


class _Points:
    """What expat has found so far: points as texts, ready to be taken as a block."""

    def __init__(self, path: Path) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.points: list[dict[str, str]] = []
        self.count = 0
        self.is_gpx = False
        self._path = path
        self._first = 1
        self._plans = 0
        self._open: dict[str, str] | None = None
        self._field: str | None = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self.is_gpx:
            if local != "gpx":
                action = "Check that this is the right file, or name its format with --format."
                raise _refusal(self._path, "a GPX file", f"XML with the root {local!r}", action)
            self.is_gpx = True
        if local == "trkpt":
            self._open = {key: attributes[key] for key in ("lat", "lon") if key in attributes}
            self.count += 1
        elif local in _PLANS:
            self._plans += 1
        self._field = _CHILDREN.get(local) if self._open is not None else None

    def _end(self, name: str) -> None:
        self._field = None
        if name.rpartition(" ")[2] == "trkpt" and self._open is not None:
            self.points.append(self._open)
            self._open = None

    def _text(self, text: str) -> None:
        if self._field is not None and self._open is not None:
            self._open[self._field] = self._open.get(self._field, "") + text

    def _doctype(self, *_: object) -> None:
        action = "Remove the declaration: it can make a reader use up all memory."
        raise _refusal(self._path, "GPX without a document type declaration", "one", action)

    def take(self, file: str, done: int, total: int, *, cut_short: bool) -> Block:
        """Return the points found since the last call as a block."""
        points, first, plans = self.points, self._first, self._plans
        cut: tuple[Reject, ...] = ()
        if cut_short and self._open is not None:
            cut = (unparsed(file=file, row=self.count, line=json.dumps(self._open).encode(), why=_CUT),)
        self.points, self._plans, self._first = [], 0, first + len(points)
        rows = np.arange(first, first + len(points))
        note = Note(
            "route_or_waypoint", plans, "Route points and waypoints are plans, not recordings: set aside."
        )
        return Block(
            columns={
                field: pa.array([point.get(field) or None for point in points], pa.string())
                for field in _FIELDS
            },
            labels=_LABELS,
            row=rows,
            raw=lambda i: json.dumps(points[i], ensure_ascii=False),
            rejects=cut,
            notes=((note,) if plans else ()) + ((ended_early_note(),) if cut_short else ()),
            rows=len(points) + len(cut) + plans,
            set_aside=plans,
            bytes_done=done,
            bytes_total=total,
        )


_CUT = (
    "truncated_row",
    "a whole track point",
    "a point that the end of the file cuts off",
    "Ask for the file again.",
)


def _refusal(path: Path, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=str(path), expected=expected, found=found, action=action)
