"""A simulated town whose tags upload late: told live, step by step, it ends where one evaluation ends."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from throughcare.adapters.files.options import ReadOptions
from throughcare.cli.main import main
from throughcare.kernel.time import HOUR_US, MINUTE_US
from throughcare.monitoring.events import EventKind
from throughcare.monitoring.incidents import Incident
from throughcare.monitoring.parameters import Parameters
from throughcare.orders.history import OrderHistory
from throughcare.runners.arrivals import Replayed, received, replay
from throughcare.runners.loading import Loaded, load_facts, read_orders
from throughcare.runners.monitoring import monitor, newest_us

PEOPLE, DAYS = 6, 2


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    size = ["--people", str(PEOPLE), "--days", str(DAYS), "--seed", "8"]
    assert main(["simulate", "--out", str(folder), *size]) == 0
    return folder


@pytest.fixture(scope="module")
def loaded(town: Path) -> tuple[tuple[OrderHistory, ...], Loaded]:
    histories, refusals = read_orders(town / "orders.json")
    assert refusals == ()
    found = load_facts(
        [town / "positions.parquet"],
        [town / "statuses.csv"],
        histories=histories,
        options=ReadOptions(),
        now_us=2**60,
        progress=quiet,
    )
    return histories, found


def told(incidents: tuple[Incident, ...]) -> dict[str, str]:
    return {incident.incident_id: incident.material for incident in incidents}


def replayed(
    loaded: tuple[tuple[OrderHistory, ...], Loaded], *, step_us: int, retain_us: int | None = None
) -> Replayed:
    histories, found = loaded
    now_us = newest_us(found.fixes, found.statuses)
    return replay(
        histories,
        found.fixes,
        found.statuses,
        parameters=Parameters(),
        now_us=now_us,
        known_at_us=now_us,
        step_us=step_us,
        retain_us=retain_us,
        progress=quiet,
    )


def test_the_town_s_tags_upload_late(loaded: tuple[tuple[OrderHistory, ...], Loaded]) -> None:
    fixes = loaded[1].fixes
    delay_min = (received(fixes, 2**60) - fixes.t_us) / MINUTE_US
    assert np.median(delay_min) > 0
    assert delay_min.max() > 30


@pytest.mark.parametrize("step_us", [20 * MINUTE_US, 150 * MINUTE_US])
def test_told_live_it_ends_where_one_evaluation_ends(
    loaded: tuple[tuple[OrderHistory, ...], Loaded], step_us: int
) -> None:
    histories, found = loaded
    now_us = newest_us(found.fixes, found.statuses)
    whole = monitor(
        histories,
        found.fixes,
        found.statuses,
        parameters=Parameters(),
        now_us=now_us,
        known_at_us=now_us,
        progress=quiet,
    )
    live = replayed(loaded, step_us=step_us)
    assert live.differing == ()
    assert told(live.incidents) == told(whole.incidents)
    assert len(whole.incidents) > PEOPLE / 2
    assert {event.kind for event in live.events} >= {EventKind.OPENED, EventKind.REVISED, EventKind.CLOSED}
    assert all(event.t_us <= event.known_us <= now_us for event in live.events)
    assert len({event.event_id for event in live.events}) == len(live.events)


def test_a_live_service_that_forgets_ends_there_too_or_says_what_came_too_late(
    loaded: tuple[tuple[OrderHistory, ...], Loaded],
) -> None:
    whole = replayed(loaded, step_us=120 * MINUTE_US)
    live = replayed(loaded, step_us=120 * MINUTE_US, retain_us=20 * HOUR_US)
    late = {event.activation_id for event in live.events if event.kind is EventKind.TOO_LATE}
    kept = [incident for incident in live.incidents if incident.activation_id not in late]
    assert told(tuple(kept)) == told(tuple(i for i in whole.incidents if i.activation_id not in late))
    assert len(late) < PEOPLE / 2


def test_the_commands_agree_and_the_manifest_names_what_was_read_and_written(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = ["--orders", str(town / "orders.json"), "--positions", str(town / "positions.parquet")]
    facts += ["--statuses", str(town / "statuses.csv")]
    facts += ["--protected", str(town / "protected_positions.parquet")]
    assert main(["monitor", *facts, "--out", str(tmp_path / "m"), "--no-report", "--no-packs"]) == 0
    assert main(["replay", *facts, "--out", str(tmp_path / "r"), "--step-minutes", "240"]) == 0
    assert "equal to one evaluation of all facts at once" in capsys.readouterr().out

    found = [
        {
            i["incident_id"]: (i["code"], i["start"], i["end"], i["status"])
            for i in json.loads(path.read_text())
        }
        for path in (tmp_path / "m" / "incidents.json", tmp_path / "r" / "incidents.json")
    ]
    assert found[0] == found[1]
    assert "TC-VIC-WARN" in {code for code, *_ in found[0].values()}  # of the protected person's device
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_text())
    paths = {path.name: path for path in [*town.iterdir(), *(tmp_path / "m").iterdir()] if path.is_file()}
    records = [*manifest["inputs"], *manifest["outputs"]]
    assert {"orders.json", "positions.parquet", "incidents.json", "events.ndjson"} <= {
        r["name"] for r in records
    }
    for record in records:
        data = paths[record["name"]].read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (record["bytes"], record["sha256"])


def test_a_replay_that_forgets_too_soon_says_so_by_its_exit_code(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["replay", "--orders", str(town / "orders.json"), "--positions", str(town / "positions.parquet")]
    argv += ["--out", str(tmp_path), "--step-minutes", "60", "--retain-hours", "0.5"]
    code = main(argv)
    said = capsys.readouterr().out
    assert (code == 1) == ("NOT EQUAL" in said)
    assert ("too_late" in said) == (code == 1)
