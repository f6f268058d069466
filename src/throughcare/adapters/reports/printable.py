"""What the fonts inside the PDF can print. Another sign is written as its code, never dropped and never a failure."""

from __future__ import annotations

import re
import unicodedata

from throughcare.adapters.reports.svg import plain

_RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00AC),
    (0x00AE, 0x017F),  # Latin-1 and Latin Extended-A: Welsh, Polish, Romanian, Turkish
    (0x0218, 0x021B),
    (0x0391, 0x03A1),  # Greek
    (0x03A3, 0x03A9),
    (0x03B1, 0x03C9),
    (0x0400, 0x045F),  # Cyrillic
    (0x1E80, 0x1E85),  # Welsh w
    (0x1EF2, 0x1EF3),  # Welsh y
)
# dashes, quotation marks, bullet, ellipsis, arrow, less or equal, more or equal, primes, soft break, replacement
_SIGNS = "\n\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2192\u2264\u2265\u2032\u2033\u200b\ufffd"
_RUN = re.compile(r"[^\s\u200b]{33,}")


def is_printable(sign: str) -> bool:
    """Return whether the PDF's own fonts hold the sign."""
    return sign in _SIGNS or any(low <= ord(sign) <= high for low, high in _RANGES)


def printable(text: str) -> str:
    """Return text with every sign that the fonts lack written as its code, such as ``[U+5F20]``."""
    composed = unicodedata.normalize("NFC", plain(text))
    return "".join(sign if is_printable(sign) else f"[U+{ord(sign):04X}]" for sign in composed)


def softened(text: str) -> str:
    """Return text in which no unbroken run is longer than 32 signs: a line may break inside such a run."""
    return _RUN.sub(lambda run: "\u200b".join(_pieces(run.group())), text)


def _pieces(run: str) -> list[str]:
    return [run[i : i + 16] for i in range(0, len(run), 16)]
