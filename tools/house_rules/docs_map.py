"""Every page of the documentation is on its map: docs/README.md links to the page or to its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.links import links_of
from tools.house_rules.tree import Tree

DOCS = Path("docs")
MAP = DOCS / "README.md"


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every Markdown page below docs/ that the map does not lead to."""
    text = (tree.text(MAP) or "") if MAP in tree.files else ""
    linked = {DOCS / target.partition("#")[0] for _, target in links_of(text)}
    for path in tree.named(".md"):
        folders = [folder for folder in path.parents if DOCS in folder.parents]
        if DOCS in path.parents and path != MAP and not linked & {path, *folders}:
            yield Finding(
                rule="docs_map",
                path=path,
                line=1,
                expected=f"a link in {MAP} to the page or to its folder",
                found="none",
                action="Put it on the map, in the row of what a reader wants.",
            )
