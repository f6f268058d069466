"""A folder that held another run: nothing of that run stands beside this one's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from throughcare.cli.main import main


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    assert main(["simulate", "--out", str(folder), "--people", "2", "--days", "2", "--seed", "5"]) == 0
    return folder


def monitor(town: Path, out: Path) -> None:
    facts = ["--positions", str(town / "positions.parquet"), "--statuses", str(town / "statuses.csv")]
    assert (
        main(["monitor", "--orders", str(town / "orders.json"), *facts, "--out", str(out), "--no-packs"]) == 0
    )


def test_a_run_removes_the_pages_and_packs_that_an_earlier_run_left(town: Path, tmp_path: Path) -> None:
    monitor(town, tmp_path)
    (tmp_path / "evidence").mkdir()
    stale = [tmp_path / "report" / "of-another-run.html", tmp_path / "evidence" / "inc-0.pdf"]
    for path in stale:
        path.write_text("old")
    monitor(town, tmp_path)
    assert not any(path.exists() for path in stale)


def test_the_manifest_names_every_file_of_the_run_with_its_hash(town: Path, tmp_path: Path) -> None:
    monitor(town, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    told = {record["name"]: record["sha256"] for record in manifest["outputs"]}
    found = {p.name: p for p in tmp_path.rglob("*") if p.is_file() and p.name != "manifest.json"}
    assert told.keys() == found.keys()
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == told[name] for name, path in found.items())


def test_a_folder_without_a_manifest_is_left_alone(town: Path, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "mine.txt").write_text("not of a run")
    monitor(town, tmp_path)
    assert (tmp_path / "report" / "mine.txt").exists()
