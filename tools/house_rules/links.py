"""Every link inside the documentation leads somewhere: to a file that exists, to a heading that stands in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every link of a Markdown file that leads nowhere inside the project."""
    for path in tree.named(".md"):
        for line, target in links_of(tree.text(path) or ""):
            fault = None if _ELSEWHERE.match(target) else _fault(tree, path, target)
            if fault:
                yield Finding(
                    rule="links",
                    path=path,
                    line=line,
                    expected="a file of the project and a heading in it",
                    found=f"{target} ({fault})",
                    action="Mend the link.",
                )


def links_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, target) of every link outside code blocks."""
    prose = without_code(text)
    for match in _LINK.finditer(prose):
        yield prose.count("\n", 0, match.start()) + 1, match.group(1)


def without_code(text: str) -> str:
    """Return Markdown with its code blocks emptied; the line numbers stay."""
    return _FENCE.sub(lambda block: "\n" * block.group().count("\n"), text)


def slugs(text: str) -> set[str]:
    """Return the anchors that a forge gives to the headings of a Markdown text."""
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in _HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in plain}


def _fault(tree: Tree, source: Path, target: str) -> str | None:
    name, _, anchor = target.partition("#")
    path = Path(posixpath.normpath(posixpath.join(source.parent.as_posix(), name))) if name else source
    if path.parts[:1] == ("..",) or not (tree.root / path).exists():
        return "no such file"
    if anchor and path.suffix == ".md" and anchor not in slugs(without_code(tree.text(path) or "")):
        return "no such heading"
    return None
