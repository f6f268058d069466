"""Every house rule, run over one tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.house_rules import (
    adr,
    claims,
    docs_map,
    docstring_parameters,
    file_length,
    function_length,
    glossary,
    layers,
    links,
    module_names,
    positional,
    registry_hosts,
    shared_data,
    tests_assert,
    unfinished,
    units,
)
from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

Rule = Callable[[Tree], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    adr.check,
    claims.check,
    docs_map.check,
    docstring_parameters.check,
    file_length.check,
    function_length.check,
    glossary.check,
    layers.check,
    links.check,
    module_names.check,
    positional.check,
    registry_hosts.check,
    shared_data.check,
    tests_assert.check,
    unfinished.check,
    units.check,
)


def check_all(tree: Tree) -> list[Finding]:
    """Return every finding of every rule, in order of file, line and rule."""
    findings = [finding for rule in RULES for finding in rule(tree)]
    return sorted(findings, key=lambda f: (f.path.as_posix(), f.line, f.rule))
