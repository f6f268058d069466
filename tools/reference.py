"""Write the reference pages from the docstrings: one Markdown page a public module, and an index of them.

The pages are read from the source, not from the running package, so they need no extra and run no code. They are
not committed: the docstrings are the one place where a function is described.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.house_rules.tree import FunctionNode, Module, Tree, decorator_names, is_public

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src")
LAYERS = (
    "kernel", "orders", "monitoring", "risk", "evaluation", "simulation", "adapters", "runners", "service", "cli",
)  # fmt: skip

_SECTION = re.compile(r"^(\S[^\n]*)\n-{3,}$", re.MULTILINE)
_ENTRY = re.compile(r"^(\S.*?)(?: : (.+))?$")
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_LISTS = ("Parameters", "Returns", "Yields", "Raises", "Attributes")  # the other sections are prose
_SHOWN_DECORATORS = ("property", "classmethod", "staticmethod")


def main(arguments: Sequence[str]) -> int:
    """Write every page below the folder that is named, and print where the index is."""
    folder = ROOT / arguments[0]
    folder.mkdir(parents=True, exist_ok=True)
    pages = reference_pages(Tree(ROOT))
    for stale in set(folder.glob("*.md")) - {folder / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages in {folder / 'index.md'}")
    return 0


def reference_pages(tree: Tree) -> dict[str, str]:
    """Return the text of every page by its file name, ``index.md`` among them."""
    modules = {name: module for module in tree.modules("src") if (name := public_name(module.path))}
    pages = {f"{name}.md": module_page(name, module) for name, module in modules.items()}
    return pages | {"index.md": index_page(modules)}


def public_name(path: Path) -> str | None:
    """Return the import name of a module that is for others to use, or None."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts) if all(is_public(part) for part in parts) else None


def index_page(modules: dict[str, Module]) -> str:
    """Return the list of modules, layer by layer from the bottom, each with the first line of its docstring."""
    lines = ["# Reference", "", "Written by `make docs` from the docstrings.", ""]
    for layer in LAYERS:
        names = [name for name in modules if name.split(".")[1:2] == [layer]]
        if names:
            lines += [f"## {layer}", ""]
            lines += [f"- [`{name}`]({name}.md): {_first_line(modules[name].syntax)}" for name in names] + [
                ""
            ]
    return "\n".join(lines)


def module_page(name: str, module: Module) -> str:
    """Return the page of one module: its docstring, then its public classes and functions in source order."""
    parts = [f"# {name}", "", markdown(ast.get_docstring(module.syntax) or "")]
    for node in module.syntax.body:
        if isinstance(node, FunctionNode) and is_public(node.name):
            parts += ["", f"## {node.name}", "", *_described(node, signature(node))]
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            parts += ["", f"## {node.name}", "", *_described(node, class_outline(node))]
            for method in _public_methods(node):
                parts += ["", f"### {node.name}.{method.name}", "", *_described(method, signature(method))]
    return "\n".join(parts).rstrip() + "\n"


def signature(node: FunctionNode) -> str:
    """Return a function's signature as written, with the decorators that change how it is called."""
    shown = [f"@{name}\n" for name in decorator_names(node) if name in _SHOWN_DECORATORS]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{''.join(shown)}{node.name}({ast.unparse(node.args)}){returns}"


def class_outline(node: ast.ClassDef) -> str:
    """Return a class's head and its fields or members, each as written."""
    bases = f"({', '.join(ast.unparse(base) for base in node.bases)})" if node.bases else ""
    rows = [
        f"    {ast.unparse(field)}"
        for field in node.body
        if isinstance(field, ast.AnnAssign | ast.Assign) and not ast.unparse(field).startswith("_")
    ]
    return "\n".join([f"class {node.name}{bases}", *rows])


def markdown(docstring: str) -> str:
    """Return a numpydoc docstring as Markdown: sections in bold, their entries as lists, code in backticks."""
    text = _ROLE.sub(r"`\1`", docstring).replace("``", "`")
    pieces = _SECTION.split(text)
    parts = [pieces[0].strip()]
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        parts += [f"**{title}**", "\n".join(_entries(body)) if title in _LISTS else body.strip()]
    return "\n\n".join(part for part in parts if part)


def _entries(body: str) -> Iterator[str]:
    for line in body.strip("\n").splitlines():
        entry = _ENTRY.match(line)
        if entry is None:
            yield f"  {line.strip()}" if line.strip() else ""
        else:
            yield f"- `{entry.group(1)}`" + (f": {entry.group(2)}" if entry.group(2) else "")


def _described(node: FunctionNode | ast.ClassDef, code: str) -> list[str]:
    return ["```python", code, "```", "", markdown(ast.get_docstring(node) or "")]


def _public_methods(node: ast.ClassDef) -> Iterator[FunctionNode]:
    return (member for member in node.body if isinstance(member, FunctionNode) and is_public(member.name))


def _first_line(syntax: ast.Module) -> str:
    return markdown((ast.get_docstring(syntax) or "").partition("\n")[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
