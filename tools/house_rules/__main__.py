"""``python -m tools.house_rules [ROOT]``: check a whole tree, print every finding, exit 1 if there is one."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.house_rules.run import RULES, check_all
from tools.house_rules.tree import Tree

tree = Tree(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
findings = check_all(tree)
for finding in findings:
    print(finding.text())
print(f"{len(RULES)} house rules, {len(tree.files)} files, {len(findings)} findings")
sys.exit(1 if findings else 0)
