"""Files that appear whole or not at all: a killed run leaves no half file behind a finished name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a binary file that takes the path's name only when the block ends well.

    It is written beside the path, flushed to the disk and renamed over it; on an error it is removed and
    what stood at the path stays. Only its owner can read it: it holds personal data.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def atomic_bytes(path: Path, data: bytes) -> None:
    """Write the bytes as a whole file."""
    with atomic_file(path) as file:
        file.write(data)
