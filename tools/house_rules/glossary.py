"""Every word that the system shows to a person is explained in GLOSSARY.md.

The words are the members of the enumerations below: a new condition, incident or cause brings its own line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.house_rules.findings import Finding
from tools.house_rules.tree import Tree

GLOSSARY = Path("GLOSSARY.md")
SOURCES = {
    "src/throughcare/orders/vocabulary.py": ("ConditionKind", "LegalBasis", "ExcuseReason"),
    "src/throughcare/monitoring/incidents.py": (
        "IncidentKind",
        "AlertCode",
        "IncidentStatus",
        "Cause",
        "Outcome",
    ),
    "src/throughcare/monitoring/events.py": ("EventKind",),
    "src/throughcare/monitoring/presence.py": ("Presence",),
    "src/throughcare/service/orders/vocabulary.py": (
        "DraftState",
        "StepKind",
        "AttemptOutcome",
        "NotMonitoredReason",
    ),
}
_TERM = re.compile(r"^\| \*\*(.+?)\*\* \|", re.MULTILINE)


def check(tree: Tree) -> Iterator[Finding]:
    """Yield every shown word that the glossary does not explain."""
    known = terms(tree.text(GLOSSARY) or "") if GLOSSARY in tree.files else set()
    for source, names in SOURCES.items():
        for class_name, word in _shown(tree, Path(source), names):
            if word.lower() not in known:
                yield Finding(
                    rule="glossary",
                    path=GLOSSARY,
                    line=1,
                    expected=f"a row '| **{word}** | ...' (shown by {class_name} in {source})",
                    found="none",
                    action="Explain the word in plain words, with its source.",
                )


def terms(text: str) -> set[str]:
    """Return the words that the glossary explains; one row may explain several, with commas between them."""
    return {word.strip().lower() for row in _TERM.findall(text) for word in row.split(",")}


def _shown(tree: Tree, source: Path, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    module = next((module for module in tree.python if module.path == source), None)
    for owner in module.classes() if module else ():
        if owner.name not in names:
            continue
        for member in owner.body:
            if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name):
                value = member.value.value if isinstance(member.value, ast.Constant) else None
                word = value if isinstance(value, str) else member.targets[0].id.lower()
                yield owner.name, word.replace("_", " ")
