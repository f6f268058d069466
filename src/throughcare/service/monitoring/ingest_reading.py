"""What a delivery's bytes say: JSON, NDJSON or a vendor's own, as facts and rejects. Reads no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from throughcare.adapters.devices.registry import KINDS, load_adapter
from throughcare.adapters.devices.stream import Decoded, join
from throughcare.adapters.files.json_records import (
    Record,
    Understood,
    document_records,
    line_records,
    raw_of,
    read_records,
)
from throughcare.adapters.files.options import ReadOptions
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings
from throughcare.runners.decoding import decode_pieces

JSON, NDJSON = "json", "ndjson"
MOST_ROWS = 20_000
LONGEST_RAW = 10_000
_RECORDS: dict[str, Callable[[bytes], list[Record]]] = {JSON: document_records, NDJSON: line_records}


class TooLarge(Exception):
    """A delivery is larger than is taken; ``words`` say what is, what was found and what to do."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Read:
    """What was said.

    Parameters
    ----------
    positions, readings, rejects
        Every row of the input is a fact or a reject; a vendor's message may be several.
    raw : callable
        A row of the input as it came.
    messages, passed_over : int
        A vendor's messages, and the fields in them that none of our columns holds.
    """

    positions: Positions
    readings: Readings
    rejects: tuple[Reject, ...]
    raw: Callable[[int], str]
    messages: int = 0
    passed_over: int = 0

    @property
    def rows(self) -> int:
        """How many facts and rejects there are."""
        return len(self.positions) + len(self.readings) + len(self.rejects)


def read_delivery(data: bytes, *, form: str, device_id: str | None, now_us: int) -> Read:
    """Return what the bytes say.

    Parameters
    ----------
    form : str
        ``json``, ``ndjson`` or a vendor of the registry of devices.
    device_id : str or None
        Whose facts they are where they do not say so.
    now_us : int
        When they arrived: the time of a vendor's message that has none of its own.

    Raises
    ------
    RefusedInput
        If nothing in them can be read.
    TooLarge
        If there are more than ``MOST_ROWS`` rows.
    """
    if form not in _RECORDS:
        return _vendors(data, form, device_id or "", now_us)
    records = _RECORDS[form](data)
    _bound(len(records))
    if not records:
        raise RefusedInput(
            where="the body",
            expected="at least one record",
            found="none",
            action="Leave out deliveries of nothing.",
        )
    understood: Understood = read_records(records, options=ReadOptions(default_device=device_id))
    return Read(understood.positions, understood.readings, understood.rejects, raw_of(records))


def _bound(rows: int) -> None:
    if rows > MOST_ROWS:
        words = f"Expected at most {MOST_ROWS:,} records in one delivery; found {rows:,}. Send them in parts."
        raise TooLarge(words)


def _vendors(data: bytes, vendor: str, device_id: str, now_us: int) -> Read:
    pieces = list(decode_pieces([data], adapter=load_adapter(vendor), device=device_id, received_us=now_us))
    parsed = join(pieces)
    _bound(parsed.messages)
    if not parsed.messages:
        raise RefusedInput(
            where="the body",
            expected=f"messages of {vendor}",
            found="none" if data else "nothing at all",
            action=f"Check that the device is of this kind; the kinds are {', '.join(KINDS)}.",
        )
    raw = _message_of(pieces)
    return Read(
        parsed.positions,
        parsed.readings,
        tuple(replace(reject, raw=raw(reject.row)) for reject in parsed.rejects),
        raw,
        messages=parsed.messages,
        passed_over=len(parsed.unknown),
    )


def _message_of(pieces: list[Decoded]) -> Callable[[int], str]:
    """Return a function from a message's number to its bytes in hexadecimal."""

    def raw(row: int) -> str:
        piece = next((p for p in pieces if p.before < row <= p.before + p.parsed.messages), None)
        return "" if piece is None else piece.message(row)[1].hex()[:LONGEST_RAW]

    return raw
