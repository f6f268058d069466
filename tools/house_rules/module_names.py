"""A module is named for what it holds: utils, helpers and their like are names for 'somewhere else'."""

from __future__ import annotations

from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

BANNED = frozenset(
    {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utilities", "utils"}
)


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every Python file or folder with a name that says nothing."""
    for path in tree.named(".py"):
        for part in path.with_suffix("").parts:
            if part.strip("_") in BANNED:
                yield Finding(
                    rule="module_names",
                    path=path,
                    line=1,
                    expected="a name that says what is inside",
                    found=part,
                    action="Name it for its concept, or put each function beside the thing it is about.",
                )
