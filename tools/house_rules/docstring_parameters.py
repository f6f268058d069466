"""A docstring names only parameters that exist: a stale one is worse than none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import FunctionNode, Tree

_SECTION = re.compile(r"^Parameters\n-{10}\n(.*?)(?=^\S[^\n]*\n-{3,}$|\Z)", re.MULTILINE | re.DOTALL)
_NAMES = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", re.MULTILINE)


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every documented parameter that the signature does not have."""
    for module in tree.modules("src", "tools"):
        for node, _ in module.functions():
            real = _parameters(node)
            for name in documented_parameters(ast.get_docstring(node)):
                if name not in real:
                    yield Finding(
                        rule="docstring_parameters",
                        path=module.path,
                        line=node.lineno,
                        expected=f"only parameters of {node.name}: {', '.join(sorted(real)) or 'none'}",
                        found=name,
                        action="Mend the Parameters section.",
                    )


def documented_parameters(docstring: str | None) -> list[str]:
    """Return the names in the numpydoc section Parameters, in order."""
    section = _SECTION.search(docstring or "")
    if section is None:
        return []
    lines = _NAMES.findall(section.group(1))
    return [name.lstrip("*") for line in lines for name in line.split(", ")]


def _parameters(node: FunctionNode) -> set[str]:
    arguments = node.args
    named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    starred = (item for item in (arguments.vararg, arguments.kwarg) if item is not None)
    return {argument.arg for argument in (*named, *starred)}
