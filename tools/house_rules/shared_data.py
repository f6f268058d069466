"""No file of the data beside the project is committed: it is read in place, under its own licences.

The check compares contents, so it needs that data beside the project (as CI has it); elsewhere it finds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

_SMALLEST_BYTES = 64  # an empty or one-line file is equal to another by chance


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every file whose content is that of a file of the shared data."""
    shared = _by_size(tree.root.parent / "shared" / "data")
    for path in tree.files:
        content = tree.root / path
        for other in shared.get(content.stat().st_size, ()):
            if _digest(content) == _digest(other):
                yield Finding(
                    rule="shared_data",
                    path=path,
                    line=1,
                    expected="no copy of the shared data",
                    found=f"the content of {other.name}",
                    action="Delete it; read the file in place in a test marked real_data.",
                )


def _by_size(folder: Path) -> dict[int, list[Path]]:
    sizes: dict[int, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size >= _SMALLEST_BYTES:
            sizes.setdefault(path.stat().st_size, []).append(path)
    return sizes


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
