"""Text files as blocks of whole lines, plain or gzipped, in bounded memory.

One line is one record: a quoted field cannot run over a line end, so that one stray quote can spoil one row
and never the rest of the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from throughcare.kernel.errors import RefusedInput

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_BLANK_LINES = (b"\n\n", b"\n\r\n", b"\n ")
_LONGEST_LINE = 64 * 2**20
_FOREIGN = (
    (b"PAR1", "a Parquet file"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"%PDF", "a PDF"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a text file.

    Parameters
    ----------
    data : bytes
        The lines, each with its line break unless ``whole`` is False.
    whole : bool
        False when the file ends without a line break after the last line, which may then be cut.
    ended_early : bool
        True when a compressed file ends before its end was written.
    bytes_done, bytes_total : int
    """

    data: bytes
    whole: bool = True
    ended_early: bool = False
    bytes_done: int = 0
    bytes_total: int = 0

    def split(self) -> list[bytes]:
        """Return the lines without their line breaks, blank ones included."""
        return [line.removesuffix(b"\r") for line in self.data.removesuffix(b"\n").split(b"\n")]


def text_blocks(path: Path, *, block_bytes: int, kind: str) -> Iterator[Lines]:
    """Yield the file's lines in blocks of about ``block_bytes``, a byte-order mark taken off.

    Raises
    ------
    RefusedInput
        If the file is absent, empty, of another format, damaged, or has no line ends.
    """
    total = file_size(path)
    with path.open("rb") as stored:
        carry, ended_early, first = b"", False, True
        for piece in _pieces(stored, block_bytes, path):
            ended_early = piece is None
            data = piece or b""
            if first:
                data, first = _checked_start(data, path, kind), False
            end = data.rfind(b"\n") + 1
            if end:
                yield Lines(carry + data[:end], bytes_done=stored.tell(), bytes_total=total)
                carry = data[end:]
            else:
                carry += data
            if len(carry) > _LONGEST_LINE:
                raise _refusal(path, f"lines of {kind}", f"no line break in {_LONGEST_LINE} bytes", _CHECK)
        if first:
            raise _refusal(path, "rows of data", "an empty compressed file", "Ask for the file again.")
        if carry or ended_early:
            yield Lines(carry, whole=False, ended_early=ended_early, bytes_done=total, bytes_total=total)


def _pieces(stored: IO[bytes], size: int, path: Path) -> Iterator[bytes | None]:
    """Yield the text in pieces; None at the end where a compressed file ended too early."""
    if stored.read(2) != _GZIP:
        stored.seek(0)
        while data := stored.read(size):
            yield data
        return
    stored.seek(0)
    member = zlib.decompressobj(_GZIP_WINDOW)
    try:
        while packed := stored.read(size // 8 + 1):
            while packed:
                yield member.decompress(packed, size)
                packed = member.unconsumed_tail
                if member.eof:
                    packed = member.unused_data.lstrip(b"\0")
                    member = zlib.decompressobj(_GZIP_WINDOW) if packed else member
        yield member.flush()
    except zlib.error as error:
        found = f"damaged compressed data ({error})"
        raise _refusal(path, "a whole gzip file", found, "Ask for the file again.") from None
    if not member.eof:
        yield None


def without_blank_lines(lines: Lines) -> bytes:
    """Return the lines without those that hold nothing but space; each keeps its line break."""
    data = lines.data
    if not data.startswith((b"\n", b"\r\n", b" ")) and not any(blank in data for blank in _BLANK_LINES):
        return data
    kept = b"\n".join(line for line in lines.split() if line.strip())
    return kept + b"\n" if kept and lines.whole else kept


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are text in UTF-8, in every column and not only in those that are used."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def file_size(path: Path) -> int:
    """Return the file's size, refusing a file that is absent or empty."""
    if not path.is_file():
        found = "a directory" if path.is_dir() else "nothing"
        raise _refusal(path, "a file", found, "Check the path.")
    size = path.stat().st_size
    if not size:
        raise _refusal(path, "rows of data", "an empty file (0 bytes)", "Ask for the file again.")
    return size


_CHECK = "Check that this is the right file, or name its format with --format."


def _checked_start(data: bytes, path: Path, kind: str) -> bytes:
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            raise _refusal(path, f"{kind} in UTF-8", name, _CHECK)
    if not data:
        raise _refusal(path, "rows of data", "an empty file", "Ask for the file again.")
    return data.removeprefix(b"\xef\xbb\xbf")


def _refusal(path: Path, expected: str, found: str, action: str) -> RefusedInput:
    return RefusedInput(where=str(path), expected=expected, found=found, action=action)
