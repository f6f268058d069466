"""The shared fixtures do what they promise, and never skip a browser test silently in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[3]
BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_needs_a_browser():
    assert True
"""


def run_without_chromium(folder: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_page.py").write_text(BROWSER_TEST)
    environment = {**os.environ, "PATH": str(folder), "CI": ci, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rs",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--rootdir",
    ]
    return subprocess.run(
        [*command, str(folder), "-o", "markers=browser", str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )


def test_a_browser_test_without_a_browser_fails_in_ci(tmp_path: Path):
    done = run_without_chromium(tmp_path, ci="true")
    assert done.returncode == 1
    assert "no Chromium on this machine" in done.stdout


def test_a_browser_test_without_a_browser_skips_with_its_reason_elsewhere(tmp_path: Path):
    done = run_without_chromium(tmp_path, ci="")
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert "no Chromium on this machine" in done.stdout


def test_the_usual_hypothesis_profile_draws_the_same_examples_every_time():
    if os.environ.get("HYPOTHESIS_PROFILE", "ci") != "ci":
        pytest.skip("another profile was asked for")
    assert settings.default.derandomize


@pytest.mark.browser
def test_a_page_shows_what_it_carries_and_reaches_no_network(page):
    page.set_content("<h1>Curfew</h1>")
    assert page.inner_text("h1") == "Curfew"
    assert page.evaluate("navigator.onLine") is False
