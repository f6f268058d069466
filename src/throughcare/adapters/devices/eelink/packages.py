"""Eelink's frames: packages of 0x6767, type, length; datagrams put ``EL``, a checksum and the device before them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MARK = b"\x67\x67"
_HEAD_BYTES = 5  # mark, type, length
_DATAGRAM_BYTES = 14  # EL, length, checksum, eight bytes of device
_INDEX_BYTES = 2


@dataclass(frozen=True, slots=True)
class Package:
    """One package: where it stands, its type and what follows its index; ``fault`` is a reason code where it is none.

    ``device`` is the one that a datagram's header names before it, and empty without a header. ``settled`` says
    that no further bytes can change where it stops.
    """

    start: int
    stop: int
    settled: bool = True
    device: str = ""
    kind: int = -1
    body: bytes = b""
    fault: str = ""


def packages(data: bytes) -> Iterator[Package]:
    """Yield every package of a stream or a datagram; bytes that are none come as one package with its fault."""
    at = 0
    while at < len(data):
        start, device = at, ""
        if data[at : at + 2] == b"EL":
            device = bcd(data[at + 6 : at + _DATAGRAM_BYTES])
            at += _DATAGRAM_BYTES
            if at >= len(data):
                yield Package(start, len(data), settled=False, device=device, fault="empty_datagram")
                return
        package = _package(data, start, at, device)
        yield package
        at = package.stop


def _package(data: bytes, start: int, at: int, device: str) -> Package:
    stop = _stop(data, at)
    if stop > len(data):
        return Package(start, len(data), settled=False, device=device, fault="cut_short")
    if stop == 0:
        stop = _next(data, at + 1)
        fault = (
            "cut_short" if _stop(data[at:stop], 0) else "not_a_package"
        )  # one byte of a mark may be its start
        return Package(start, stop, settled=stop + _HEAD_BYTES <= len(data), device=device, fault=fault)
    body = data[at + _HEAD_BYTES + _INDEX_BYTES : stop]
    return Package(start, stop, device=device, kind=data[at + 2], body=body)


def _next(data: bytes, at: int) -> int:
    """Return where the next package begins that can be one, or the end."""
    at = data.find(MARK, at)
    while at >= 0 and not _stop(data, at):
        at = data.find(MARK, at + 1)
    return len(data) if at < 0 else at


def bcd(digits: bytes) -> str:
    """Return an identifier that is written two digits a byte, without its leading filler."""
    return digits.hex()[1:]


def _stop(data: bytes, at: int) -> int:
    """Return where the package ends (beyond the data, if it is cut short), or 0 where none begins."""
    head = data[at : at + _HEAD_BYTES]
    if len(head) < _HEAD_BYTES:
        return at + _HEAD_BYTES if MARK.startswith(head[:2]) else 0
    size = struct.unpack_from(">H", head, 3)[0]
    return at + _HEAD_BYTES + size if head[:2] == MARK and size >= _INDEX_BYTES else 0


class CutShort(Exception):
    """A field reaches beyond its package."""


@dataclass
class Cursor:
    """Reads big-endian fields of a body one after the other."""

    body: bytes
    at: int = 0

    def take(self, form: str) -> tuple[int, ...]:
        """Return the fields of a ``struct`` form without its byte order.

        Raises
        ------
        CutShort
            If the body ends before they do.
        """
        size = struct.calcsize(">" + form)
        if self.at + size > len(self.body):
            raise CutShort
        self.at += size
        return struct.unpack_from(">" + form, self.body, self.at - size)

    def has(self, size: int) -> bool:
        """Return whether so many bytes are left."""
        return len(self.body) - self.at >= size

    def rest(self) -> str:
        """Return what is left, as hexadecimal."""
        return self.body[self.at :].hex()
