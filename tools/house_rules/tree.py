"""The files of the project, read once, and the questions that several rules ask of them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Never committed: what the tools and the commands leave behind (.gitignore says the same).
_NOT_OURS = frozenset(
    {
        ".git",
        ".hypothesis",
        ".import_linter_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
        "__pycache__",
        "build",
        "dist",
        "node_modules",
        "out",
    }
)
_GENERATED = "docs/reference"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file, parsed. ``path`` is relative to the root."""

    path: Path
    text: str
    syntax: ast.Module

    def functions(self) -> Iterator[tuple[FunctionNode, ast.ClassDef | None]]:
        """Yield every function with the class that it is a method of; functions inside functions too."""
        for node in ast.walk(self.syntax):
            owner = node if isinstance(node, ast.ClassDef) else None
            for child in ast.iter_child_nodes(node):
                if isinstance(child, FunctionNode):
                    yield child, owner

    def surface(self) -> Iterator[tuple[FunctionNode, ast.ClassDef | None]]:
        """Yield the public functions of the module and the public methods of its public classes."""
        for node in self.syntax.body:
            if isinstance(node, FunctionNode) and is_public(node.name):
                yield node, None
            if isinstance(node, ast.ClassDef) and is_public(node.name):
                for member in node.body:
                    if isinstance(member, FunctionNode) and is_public(member.name):
                        yield member, node

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield every class, nested ones too."""
        return (node for node in ast.walk(self.syntax) if isinstance(node, ast.ClassDef))


@dataclass(frozen=True)
class Tree:
    """A project's folder. Paths are relative to ``root``."""

    root: Path

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every file that is ours, sorted."""
        found: list[Path] = []
        for folder, names, files in os.walk(self.root):
            here = Path(folder).relative_to(self.root)
            names[:] = [n for n in names if n not in _NOT_OURS and (here / n).as_posix() != _GENERATED]
            found.extend(here / name for name in files)
        return tuple(sorted(found))

    def named(self, *suffixes: str) -> tuple[Path, ...]:
        """Return the files with one of the suffixes."""
        return tuple(path for path in self.files if path.suffix in suffixes)

    def text(self, path: Path) -> str | None:
        """Return the file's text, or None if it is not UTF-8 text."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    @cached_property
    def python(self) -> tuple[Module, ...]:
        """Every Python file, parsed.

        Raises
        ------
        SyntaxError
            If a file does not parse: the lint step names it in the same run.
        """
        texts = ((path, (self.root / path).read_text(encoding="utf-8")) for path in self.named(".py"))
        return tuple(Module(path, text, ast.parse(text, filename=str(path))) for path, text in texts)

    def modules(self, *folders: str) -> tuple[Module, ...]:
        """Return the Python files under the named top folders."""
        return tuple(module for module in self.python if module.path.parts[0] in folders)


def is_public(name: str) -> bool:
    """Return whether a name is for others to use."""
    return not name.startswith("_")


def own_statements(node: FunctionNode) -> list[ast.stmt]:
    """Return the statements of a function without its docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def decorator_names(node: FunctionNode | ast.ClassDef) -> tuple[str, ...]:
    """Return the decorators as written, without their arguments."""
    return tuple(ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list)
