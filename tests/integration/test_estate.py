"""An estate in groups, on any number of processes and from files in any order, is what one run would say."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from throughcare.adapters.files.options import ReadOptions
from throughcare.cli.main import main
from throughcare.kernel.time import parse_instant
from throughcare.monitoring.parameters import Parameters
from throughcare.runners.estates import EstateFound, EstateQuestion, monitor_estate
from throughcare.runners.loading import load_facts, read_orders
from throughcare.runners.monitoring import monitor

CLOCK_US = parse_instant("2026-11-01T00:00:00Z")
PEOPLE = 7


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    assert (
        main(["simulate", "--out", str(folder), "--people", str(PEOPLE), "--days", "2", "--seed", "8"]) == 0
    )
    return folder


def watched(
    town: Path,
    out: Path,
    *,
    positions: tuple[Path, ...] = (),
    per_group: int = 3,
    workers: int = 1,
    block_rows: int = 1000,
) -> EstateFound:
    histories, _ = read_orders(town / "orders.json")
    question = EstateQuestion(
        parameters=Parameters(),
        options=ReadOptions(block_rows=block_rows),
        now_us=None,
        known_at_us=CLOCK_US,
        clock_us=CLOCK_US,
        orders_per_group=per_group,
        workers=workers,
        with_reports=False,
        with_packs=False,
    )
    return monitor_estate(
        histories,
        positions or (town / "positions.parquet",),
        [town / "statuses.csv"],
        question=question,
        out_dir=out,
        progress=quiet,
    )


def incidents(out: Path) -> dict[str, dict[str, object]]:
    paths = sorted((out / "groups").glob("*/incidents.json"))
    every = [incident for path in paths for incident in json.loads(path.read_text(encoding="utf-8"))]
    found = {incident["incident_id"]: incident for incident in every}
    assert len(found) == len(every)
    return found


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }


def test_an_estate_in_groups_says_what_one_run_says(town: Path, tmp_path: Path) -> None:
    found = watched(town, tmp_path)
    histories, _ = read_orders(town / "orders.json")
    loaded = load_facts(
        [town / "positions.parquet"],
        [town / "statuses.csv"],
        histories=histories,
        options=ReadOptions(),
        now_us=CLOCK_US,
        progress=quiet,
    )
    whole = monitor(
        histories,
        loaded.fixes,
        loaded.statuses,
        parameters=Parameters(),
        now_us=found.now_us,
        known_at_us=CLOCK_US,
        progress=quiet,
    )
    assert found.groups == 3
    assert found.rows == loaded.rows
    assert found.rejected.total() == len(loaded.rejects)
    assert len(whole.incidents) > 5
    assert incidents(tmp_path) == {
        i.incident_id: json.loads(json.dumps(i.as_dict())) for i in whole.incidents
    }
    rejects = (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(rejects) == 1 + len(loaded.rejects)


def test_the_number_of_processes_changes_no_byte(town: Path, tmp_path: Path) -> None:
    found = watched(town, tmp_path / "one", workers=1)
    assert found.incidents.total() > 5
    watched(town, tmp_path / "two", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_neither_the_order_of_rows_nor_their_split_into_files_changes_what_is_found(
    town: Path, tmp_path: Path
) -> None:
    table = pq.read_table(town / "positions.parquet")
    by_time = table.take(pc.sort_indices(table, [(table.column_names[1], "ascending")]))
    halves = (tmp_path / "a.parquet", tmp_path / "b.parquet")
    pq.write_table(by_time.slice(0, len(table) // 2), halves[0])
    pq.write_table(pa.concat_tables([by_time.slice(len(table) // 2)]), halves[1])
    first = watched(town, tmp_path / "first")
    second = watched(town, tmp_path / "second", positions=halves, block_rows=333, per_group=2)
    assert second.incidents == first.incidents
    assert incidents(tmp_path / "second") == incidents(tmp_path / "first")


def test_nothing_that_was_set_down_on_the_way_stays(town: Path, tmp_path: Path) -> None:
    watched(town, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "groups",
        "manifest.json",
        "rejects.csv",
        "summary.json",
    }


def test_the_command_says_what_it_found_and_refuses_no_workers(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = ["--orders", town / "orders.json", "--positions", town / "positions.parquet"]
    facts += ["--statuses", town / "statuses.csv", "--out", tmp_path, "--no-report"]
    arguments = ["estate", *map(str, facts)]
    assert main([*arguments, "--workers", "0"]) == 1
    assert main([*arguments, "--workers", "1", "--orders-per-group", "4"]) == 0
    said = capsys.readouterr().out
    assert f"{PEOPLE} orders in 2 groups" in said
    assert (tmp_path / "groups" / "000001" / "incidents.csv").is_file()
