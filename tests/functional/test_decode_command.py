"""From a device's bytes to an incident: decode writes what the other commands read, and loses nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from throughcare.adapters.devices.registry import load_adapter
from throughcare.adapters.devices.stream import LONGEST_BYTES
from throughcare.cli.main import main
from throughcare.runners.decoding import PIECE_BYTES, decode_pieces

ORDER = Path(__file__).parents[2] / "docs" / "examples" / "order.json"
TAG = "000000000000001"
EVENING = dt.datetime(2026, 3, 9, 18, 0, tzinfo=dt.UTC)  # the curfew begins at 19:00
LEFT_MIN = 210


def report(minute: int, *, lon_deg: float, lock: str = "L", tag: str = TAG) -> bytes:
    at = EVENING + dt.timedelta(minutes=minute)
    return f"@GPSD,{tag},R,{at:%Y%m%d,%H%M%S},54.00000,N,{lon_deg:.5f},E,0,0,12,80,{lock},\r\n".encode()


def night() -> bytes:
    """Return an invented evening: at home until 21:30, then 390 m away; one line is noise."""
    minutes = range(0, 240, 2)
    lines = [report(minute, lon_deg=1.5 if minute < LEFT_MIN else 1.506) for minute in minutes]
    return b"".join([*lines[:50], b"\x00\xffnoise\r\n", *lines[50:]])


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.json"
    path.write_text(ORDER.read_text().replace('"TAG-1"', f'"{TAG}"'))
    return path


def decode(out: Path, source: Path, *options: str, kind: str = "r16h") -> int:
    return main(["decode", "--device", kind, "--input", str(source), "--out", str(out), *options])


def test_from_a_tags_bytes_to_an_absence_that_is_told(
    tmp_path: Path, order: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "night.bin").write_bytes(night())
    assert decode(tmp_path / "facts", tmp_path / "night.bin") == 0
    said = capsys.readouterr().out
    assert "121 messages of 1 device" in said
    assert "120 positions, 240 statuses, 120 fields kept, 1 reject" in said
    assert "from 2026-03-09T18:00:00Z to 2026-03-09T21:58:00Z" in said

    facts = ["--orders", str(order), "--positions", str(tmp_path / "facts" / "positions.csv")]
    facts += ["--statuses", str(tmp_path / "facts" / "statuses.csv")]
    assert main(["monitor", *facts, "--out", str(tmp_path / "m"), "--no-report", "--no-packs"]) == 0
    assert main(["replay", *facts, "--out", str(tmp_path / "r"), "--step-minutes", "60"]) == 0
    assert "read 360 rows: 120 fixes, 240 statuses, 0 rejects" in capsys.readouterr().out
    (incident,) = json.loads((tmp_path / "m" / "incidents.json").read_text())
    assert (incident["code"], incident["activation_id"]) == ("AL10", "ACT-1")
    assert abs(incident["best_s"] - 29 * 60) <= 60  # away from 21:30, best estimate half-way after 21:28
    assert [i["code"] for i in json.loads((tmp_path / "r" / "incidents.json").read_text())] == ["AL10"]


def test_what_could_not_be_read_stands_with_its_place_its_reason_and_its_bytes(tmp_path: Path) -> None:
    data = night()
    (tmp_path / "night.bin").write_bytes(data)
    decode(tmp_path, tmp_path / "night.bin")
    (reject,) = rows(tmp_path / "rejects.csv")
    assert (reject["reason"], reject["message"]) == ("not_r16h", "51")
    assert data[int(reject["offset"]) :].startswith(bytes.fromhex(reject["hex"]))
    assert bytes.fromhex(reject["hex"]) == b"\x00\xffnoise"
    kept = rows(tmp_path / "kept.csv")
    assert {(row["device"], row["field"], row["value"]) for row in kept} == {(TAG, "altitude_m", "12")}
    assert data[int(kept[-1]["offset"]) :].startswith(b"@GPSD")
    assert int(kept[-1]["message"]) == 121


def test_bytes_digits_and_a_pipe_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "night.bin").write_bytes(night())
    digits = night().hex()
    (tmp_path / "night.hex").write_text("\n".join(digits[i : i + 59] for i in range(0, len(digits), 59)))
    decode(tmp_path / "bytes", tmp_path / "night.bin")
    decode(tmp_path / "digits", tmp_path / "night.hex", "--hex")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(night())))
    decode(tmp_path / "pipe", Path("-"))
    for name in ("positions.csv", "statuses.csv", "kept.csv", "rejects.csv"):
        found = {(tmp_path / folder / name).read_bytes() for folder in ("bytes", "digits", "pipe")}
        assert len(found) == 1, name


def test_a_login_and_a_time_of_arrival_can_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    removed = "67671400" + "0a" + "0002" + "69a4b078" + "00" + "25" + "0000"
    heartbeat = "67670300" + "02" + "0001"
    (tmp_path / "e.hex").write_text(removed + heartbeat)
    options = ["--hex", "--logged-in", TAG, "--received", "2026-03-09T20:00:00Z"]
    assert decode(tmp_path, tmp_path / "e.hex", *options, kind="eelink") == 0
    read = {(row["device_id"], row["kind"], row["received"][:16]) for row in rows(tmp_path / "statuses.csv")}
    kinds = ("strap_open", "no_position", "device_heartbeat")
    assert read == {(TAG, kind, "2026-03-09T20:00") for kind in kinds}
    assert not (tmp_path / "positions.csv").exists()  # the readers refuse a file without a row
    assert decode(tmp_path / "unnamed", tmp_path / "e.hex", "--hex", kind="eelink") == 1
    assert "check --device, --hex and --logged-in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "found"), [("4047zz", "b'z' as digit 5"), ("40475", "b'5' alone at the end")]
)
def test_digits_that_are_none_are_refused_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, found: str
) -> None:
    (tmp_path / "bad.hex").write_text(text)
    assert decode(tmp_path / "out", tmp_path / "bad.hex", "--hex") == 1
    assert found in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_wrong_kind_is_refused_and_its_rejects_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "night.bin").write_bytes(night())
    assert decode(tmp_path, tmp_path / "night.bin", kind="laipac") == 1
    assert "121 messages, 121 rejected" in capsys.readouterr().err
    assert len(rows(tmp_path / "rejects.csv")) == 121


@pytest.mark.parametrize("size", [PIECE_BYTES, LONGEST_BYTES // 8])
def test_a_line_whose_end_never_comes_is_read_in_bounded_memory(size: int) -> None:
    pieces = (b"@" * size for _ in range(40))
    found = list(decode_pieces(pieces, adapter=load_adapter("r16h")))
    assert max(len(decoded.data) for decoded in found) <= LONGEST_BYTES + size
    assert sum(len(decoded.data) for decoded in found) == 40 * size
