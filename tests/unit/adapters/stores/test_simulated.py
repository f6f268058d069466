from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.adapters.stores.simulated import write_simulation
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.status import Readings
from throughcare.orders.document import load_orders
from throughcare.simulation.scenario import Simulation, simulate


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(seed=9, people=6, days=2, start=dt.date(2026, 6, 1))


@pytest.fixture(scope="module")
def folder(simulation: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("simulated")
    write_simulation(simulation, path, csv=True)
    return path


def _same(read: Positions | Readings, written: Positions | Readings) -> None:
    assert len(read) == len(written)
    assert [read.keys[i] for i in read.key] == [written.keys[i] for i in written.key]
    for name in written.columns():
        if name != "row":
            np.testing.assert_allclose(getattr(read, name), getattr(written, name), rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", ["positions.parquet", "positions.csv"])
def test_positions_read_back_as_they_were(name: str, simulation: Simulation, folder: Path) -> None:
    chunks = list(open_positions(folder / name, options=ReadOptions()))
    assert [reject for chunk in chunks for reject in chunk.rejects] == []
    _same(Positions.concat([chunk.positions for chunk in chunks]), simulation.positions)


def test_statuses_read_back_as_they_were(simulation: Simulation, folder: Path) -> None:
    chunks = list(open_statuses(folder / "statuses.csv", options=ReadOptions()))
    assert [reject for chunk in chunks for reject in chunk.rejects] == []
    _same(Readings.concat([chunk.readings for chunk in chunks]), simulation.readings)


def test_orders_read_back_as_they_were(simulation: Simulation, folder: Path) -> None:
    loaded = load_orders((folder / "orders.json").read_text(), where="orders.json")
    assert loaded.refusals == ()
    assert tuple(order for history in loaded.histories for order in history.versions) == simulation.orders


def test_protected_positions_stand_in_a_file_of_their_own(simulation: Simulation, folder: Path) -> None:
    own = pq.read_table(folder / "protected_positions.parquet")
    assert set(own["device_id"].to_pylist()) == set(simulation.protected.keys) == {"P0006"}
    assert "P0006" not in (folder / "positions.csv").read_text()


def test_the_truth_has_a_row_for_every_position(simulation: Simulation, folder: Path) -> None:
    fixes = pq.read_table(folder / "truth/fixes.parquet")
    positions = pq.read_table(folder / "positions.parquet")
    assert fixes["position_id"].to_pylist() == positions["position_id"].to_pylist()
    north_m = (fixes["latitude"].to_numpy() - positions["latitude"].to_numpy()) * 111_195
    assert np.median(np.abs(north_m)) < 25
    assert np.array_equal(fixes["regime"].to_numpy(), simulation.truth.fixes.regime)


def test_the_truth_about_people_is_written_in_instants(simulation: Simulation, folder: Path) -> None:
    people = json.loads((folder / "truth/people.json").read_text())
    assert [p["wearer_ref"] for p in people] == [p.wearer_ref for p in simulation.truth.people]
    for written, true in zip(people, simulation.truth.people, strict=True):
        assert len(written["absences"]) == len(true.absences)
        assert all(item["start"].endswith("Z") for item in written["absences"])
    tracks = pq.read_table(folder / "truth/tracks.parquet")
    assert len(tracks) == 6 * 2 * 1440


def test_the_readme_says_that_nothing_is_real_and_names_every_file(folder: Path) -> None:
    text = (folder / "README.txt").read_text()
    assert "Nothing here is real" in text
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in {"README.txt", "positions.csv"}:
            assert path.relative_to(folder).as_posix() in text


def test_the_same_simulation_gives_the_same_files(
    simulation: Simulation, folder: Path, tmp_path: Path
) -> None:
    write_simulation(simulation, tmp_path, csv=True)
    for path in folder.rglob("*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name
