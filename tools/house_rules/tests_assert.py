"""Every test asserts something: a test that cannot fail proves nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import FunctionNode, Tree

_ASSERTING = ("assert", "check", "expect", "fail", "raises", "warns")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every test function in which no assertion can be seen."""
    for module in tree.modules("tests"):
        for node, _ in module.functions():
            if node.name.startswith("test_") and not _asserts(node):
                yield Finding(
                    rule="tests_assert",
                    path=module.path,
                    line=node.lineno,
                    expected="an assert, pytest.raises or a call of a check_... function",
                    found=f"{node.name} without one",
                    action="Assert the outcome that the test is named for.",
                )


def _asserts(node: FunctionNode) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            called = ast.unparse(inner.func).rpartition(".")[2].lstrip("_")
            if called.startswith(_ASSERTING):
                return True
    return False
