"""Records that come as JSON say what the same lines of a file say, and each is a fact or a reject."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.adapters.files.budget import RejectBudget
from throughcare.adapters.files.json_records import (
    LONGEST_RAW,
    Record,
    document_records,
    line_records,
    read_records,
)
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Positions

OPTIONS = ReadOptions(budget=RejectBudget(most=1.0))
GOOD = {"device_id": "D1", "time": "2026-03-09T11:00:00Z", "latitude": 54.0, "longitude": 1.5, "accuracy": 8.0,
        "precision_level": 0.68, "source": "gps", "speed": 3.6}  # fmt: skip
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(-200, 200), st.text("ab1.,é ", max_size=5),
    st.sampled_from(["NaN", "", "2026-03-09T11:00:00Z", "2026-03-09T11:00:00", 1773057600, 0.95, 95, "wifi", 91, 0]),
)  # fmt: skip


def same(ours: Positions, files: Positions) -> bool:
    def rows(batch: Positions) -> list[tuple[Any, ...]]:
        names = [batch.keys[i] for i in batch.key.tolist()]
        columns = [np.nan_to_num(getattr(batch, name), nan=-999.0).tolist() for name in (*batch.FACTS, "row")]
        return sorted(zip(names, *columns, strict=True))

    return rows(ours) == rows(files)


@settings(max_examples=60, deadline=None)
@given(
    changes=st.lists(
        st.dictionaries(st.sampled_from(sorted(GOOD)), CELLS, max_size=2), min_size=1, max_size=6
    )
)
def test_records_say_what_the_same_lines_of_a_file_say(
    changes: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("records") / "positions.ndjson"
    path.write_text("".join(json.dumps(GOOD | change) + "\n" for change in [{}, *changes]))
    ours = read_records(line_records(path.read_bytes()), options=OPTIONS)
    chunks = list(open_positions(path, options=OPTIONS))
    assert same(ours.positions, Positions.concat([chunk.positions for chunk in chunks]))
    theirs = sorted((r.row, r.field, r.reason) for chunk in chunks for r in chunk.rejects)
    assert sorted((r.row, r.field, r.reason) for r in ours.rejects) == theirs


def test_statuses_say_what_the_same_lines_of_a_file_say(tmp_path: Path) -> None:
    rows = [{"device": "D1", "time": 1773057600 + n, "kind": kind, "value": value}
            for n, (kind, value) in enumerate([("strap_open", None), ("battery_percent", 61), ("invented", 1), (5, 1)])]  # fmt: skip
    path = tmp_path / "statuses.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ours = read_records(line_records(path.read_bytes()), options=OPTIONS)
    [chunk] = open_statuses(path, options=OPTIONS)
    assert ours.readings.kind.tolist() == chunk.readings.kind.tolist()
    assert [(r.row, r.reason) for r in ours.rejects] == [(r.row, r.reason) for r in chunk.rejects]


def test_a_section_says_what_its_records_are() -> None:
    nowhere = {"device": "D1", "time": 1773057600}
    found = read_records(
        document_records(json.dumps({"statuses": [nowhere], "positions": [nowhere]}).encode()),
        options=OPTIONS,
    )
    assert [(r.row, r.reason) for r in found.rejects] == [(1, "missing_latitude"), (2, "unknown_kind")]


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(
        st.recursive(CELLS, lambda x: st.lists(x, max_size=2) | st.dictionaries(st.text(max_size=3), x)),
        max_size=6,
    )
)
def test_every_record_is_a_fact_or_a_reject(values: list[Any]) -> None:
    records = [Record(row, value) for row, value in enumerate(values, start=1)]
    found = read_records(records, options=OPTIONS)
    assert len(found.positions) + len(found.readings) + len(found.rejects) == len(records)


def test_a_long_record_is_kept_by_its_beginning() -> None:
    raw = Record(1, "x" * 50_000).raw
    assert len(raw) < LONGEST_RAW + 50
    assert raw.endswith("(50002 characters)")


@pytest.mark.parametrize("data", [b"", b"{", b"5", b"\xff", b'"text"', b"null", b"[" * 100_000])
def test_what_is_no_document_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(RefusedInput, match="Mend the sender"):
        document_records(data)
