"""The engine needs only the core dependencies: whoever embeds it installs no reader, no report, no terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

EXTRAS = ("jinja2", "playwright", "pyarrow", "pynmeagps", "rich", "typst")
IMPORT_CPU_BUDGET_S = 5.0  # 0.4 s when written; compiling a kernel at import would take tens of seconds

# Every module of the layer is imported, not only its package; an extra counts as absent.
IMPORT_ALL = """
import importlib, json, pkgutil, sys, time
sys.modules.update(dict.fromkeys({extras!r}))
package = importlib.import_module("throughcare.{layer}")
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(json.dumps({{"modules": len(names), "cpu_s": time.process_time()}}))
"""


def import_all(layer: str, *, without: tuple[str, ...]) -> dict[str, float]:
    script = IMPORT_ALL.format(extras=without, layer=layer)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("layer", ["kernel", "orders", "monitoring", "simulation"])
def test_every_module_of_a_pure_layer_imports_with_the_core_dependencies_only(layer):
    assert import_all(layer, without=EXTRAS)["modules"] > 0


def test_importing_the_whole_engine_is_quick(record_property):
    cpu_s = import_all("monitoring", without=())["cpu_s"]
    record_property("import_cpu_s", cpu_s)
    assert cpu_s < IMPORT_CPU_BUDGET_S
