"""Each house rule fires on a bad sample, leaves a good one alone, and says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.house_rules import run
from tools.house_rules.links import slugs
from tools.house_rules.tree import Tree

ROOT = Path(__file__).parents[3]
SRC = "src/throughcare/kernel/sample.py"
TEST = "tests/unit/test_sample.py"
ADR = "# {n}. Keep it\n\nStatus: accepted, 2026-11-23\n"
README = "# T\n\n## What it claims, and what backs it\n\n| Claim | Backed by |\n|---|---|\n{row}\n"
VOCABULARY = 'class ConditionKind(StrEnum):\n    CURFEW = "curfew"\n    EXCLUSION_ZONE = "exclusion_zone"\n'
CONTRACTS = """
[[tool.importlinter.contracts]]
type = "layers"
exhaustive = {exhaustive}
layers = ["(cli)", "kernel"]

[[tool.importlinter.contracts]]
type = "forbidden"
source_modules = ["throughcare.kernel"]

[[tool.importlinter.contracts]]
type = "acyclic_siblings"
"""
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 60
PARAMETERS = '    """Say it.\n\n    Parameters\n    ----------\n    {name} : int\n        A count.\n    """\n'


def documented(name: str) -> str:
    return "def f(size):\n" + PARAMETERS.format(name=name) + "    return size\n"


# rule, a tree that breaks it, what it says it found, a tree that keeps it
CASES = [
    (
        "function_length",
        {SRC: LONG_FUNCTION},
        "f with 61",
        {SRC: LONG_FUNCTION.replace("    x = 1\n", "", 1)},
    ),
    ("file_length", {"src/a.css": "a{}\n" * 801}, "801", {"src/a.css": "a{}\n" * 800}),
    ("module_names", {"src/throughcare/utils.py": ""}, "utils", {"src/throughcare/timetable.py": ""}),
    (
        "module_names",
        {"src/throughcare/common/time.py": ""},
        "common",
        {"src/throughcare/kernel/time.py": ""},
    ),
    (
        "positional",
        {SRC: "def f(a, b, c, d): return a"},
        "f(a, b, c, d)",
        {SRC: "def f(a, b, *, c, d): return a"},
    ),
    (
        "positional",
        {SRC: "class A:\n    def f(self, a, b, c, d): return a"},
        "f(a, b, c, d)",
        {SRC: "class A:\n    def f(self, a, b, c): return a\n    def _g(self, a, b, c, d): return a"},
    ),
    (
        "positional",
        {SRC: "def f(a, b, c, d): return a"},
        "f(a, b, c, d)",
        {SRC: "@njit(cache=True)\ndef f(a, b, c, d): return a\ndef g(lat1_deg, lon1_deg, a, b, c): return a"},
    ),
    (
        "units",
        {SRC: "def f(*, max_gap: float): return 1"},
        "max_gap: float",
        {SRC: "def f(*, max_gap_s: float): return 1"},
    ),
    (
        "units",
        {SRC: "class A:\n    radius: float | None"},
        "radius: float | None",
        {SRC: "class A:\n    radius_m: float"},
    ),
    ("units", {SRC: "def f(now: int): return 1"}, "now: int", {SRC: "def f(interval: Interval): return 1"}),
    ("unfinished", {SRC: "x = 1  # TODO mend"}, "TODO", {SRC: 'x = "TODO"  # the word is data here'}),
    ("unfinished", {"src/a.js": "// FIXME later"}, "FIXME", {"src/a.js": "const a = 1; // sorted"}),
    (
        "unfinished",
        {SRC: 'def f():\n    """Say."""\n'},
        "f, which does nothing",
        {SRC: "def f():\n    return 1\n"},
    ),
    (
        "unfinished",
        {SRC: "def f():\n    raise NotImplementedError"},
        "f, which does nothing",
        {SRC: "class Source(Protocol):\n    def poll(self):\n        ...\n"},
    ),
    (
        "tests_assert",
        {TEST: "def test_it():\n    run()\n"},
        "test_it without one",
        {TEST: "def test_it():\n    assert run()\n"},
    ),
    (
        "tests_assert",
        {TEST: "def test_it():\n    print(1)\n"},
        "test_it without one",
        {TEST: "def test_it():\n    with pytest.raises(ValueError):\n        run()\n"},
    ),
    ("docstring_parameters", {SRC: documented("length")}, "length", {SRC: documented("size")}),
    ("adr", {"docs/adr/0002-keep.md": ADR.format(n=2)}, "0002-keep.md", {}),
    (
        "adr",
        {"docs/adr/0001-keep.md": "# 1. Keep it\n", "docs/README.md": "[1](adr/0001-keep.md)"},
        "none",
        {"docs/adr/0001-keep.md": ADR.format(n=1), "docs/README.md": "[1](adr/0001-keep.md)"},
    ),
    ("links", {"a.md": "[b](b.md)"}, "b.md (no such file)", {"a.md": "[b](b.md)", "b.md": "# B"}),
    ("links", {"a.md": "[b](#why)\n# How"}, "#why (no such heading)", {"a.md": "[b](#why-so)\n# Why so?"}),
    (
        "links",
        {"a.md": "[b](../b.md)"},
        "../b.md (no such file)",
        {"a.md": "```\n[b](b.md)\n```\n[c](https://x.test/y)"},
    ),
    ("claims", {"README.md": "# T\n"}, "none", {"README.md": README.format(row="")}),
    (
        "claims",
        {"README.md": README.format(row="| It is fair | trust us |")},
        "trust us",
        {"README.md": README.format(row=f"| It is fair | [test]({TEST}) |"), TEST: ""},
    ),
    (
        "claims",
        {"README.md": README.format(row=f"| It is fair | [`test_b`]({TEST}) |"), TEST: "def test_a(): ..."},
        "no such test",
        {"README.md": README.format(row=f"| It is fair | [`test_a`]({TEST}) |"), TEST: "def test_a(): ..."},
    ),
    (
        "docs_map",
        {"docs/README.md": "# Map", "docs/rules/curfew.md": "# Curfew"},
        "none",
        {
            "docs/README.md": "[rules](rules/)\n[start](start.md)",
            "docs/rules/curfew.md": "",
            "docs/start.md": "",
        },
    ),
    (
        "registry_hosts",
        {"a.toml": "url = 'https://" + ".".join(("pypi", "org")) + "/simple'"},
        ".".join(("pypi", "org")),
        {"a.toml": "name = 'pypi'"},
    ),
    (
        "glossary",
        {"src/throughcare/orders/vocabulary.py": VOCABULARY, "GLOSSARY.md": "| **curfew** | Be home. |\n"},
        "none",
        {
            "src/throughcare/orders/vocabulary.py": VOCABULARY,
            "GLOSSARY.md": "| **Curfew** | Be home. |\n| **exclusion zone, no-go zone** | Keep out. |\n",
        },
    ),
    (
        "layers",
        {"src/throughcare/kernel/__init__.py": "", "pyproject.toml": CONTRACTS.format(exhaustive="false")},
        "none",
        {"src/throughcare/kernel/__init__.py": "", "pyproject.toml": CONTRACTS.format(exhaustive="true")},
    ),
    (
        "layers",
        {"src/throughcare/risk/__init__.py": "", "pyproject.toml": CONTRACTS.format(exhaustive="true")},
        "none",
        {"src/throughcare/cli/__init__.py": "", "pyproject.toml": CONTRACTS.format(exhaustive="true")},
    ),
]


def planted(root: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Tree(root)


def findings(rule: str, tree: Tree) -> list[str]:
    (check,) = [check for check in run.RULES if check.__module__.endswith(f".{rule}")]
    found = list(check(tree))
    assert all(finding.rule == rule for finding in found)
    assert all(finding.expected and finding.action for finding in found)
    return [finding.found for finding in found]


@pytest.mark.parametrize(("rule", "bad", "found", "good"), CASES)
def test_a_rule_fires_on_the_bad_sample_and_leaves_the_good_one(tmp_path, rule, bad, found, good):
    assert found in findings(rule, planted(tmp_path / "bad", bad))
    assert findings(rule, planted(tmp_path / "good", good)) == []


def test_every_rule_has_a_bad_sample_here_or_a_test_of_its_own():
    tested = {rule for rule, *_ in CASES} | {"shared_data"}
    assert tested == {check.__module__.rpartition(".")[2] for check in run.RULES}


def test_every_rule_file_is_run():
    files = {path.stem for path in (ROOT / "tools" / "house_rules").glob("*.py")}
    machinery = {"__init__", "__main__", "findings", "run", "tree"}
    assert files - machinery == {check.__module__.rpartition(".")[2] for check in run.RULES}


def test_a_copy_of_the_shared_data_is_found_by_its_content_under_any_name(tmp_path):
    content = "t,lat,lon\n" * 20
    (tmp_path / "shared" / "data" / "tracks").mkdir(parents=True)
    (tmp_path / "shared" / "data" / "tracks" / "phone.csv").write_text(content)
    tree = planted(
        tmp_path / "main", {"tests/golden/mine.txt": content, "tests/golden/own.txt": content + "\n"}
    )
    assert findings("shared_data", tree) == ["the content of phone.csv"]


def test_what_the_tools_leave_behind_is_not_read(tmp_path):
    tree = planted(
        tmp_path,
        {".venv/lib/utils.py": "", "node_modules/a/b.md": "[x](y)", "docs/reference/a.md": "", SRC: ""},
    )
    assert [path.as_posix() for path in tree.files] == [SRC]


def test_headings_get_the_anchors_that_a_forge_gives_them():
    assert slugs("# Why `advance`, not [events](x.md)?\n## 2. Kernels") == {
        "why-advance-not-events",
        "2-kernels",
    }


def test_a_finding_reads_as_one_line_with_what_to_do(tmp_path):
    (finding,) = [f for f in run.check_all(planted(tmp_path, {"a.md": "\n[b](b.md)"})) if f.rule == "links"]
    assert finding.text() == (
        "a.md:2: links: expected a file of the project and a heading in it; found b.md (no such file). Mend the link."
    )


def command(root: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tools.house_rules", str(root)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_exits_1_and_names_every_finding_where_a_rule_is_broken(tmp_path):
    planted(tmp_path, {"src/throughcare/utils.py": "x = 1  # TODO mend\n"})
    done = command(tmp_path)
    assert done.returncode == 1
    assert "src/throughcare/utils.py:1: module_names:" in done.stdout
    assert "src/throughcare/utils.py:1: unfinished:" in done.stdout


def test_the_command_exits_0_where_every_rule_is_kept(tmp_path):
    planted(
        tmp_path, {"README.md": README.format(row=""), "pyproject.toml": CONTRACTS.format(exhaustive="true")}
    )
    done = command(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{len(run.RULES)} house rules, 2 files, 0 findings\n")
