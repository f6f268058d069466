"""Every claim of the README links to the test or the benchmark that backs it.

The README has the heading of ``HEADING`` and under it a table of two columns. The second column links to at least one
file under tests/ or benchmarks/; a `test_name` in backticks must stand in one of the files linked in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.links import links_of
from tools.house_rules.tree import Tree

README = Path("README.md")
HEADING = "## What it claims, and what backs it"
COLUMNS = "| Claim | Backed by |"
_TEST_NAME = re.compile(r"`(test_\w+)`")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield a README without its table of claims, and every claim that nothing backs."""
    lines = (tree.text(README) or "").splitlines() if README in tree.files else []
    if HEADING not in lines or COLUMNS not in lines:
        yield _finding(1, f"the heading {HEADING!r} and the table {COLUMNS!r}", "none", "Add them.")
        return
    start = lines.index(COLUMNS) + 2
    for number, row in enumerate(lines[start:], start + 1):
        if not row.startswith("|"):
            return
        yield from _unbacked(tree, number, row)


def _unbacked(tree: Tree, line: int, row: str) -> Iterator[Finding]:
    backing = row.strip("|").rpartition("|")[2]
    files = [Path(target.partition("#")[0]) for _, target in links_of(backing)]
    proof = [path for path in files if path.parts[0] in {"tests", "benchmarks"} and path in tree.files]
    if not proof:
        action = "Link the file that would fail if the claim were false, or drop the claim."
        yield _finding(
            line, "a link to a file under tests/ or benchmarks/", backing.strip() or "nothing", action
        )
    texts = "".join(tree.text(path) or "" for path in proof)
    for name in _TEST_NAME.findall(backing):
        if not re.search(rf"^\s*(?:async )?def {name}\(", texts, re.MULTILINE):
            yield _finding(
                line, f"{name} in a file linked beside it", "no such test", "Name a test that exists."
            )


def _finding(line: int, expected: str, found: str, action: str) -> Finding:
    return Finding("claims", README, line, expected, found, action)
