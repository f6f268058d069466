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
    """One package: its type and what follows its index; ``fault`` is a reason code where it is none.

    ``device`` is the one that a datagram's header names, and empty on a stream.
    """

    raw: bytes
    device: str = ""
    kind: int = -1
    body: bytes = b""
    fault: str = ""


def packages(data: bytes) -> Iterator[Package]:
    """Yield every package of a stream or a datagram; bytes that are none come as one package with its fault."""
    device = ""
    while data:
        if data[:2] == b"EL":
            device, data = bcd(data[6:_DATAGRAM_BYTES]), data[_DATAGRAM_BYTES:]
            if not data:
                yield Package(b"EL", device, fault="empty_datagram")
            continue
        stop = _stop(data)
        if stop == 0:
            later = data.find(MARK, 1)
            later = len(data) if later < 0 else later
            yield Package(data[:later], device, fault="not_a_package")
            data = data[later:]
            continue
        if stop > len(data):
            yield Package(data, device, fault="cut_short")
            return
        yield Package(data[:stop], device, kind=data[2], body=data[_HEAD_BYTES + _INDEX_BYTES : stop])
        data = data[stop:]


def bcd(digits: bytes) -> str:
    """Return an identifier that is written two digits a byte, without its leading filler."""
    return digits.hex()[1:]


def _stop(data: bytes) -> int:
    """Return where the package ends (beyond the data, if it is cut short), or 0 where none begins."""
    if len(data) < _HEAD_BYTES:
        return _HEAD_BYTES if MARK.startswith(data[:2]) else 0
    size = struct.unpack_from(">H", data, 3)[0]
    return _HEAD_BYTES + size if data[:2] == MARK and size >= _INDEX_BYTES else 0


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
