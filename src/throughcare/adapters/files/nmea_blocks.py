"""NMEA 0183 logs as blocks of columns: the sentences of one instant together make one position.

Every line is accounted for: it makes a position, goes into one, is set aside (no position in it, no fix) or is
rejected with its line number (bad checksum, broken, no date to be known).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from throughcare.adapters.files.fields import Field
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.sentences import Sentence, Sort, read_line
from throughcare.adapters.files.tables import Block, ended_early_note, unparsed
from throughcare.adapters.files.text import Lines, text_blocks
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US
from throughcare.monitoring.intake import Note, Reject

_DATELESS_MOST = 3600  # instants held back until a date is known: an hour at 1 Hz
_LABELS = {"t": "time", "lat": "latitude", "lon": "longitude"}
_EPOCH_DAY = dt.date(1970, 1, 1)

_SET_ASIDE = {
    Sort.OTHER: "Sentences that hold no position, such as satellites in view.",
    Sort.COMMENT: "Comments and blank lines.",
    Sort.BINARY: "Lines of binary data from another protocol, which cannot be read as NMEA.",
}
_MERGED = Note("merged_sentence", 0, "Further sentences of an instant: they went into its position.")
_NO_FIX = Note("no_fix", 0, "The receiver said that it had no fix, or had not measured it: no position.")
_TIME_ONLY = Note("time_only", 0, "Sentences with a time or a date and no position.")
_NOTE_WORDS = {note.code: note.words for note in (_MERGED, _NO_FIX, _TIME_ONLY)} | {
    sort.value: words for sort, words in _SET_ASIDE.items()
}
_PROBLEMS = {
    Sort.BAD_CHECKSUM: (
        "a checksum that fits the sentence",
        "one that does not",
        "The line was damaged on its way.",
    ),
    Sort.NO_CHECKSUM: (
        "a checksum (*hh) at the end",
        "none",
        "The line is cut, or the receiver leaves it out.",
    ),
    Sort.BROKEN: ("a whole NMEA sentence", "a broken one", "The line was damaged on its way."),
    Sort.NOT_NMEA: (
        "an NMEA sentence, a comment (#) or a blank line",
        "other text",
        "Check what wrote the line.",
    ),
}
_NO_TIME = (
    "missing_time",
    "the time of the fix",
    "a position without one",
    "Nothing can be proved without a time.",
)
_NO_DATE = (
    "missing_date",
    "a date from RMC or ZDA",
    "a time of day only",
    "Say the file's first date with --first-date, or have the receiver send RMC or ZDA.",
)


@dataclass(slots=True)
class _Instant:
    """The sentences of one time of day, gathered."""

    tod_us: int
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    date: dt.date | None = None

    def add(self, number: int, line: bytes, sentence: Sentence) -> None:
        self.lines.append((number, line))
        self.sentences.append(sentence)

    @property
    def has_position(self) -> bool:
        return any(sentence.has_position for sentence in self.sentences)

    @property
    def void(self) -> bool:
        """Whether any sentence denies the fix: one that is denied anywhere is not used."""
        return any(sentence.fix is False for sentence in self.sentences)

    def stated_date(self) -> dt.date | None:
        return next((s.date for s in self.sentences if s.date is not None), None)

    def best(self, name: str) -> float:
        """Return a value from the preferred sentence that states it."""
        ranked = sorted(self.sentences, key=lambda s: s.rank)
        values = (float(getattr(sentence, name)) for sentence in ranked)
        return next((value for value in values if not math.isnan(value)), math.nan)

    def place(self) -> tuple[float, float]:
        """Return latitude and longitude, both from one sentence."""
        found = min((s for s in self.sentences if s.has_position), key=lambda s: s.rank)
        return found.lat_deg, found.lon_deg

    def t_us(self) -> int:
        assert self.date is not None
        return (self.date - _EPOCH_DAY).days * DAY_US + self.tod_us


class _Log:
    """An NMEA log read line by line into instants, in order of the file."""

    def __init__(self, file: str, first_date: dt.date | None) -> None:
        self._file = file
        self._current: _Instant | None = None
        self._dateless: list[_Instant] = []
        self._last = None if first_date is None else (first_date, 0)
        self.ready: list[_Instant] = []
        self.rejects: list[Reject] = []
        self.aside: Counter[str] = Counter()
        self.sentences = 0

    def add(self, number: int, line: bytes) -> None:
        """Take in one line."""
        sort, sentence = read_line(line)
        if sentence is None:
            self._set_by(sort, number, line)
            return
        self.sentences += 1
        if sentence.tod_us is None:
            self._timeless(number, line, sentence)
            return
        if self._current is None or self._current.tod_us != sentence.tod_us:
            self._close()
            self._current = _Instant(sentence.tod_us)
        self._current.add(number, line, sentence)

    def _set_by(self, sort: Sort, number: int, line: bytes) -> None:
        if sort in _SET_ASIDE:
            self.aside[sort.value] += 1
            self.sentences += sort is Sort.OTHER
        else:
            self.rejects.append(
                unparsed(file=self._file, row=number, line=line, why=(sort.value, *_PROBLEMS[sort]))
            )

    def _timeless(self, number: int, line: bytes, sentence: Sentence) -> None:
        if sentence.has_position and sentence.fix is not False:
            self.rejects.append(unparsed(file=self._file, row=number, line=line, why=_NO_TIME))
        else:
            self.aside[_NO_FIX.code if sentence.fix is False else _TIME_ONLY.code] += 1

    def _close(self) -> None:
        """End the current instant: date it, or hold it until a date is known."""
        instant, self._current = self._current, None
        if instant is None:
            return
        if instant.void or not instant.has_position:
            self.aside[_NO_FIX.code if instant.void else _TIME_ONLY.code] += len(instant.lines)
            return
        instant.date = instant.stated_date() or self._next_date(instant.tod_us)
        if instant.date is None:
            self._dateless.append(instant)
            if len(self._dateless) > _DATELESS_MOST:
                self._reject_dateless()
            return
        self._date_backwards(instant)
        self._last = (instant.date, instant.tod_us)
        self.ready.append(instant)

    def _next_date(self, tod_us: int) -> dt.date | None:
        """Return the date after the last one dated: the next day when the clock has gone back by half a day."""
        if self._last is None:
            return None
        date, last_us = self._last
        return date + dt.timedelta(days=1) if last_us - tod_us > 12 * HOUR_US else date

    def _date_backwards(self, dated: _Instant) -> None:
        """Date the instants that came before the first date of the file."""
        date, tod_us = dated.date, dated.tod_us
        for instant in reversed(self._dateless):
            if date is not None and instant.tod_us - tod_us > 12 * HOUR_US:
                date -= dt.timedelta(days=1)
            instant.date, tod_us = date, instant.tod_us
        self.ready += self._dateless
        self._dateless = []

    def _reject_dateless(self) -> None:
        for instant in self._dateless:
            self.rejects += [
                unparsed(file=self._file, row=number, line=line, why=_NO_DATE)
                for number, line in instant.lines
            ]
        self._dateless = []

    def end(self) -> None:
        """Close what is open; what never got a date is rejected."""
        self._close()
        self._reject_dateless()

    def take(self, lines: Lines) -> Block:
        """Return the instants that are ready as a block."""
        ready, rejects, aside = self.ready, self.rejects, self.aside
        self.ready, self.rejects, self.aside = [], [], Counter()
        aside[_MERGED.code] += sum(len(instant.lines) - 1 for instant in ready)
        places = [instant.place() for instant in ready]
        columns = {
            "t": pa.array([instant.t_us() for instant in ready], pa.int64()).cast(
                pa.timestamp("us", tz="UTC")
            ),
            "lat": pa.array([lat for lat, _ in places], pa.float64()),
            "lon": pa.array([lon for _, lon in places], pa.float64()),
            "hdop": pa.array([instant.best("hdop") for instant in ready], pa.float64()),
            "satellites": pa.array([instant.best("satellites") for instant in ready], pa.float64()),
            "speed_mps": pa.array([instant.best("speed_mps") for instant in ready], pa.float64()),
            "heading": pa.array([instant.best("heading_deg") for instant in ready], pa.float64()),
        }
        set_aside = sum(aside.values())
        notes = tuple(Note(code, count, _NOTE_WORDS[code]) for code, count in sorted(aside.items()) if count)
        return Block(
            columns=columns,
            labels=_LABELS,
            row=np.array([instant.lines[0][0] for instant in ready], dtype=np.int64),
            raw=lambda i: b"\n".join(line for _, line in ready[i].lines).decode(errors="backslashreplace"),
            rejects=tuple(rejects),
            notes=notes + ((ended_early_note(),) if lines.ended_early else ()),
            rows=len(ready) + len(rejects) + set_aside,
            set_aside=set_aside,
            bytes_done=lines.bytes_done,
            bytes_total=lines.bytes_total,
        )


def nmea_blocks(
    path: Path,
    *,
    fields: tuple[Field, ...],
    needed: tuple[str, ...],
    options: ReadOptions,
) -> Iterator[Block]:
    """Yield the log's positions; a row is the number of the line of the position's first sentence, from 1.

    Dates come from RMC and ZDA, run on over midnight, and back to the sentences before the first of them.
    Two-digit years of a receiver whose GPS week has rolled over stay as sent: screening finds them.

    Raises
    ------
    RefusedInput
        If the file cannot be read as text or holds no NMEA sentence.
    """
    log = _Log(path.name, options.first_date)
    number = 0
    lines = Lines(b"")
    for lines in text_blocks(path, block_bytes=options.block_bytes, kind="NMEA"):
        for line in lines.split() if lines.data else ():
            number += 1
            log.add(number, line)
        yield log.take(lines)
    log.end()
    if not log.sentences:
        raise RefusedInput(
            where=str(path),
            expected="NMEA 0183 sentences ($GPRMC,...*hh)",
            found="none with a right checksum",
            action="Check that this is the right file, or name its format with --format.",
        )
    yield log.take(Lines(b"", bytes_done=lines.bytes_total, bytes_total=lines.bytes_total))
