"""Nothing unfinished is committed: no note to self in a comment, no function that does nothing.

Unfinished work is an issue. Protocols, overloads and abstract methods may have no body: they are promises.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.tree import FunctionNode, Module, Tree, decorator_names, own_statements

_MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_COMMENT = re.compile(r"(#|//|/\*|<!--|\{#).*")
_OTHER_SOURCE = (".sh", ".js", ".css", ".html", ".j2", ".typ", ".toml", ".yml", ".yaml")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every note to self and every hollow function."""
    for module in tree.python:
        for line, words in _python_comments(module.text):
            yield from _marked(module.path, line, words)
    for path in tree.named(*_OTHER_SOURCE):
        for line, text in enumerate((tree.text(path) or "").splitlines(), 1):
            comment = _COMMENT.search(text)
            if comment:
                yield from _marked(path, line, comment.group())
    for module in tree.modules("src", "tools", "benchmarks"):
        yield from _hollow_functions(module)


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _marked(path: Path, line: int, comment: str) -> Iterator[Finding]:
    mark = _MARK.search(comment)
    if mark:
        yield Finding(
            rule="unfinished",
            path=path,
            line=line,
            expected="finished work",
            found=mark.group(),
            action="Do it now, or open an issue and delete the note.",
        )


def _hollow_functions(module: Module) -> Iterator[Finding]:
    for node, owner in module.functions():
        if _is_hollow(node) and not _is_promise(node, owner):
            yield Finding(
                rule="unfinished",
                path=module.path,
                line=node.lineno,
                expected="a function that does something",
                found=f"{node.name}, which does nothing",
                action="Write it, or delete it and its callers.",
            )


def _is_hollow(node: FunctionNode) -> bool:
    body = own_statements(node)
    if not body:
        return True
    only = body[0]
    if len(body) > 1:
        return False
    if isinstance(only, ast.Raise):
        return only.exc is not None and "NotImplemented" in ast.unparse(only.exc)
    return isinstance(only, ast.Pass) or (isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant))


def _is_promise(node: FunctionNode, owner: ast.ClassDef | None) -> bool:
    if any(name.rpartition(".")[2] in {"abstractmethod", "overload"} for name in decorator_names(node)):
        return True
    return owner is not None and any("Protocol" in ast.unparse(base) for base in owner.bases)
