"""A stream of bytes, read in pieces: what came whole is parsed, what did not waits for the rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from throughcare.adapters.devices.parsed import Parsed, Session
from throughcare.adapters.devices.registry import DeviceAdapter
from throughcare.kernel.columns import NO_TIME_US
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.intake import Reject
from throughcare.monitoring.status import Readings

LONGEST_BYTES = (
    2**17
)  # no message of any adapter is longer; what waits for its end longer than this is damaged
_Rows = TypeVar("_Rows", Positions, Readings)


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the reading of a stream stands; a service keeps it between two pieces.

    Parameters
    ----------
    rest : bytes
        The beginning of a message whose end has not come.
    offset : int
        Where ``rest`` begins in the stream.
    messages : int
        How many messages were read.
    device : str
        The device that the connection last named; empty before any.
    """

    rest: bytes = b""
    offset: int = 0
    messages: int = 0
    device: str = ""


@dataclass(frozen=True)
class Decoded:
    """What a piece of a stream said.

    Parameters
    ----------
    parsed : Parsed
        Rows are numbered from the start of the stream, and so is where each message stands.
    data : bytes
        The bytes that were read: those that had waited, and the new ones but for what waits now.
    offset, before : int
        Where ``data`` begins in the stream, and how many messages were read before it.
    """

    parsed: Parsed
    data: bytes
    offset: int
    before: int

    def message(self, row: int) -> tuple[int, bytes]:
        """Return where a message begins in the stream, and its bytes.

        Parameters
        ----------
        row : int
            Its number, as positions, readings, kept fields and rejects carry it.
        """
        start, stop = self.parsed.spans[row - self.before - 1]
        return start, self.data[start - self.offset : stop - self.offset]


def feed(
    stream: Stream, data: bytes, *, adapter: DeviceAdapter, received_us: int = NO_TIME_US, last: bool = False
) -> tuple[Stream, Decoded]:
    """Return the stream after more bytes, and what the messages said that are whole now.

    Pieces of any size say what all bytes at once say (the suite holds every adapter to it), as long as no message
    is longer than ``LONGEST_BYTES``.

    Parameters
    ----------
    stream : Stream
        Before the first piece ``Stream()``, or ``Stream(device=...)`` where the device logged in already.
    data : bytes
    adapter : DeviceAdapter
    received_us : int
        When the bytes arrived, UTC microseconds; ``NO_TIME_US`` when not known.
    last : bool
        Whether nothing follows, so that what waits is read as it is.
    """
    data = stream.rest + data
    stop = len(data) if last else adapter.cut(data)
    if stop == 0 and len(data) > LONGEST_BYTES:
        stop = len(data)
    read = data[:stop]
    if not read:
        nothing = replace(_NOTHING, device=stream.device)
        return replace(stream, rest=data), Decoded(nothing, b"", stream.offset, stream.messages)
    found = adapter.parse(read, Session(device=stream.device, received_us=received_us))
    after = Stream(
        rest=data[stop:],
        offset=stream.offset + stop,
        messages=stream.messages + found.messages,
        device=found.device,
    )
    return after, Decoded(_moved(found, stream), read, stream.offset, stream.messages)


def join(pieces: Sequence[Decoded]) -> Parsed:
    """Return what the pieces of one stream said, as one."""
    every = [piece.parsed for piece in pieces]
    return Parsed(
        spans=tuple(span for parsed in every for span in parsed.spans),
        device=every[-1].device,
        positions=Positions.concat([parsed.positions for parsed in every]),
        readings=Readings.concat([parsed.readings for parsed in every]),
        unknown=tuple(kept for parsed in every for kept in parsed.unknown),
        rejects=tuple(reject for parsed in every for reject in parsed.rejects),
    )


_NOTHING = Parsed((), "", Positions.empty(), Readings.empty(), (), ())


def _moved(parsed: Parsed, stream: Stream) -> Parsed:
    rejects: tuple[Reject, ...] = tuple(
        replace(reject, row=reject.row + stream.messages) for reject in parsed.rejects
    )
    return Parsed(
        spans=tuple((start + stream.offset, stop + stream.offset) for start, stop in parsed.spans),
        device=parsed.device,
        positions=_renumbered(parsed.positions, stream.messages),
        readings=_renumbered(parsed.readings, stream.messages),
        unknown=tuple(replace(kept, row=kept.row + stream.messages) for kept in parsed.unknown),
        rejects=rejects,
    )


def _renumbered(batch: _Rows, before: int) -> _Rows:
    rows = {name: getattr(batch, name) for name in batch.columns()}
    rows["row"] = batch.row + before
    return type(batch).build(key=batch.key, keys=batch.keys, **rows)
