"""A public function takes at most three arguments by position: the others are keyword-only.

Coordinates (names ending in ``_deg``) are not counted: they come in one fixed order, latitude first.
Compiled kernels are exempt, because numba knows no keyword-only arguments.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import FunctionNode, Tree, decorator_names

LIMIT = 3
_COMPILED = ("njit", "jit", "vectorize", "guvectorize")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every public function of the source with too many positional arguments."""
    for module in tree.modules("src"):
        for node, owner in module.surface():
            counted = _positional(node, is_method=owner is not None)
            if len(counted) > LIMIT and not _is_compiled(node):
                yield Finding(
                    rule="positional",
                    path=module.path,
                    line=node.lineno,
                    expected=f"at most {LIMIT} positional arguments",
                    found=f"{node.name}({', '.join(counted)})",
                    action="Put a * before those that a reader cannot tell apart at the call.",
                )


def _positional(node: FunctionNode, *, is_method: bool) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if is_method and "staticmethod" not in decorator_names(node):
        names = names[1:]
    return [name for name in names if not name.endswith("_deg")]


def _is_compiled(node: FunctionNode) -> bool:
    return any(name.rpartition(".")[2] in _COMPILED for name in decorator_names(node))
