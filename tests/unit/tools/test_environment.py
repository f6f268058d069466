"""The set-up refuses in plain words what it cannot do, and the locks hold everything that is asked for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = ROOT / "requirements"
# What the scripts call; a machine with these and nothing else has no Python, no apt and no browser.
SYSTEM = ("bash", "cat", "dirname", "flock", "id", "touch")
_PIN = re.compile(r"^([a-z0-9._-]+)==([^ \\]+)", re.MULTILINE)


def bare_machine(root: Path, *, python_version: str | None) -> dict[str, str]:
    """An environment whose PATH holds only the system's words, and a python3 that says it is of a version."""
    bin_folder = root / "bin"
    bin_folder.mkdir()
    for name in SYSTEM:
        (bin_folder / name).symlink_to(shutil.which(name))
    if python_version is not None:
        python = bin_folder / "python3"
        python.write_text(
            f'#!{shutil.which("bash")}\nif [ "$1" = --version ]; then echo "Python {python_version}"; else exit 1; fi\n'
        )
        python.chmod(0o755)
    return {"PATH": str(bin_folder)}


def run_script(
    name: str, *arguments: str, root: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    (root / "tools").mkdir()
    for script in ("environment.sh", "system_packages.sh"):
        shutil.copy(ROOT / "tools" / script, root / "tools")
    command = ["bash", str(root / "tools" / name), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("version", "found"), [("3.9.2", "found Python 3.9.2"), (None, "found none")])
def test_an_old_or_absent_python_is_refused_with_what_to_do(tmp_path, version, found):
    env = bare_machine(tmp_path, python_version=version)
    done = run_script("environment.sh", "requirements/run.lock", root=tmp_path, env=env)
    assert done.returncode == 1
    assert f"needs Python 3.11 or newer; {found}" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_missing_browser_is_named_and_stops_only_ci(tmp_path, ci, code):
    env = bare_machine(tmp_path, python_version=None) | {"CI": ci}
    done = run_script("system_packages.sh", "test", root=tmp_path, env=env)
    assert done.returncode == code
    assert re.search("the tests in a browser, .* cannot run: chromium", done.stderr)
    assert "sudo apt-get install chromium" in done.stderr


def test_an_unknown_purpose_is_refused(tmp_path):
    done = run_script("system_packages.sh", "party", root=tmp_path, env=dict(os.environ))
    assert done.returncode == 2
    assert "Usage:" in done.stderr


def pins(lock: str) -> set[tuple[str, str]]:
    return set(_PIN.findall((LOCKS / lock).read_text()))


def asked_for(*, groups: tuple[str, ...]) -> set[str]:
    """Names of every dependency of the product and of the groups, as locks write them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = settings["project"]
    rows = [
        *project["dependencies"],
        *(row for extra in project["optional-dependencies"].values() for row in extra),
    ]
    rows += [row for group in groups for row in settings["dependency-groups"][group] if isinstance(row, str)]
    names = {re.split(r"[\[<>=~! ;]", row)[0].lower().replace("_", "-") for row in rows}
    return names - {"throughcare"}


@pytest.mark.parametrize(("lock", "groups"), [("dev.lock", ("build", "dev")), ("run.lock", ("build",))])
def test_a_lock_holds_everything_that_pyproject_asks_for(lock, groups):
    missing = asked_for(groups=groups) - {name for name, _ in pins(lock)}
    assert missing == set(), "run make lock"


def test_the_product_runs_on_the_versions_it_was_tested_with():
    assert pins("run.lock") <= pins("dev.lock")


@pytest.mark.parametrize("lock", ["dev.lock", "run.lock"])
def test_every_pin_has_its_hashes_and_no_address(lock):
    text = (LOCKS / lock).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) > 20
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
