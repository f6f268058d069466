"""The layer contracts of pyproject.toml hold on a clean package and break when one line violates them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LAYERS = ("cli", "runners", "adapters", "simulation", "monitoring", "orders", "kernel")
SIBLINGS = ("risk", "evaluation")  # of monitoring


def package(root: Path, modules: dict[str, str]) -> Path:
    """A package of empty layers under the project's own contracts, with modules such as ``kernel/leak.py``."""
    top = root / "src" / "throughcare"
    for name in (*LAYERS, *SIBLINGS):
        (top / name).mkdir(parents=True)
        (top / name / "__init__.py").write_text("")
    (top / "__init__.py").write_text("")
    for name in service_packages():
        (top / name).mkdir(parents=True, exist_ok=True)
        (top / name / "__init__.py").write_text("")
    shutil.copy(ROOT / "pyproject.toml", root)
    for name, text in modules.items():
        path = top / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return root


def service_packages() -> list[str]:
    """The service and its apps as folders: the contracts name them, so that they must be there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = {"service"}
    for contract in settings:
        for container in contract.get("containers", ()):
            name = container.removeprefix("throughcare").removeprefix(".").replace(".", "/")
            if name.startswith("service"):
                found.add(name)
                found |= {f"{name}/{layer}" for layer in contract["layers"] if layer.isidentifier()}
    return sorted(found)


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_empty_layers_keep_every_contract(tmp_path):
    done = lint_imports(package(tmp_path, {}))
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


@pytest.mark.parametrize(("lower", "upper"), list(zip(LAYERS[1:], LAYERS, strict=False)))
def test_a_layer_that_imports_the_one_above_it_breaks_the_layers(tmp_path, lower, upper):
    done = lint_imports(package(tmp_path, {f"{lower}/leak.py": f"import throughcare.{upper}\n"}))
    assert done.returncode == 1
    assert "layers BROKEN" in done.stdout
    assert f"throughcare.{lower} is not allowed to import throughcare.{upper}" in done.stdout


@pytest.mark.parametrize("layer", ["kernel", "orders", "monitoring", "risk", "evaluation", "simulation"])
@pytest.mark.parametrize("module", ["sqlite3", "urllib.request", "subprocess", "pyarrow", "jinja2"])
def test_a_pure_layer_that_reaches_outside_breaks_the_fence(tmp_path, layer, module):
    done = lint_imports(package(tmp_path, {f"{layer}/leak.py": f"import {module}\n"}))
    assert done.returncode == 1
    assert "pure layers reach no web, database, network or process BROKEN" in done.stdout


def test_a_folder_that_no_layer_names_breaks_the_layers(tmp_path):
    done = lint_imports(package(tmp_path, {"toolbox/__init__.py": ""}))
    assert done.returncode == 1
    assert "throughcare.toolbox" in done.stdout


def test_two_modules_that_import_each_other_break_the_rule_against_cycles(tmp_path):
    cycle = {
        "orders/first.py": "import throughcare.orders.second\n",
        "orders/second.py": "import throughcare.orders.first\n",
    }
    done = lint_imports(package(tmp_path, cycle))
    assert done.returncode == 1
    assert "no cycles BROKEN" in done.stdout
