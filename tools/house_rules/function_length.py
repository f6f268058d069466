"""A function is at most 60 lines long: what does not fit on a screen is more than one thought."""

from __future__ import annotations

from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

LIMIT_LINES = 60


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every function of the source, the tools and the benchmarks that is too long."""
    for module in tree.modules("src", "tools", "benchmarks"):
        for node, _ in module.functions():
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LIMIT_LINES:
                yield Finding(
                    rule="function_length",
                    path=module.path,
                    line=node.lineno,
                    expected=f"at most {LIMIT_LINES} lines",
                    found=f"{node.name} with {lines}",
                    action="Give its parts names and call them.",
                )
