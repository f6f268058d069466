"""Decisions are numbered without a gap, have one form, and are on the map of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

FOLDER = Path("docs/adr")
MAP = Path("docs/README.md")
_NAME = re.compile(r"^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$")
_STATUS = re.compile(r"^Status: (accepted|superseded by \d{4}), \d{4}-\d{2}-\d{2}$", re.MULTILINE)


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every decision record with a wrong number, a wrong form, or no place on the map."""
    records = [path for path in tree.files if path.parent == FOLDER]
    mapped = tree.text(MAP) if MAP in tree.files else ""
    for number, path in enumerate(records, 1):
        for expected, found, action in _faults(number, path, text=tree.text(path) or "", mapped=mapped or ""):
            yield Finding("adr", path, 1, expected, found, action)


def _faults(number: int, path: Path, *, text: str, mapped: str) -> Iterator[tuple[str, str, str]]:
    name = _NAME.match(path.name)
    if name is None or int(name.group(1)) != number:
        yield f"{number:04d}-words-of-the-title.md", path.name, "Give it the next free number."
    first = text.partition("\n")[0]
    if not first.startswith(f"# {number}. "):
        yield f"the first line '# {number}. Title'", repr(first), "Begin with the number and the title."
    if _STATUS.search(text) is None:
        yield "a line 'Status: accepted, 2026-11-23'", "none", "Say whether it holds and since when."
    if f"adr/{path.name}" not in mapped:
        yield f"a link in {MAP}", "none", "Put it on the map."
