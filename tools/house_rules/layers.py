"""The layer contract covers the whole package: every folder is a layer, and every pure layer is fenced.

import-linter enforces the contracts; this rule sees to it that they go on saying what DESIGN says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

SETTINGS = Path("pyproject.toml")
EDGE = ("service", "cli", "runners", "adapters")  # every other layer is pure


def check(tree: Tree) -> Iterator[Finding]:
    """Yield a layer that no contract holds, or a pure one that may reach the outside world."""
    contracts = _contracts(tree)
    layers = _layers(contracts)
    fenced = {
        name.removeprefix("throughcare.")
        for contract in contracts
        if contract["type"] == "forbidden"
        for name in contract["source_modules"]
    }
    folders = {path.parts[2] for path in tree.files if _is_package(path)}
    for name in sorted(folders - set(layers)):
        yield _finding(f"{name} in the layers contract", "none", "Add the layer at its place.")
    for name in sorted(folders - set(EDGE) - fenced):
        yield _finding(f"{name} in a forbidden contract", "none", "A pure layer reaches nothing outside.")
    if not any(c["type"] == "layers" and c.get("exhaustive") for c in contracts):
        yield _finding("an exhaustive layers contract", "none", "Set exhaustive = true.")
    if not any(c["type"] == "acyclic_siblings" for c in contracts):
        yield _finding("a contract against import cycles", "none", "Add one of type acyclic_siblings.")


def _contracts(tree: Tree) -> list[dict[str, Any]]:
    settings = tomllib.loads(tree.text(SETTINGS) or "") if SETTINGS in tree.files else {}
    contracts: list[dict[str, Any]] = settings.get("tool", {}).get("importlinter", {}).get("contracts", [])
    return contracts


def _layers(contracts: list[dict[str, Any]]) -> list[str]:
    rows = [row for contract in contracts if contract["type"] == "layers" for row in contract["layers"]]
    return [name.strip(" ()") for row in rows for name in row.split("|")]


def _is_package(path: Path) -> bool:
    return path.parts[:2] == ("src", "throughcare") and path.parts[3:] == ("__init__.py",)


def _finding(expected: str, found: str, action: str) -> Finding:
    return Finding("layers", SETTINGS, 1, expected, found, action)
