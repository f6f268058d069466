"""A number that measures something says its unit in its name: ``gap_s``, ``radius_m``, ``now_us``.

The check is by word: a parameter or field whose last word is a quantity and whose type is a number lacks its unit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Module, Tree

QUANTITIES = frozenset(
    {
        *("distance", "radius", "accuracy", "altitude", "buffer"),
        *("lat", "latitude", "lon", "longitude", "heading", "bearing"),
        *("time", "timestamp", "instant", "deadline", "now"),
        *("duration", "delay", "timeout", "interval", "gap", "dwell", "elapsed", "latency", "age"),
        *("speed", "velocity"),
    }
)
_NUMBER = re.compile(r"\b(int|float|Ints|Floats|Metres|int64|float64)\b")


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every parameter and field of the source that names a quantity without its unit."""
    for module in tree.modules("src"):
        for line, name, annotation in _annotated(module):
            if name.lower().rpartition("_")[2] in QUANTITIES and _NUMBER.search(annotation):
                yield Finding(
                    rule="units",
                    path=module.path,
                    line=line,
                    expected="the unit at the end of the name (_m _s _us _mps _deg _min ...)",
                    found=f"{name}: {annotation}",
                    action="Add the unit to the name.",
                )


def _annotated(module: Module) -> Iterator[tuple[int, str, str]]:
    for node, _ in module.functions():
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        for argument in arguments:
            if argument.annotation is not None:
                yield argument.lineno, argument.arg, ast.unparse(argument.annotation)
    for owner in module.classes():
        for field in owner.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                yield field.lineno, field.target.id, ast.unparse(field.annotation)
