"""A source file is at most 800 lines long (400 is usual)."""

from __future__ import annotations

from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

LIMIT_LINES = 800
SOURCE = (".py", ".sh", ".js", ".css", ".html", ".j2", ".typ")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every source file that is too long."""
    for path in tree.named(*SOURCE):
        lines = len((tree.text(path) or "").splitlines())
        if lines > LIMIT_LINES:
            yield Finding(
                rule="file_length",
                path=path,
                line=1,
                expected=f"at most {LIMIT_LINES} lines",
                found=f"{lines}",
                action="Split it by what its parts are about.",
            )
