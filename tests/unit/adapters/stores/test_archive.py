"""The archive's files: whole or not there, each fact once, read back as written, and damage is found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from throughcare.adapters.stores.archive import (
    Part,
    checked,
    column_names,
    discard,
    merge_parts,
    read_facts,
    write_part,
)
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, FOREVER_US, MINUTE_US
from throughcare.monitoring.fixes import Fixes
from throughcare.monitoring.status import Statuses

DAY = dt.date(2026, 3, 2)
START_US = (DAY - dt.date(1970, 1, 1)).days * DAY_US


def position(activation_id: str, minute: int, **said: object) -> dict[str, object]:
    base = dict.fromkeys(column_names("positions")) | {
        "activation_id": activation_id,
        "device_id": "D" + activation_id[1:],
        "digest": f"{minute:016x}",
        "t_us": START_US + minute * MINUTE_US,
        "lat_deg": 54.0,
        "lon_deg": 1.5 + minute / 1000,
        "source": 1,
        "received_us": START_US + DAY_US,
    }
    return base | said


def columns(*rows: dict[str, object]) -> dict[str, list[object]]:
    return {name: [row[name] for row in rows] for name in column_names("positions")}


def write(folder: Path, *rows: dict[str, object]) -> Part:
    return write_part(folder, kind="positions", day=DAY, columns=columns(*rows))


def read(
    folder: Path, *parts: Part, activation_id: str = "A1", from_us: int = 0, to_us: int = FOREVER_US
) -> Fixes:
    paths = [part.path for part in parts]
    return read_facts(Fixes, folder, paths, activation_id=activation_id, from_us=from_us, to_us=to_us)


def test_what_is_written_is_read_back_by_activation_and_time(tmp_path: Path) -> None:
    part = write(tmp_path, position("A2", 3), position("A1", 2, accuracy_m=12.5), position("A1", 1))
    assert (part.rows, part.path) == (3, f"positions/2026-03-02/{part.digest[:32]}.parquet")
    found = read(tmp_path, part)
    assert found.keys == ("A1",)
    assert found.t_us.tolist() == [START_US + MINUTE_US, START_US + 2 * MINUTE_US]
    assert np.isnan(found.accuracy_m[0])
    assert found.accuracy_m[1] == 12.5
    assert found.source.dtype == np.int64
    assert found.received_us.tolist() == [START_US + DAY_US] * 2
    until = read(tmp_path, part, to_us=START_US + 2 * MINUTE_US)
    assert len(until) == 1


def test_statuses_keep_what_they_measured(tmp_path: Path) -> None:
    said = {
        "activation_id": ["A1"], "device_id": ["H1"], "digest": ["0" * 16], "t_us": [START_US],
        "kind": [30], "value": [None], "received_us": [START_US],
    }  # fmt: skip
    part = write_part(tmp_path, kind="statuses", day=DAY, columns=said)
    found = read_facts(Statuses, tmp_path, [part.path], activation_id="A1", from_us=0, to_us=FOREVER_US)
    assert found.kind.tolist() == [30]
    assert np.isnan(found.value[0])


def test_the_same_facts_make_the_same_file_in_any_order_and_with_repeats(tmp_path: Path) -> None:
    one, two = position("A1", 1), position("A1", 2)
    first = write(tmp_path, one, two)
    assert write(tmp_path, two, one, two | {"received_us": START_US + 2 * DAY_US}) == first
    assert first.rows == 2
    assert len(list((tmp_path / "positions" / "2026-03-02").iterdir())) == 1


def test_several_files_become_one_with_each_fact_once(tmp_path: Path) -> None:
    parts = [
        write(tmp_path, position("A1", 1), position("A1", 2)),
        write(tmp_path, position("A1", 2), position("A2", 9)),
    ]
    merged = merge_parts(tmp_path, parts, kind="positions", day=DAY)
    assert merged is not None
    assert merged.rows == 3
    assert len(read(tmp_path, merged)) == 2


def test_only_the_activations_that_must_stay_are_kept(tmp_path: Path) -> None:
    part = write(tmp_path, position("A1", 1), position("A2", 2))
    merged = merge_parts(tmp_path, [part], kind="positions", day=DAY, only={"A2"})
    assert merged is not None
    assert (len(read(tmp_path, merged)), len(read(tmp_path, merged, activation_id="A2"))) == (0, 1)
    assert merge_parts(tmp_path, [part], kind="positions", day=DAY, only=()) is None


def test_a_damaged_or_missing_file_is_refused_and_never_merged(tmp_path: Path) -> None:
    part = write(tmp_path, position("A1", 1))
    path = tmp_path / part.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RefusedInput, match="another hash"):
        checked(tmp_path, part)
    with pytest.raises(RefusedInput, match="another hash"):
        merge_parts(tmp_path, [part], kind="positions", day=DAY)
    path.unlink()
    with pytest.raises(RefusedInput, match="its hash is in the database"):
        read(tmp_path, part)


def test_a_stop_in_the_middle_of_writing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("throughcare.adapters.files.atomic.os.fsync", power_cut)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, position("A1", 1))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_files_that_nobody_wrote_down_are_removed(tmp_path: Path) -> None:
    kept, left = write(tmp_path, position("A1", 1)), write(tmp_path, position("A1", 2))
    assert discard(tmp_path, kind="positions", keep={kept.path}) == 1
    assert (tmp_path / kept.path).exists()
    assert not (tmp_path / left.path).exists()
